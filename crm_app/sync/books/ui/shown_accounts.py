"""Accounts that are connected for contacts, as their page shows them: finished texts, no secret. No Reflex here."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from crm_app.accounts import queries as people
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate, translate_n
from crm_app.core.kinds import AccountPurpose
from crm_app.sync.books import queries
from crm_app.sync.books.queries import BookAccount, BookLine
from crm_app.sync.reaching import presets
from crm_app.sync.reaching.presets import Way
from crm_app.sync.rules import health
from crm_app.sync.rules.health import Condition
from crm_app.sync.ui.shown_health import number
from crm_app.ui import moments

CONTACTS = AccountPurpose.CONTACTS
_STATES: dict[Condition, str] = {
    Condition.LISTING: N_("First download"),
    Condition.WAITING: N_("Waits for your decision"),
    Condition.GONE: N_("An address book is gone"),
    Condition.TROUBLE: N_("Something does not work at the moment"),
    Condition.LOCKED_OUT: N_("Needs to be reconnected"),
    Condition.PAUSED: N_("Paused"),
    Condition.STOPPED: N_("Download stopped"),
    Condition.UNUSED: N_("None of its address books is used"),
}


@dataclass(frozen=True)
class BookRow:
    """An address book. ``waiting``: what is suddenly missing; empty when nothing is."""

    id: int = 0
    name: str = ""
    light: str = ""
    note: str = ""
    trouble: str = ""
    advice: str = ""
    used: bool = False
    main: bool = False
    writable: bool = False
    listing: bool = False
    stopped: bool = False
    waiting: str = ""
    odd: str = ""


@dataclass(frozen=True)
class AccountRow:
    """An account. ``sign_in``: where its owner signs in again; empty where a password is typed."""

    id: int = 0
    label: str = ""
    service: str = ""
    kind: str = ""
    username: str = ""
    light: str = ""
    words: str = ""
    advice: str = ""
    locked: bool = False
    paused: bool = False
    sign_in: str = ""
    on_its_way: str = ""
    made: str = ""
    unwritten: list[dict[str, str]] = field(default_factory=list)
    books: list[BookRow] = field(default_factory=list)


@dataclass(frozen=True)
class Overview:
    """All that the page shows of one user's accounts; ``whose`` is empty for one's own.

    ``waiting`` says in words what ``queued`` counts.
    """

    whose: str
    rows: list[AccountRow]
    everyone: list[dict[str, str]]
    queued: int
    waiting: str


def overview(session: Session, actor: Actor, user_id: int, now: datetime) -> Overview:
    """The accounts of a user whom ``actor`` may manage."""
    user = people.get_user_to_manage(session, actor, user_id)
    found = queries.accounts_of(session, actor, now=now, user_id=user_id)
    own = user.id == actor.user_id
    queued = queries.counts(session, actor).waiting if own else 0
    return Overview(
        whose="" if own else user.name,
        rows=[account(actor, each, now) for each in found],
        everyone=_everyone(session, actor, now) if actor.is_admin else [],
        queued=queued,
        waiting=translate_n(
            actor.locale,
            "{shown} card waits until you say what it is.",
            "{shown} cards wait until you say what they are.",
            queued,
            shown=number(actor.locale, queued),
        ),
    )


def account(actor: Actor, one: BookAccount, now: datetime) -> AccountRow:
    """One account with its address books."""
    service = presets.preset_of(one.server_url, one.provider, CONTACTS)
    general = presets.general(CONTACTS)
    return AccountRow(
        id=one.id,
        label=one.label,
        service=service.name if service != general else _host(one.server_url),
        kind=service.key,
        username=one.username if one.username != one.label else "",
        light=health.LIGHTS[one.condition].value,
        words=_words(actor, one.condition, one.error, one.last_success_at, now),
        advice=translate(actor.locale, health.BOOK_ADVICE[one.condition])
        if one.condition in {Condition.LOCKED_OUT, Condition.PAUSED, Condition.LISTING}
        else "",
        locked=one.condition is Condition.LOCKED_OUT,
        paused=one.paused,
        sign_in=_sign_in(actor, one, service.way),
        on_its_way=_on_its_way(actor.locale, one),
        made=_made(actor.locale, one),
        unwritten=[
            {
                "name": each.name,
                "path": f"/contacts/{each.contact_id}",
                "error": translate(actor.locale, each.error),
            }
            for each in one.unwritten
        ],
        books=[_book(actor, each, now) for each in one.books],
    )


def _book(actor: Actor, line: BookLine, now: datetime) -> BookRow:
    locale, state = actor.locale, line.condition
    return BookRow(
        id=line.id,
        name=line.name,
        light=health.LIGHTS[state].value,
        note=_note(locale, line),
        trouble=_trouble(actor, line, now),
        advice=translate(locale, health.BOOK_ADVICE[state])
        if state in {Condition.GONE, Condition.TROUBLE}
        else "",
        used=line.used,
        main=line.main,
        writable=line.writable,
        listing=line.used and state is Condition.LISTING,
        stopped=line.used and state is Condition.STOPPED,
        waiting=translate_n(
            locale,
            "{count} entry is suddenly missing there. Nothing was changed here.",
            "{count} entries are suddenly missing there. Nothing was changed here.",
            line.deletions_waiting,
        )
        if line.deletions_waiting
        else "",
        odd=translate_n(
            locale,
            "{count} card could not be read or imported; the queue says why.",
            "{count} cards could not be read or imported; the queue says why.",
            line.troubles,
        )
        if line.troubles and line.used
        else "",
    )


def _words(
    actor: Actor, state: Condition, error: str, last_success_at: datetime | None, now: datetime
) -> str:
    locale = actor.locale
    ago = moments.ago(locale, last_success_at, now) if last_success_at else ""
    if state is Condition.IN_STEP:
        return translate(locale, N_("In step, {ago}"), ago=ago)
    if state is Condition.LATE:
        return translate(locale, N_("Last read {ago}"), ago=ago)
    if state is Condition.TROUBLE and error:
        return translate(locale, error)
    return translate(locale, _STATES[state])


def _note(locale: str, line: BookLine) -> str:
    if not line.used:
        return ""
    if line.condition in {Condition.LISTING, Condition.STOPPED}:
        shown = number(locale, line.seen)
        return translate_n(
            locale, "{shown} card read", "{shown} cards read", line.seen, shown=shown
        )
    shown = number(locale, line.cards)
    cards = translate_n(locale, "{shown} card", "{shown} cards", line.cards, shown=shown)
    if not line.linked:
        return cards
    linked = translate(locale, N_("{shown} in step"), shown=number(locale, line.linked))
    return f"{cards} · {linked}"


def _trouble(actor: Actor, line: BookLine, now: datetime) -> str:
    locale = actor.locale
    if line.condition is Condition.GONE:
        return translate(
            locale, N_("This address book does not exist any more. Your contacts stay.")
        )
    if line.condition is not Condition.TROUBLE:
        return ""
    again = line.next_attempt_at
    if again is None or again <= now:
        return translate(locale, line.error)
    when = moments.clock_time(locale, actor.time_zone, again)
    return " ".join(
        (
            translate(locale, line.error),
            translate(locale, N_("Next attempt: {time}."), time=when),
        )
    )


def _on_its_way(locale: str, one: BookAccount) -> str:
    moving = one.waiting - len(one.unwritten)
    if moving <= 0:
        return ""
    return translate_n(
        locale,
        "{count} entry is on its way to the address book.",
        "{count} entries are on their way to the address book.",
        moving,
    )


def _made(locale: str, one: BookAccount) -> str:
    if not one.made:
        return ""
    return translate_n(
        locale,
        "Also remove the {count} entry that Tandem made there",
        "Also remove the {count} entries that Tandem made there",
        one.made,
    )


def _sign_in(actor: Actor, one: BookAccount, way: Way) -> str:
    if way is not Way.SIGN_IN or actor.user_id != one.user_id:
        return ""
    return f"/connect/{one.provider}?for=contacts&account={one.id}&next=/settings/accounts"


def _everyone(session: Session, actor: Actor, now: datetime) -> list[dict[str, str]]:
    """Everybody's accounts, for administrators: state only."""
    return [
        {
            "user": one.user_name,
            "user_id": str(one.user_id),
            "label": one.label,
            "light": health.LIGHTS[one.condition].value,
            "words": _words(actor, one.condition, one.error, one.last_success_at, now),
        }
        for one in queries.all_accounts(session, actor, now=now)
        if one.user_id != actor.user_id
    ]


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
