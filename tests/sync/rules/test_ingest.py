"""The table of what an external event means: SYN-2, SYN-3, SYN-4, SYN-5, SYN-7, SYN-8, SYN-12."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.core.kinds import ContactCreation
from crm_app.providers.occurrence import Attendee, EventStatus, Occurrence, Transparency, Trouble
from crm_app.sync.rules import ingest
from crm_app.sync.rules.guests import Guest, guests_of
from crm_app.sync.rules.ingest import Policy, Reason, Verdict, Why, decide
from crm_app.sync.rules.laying import Laid, lay_out
from tests.sync import rule_table
from tests.sync.objects import calendar, event, exception
from tests.sync.rule_table import DOCUMENT, RULES, Rule, document, judged

SINCE = datetime(2026, 11, 22, tzinfo=UTC)
UNTIL = datetime(2028, 5, 22, tzinfo=UTC)
DEFAULT = Policy()
OWN = ("kate@team.example", "kate.alias@team.example")


def laid(
    raw: str, *, policy: Policy | None = None, zone: str = "Europe/Berlin", until: datetime = UNTIL
) -> Laid:
    return lay_out(raw, policy or Policy(), since=SINCE, until=until, zone=zone, own_addresses=OWN)


@dataclass(frozen=True)
class Row:
    """One row of the specification: an object, and how many of its instances block or stay free."""

    id: str
    raw: str
    blocks: int = 0
    free: int = 0
    policy: Policy = DEFAULT
    private: bool = False


BUSY_GUEST = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:x@new.example"
OPEN = Policy(tentative_blocks=False, out_of_office_blocks=False)
DAY = {"start": "DTSTART;VALUE=DATE:20261124", "end": "DTEND;VALUE=DATE:20261125"}
WEEKLY = "RRULE:FREQ=WEEKLY;COUNT=4"

ROWS = [
    Row("SYN-2 busy event blocks", event(), blocks=1),
    Row("SYN-3/trap1 busy event with a new guest blocks", event(BUSY_GUEST), blocks=1),
    Row("SYN-3 opaque said aloud blocks", event("TRANSP:OPAQUE"), blocks=1),
    Row("SYN-3/trap4 transparent is shown and open", event("TRANSP:TRANSPARENT"), free=1),
    Row("SYN-3/trap4 free with guests is open", event("TRANSP:TRANSPARENT", BUSY_GUEST), free=1),
    Row("SYN-3/trap5 lower case transparent is open", event("TRANSP:transparent"), free=1),
    Row("SYN-3/trap6 tentative blocks by default", event("STATUS:TENTATIVE"), blocks=1),
    Row(
        "SYN-3/trap6 tentative is open when so set", event("STATUS:TENTATIVE"), free=1, policy=OPEN
    ),
    Row(
        "SYN-3/trap6 Outlook's tentative blocks by default",
        event("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"),
        blocks=1,
    ),
    Row(
        "SYN-3/trap6 Outlook's tentative follows the setting",
        event("X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"),
        free=1,
        policy=OPEN,
    ),
    Row("SYN-3/trap6 out of office blocks", event("X-MICROSOFT-CDO-BUSYSTATUS:OOF"), blocks=1),
    Row(
        "SYN-3/trap6 out of office follows the setting",
        event("X-MICROSOFT-CDO-BUSYSTATUS:OOF"),
        free=1,
        policy=OPEN,
    ),
    Row(
        "SYN-12/trap6 working elsewhere is open",
        event("X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"),
        free=1,
    ),
    Row(
        "SYN-12/trap7 a working location for the day never blocks",
        event("TRANSP:TRANSPARENT", **DAY, summary="Home office"),
        free=1,
    ),
    Row(
        "SYN-12/trap7 a birthday never blocks",
        event("TRANSP:TRANSPARENT", "RRULE:FREQ=YEARLY;COUNT=2", **DAY, summary="Ann's birthday"),
        free=2,
    ),
    Row(
        "SYN-3/trap6 unknown Outlook state blocks",
        event("X-MICROSOFT-CDO-BUSYSTATUS:ODD"),
        blocks=1,
    ),
    Row("SYN-12 cancelled is not there", event("STATUS:CANCELLED")),
    Row(
        "SYN-12 declined never blocks",
        event("ATTENDEE;PARTSTAT=DECLINED:mailto:kate@team.example"),
    ),
    Row(
        "SYN-12/trap14 declined under an alias never blocks",
        event("ATTENDEE;PARTSTAT=DECLINED:mailto:Kate.Alias@team.example"),
    ),
    Row(
        "SYN-12 declined by somebody else blocks",
        event("ATTENDEE;PARTSTAT=DECLINED:mailto:ann@lead.example"),
        blocks=1,
    ),
    Row(
        "SYN-12 accepted blocks",
        event("ATTENDEE;PARTSTAT=ACCEPTED:mailto:kate@team.example"),
        blocks=1,
    ),
    Row(
        "SYN-12 not answered yet blocks",
        event("ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:kate@team.example"),
        blocks=1,
    ),
    Row(
        "SYN-12/trap12 only oneself on it blocks",
        event("ATTENDEE:mailto:kate@team.example"),
        blocks=1,
    ),
    Row("SYN-12/trap13 no guests blocks", event(), blocks=1),
    Row("SYN-12 private blocks and is marked", event("CLASS:PRIVATE"), blocks=1, private=True),
    Row("SYN-12 confidential is private too", event("CLASS:CONFIDENTIAL"), blocks=1, private=True),
    Row("SYN-12 public is not private", event("CLASS:PUBLIC"), blocks=1),
    Row(
        "SYN-12 private and free stays open",
        event("CLASS:PRIVATE", "TRANSP:TRANSPARENT"),
        free=1,
        private=True,
    ),
    Row("SYN-12/trap8 all-day busy blocks", event(**DAY), blocks=1),
    Row("SYN-12/trap8 all-day free is open", event("TRANSP:TRANSPARENT", **DAY), free=1),
    Row("trap8 a day without an end is that day", event(start=DAY["start"], end=None), blocks=1),
    Row("trap11 no length blocks nothing", event(end="DTEND:20261123T090000Z"), free=1),
    Row("trap11 end before start blocks nothing", event(end="DTEND:20261123T080000Z"), free=1),
    Row("trap11 no end at all blocks nothing", event(end=None), free=1),
    Row("trap11 a duration instead of an end", event(end="DURATION:PT45M"), blocks=1),
    Row("SYN-8/trap25 every instance blocks", event(WEEKLY), blocks=4),
    Row("SYN-8/trap27 an EXDATE frees one", event(WEEKLY, "EXDATE:20261130T090000Z"), blocks=3),
    Row(
        "SYN-8/trap27 a cancelled instance frees one",
        event(
            WEEKLY,
            more=exception(
                "RECURRENCE-ID:20261130T090000Z",
                "DTSTART:20261130T090000Z",
                "DTEND:20261130T100000Z",
                "STATUS:CANCELLED",
            ),
        ),
        blocks=3,
    ),
    Row(
        "SYN-8/trap26 a moved instance still blocks",
        event(
            WEEKLY,
            more=exception(
                "RECURRENCE-ID:20261130T090000Z",
                "DTSTART:20261201T090000Z",
                "DTEND:20261201T100000Z",
            ),
        ),
        blocks=4,
    ),
    Row(
        "SYN-8 one instance marked free",
        event(
            WEEKLY,
            more=exception(
                "RECURRENCE-ID:20261130T090000Z",
                "DTSTART:20261130T090000Z",
                "DTEND:20261130T100000Z",
                "TRANSP:TRANSPARENT",
            ),
        ),
        blocks=3,
        free=1,
    ),
    Row(
        "SYN-8/SYN-12 one instance declined",
        event(
            WEEKLY,
            more=exception(
                "RECURRENCE-ID:20261130T090000Z",
                "DTSTART:20261130T090000Z",
                "DTEND:20261130T100000Z",
                "ATTENDEE;PARTSTAT=DECLINED:mailto:kate@team.example",
            ),
        ),
        blocks=3,
    ),
    Row(
        "trap33 unknown zone is read all the same",
        event(
            start="DTSTART;TZID=Moon/Base:20261123T090000",
            end="DTEND;TZID=Moon/Base:20261123T100000",
        ),
        blocks=1,
    ),
    Row("trap87 a task is no event", calendar("BEGIN:VTODO", "UID:t", "END:VTODO")),
    Row("trap87 nonsense is nothing", "this is no calendar"),
    Row("trap87 an unclosed event is left out", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\n"),
    Row(
        "past events outside the window are not laid out",
        event(start="DTSTART:20200101T090000Z", end="DTEND:20200101T100000Z"),
    ),
    Row(
        "what began before the window and goes on blocks",
        event(start="DTSTART:20261101T090000Z", end="DTEND:20261203T100000Z"),
        blocks=1,
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_syn3_syn12_what_an_event_does_to_its_owners_time(row: Row) -> None:
    found = laid(row.raw, policy=row.policy)
    assert sum(span.blocks for span in found.spans) == row.blocks
    assert sum(not span.blocks for span in found.spans) == row.free
    assert all(span.private is row.private for span in found.spans)


@pytest.mark.parametrize(
    "rule", RULES, ids=lambda rule: f"{rule.id} {rule.what}: {rule.option} {' '.join(rule.when)}"
)
def test_syn4_syn7_what_becomes_of_an_event(rule: Rule) -> None:
    decision = judged(rule)
    assert (decision.verdict, decision.look) == (rule.time, rule.look)
    assert decision.private is rule.private
    assert _names(decision.make) == rule.make
    assert _names(decision.link) == rule.link
    assert _names(decision.review) == rule.wait
    assert decision.fires is rule.fires
    assert decision.takes is bool(rule.make or rule.link)


def _names(guests: tuple[Guest, ...]) -> str:
    return " ".join(guest.email.partition("@")[0] for guest in guests)


def test_syn4_the_table_says_each_thing_once_and_stands_in_the_manual() -> None:
    said = [(rule.what, rule.option) for rule in RULES]
    assert len(said) == len(set(said)) >= 60
    assert DOCUMENT.read_text(encoding="utf-8") == document()


@pytest.mark.parametrize(
    ("raw", "option", "why"),
    [
        (event(), "Two-way", Why.NO_GUESTS),
        (event(BUSY_GUEST), "One-way", Why.OPTION),
        (event(BUSY_GUEST), "Smart", Why.UNKNOWN_GUESTS),
        (event(BUSY_GUEST), "Two-way", Why.TAKEN),
        (event(BUSY_GUEST), "Two-way with review", Why.WAITS),
        (event(BUSY_GUEST), "Conflict calendar", Why.CONFLICT_CALENDAR),
        (event("CLASS:PRIVATE", BUSY_GUEST), "Two-way", Why.PRIVATE),
        (event("STATUS:CANCELLED", BUSY_GUEST), "Two-way", Why.GONE),
        (event("X-TANDEM-EVENT-TYPE:focusTime", BUSY_GUEST), "Two-way", Why.SPECIAL),
        (event(BUSY_GUEST, end=None), "Two-way", Why.NO_LENGTH),
    ],
)
def test_syn6_the_dry_run_can_say_why(raw: str, option: str, why: Why) -> None:
    assert judged(Rule("", "", raw, option)).why is why


def occurrence(**values: object) -> Occurrence:
    defaults: dict[str, object] = {
        "uid": "u",
        "recurrence_id": None,
        "starts_at": datetime(2026, 11, 23, 9, tzinfo=UTC),
        "ends_at": datetime(2026, 11, 23, 10, tzinfo=UTC),
    }
    return Occurrence(**{**defaults, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "own", "expected"),
    [
        ({}, False, (Verdict.BLOCKS, Reason.BUSY)),
        ({}, True, (Verdict.IGNORED, Reason.OWN)),
        ({"status": EventStatus.CANCELLED}, True, (Verdict.IGNORED, Reason.OWN)),
        ({"status": EventStatus.CANCELLED}, False, (Verdict.IGNORED, Reason.CANCELLED)),
        (
            {"status": EventStatus.CANCELLED, "declined_by_owner": True},
            False,
            (Verdict.IGNORED, Reason.CANCELLED),
        ),
        (
            {"declined_by_owner": True, "transparency": Transparency.FREE},
            False,
            (Verdict.IGNORED, Reason.DECLINED),
        ),
        ({"transparency": Transparency.FREE}, False, (Verdict.FREE, Reason.MARKED_FREE)),
        (
            {"transparency": Transparency.FREE, "out_of_office": True},
            False,
            (Verdict.FREE, Reason.MARKED_FREE),
        ),
        ({"out_of_office": True}, False, (Verdict.BLOCKS, Reason.OUT_OF_OFFICE)),
        ({"status": EventStatus.TENTATIVE}, False, (Verdict.BLOCKS, Reason.TENTATIVE)),
        (
            {"attendees": (Attendee("room@team.example", is_resource=True),)},
            False,
            (Verdict.BLOCKS, Reason.BUSY),
        ),
    ],
)
def test_syn12_one_reason_decides(
    values: dict[str, object], own: bool, expected: tuple[Verdict, Reason]
) -> None:
    found = decide(occurrence(**values), Policy(), own=own)
    assert (found.verdict, found.reason) == expected


_ADDRESSES = st.sampled_from(
    [
        *("x@new.example", "y@new.example", "lead@known.example", "KATE@team.example"),
        *("kate.alias@team.example", "ben@team.example", "z@ignored.example", "", "@", "nobody"),
        *("bad@other.example", "c_1@resource.calendar.google.com", "a@b", "é@bücher.example"),
    ]
)
_PEOPLE = st.builds(
    Attendee,
    email=_ADDRESSES | st.text(max_size=20),
    name=st.text(max_size=20),
    partstat=st.sampled_from(["ACCEPTED", "DECLINED", "odd"]),
    is_resource=st.booleans(),
)
_MONTH = (datetime(2026, 11, 1), datetime(2026, 12, 1))  # noqa: DTZ001 - the zone is given apart
_TIMES = st.datetimes(min_value=_MONTH[0], max_value=_MONTH[1], timezones=st.just(UTC))
_OCCURRENCES = st.builds(
    Occurrence,
    uid=st.just("u"),
    recurrence_id=st.none(),
    starts_at=_TIMES,
    ends_at=_TIMES,
    private=st.booleans(),
    transparency=st.sampled_from(Transparency),
    status=st.sampled_from(EventStatus),
    out_of_office=st.booleans(),
    special=st.booleans(),
    organizer=st.none() | _ADDRESSES,
    attendees=st.lists(_PEOPLE, max_size=5).map(tuple),
    declined_by_owner=st.booleans(),
)
_POLICIES = st.builds(
    Policy,
    tentative_blocks=st.booleans(),
    out_of_office_blocks=st.booleans(),
    linked=st.booleans(),
    creation=st.sampled_from(ContactCreation),
    triggers=st.booleans(),
    review=st.booleans(),
    triggers_per_instance=st.booleans(),
)
_FLAGS = ("own", "history", "first_of_series", "accepted", "silent")


@given(
    one=_OCCURRENCES,
    policy=_POLICIES,
    flags=st.fixed_dictionaries({name: st.booleans() for name in _FLAGS}),
    now=_TIMES,
)
def test_syn4_syn7_what_holds_for_every_event(
    one: Occurrence, policy: Policy, flags: dict[str, bool], now: datetime
) -> None:
    guests = guests_of(
        one, own=rule_table.OWN, colleagues=rule_table.COLLEAGUES, filters=rule_table.FILTERS
    )
    found = decide(one, policy, guests=guests, known=rule_table.KNOWN, now=now, **flags)  # type: ignore[arg-type]
    concerned = [guest.key for guest in (*found.make, *found.link, *found.review)]
    assert len(concerned) == len(set(concerned))
    for key in concerned:
        assert key not in {"kate@team.example", "kate.alias@team.example", "ben@team.example"}
        assert not rule_table.FILTERS.cover(key)
    assert found.takes is bool(found.make or found.link)
    if found.fires:
        assert found.takes
        assert policy.triggers
        assert one.ends_at > now
        assert not flags["history"]
        assert not flags["silent"]
    if found.takes or found.review:
        assert policy.linked
        assert not one.private
        assert not one.special
        assert not one.declined_by_owner
    if found.make and not flags["accepted"]:
        assert policy.creation is ContactCreation.ALWAYS
        assert not policy.review
    if one.ends_at <= one.starts_at:
        assert found.verdict is not Verdict.BLOCKS


def test_syn12_trap8_all_day_blocks_the_whole_day_of_the_calendars_zone() -> None:
    berlin = laid(event(**DAY), zone="Europe/Berlin").spans[0]
    los_angeles = laid(event(**DAY), zone="America/Los_Angeles").spans[0]
    assert berlin.starts_at == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert berlin.ends_at == datetime(2026, 11, 24, 23, tzinfo=UTC)
    assert los_angeles.starts_at == datetime(2026, 11, 24, 8, tzinfo=UTC)
    for span in (berlin, los_angeles):
        assert (span.local_start, span.local_end) == ("2026-11-24", "2026-11-25")
        assert span.all_day


def test_trap10_all_day_over_a_clock_change_keeps_its_days() -> None:
    raw = event(start="DTSTART;VALUE=DATE:20270327", end="DTEND;VALUE=DATE:20270330")
    span = laid(raw).spans[0]
    assert date.fromisoformat(span.local_end) - date.fromisoformat(span.local_start) == (
        date(2027, 3, 30) - date(2027, 3, 27)
    )
    assert (span.ends_at - span.starts_at).total_seconds() == 71 * 3600


def test_trap31_a_series_keeps_its_wall_clock_over_a_clock_change() -> None:
    raw = event(
        "RRULE:FREQ=WEEKLY;COUNT=2",
        start="DTSTART;TZID=Europe/Berlin:20270322T090000",
        end="DTEND;TZID=Europe/Berlin:20270322T093000",
    )
    assert [span.starts_at.hour for span in laid(raw).spans] == [8, 7]


def test_trap32_windows_zone_names() -> None:
    raw = event(
        start="DTSTART;TZID=W. Europe Standard Time:20261123T090000",
        end="DTEND;TZID=W. Europe Standard Time:20261123T093000",
    )
    assert laid(raw).spans[0].starts_at == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_trap33_trap34_times_without_a_known_zone_are_the_calendars() -> None:
    floating = laid(event(start="DTSTART:20261123T090000", end="DTEND:20261123T100000"))
    unknown = laid(
        event(start="DTSTART;TZID=Moon:20261123T090000", end="DTEND;TZID=Moon:20261123T100000")
    )
    assert floating.spans[0].starts_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert unknown.spans[0].starts_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert unknown.trouble is Trouble.UNKNOWN_ZONE


def test_trap25_an_endless_series_continues_behind_the_window() -> None:
    endless = laid(event("RRULE:FREQ=DAILY"), until=datetime(2026, 12, 1, tzinfo=UTC))
    assert len(endless.spans) == 8
    assert endless.continues


@pytest.mark.parametrize(
    ("raw", "continues"),
    [
        (event(), False),
        (event(start="DTSTART:20300101T090000Z", end="DTEND:20300101T100000Z"), True),
        (event("RRULE:FREQ=DAILY", start="DTSTART:20290101T090000Z", end=None), True),
        (event(start="DTSTART:20200101T090000Z", end="DTEND:20200101T100000Z"), False),
        (event("RRULE:FREQ=DAILY;COUNT=3", start="DTSTART:20200101T090000Z", end=None), False),
        ("nonsense", False),
    ],
)
def test_syn8_only_what_comes_later_is_laid_out_again_as_the_window_moves(
    raw: str, continues: bool
) -> None:
    assert laid(raw).continues is continues


@given(text=st.text(max_size=400))
def test_trap87_no_text_raises(text: str) -> None:
    laid(event(summary="x") + text)
    laid("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + text + "\r\nEND:VEVENT\r\nEND:VCALENDAR")


def test_names_of_verdicts_are_complete() -> None:
    assert {verdict.value for verdict in ingest.Verdict} == {"blocks", "free", "ignored"}
