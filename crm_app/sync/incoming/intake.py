"""Events of a linked calendar become contacts and appointments (SYN-4, SYN-5, SYN-7, SYN-8).

``ingest.decide`` says what is to be done; here it is done, in the transaction of the page that
brought the event, so that a repeated page finds it done. First the appointments that are there
already follow, then contacts are found or made, then appointments, each in a fixed order, so that
runs that bring the same meeting at the same time do not wait for each other in a circle.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from crm_app.contacts import service as contacts
from crm_app.core import facts
from crm_app.core.errors import Invalid
from crm_app.core.kinds import CalendarRole, Intake
from crm_app.models import (
    Appointment,
    Calendar,
    Contact,
    EventLink,
    ExternalCalendar,
    ExternalObject,
    User,
)
from crm_app.providers.calendar_port import RemoteEvent
from crm_app.providers.ical import reading
from crm_app.providers.occurrence import Occurrence
from crm_app.sync.incoming import adopting, following, meetings
from crm_app.sync.incoming.following import Voice
from crm_app.sync.incoming.meetings import Case
from crm_app.sync.records import company, outside, series
from crm_app.sync.records.busy_rows import Whose
from crm_app.sync.records.company import Company
from crm_app.sync.records.series import Series
from crm_app.sync.rules.guests import Guest, colleagues_of, guests_of, keys_of
from crm_app.sync.rules.ingest import Policy, decide
from crm_app.sync.rules.options import option_of
from crm_app.sync.rules.pairing import name_of


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms events are taken in. ``accepted``: a person decided for the guests with the keys
    ``only`` (None: all). ``silent``: nothing fires. ``since``: only instances that begin then or
    later are new. ``as_it_was``: series of which only the history is read, piece by piece."""

    now: datetime
    accepted: bool = False
    silent: bool = False
    only: frozenset[str] | None = None
    as_it_was: frozenset[str] = frozenset()
    since: datetime | None = None


def take_in(
    session: Session,
    calendar: ExternalCalendar,
    where: Whose,
    rows: Collection[ExternalObject],
    *,
    now: datetime,
    accepted: bool = False,
    silent: bool = False,
    only: frozenset[str] | None = None,
    first_seen: frozenset[str] = frozenset(),
    since: datetime | None = None,
) -> None:
    """Have appointments follow the series of ``rows``, and make what the calendar's option says.

    See ``Terms`` for the rest; ``first_seen`` are objects that were never read before. Without
    ``accepted`` or ``silent``, what belongs to the calendar's history and did not change since is
    left alone.
    """
    as_it_was = frozenset(
        row.series for row in rows if row.history and row.href in first_seen
    ) - frozenset(row.series for row in rows if not (row.history and row.href in first_seen))
    terms = Terms(now, accepted, silent, only, as_it_was, since)
    policy = policy_of(calendar)
    takes = _takes(calendar, where, accepted=accepted)
    names = {row.series or row.href for row in rows}
    linked = outside.links_at(session, where.calendar_id, names)
    if not takes and not linked:
        return
    user = session.get_one(User, where.user_id)
    groups = [
        group
        for group in series.gather(session, where.calendar_id, rows)
        if all(row.appointment_id is None for row in group.rows) and group.root.raw
    ]
    followed: dict[str, dict[str, int]] = {}
    known = _locked(session, linked)
    for group in groups:
        if own := linked.get(group.name):
            voice = Voice(policy.triggers and not silent, policy.triggers_per_instance)
            followed[group.name] = following.follow(
                session, where, group, own, known, voice, now=now
            )
            if group.root.intake == Intake.NONE:
                _mark(session, group, Intake.TAKEN)
    if takes:
        lost = meetings.without_event(session, where.user_id) if as_it_was else frozenset()
        wanted = [
            group
            for group in groups
            if _may_be_new(group, followed, terms) or group.root.uid in lost
        ]
        _make(session, calendar, where, user, wanted, followed, terms)


def concerning(
    session: Session,
    calendar: ExternalCalendar,
    where: Whose,
    new: Collection[RemoteEvent],
    *,
    history: bool,
) -> list[str]:
    """The hrefs of those of the ``new`` single objects that ``take_in`` has to look at: those of which
    something was made, and those of which something may be."""
    if not new:
        return []
    hrefs = [event.href for event in new]
    wanted = set(outside.links_at(session, where.calendar_id, hrefs))
    if not _takes(calendar, where):
        return [href for href in hrefs if href in wanted]
    if history:
        # Only what was made of them before this calendar was connected again.
        lost = meetings.without_event(session, where.user_id)
        wanted |= {event.href for event in new if event.uid in lost}
    else:
        wanted |= {event.href for event in new if names_people(event.raw)}
    return [href for href in hrefs if href in wanted]


def end(
    session: Session, calendar: ExternalCalendar, names: Collection[str], *, now: datetime
) -> None:
    """The series ``names`` are deleted outside: so is here what was made of them (SYN-9)."""
    policy = policy_of(calendar)
    linked = outside.links_at(session, calendar.id or 0, names)
    known = _locked(session, linked)
    for name in sorted(linked):
        voice = Voice(policy.triggers, policy.triggers_per_instance)
        following.end_all(session, linked[name], known, voice, now=now)


def _locked(
    session: Session, linked: Mapping[str, Collection[EventLink]]
) -> dict[int, Appointment]:
    """All appointments concerned, at once, so that two runs never wait for each other."""
    ids = [link.appointment_id for links in linked.values() for link in links]
    return outside.locked(session, ids) if ids else {}


def _takes(calendar: ExternalCalendar, where: Whose, *, accepted: bool = False) -> bool:
    """Whether anything is made of the calendar's events."""
    linked = calendar.role == CalendarRole.LINKED
    return linked and where.active and (option_of(calendar).takes or accepted)


def policy_of(calendar: ExternalCalendar) -> Policy:
    """How the calendar's events are judged now."""
    return Policy.of(
        option_of(calendar),
        linked=calendar.role == CalendarRole.LINKED,
        tentative_blocks=calendar.tentative_blocks,
        out_of_office_blocks=calendar.out_of_office_blocks,
    )


def _may_be_new(group: Series, followed: Mapping[str, dict[str, int]], terms: Terms) -> bool:
    """Whether the series may hold what is to be taken in. Most events name nobody."""
    if not any(names_people(row.raw) for row in group.rows):
        return False
    if terms.accepted or group.name in followed:
        return True
    return terms.silent or group.name not in terms.as_it_was


def names_people(raw: str) -> bool:
    """Whether an object may have an organizer or guests."""
    return "ATTENDEE" in raw or "ORGANIZER" in raw


def _make(
    session: Session,
    calendar: ExternalCalendar,
    where: Whose,
    user: User,
    groups: list[Series],
    followed: Mapping[str, dict[str, int]],
    terms: Terms,
) -> None:
    found = {group.name: _instances(where, group, terms, followed) for group in groups}
    people = company.load(
        session, where.user_id, keys_of(one for each in found.values() for one in each)
    )
    policy = policy_of(calendar)
    cases: list[Case] = []
    for group in groups:
        at = meetings.appointments_at(session, group, followed.get(group.name, {}))
        cases += _cases(where, group, found[group.name], at, people, policy, terms)
    made = _contacts(session, cases)
    target = _target(session, calendar)
    changed = adopting.carry_out(session, where, target, user, cases, made, now=terms.now)
    for group in groups:
        mine = [case for case in cases if case.group is group]
        _note(session, group, mine, terms, followed=group.name in followed)
    if changed:
        facts.record(session, facts.BusyTimeChanged(where.user_id))


def _instances(
    where: Whose, group: Series, terms: Terms, followed: Mapping[str, dict[str, int]]
) -> list[Occurrence]:
    known = followed.get(group.name, {})
    found = reading.read_occurrences(
        group.raw,
        since=where.since,
        until=where.until,
        calendar_zone=where.zone,
        own_addresses=where.own_addresses,
    )
    return [
        one
        for one in found
        if terms.since is None or one.starts_at >= terms.since or name_of(one) in known
    ]


def _cases(
    where: Whose,
    group: Series,
    instances: Iterable[Occurrence],
    at: meetings.There,
    people: Company,
    policy: Policy,
    terms: Terms,
) -> list[Case]:
    """What is decided about each instance of a series, in order of time."""
    quiet = terms.silent or group.root.history
    fired = at.begun
    found: list[Case] = []
    for one in instances:
        guests = guests_of(
            one,
            own=where.own_addresses | people.own,
            colleagues=people.colleagues,
            filters=people.filters,
        )
        decision = decide(
            one,
            policy,
            guests=guests,
            known=people.known.keys(),
            now=terms.now,
            first_of_series=not fired,
            accepted=terms.accepted,
            silent=quiet,
            declined=_declined(group, guests, at, terms),
        )
        fired = fired or decision.fires
        triggers = policy.triggers and not quiet
        case = Case(
            group,
            one,
            guests,
            colleagues_of(one, people.colleagues),
            decision,
            at.instances.get(name_of(one)),
            loud=triggers and one.ends_at > terms.now,
            triggers=triggers,
        )
        waits = decision.takes or decision.review
        if waits and not meetings.is_complete(case, at, people.known):
            found.append(case)
    return found


def _declined(
    group: Series, guests: Collection[Guest], at: meetings.There, terms: Terms
) -> frozenset[str]:
    """Who becomes no contact any more: whom somebody decided against, and who was on it before and is
    no contact (any more)."""
    declined = frozenset(key for row in group.rows for key in row.declined)
    if group.root.intake != Intake.REVIEW and not terms.accepted:
        declined |= at.everybody
    if terms.only is None:
        return declined
    return declined | {guest.key for guest in guests if guest.key not in terms.only}


def _contacts(session: Session, cases: Iterable[Case]) -> dict[str, Contact]:
    """The contacts behind the guests who are made or linked, by key."""
    loud: dict[str, bool] = {}
    named: dict[str, Guest] = {}
    for case in cases:
        for guest in (*case.decision.make, *case.decision.link):
            loud[guest.key] = loud.get(guest.key, False) or case.loud
            if not (guest.key in named and named[guest.key].name):
                named[guest.key] = guest
    found: dict[str, Contact] = {}
    for key in sorted(named):
        actor = outside.actor_for(silent=not loud[key])
        try:
            found[key], _ = contacts.find_or_make(
                session, actor, email=named[key].email, name=named[key].name, source="sync"
            )
        except Invalid:
            # An address that no contact can have; the event blocks its time all the same.
            continue
    return found


def _target(session: Session, calendar: ExternalCalendar) -> Calendar | None:
    """Where the appointments are filed, when somebody chose it."""
    chosen = option_of(calendar).default_calendar_id
    return session.get(Calendar, chosen) if chosen is not None else None


def _note(
    session: Session, group: Series, cases: Collection[Case], terms: Terms, *, followed: bool
) -> None:
    waits = any(case.decision.review and case.one.ends_at > terms.now for case in cases)
    if waits:
        _mark(session, group, Intake.REVIEW)
    elif any(case.decision.takes for case in cases):
        _mark(session, group, Intake.TAKEN)
    elif group.root.intake == Intake.REVIEW:
        _mark(session, group, Intake.TAKEN if followed else Intake.NONE)


def _mark(session: Session, group: Series, intake: Intake) -> None:
    group.root.intake = intake
    session.add(group.root)
