"""The specification of what an external event makes: one row, one rule (SYN-3, 4, 5, 7, 8, 12).

``test_ingest`` runs every row through reading, guests and decision; ``docs/sync-rules.md`` is made
of the same rows: ``python -m tests.sync.rule_table``.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crm_app.core.kinds import ContactCreation, SyncOption
from crm_app.providers.ical import reading
from crm_app.sync.choices.choosing import Choice
from crm_app.sync.rules.guests import Filters, guests_of
from crm_app.sync.rules.ingest import Decision, Look, Policy, Verdict, decide
from crm_app.sync.rules.options import option_of
from tests.sync.objects import event

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OVER = datetime(2026, 11, 23, 10, tzinfo=UTC)
UNTIL = datetime(2028, 5, 22, tzinfo=UTC)

OWN = ("Kate@team.example", "kate.alias@team.example")
COLLEAGUES = {"ben@team.example": 2}
KNOWN = frozenset({"lead@known.example", "anna@known.example", "ben@team.example"})
FILTERS = Filters.of(["@ignored.example", "bad@other.example", "@*.tree.example"])

NEVER, EXISTING, ALWAYS = ContactCreation
OPTIONS: dict[str, Choice] = {
    "One-way": Choice.preset(SyncOption.ONE_WAY),
    "Two-way": Choice.preset(SyncOption.TWO_WAY),
    "Smart": Choice.preset(SyncOption.SMART),
    "Disable trigger": Choice.preset(SyncOption.DISABLE_TRIGGER),
    "Conflict calendar": Choice.preset(SyncOption.TWO_WAY),
    "Existing only, no triggers": Choice(EXISTING, False),
    "Never, triggers": Choice(NEVER, True),
    "Two-way with review": Choice.preset(SyncOption.TWO_WAY, review=True),
    "Disable trigger with review": Choice.preset(SyncOption.DISABLE_TRIGGER, review=True),
    "Smart with review": Choice.preset(SyncOption.SMART, review=True),
    "Two-way, each instance": Choice(ALWAYS, True, triggers_per_instance=True),
    "Disable trigger, each instance": Choice(ALWAYS, False, triggers_per_instance=True),
    "Team: no default calendar": Choice(ALWAYS, True, for_team=True),
    "Team: default calendar": Choice(NEVER, False, for_team=True, default_calendar_id=7),
    "Team: default calendar, triggers": Choice(NEVER, True, for_team=True, default_calendar_id=7),
}
FOUR = ("One-way", "Two-way", "Smart", "Disable trigger")


@dataclass(frozen=True)
class Rule:
    """One row. ``when`` are circumstances; ``make``, ``link`` and ``wait`` name the guests by what
    stands before the @ of their addresses."""

    id: str
    what: str
    raw: str
    option: str
    time: Verdict = Verdict.BLOCKS
    look: Look = Look.GREY
    make: str = ""
    link: str = ""
    wait: str = ""
    fires: bool = False
    when: tuple[str, ...] = ()
    private: bool = False
    settings_open: bool = False


def judged(rule: Rule) -> Decision:
    """What the program decides about the (first) instance of the row's event."""
    found = reading.read_occurrences(
        rule.raw,
        since=datetime(2026, 11, 1, tzinfo=UTC),
        until=UNTIL,
        calendar_zone="Europe/Berlin",
        own_addresses=OWN,
    )
    policy = Policy.of(
        option_of(OPTIONS[rule.option]),
        linked=rule.option != "Conflict calendar",
        tentative_blocks=not rule.settings_open,
        out_of_office_blocks=not rule.settings_open,
    )
    return decide(
        found[0],
        policy,
        own="our own copy" in rule.when,
        guests=guests_of(found[0], own=OWN, colleagues=COLLEAGUES, filters=FILTERS),
        known=KNOWN,
        now=OVER if "over" in rule.when else NOW,
        history="there before" in rule.when,
        first_of_series="later instance" not in rule.when,
        accepted="accepted" in rule.when,
        silent="backfill" in rule.when,
        declined={"x@new.example"} if "x declined before" in rule.when else frozenset(),
    )


def _to(*addresses: str, params: str = "") -> list[str]:
    return [f"ATTENDEE;PARTSTAT=NEEDS-ACTION{params}:mailto:{address}" for address in addresses]


BLOCKS, FREE, IGNORED = Verdict
HIDDEN, GREY, COLOUR = Look
X, Y = "x@new.example", "y@new.example"
LEAD, ANNA = "lead@known.example", "anna@known.example"
NEW = event(*_to(X))
KNOWN_ONE = event(*_to(LEAD))
BOTH = event(*_to(X, LEAD))
SERIES = event("RRULE:FREQ=WEEKLY", *_to(X))
KNOWN_SERIES = event("RRULE:FREQ=WEEKLY", *_to(LEAD))
DAY = {"start": "DTSTART;VALUE=DATE:20261124", "end": "DTEND;VALUE=DATE:20261125"}


def _four(
    id: str,
    what: str,
    raw: str,
    *,
    time: Verdict = BLOCKS,
    looks: tuple[Look, Look, Look, Look] = (GREY, COLOUR, GREY, COLOUR),
    make: str = "",
    link: str = "",
    smart_link: str = "",
    fires: tuple[bool, bool, bool, bool] = (False, False, False, False),
    **more: object,
) -> list[Rule]:
    """The same event under the four options: One-way, Two-way, Smart, Disable trigger."""
    makes, links = ("", make, "", make), ("", link, smart_link, link)
    return [
        Rule(id, what, raw, option, time, look, made, linked, "", fire, **more)  # type: ignore[arg-type]
        for option, look, made, linked, fire in zip(FOUR, looks, makes, links, fires, strict=True)
    ]


_TWO_WAY_FIRES = (False, True, False, False)
_BOTH_FIRE = (False, True, True, False)
_MATCHED = (GREY, COLOUR, COLOUR, COLOUR)
_NOTHING: tuple[Look, Look, Look, Look] = (HIDDEN, HIDDEN, HIDDEN, HIDDEN)

RULES: list[Rule] = [
    # The four options and what lies between them.
    *_four("SYN-4/1", "a guest who is not in the CRM", NEW, make="x", fires=_TWO_WAY_FIRES),
    *_four(
        "SYN-4/2",
        "a guest who is a contact",
        KNOWN_ONE,
        looks=_MATCHED,
        link="lead",
        smart_link="lead",
        fires=_BOTH_FIRE,
    ),
    *_four(
        "SYN-4/3",
        "two guests, one of them a contact",
        BOTH,
        looks=_MATCHED,
        make="x",
        link="lead",
        smart_link="lead",
        fires=_BOTH_FIRE,
    ),
    *_four(
        "SYN-3/4",
        "marked free, with a new guest",
        event("TRANSP:TRANSPARENT", *_to(X)),
        time=FREE,
        make="x",
        fires=_TWO_WAY_FIRES,
    ),
    *_four(
        "SYN-3/4",
        "marked free, with a contact",
        event("TRANSP:TRANSPARENT", *_to(LEAD)),
        time=FREE,
        looks=_MATCHED,
        link="lead",
        smart_link="lead",
        fires=_BOTH_FIRE,
    ),
    Rule("SYN-4", "a contact", KNOWN_ONE, "Existing only, no triggers", look=COLOUR, link="lead"),
    Rule("SYN-4", "a new guest", NEW, "Existing only, no triggers"),
    Rule("SYN-4", "a contact", KNOWN_ONE, "Never, triggers"),
    Rule("SYN-4", "two contacts", event(*_to(ANNA, LEAD)), "Smart", look=COLOUR,
         link="anna lead", fires=True),
    # Conflict calendars only block.
    Rule("SYN-3/1", "a new guest", NEW, "Conflict calendar"),
    Rule("SYN-3/2", "a contact", KNOWN_ONE, "Conflict calendar"),
    Rule("SYN-3/4", "marked free, with a contact", event("TRANSP:TRANSPARENT", *_to(LEAD)),
         "Conflict calendar", FREE),
    Rule("SYN-3", "no guests", event(), "Conflict calendar"),
    Rule("SYN-3", "a contact, accepted by hand", KNOWN_ONE, "Conflict calendar",
         when=("accepted",)),
    # Team calendars.
    Rule("SYN-5", "a new guest", NEW, "Team: no default calendar"),
    Rule("SYN-5", "a contact", KNOWN_ONE, "Team: no default calendar"),
    Rule("SYN-5", "a new guest", NEW, "Team: default calendar", look=COLOUR, make="x"),
    Rule("SYN-5", "a contact", KNOWN_ONE, "Team: default calendar", look=COLOUR, link="lead"),
    Rule("SYN-5", "a new guest", NEW, "Team: default calendar, triggers", look=COLOUR, make="x",
         fires=True),
    # Who is no guest.
    *_four("SYN-12/13", "no guests at all", event()),
    *_four("SYN-7/12", "only the owner himself", event(*_to("kate@team.example"))),
    *_four("SYN-7/14", "only an alias of the owner", event(*_to("Kate.Alias@TEAM.example"))),
    *_four("SYN-12/15", "only a colleague, though he is a contact too",
           event(*_to("ben@team.example"))),
    Rule("SYN-12/15", "a colleague and a new guest", event(*_to("ben@team.example", X)), "Two-way",
         look=COLOUR, make="x", fires=True),
    Rule("SYN-7", "the owner, a colleague, a room and a contact",
         event(*_to("kate@team.example", "ben@team.example", LEAD),
               *_to("room@new.example", params=";CUTYPE=ROOM")),
         "Smart", look=COLOUR, link="lead", fires=True),
    Rule("SYN-7", "a room", event(*_to("room@new.example", params=";CUTYPE=ROOM")), "Two-way",
         look=COLOUR),
    Rule("SYN-7", "a projector", event(*_to("beamer@new.example", params=";CUTYPE=RESOURCE")),
         "Two-way", look=COLOUR),
    Rule("SYN-7", "a room by its Google address",
         event(*_to("c_18@resource.calendar.google.com")), "Two-way", look=COLOUR),
    Rule("SYN-7", "a filtered domain", event(*_to("z@ignored.example")), "Two-way", look=COLOUR),
    Rule("SYN-7", "below a filtered domain", event(*_to("z@mail.ignored.example")), "Two-way",
         look=COLOUR, make="z", fires=True),
    Rule("SYN-7", "below a domain filtered with all below it",
         event(*_to("z@deep.mail.tree.example")), "Two-way", look=COLOUR),
    Rule("SYN-7", "a domain filtered with all below it", event(*_to("z@tree.example")), "Two-way",
         look=COLOUR),
    Rule("SYN-7", "a filtered address", event(*_to("BAD@other.example")), "Two-way", look=COLOUR),
    Rule("SYN-7", "another address of that domain", event(*_to("good@other.example")), "Two-way",
         look=COLOUR, make="good", fires=True),
    Rule("SYN-7", "a filtered and a new guest", event(*_to("z@ignored.example", X)), "Two-way",
         look=COLOUR, make="x", fires=True),
    # Addresses as programs write them.
    Rule("SYN-4", "the same guest twice, written differently",
         event(*_to("x@new.example", "X@New.Example")), "Two-way", look=COLOUR, make="x",
         fires=True),
    Rule("SYN-4", "a contact in odd letters", event("ATTENDEE:MAILTO:Lead@Known.EXAMPLE"), "Smart",
         look=COLOUR, link="lead", fires=True),
    Rule("SYN-4", "an address without @", event("ATTENDEE:mailto:nobody"), "Two-way", look=COLOUR),
    Rule("SYN-4", "an address without a domain's dot", event(*_to("x@localhost")), "Two-way",
         look=COLOUR),
    Rule("SYN-4", "an address elsewhere than in the value",
         event("ATTENDEE;EMAIL=x@new.example:/1234/principal/"), "Two-way", look=COLOUR, make="x",
         fires=True),
    Rule("SYN-4", "no mail address but a urn", event("ATTENDEE:urn:uuid:1234"), "Two-way",
         look=COLOUR),
    Rule("SYN-4", "a domain with an umlaut", event(*_to("x@bücher.example")), "Two-way",
         look=COLOUR, make="x", fires=True),
    Rule("SYN-4", "a domain with an umlaut, twice in both spellings",
         event(*_to("x@bücher.example", "x@xn--bcher-kva.example")), "Two-way", look=COLOUR,
         make="x", fires=True),
    Rule("SYN-4", "an organizer from outside who is not on the list",
         event("ORGANIZER;CN=X:mailto:x@new.example", *_to("kate@team.example")), "Two-way",
         look=COLOUR, make="x", fires=True),
    Rule("SYN-4", "an organizer from outside who is a contact",
         event("ORGANIZER:mailto:lead@known.example", *_to("kate@team.example")), "Smart",
         look=COLOUR, link="lead", fires=True),
    Rule("SYN-4", "an organizer from outside who is on the list too",
         event("ORGANIZER:mailto:x@new.example", *_to(Y, X)), "Two-way", look=COLOUR, make="y x",
         fires=True),
    Rule("SYN-4", "the owner organizes", event("ORGANIZER:mailto:kate@team.example", *_to(X)),
         "Two-way", look=COLOUR, make="x", fires=True),
    Rule("SYN-4", "the owner organizes for nobody", event("ORGANIZER:mailto:kate@team.example"),
         "Two-way", look=COLOUR),
    Rule("SYN-4", "a guest who said no", event("ATTENDEE;PARTSTAT=DECLINED:mailto:x@new.example"),
         "Two-way", look=COLOUR, make="x", fires=True),
    # What is no meeting.
    *_four("SYN-12", "private, with a contact", event("CLASS:PRIVATE", *_to(LEAD)), private=True),
    Rule("SYN-12", "confidential, with a new guest", event("CLASS:CONFIDENTIAL", *_to(X)),
         "Two-way", look=COLOUR, private=True),
    Rule("SYN-12", "private, accepted by hand", event("CLASS:PRIVATE", *_to(X)), "Two-way",
         look=COLOUR, private=True, when=("accepted",)),
    Rule("SYN-12", "private, in the queue's option", event("CLASS:PRIVATE", *_to(X)),
         "Two-way with review", look=COLOUR, private=True),
    *_four("SYN-12", "the owner declined",
           event("ATTENDEE;PARTSTAT=DECLINED:mailto:kate@team.example", *_to(LEAD)),
           time=IGNORED, looks=_NOTHING),
    Rule("SYN-12/14", "the owner declined under an alias",
         event("ATTENDEE;PARTSTAT=DECLINED:mailto:Kate.Alias@team.example", *_to(X)), "Two-way",
         IGNORED, HIDDEN),
    *_four("SYN-12", "cancelled", event("STATUS:CANCELLED", *_to(LEAD)), time=IGNORED,
           looks=_NOTHING),
    Rule("SYN-12/7", "a working location",
         event("TRANSP:TRANSPARENT", "X-TANDEM-EVENT-TYPE:workingLocation", *_to(X), **DAY),
         "Two-way", FREE, COLOUR),
    Rule("SYN-12/7", "a birthday",
         event("TRANSP:TRANSPARENT", "X-TANDEM-EVENT-TYPE:birthday", "RRULE:FREQ=YEARLY", *_to(X),
               **DAY), "Two-way", FREE, COLOUR),
    Rule("SYN-12/7", "focus time", event("X-TANDEM-EVENT-TYPE:focusTime", *_to(LEAD)), "Smart"),
    Rule("SYN-3/7", "out of office", event("X-TANDEM-EVENT-TYPE:outOfOffice", *_to(LEAD)), "Smart"),
    Rule("SYN-3/6", "out of office in Outlook",
         event("X-MICROSOFT-CDO-BUSYSTATUS:OOF", *_to(X)), "Two-way", look=COLOUR),
    Rule("SYN-3/6", "out of office in Outlook, which is set not to block",
         event("X-MICROSOFT-CDO-BUSYSTATUS:OOF", *_to(LEAD)), "Smart", FREE, settings_open=True),
    Rule("SYN-3/6", "tentative", event("STATUS:TENTATIVE", *_to(X)), "Two-way", look=COLOUR,
         make="x", fires=True),
    Rule("SYN-3/6", "tentative, which is set not to block", event("STATUS:TENTATIVE", *_to(X)),
         "Two-way", FREE, COLOUR, make="x", fires=True, settings_open=True),
    Rule("SYN-3/6", "working elsewhere", event("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE",
         *_to(LEAD)), "Smart", FREE, COLOUR, link="lead", fires=True),
    *_four("SYN-9/36", "our own copy of an appointment", KNOWN_ONE, time=IGNORED, looks=_NOTHING,
           when=("our own copy",)),
    # Time.
    Rule("SYN-12/8", "a whole day", event(*_to(X), **DAY), "Two-way", look=COLOUR, make="x",
         fires=True),
    Rule("SYN-12/8", "a whole day marked free", event("TRANSP:TRANSPARENT", *_to(X), **DAY),
         "Two-way", FREE, COLOUR, make="x", fires=True),
    Rule("SYN-12/10", "several days", event(*_to(LEAD), start=DAY["start"],
         end="DTEND;VALUE=DATE:20261127"), "Smart", look=COLOUR, link="lead", fires=True),
    Rule("SYN-3/11", "no length", event(*_to(X), end="DTEND:20261123T090000Z"), "Two-way", FREE,
         COLOUR),
    Rule("SYN-3/11", "the end before the start", event(*_to(LEAD), end="DTEND:20261123T080000Z"),
         "Smart", FREE),
    Rule("SYN-3/11", "no end at all", event(*_to(X), end=None), "Two-way", FREE, COLOUR),
    Rule("SYN-3/11", "a duration instead of an end", event(*_to(X), end="DURATION:PT45M"),
         "Two-way", look=COLOUR, make="x", fires=True),
    Rule("SYN-4", "a new guest, when it is over", NEW, "Two-way", look=COLOUR, make="x",
         when=("over",)),
    Rule("SYN-4", "a contact, when it is over", KNOWN_ONE, "Smart", look=COLOUR, link="lead",
         when=("over",)),
    # Series.
    Rule("SYN-8/25", "the first instance of a series", SERIES, "Two-way", look=COLOUR, make="x",
         fires=True),
    Rule("SYN-8/25", "a later instance of a series", SERIES, "Two-way", look=COLOUR, make="x",
         when=("later instance",)),
    Rule("SYN-8/25", "a later instance of a series with a contact", KNOWN_SERIES, "Smart",
         look=COLOUR, link="lead", when=("later instance",)),
    Rule("SYN-8/25", "a later instance of a series", SERIES, "Two-way, each instance", look=COLOUR,
         make="x", fires=True, when=("later instance",)),
    Rule("SYN-8/25", "a later instance of a series", SERIES, "Disable trigger, each instance",
         look=COLOUR, make="x", when=("later instance",)),
    Rule("SYN-8/25", "a series", SERIES, "Smart"),
    # What was there before the option was chosen.
    *_four("SYN-6/65", "a contact, there before the option", KNOWN_ONE, when=("there before",)),
    Rule("SYN-6/65", "a new guest, there before, taken in by a backfill", NEW, "Two-way",
         look=COLOUR, make="x", when=("backfill",)),
    Rule("SYN-6/65", "a contact, there before, taken in by a backfill", KNOWN_ONE, "Smart",
         look=COLOUR, link="lead", when=("backfill",)),
    Rule("SYN-6/65", "a new guest, there before, taken in by a backfill", NEW, "Smart",
         when=("backfill",)),
    Rule("SYN-6/65", "a new guest, there before, taken in by a backfill", NEW, "One-way",
         when=("backfill",)),
    Rule("SYN-6/65", "a new guest, there before, accepted by hand", NEW, "Two-way", look=COLOUR,
         make="x", when=("there before", "accepted")),
    Rule("SYN-6/65", "a new guest, there before, in a series taken in by a backfill", SERIES,
         "Two-way, each instance", look=COLOUR, make="x", when=("backfill",)),
    # The queue.
    Rule("SYN-7", "a new guest", NEW, "Two-way with review", look=COLOUR, wait="x"),
    Rule("SYN-7", "a contact", KNOWN_ONE, "Two-way with review", look=COLOUR, link="lead",
         fires=True),
    Rule("SYN-7", "two guests, one of them a contact", BOTH, "Two-way with review", look=COLOUR,
         link="lead", wait="x", fires=True),
    Rule("SYN-7", "two guests, one of them a contact", BOTH, "Disable trigger with review",
         look=COLOUR, link="lead", wait="x"),
    Rule("SYN-7", "two guests, one of them a contact", BOTH, "Smart with review", look=COLOUR,
         link="lead", fires=True),
    Rule("SYN-7", "a new guest", NEW, "Smart with review"),
    Rule("SYN-7", "a new guest, accepted by hand", NEW, "Two-way with review", look=COLOUR,
         make="x", fires=True, when=("accepted",)),
    Rule("SYN-7", "a new guest, accepted by hand", NEW, "Disable trigger with review", look=COLOUR,
         make="x", when=("accepted",)),
    Rule("SYN-7", "a new guest, accepted by hand when it is over", NEW, "Two-way with review",
         look=COLOUR, make="x", when=("accepted", "over")),
    Rule("SYN-7", "a new guest, there before the option", NEW, "Two-way with review", look=COLOUR,
         when=("there before",)),
    Rule("SYN-7", "a new guest, there before, asked for by a backfill", NEW, "Two-way with review",
         look=COLOUR, wait="x", when=("backfill",)),
    Rule("SYN-7", "a guest who was declined for this event", NEW, "Two-way with review",
         look=COLOUR, when=("x declined before",)),
    Rule("SYN-7", "a guest who was declined for this event", NEW, "Two-way", look=COLOUR,
         when=("x declined before",)),
    Rule("SYN-7", "one who was declined for this event, and another", event(*_to(X, Y)),
         "Two-way with review", look=COLOUR, wait="y", when=("x declined before",)),
    Rule("SYN-7", "a filtered guest", event(*_to("z@ignored.example")), "Two-way with review",
         look=COLOUR),
]  # fmt: skip

_HEAD = """# What a connected calendar makes of its events

The rules of sync, one line each. This page is made from the table that the tests run
(`tests/sync/rule_table.py`; `python -m tests.sync.rule_table` writes it anew), so it says what the program
does. The decision itself is one pure function, `decide` in `crm_app/sync/rules/ingest.py`.

- **One-way** makes nothing of events; they block their time and are grey.
- **Two-way** makes contacts of all guests, and appointments; triggers fire; all is in colour.
- **Smart** links guests who are in the CRM already, and triggers fire for them.
- **Disable trigger** makes contacts and appointments like Two-way, and never triggers anything.
- A **conflict calendar** blocks time and nothing else. A **team** setting makes contacts once a default
  calendar is chosen.

Guests are people from outside: not the owner under any of his addresses, no colleague, no room, nobody
whom a filter covers. An event without guests never becomes an appointment. An organizer from outside is
a guest too. What was there before an option was chosen is left alone until it changes or somebody asks
for it, and then nothing is triggered.

In the table, `x` and `y` are guests who are not in the CRM, `lead` and `anna` are contacts.

| event | option | time | drawn | contacts made | contacts linked | waiting | triggers |
|---|---|---|---|---|---|---|---|
"""
_TIME = {BLOCKS: "blocked", FREE: "open", IGNORED: "-"}
_LOOK = {HIDDEN: "-", GREY: "grey", COLOUR: "colour"}
DOCUMENT = Path(__file__).parents[2] / "docs" / "sync-rules.md"


def document(rules: Iterable[Rule] = RULES) -> str:
    """``docs/sync-rules.md``."""
    return _HEAD + "".join(
        f"| {rule.what} | {rule.option} | {_TIME[rule.time]} |"
        f" {_LOOK[rule.look]} | {rule.make or '-'} | {rule.link or '-'} | {rule.wait or '-'} |"
        f" {'fire' if rule.fires else '-'} |\n"
        for rule in rules
    )


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT.name}: {len(RULES)} rules\n")
