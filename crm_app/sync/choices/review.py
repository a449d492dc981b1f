"""Guests of external events who wait for a decision, and what people decide (SYN-7).

A calendar's queue is its user's; administrators see and empty those of others, but the titles of
private events never leave. Accepting makes contacts of the chosen guests and an appointment;
declining concerns this event alone, or the address or the domain for good.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.accounts import queries as accounts
from crm_app.core import facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.core.kinds import Intake
from crm_app.models import ExternalCalendar, ExternalObject
from crm_app.sync import queries
from crm_app.sync.choices import filters, review_queue
from crm_app.sync.choices.dry_run import Person, people_of
from crm_app.sync.incoming import intake, judging
from crm_app.sync.incoming.judging import Judged
from crm_app.sync.records import busy_rows, company
from crm_app.sync.rules.guests import Guest, key_of

DECIDED = N_("This was decided meanwhile, or it is over.")
CHOOSE = N_("Choose at least one of the guests.")


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """An external event that waits; the next instance, UTC. ``title`` is empty where it is private.

    ``people`` are those who wait and those who are linked already. ``history``: it was here before
    the option was chosen, so accepting triggers nothing; else ``triggers`` says.
    """

    object_id: int
    calendar_id: int
    user_id: int
    calendar: str
    title: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    recurring: bool
    people: tuple[Person, ...]
    triggers: bool


def waiting(
    session: Session, actor: Actor, *, now: datetime, user_id: int | None = None
) -> list[ReviewRow]:
    """What waits for the decision of ``user_id`` (one's own without one), soonest first."""
    whose = user_id if user_id is not None else actor.require_user()
    accounts.get_user_to_manage(session, actor, whose)
    rows = [
        row
        for calendar in review_queue.calendars(session, whose)
        for row in _rows(session, calendar, whose, now)
    ]
    return sorted(rows, key=lambda row: (row.starts_at, row.object_id))


def accept(
    session: Session, actor: Actor, object_id: int, *, emails: Collection[str], now: datetime
) -> None:
    """Make contacts of the guests with the addresses ``emails``, and an appointment with them.

    The others on the event are not asked about again. Raises NotFound, Conflict, Invalid(emails).
    """
    row, calendar, found = _get(session, actor, object_id, now)
    waits = review_queue.who_waits(found)
    chosen = {key_of(email) for email in emails} - {""}
    if not chosen or not chosen <= waits.keys():
        raise Invalid(fields={"emails": CHOOSE})
    _decline_guests(session, row, waits.keys() - chosen)
    intake.take_in(
        session,
        calendar,
        busy_rows.whose(session, calendar),
        [row],
        now=now,
        accepted=True,
        only=frozenset(chosen),
    )
    _tell(session, actor, calendar, row, "review.accepted", sorted(chosen))


def decline(
    session: Session,
    actor: Actor,
    object_id: int,
    *,
    ignore: Literal["", "address", "domain"] = "",
    now: datetime,
) -> None:
    """Make nothing of the guests who wait on an event; it goes on blocking its time.

    ``ignore`` also filters their addresses or domains for the calendar's user, for good; others who
    wait and are covered go too. Raises NotFound, Conflict, Invalid.
    """
    row, calendar, found = _get(session, actor, object_id, now)
    waits = review_queue.who_waits(found)
    _decline_guests(session, row, waits.keys())
    review_queue.leave(session, calendar, found.entry, Intake.DECLINED)
    _tell(session, actor, calendar, row, "review.declined", sorted(waits))
    if ignore:
        _ignore(session, actor, calendar, waits.values(), ignore, now)


def _get(
    session: Session, actor: Actor, object_id: int, now: datetime
) -> tuple[ExternalObject, ExternalCalendar, Judged]:
    """A waiting event that ``actor`` may decide about, its calendar locked; NotFound, Conflict."""
    row = accounts.by_id(session, ExternalObject, object_id)
    if row is None:
        raise NotFound
    queries.get_external_calendar(session, actor, row.external_calendar_id)
    calendar = _locked(session, row.external_calendar_id)
    entry = next((e for e in judging.waiting(session, calendar) if e.id == object_id), None)
    found = list(review_queue.judged(session, calendar, [entry], now=now)) if entry else []
    if not found or not review_queue.who_waits(found[0]):
        raise Conflict(DECIDED)
    session.refresh(row)
    return row, calendar, found[0]


def _locked(session: Session, calendar_id: int) -> ExternalCalendar:
    """No run may bring the same event meanwhile, and no colleague decide about it."""
    return session.exec(
        select(ExternalCalendar)
        .where(col(ExternalCalendar.id) == calendar_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _rows(
    session: Session, calendar: ExternalCalendar, user_id: int, now: datetime
) -> list[ReviewRow]:
    entries = judging.waiting(session, calendar)
    found = [
        one
        for one in review_queue.judged(session, calendar, entries, now=now)
        if review_queue.who_waits(one)
    ]
    keys = {guest.key for one in found for _, d in one.instances for guest in d.link}
    known = company.load(session, user_id, keys).known
    return [_row(one, calendar, user_id, known) for one in found]


def _row(one: Judged, calendar: ExternalCalendar, user_id: int, known: dict[str, int]) -> ReviewRow:
    first = next(at for at, decision in one.instances if decision.review)
    return ReviewRow(
        object_id=one.entry.id,
        calendar_id=calendar.id or 0,
        user_id=user_id,
        calendar=calendar.name,
        title="" if first.private else first.summary,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
        all_day=first.all_day,
        recurring=first.recurring,
        people=people_of(one, known),
        triggers=calendar.triggers and not one.entry.history,
    )


def _decline_guests(session: Session, row: ExternalObject, keys: Collection[str]) -> None:
    row.declined = sorted({*row.declined, *keys})
    session.add(row)
    session.flush()


def _ignore(
    session: Session,
    actor: Actor,
    calendar: ExternalCalendar,
    waits: Collection[Guest],
    what: Literal["address", "domain"],
    now: datetime,
) -> None:
    _, account = queries.get_external_calendar(session, actor, calendar.id or 0)
    for guest in waits:
        pattern = guest.key if what == "address" else f"@{guest.key.rpartition('@')[2]}"
        filters.add_filter(session, actor, pattern, user_id=account.user_id, now=now)


def _tell(
    session: Session,
    actor: Actor,
    calendar: ExternalCalendar,
    row: ExternalObject,
    action: str,
    keys: Collection[str],
) -> None:
    audit.record(
        session,
        actor,
        action,
        subject_kind="external_object",
        subject_id=row.id,
        calendar=calendar.name,
        guests=list(keys),
    )
    facts.record(session, facts.ConnectionChanged(calendar.account_id, state="review"))
