"""What an option would make of the events that are in a calendar now, as if they arrived now (SYN-6).

Nothing is written. The list is capped, the totals are not.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.core.kinds import Intake
from crm_app.models import Appointment, ExternalCalendar
from crm_app.providers.occurrence import Occurrence
from crm_app.sync.incoming import judging
from crm_app.sync.incoming.judging import Judged
from crm_app.sync.records import busy_rows, company
from crm_app.sync.rules.guests import Guest, key_of
from crm_app.sync.rules.ingest import Policy, Why
from crm_app.sync.rules.options import Option
from crm_app.sync.rules.pairing import name_of

# So many values fit into one query on every database.
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Person:
    """A guest. ``contact_id`` is set for those who are in the CRM; ``waits``: for a decision."""

    email: str
    name: str
    contact_id: int | None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """An external event of which something would be made. Instants are UTC; the next instance."""

    object_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool
    recurring: bool
    appointments: int
    people: tuple[Person, ...]
    fires: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """The dry run. ``events`` counts those of which something would be made, ``appointments`` their
    instances, ``looked_at`` all coming ones with people on them; ``left_out`` says why of the rest.

    ``firing`` is how many bookings would trigger, ``waiting`` how many people would wait for a
    decision, ``followed`` how many are appointments already, from this calendar or a colleague's.
    ``ready`` False: the calendar has not been read to its end yet.
    """

    ready: bool = False
    looked_at: int = 0
    events: int = 0
    appointments: int = 0
    new_contacts: int = 0
    known_contacts: int = 0
    waiting: int = 0
    firing: int = 0
    followed: int = 0
    left_out: dict[Why, int] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()


def try_out(
    session: Session, calendar: ExternalCalendar, option: Option, *, now: datetime, most: int
) -> Preview:
    """The dry run of ``option`` on a calendar, with at most ``most`` lines, soonest first."""
    if calendar.window_from is None or calendar.window_until is None:
        return Preview()
    where = busy_rows.whose(session, calendar)
    policy = Policy.of(
        option,
        linked=True,
        tentative_blocks=calendar.tentative_blocks,
        out_of_office_blocks=calendar.out_of_office_blocks,
    )
    count = _Count()
    for some in judging.upcoming(session, calendar, now=now):
        fresh = [entry for entry in some if entry.intake != Intake.TAKEN]
        judged = list(judging.judge(session, where, policy, fresh, now=now, history=False))
        there = _appointments(session, judged)
        count.followed += len(some) - len(fresh)
        for one in judged:
            count.add(one, there)
    known = company.load(session, where.user_id, count.people).known
    return count.preview(known, ready=calendar.complete, most=most)


@dataclass(slots=True)
class _Count:
    """What was seen so far."""

    looked_at: int = 0
    followed: int = 0
    taken: list[Judged] = field(default_factory=list)
    left_out: Counter[Why] = field(default_factory=Counter)
    made: set[str] = field(default_factory=set)
    linked: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)

    @property
    def people(self) -> set[str]:
        return self.made | self.linked | self.waiting

    def add(self, one: Judged, there: Collection[str]) -> None:
        self.looked_at += 1
        if any(_uid(at) in there for at, _ in one.instances):
            self.followed += 1
            return
        decisions = [decision for _, decision in one.instances]
        if not any(decision.takes or decision.review for decision in decisions):
            self.left_out[decisions[0].why] += 1
            return
        self.taken.append(one)
        for decision in decisions:
            self.made.update(guest.key for guest in decision.make)
            self.linked.update(guest.key for guest in decision.link)
            self.waiting.update(guest.key for guest in decision.review)

    def preview(self, known: dict[str, int], *, ready: bool, most: int) -> Preview:
        soonest = sorted(self.taken, key=lambda one: (one.first.starts_at, one.entry.id))
        lines = [_line(one, known) for one in soonest]
        return Preview(
            ready=ready,
            looked_at=self.looked_at,
            events=len(lines),
            appointments=sum(line.appointments for line in lines),
            new_contacts=len(self.made),
            known_contacts=len({known[key] for key in self.linked if key in known}),
            waiting=len(self.waiting),
            firing=sum(d.fires for one in self.taken for _, d in one.instances),
            followed=self.followed,
            left_out=dict(self.left_out),
            lines=tuple(lines[:most]),
        )


def _appointments(session: Session, judged: Iterable[Judged]) -> set[str]:
    """The UIDs of those instances that are appointments: by a colleague's calendar, or because they
    are the invitation to one of ours."""
    uids = {_uid(at) for one in judged for at, decision in one.instances if decision.takes}
    return set(
        session.exec(select(Appointment.ical_uid).where(col(Appointment.ical_uid).in_(uids)))
    )


def _uid(one: Occurrence) -> str:
    name = name_of(one)
    return f"{one.uid}#{name}" if name else one.uid


def _line(one: Judged, known: dict[str, int]) -> Line:
    concerned = [(at, d) for at, d in one.instances if d.takes or d.review]
    first = concerned[0][0]
    return Line(
        object_id=one.entry.id,
        title=first.summary,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
        all_day=first.all_day,
        recurring=first.recurring,
        appointments=sum(decision.takes for _, decision in concerned),
        people=people_of(one, known),
        fires=any(decision.fires for _, decision in concerned),
    )


def people_of(one: Judged, known: dict[str, int]) -> tuple[Person, ...]:
    """Everybody whom the decisions about an entry name, each once, in the order of its list."""
    waiting = {guest.key for _, decision in one.instances for guest in decision.review}
    named: dict[str, Guest] = {}
    for occurrence, decision in one.instances:
        order = {key_of(a.email): n for n, a in enumerate(occurrence.attendees)}
        concerned = (*decision.link, *decision.make, *decision.review)
        for guest in sorted(concerned, key=lambda guest: order.get(guest.key, -1)):
            named.setdefault(guest.key, guest)
    return tuple(
        Person(guest.email, guest.name, known.get(key), waits=key in waiting)
        for key, guest in named.items()
    )
