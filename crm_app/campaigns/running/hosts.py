"""The users of the workspace as texts name them, and the links that lead to their slots (CAM-5)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from crm_app.appointments.links import calendar_url
from crm_app.campaigns.running.standing import Host
from crm_app.core.kinds import CalendarKind
from crm_app.models import Calendar, CalendarMember, User


@dataclass(frozen=True, slots=True)
class Served:
    """A calendar that can be booked, as it matters for links."""

    id: int
    slug: str
    kind: CalendarKind


@dataclass(frozen=True, slots=True)
class Team:
    """All users, and the calendars that each of them serves, in the order in which they were made."""

    users: Mapping[int, Host]
    calendars: Mapping[int, Served]
    served: Mapping[int, tuple[Served, ...]]

    def link_of(self, user_id: int | None, calendar_id: int | None) -> str:
        """The page with only that user's slots: on the given calendar if he serves it, else on his
        personal one, else on the first that he serves; "" when he serves none."""
        host = self.users.get(user_id or 0)
        chosen = next(_in_order(self.served.get(user_id or 0, ()), calendar_id), None)
        return f"{calendar_url(chosen.slug)}/{host.slug}" if host and chosen else ""

    def calendar_link(self, calendar_id: int | None) -> str:
        """The booking page of the whole team; "" when the calendar cannot be booked."""
        chosen = self.calendars.get(calendar_id or 0)
        return calendar_url(chosen.slug) if chosen else ""

    def host(self, user_id: int | None, link: str) -> Host | None:
        """The user with ``link`` as his calendar link."""
        host = self.users.get(user_id or 0)
        return replace(host, calendar_link=link) if host and link else host


def _in_order(served: tuple[Served, ...], calendar_id: int | None) -> Iterator[Served]:
    yield from (each for each in served if each.id == calendar_id)
    yield from (each for each in served if each.kind == CalendarKind.PERSONAL)
    yield from served


def load(session: Session) -> Team:
    """The workspace's team. Those who left are among them, not active."""
    users = session.exec(select(User)).all()
    serving = session.exec(
        select(CalendarMember.user_id, Calendar)
        .join(Calendar, col(Calendar.id) == CalendarMember.calendar_id)
        .where(col(Calendar.active).is_(True), col(CalendarMember.active).is_(True))
        .order_by(col(Calendar.id))
    ).all()
    served = defaultdict(list)
    calendars: dict[int, Served] = {}
    for user_id, row in serving:
        calendar = calendars.setdefault(row.id or 0, Served(row.id or 0, row.slug, row.kind))
        served[user_id].append(calendar)
    return Team(
        users={row.id or 0: _host(row) for row in users},
        calendars=calendars,
        served={user_id: tuple(each) for user_id, each in served.items()},
    )


def _host(row: User) -> Host:
    return Host(
        id=row.id or 0,
        name=row.name,
        email=row.email,
        slug=row.slug,
        signature=row.signature,
        time_zone=row.time_zone,
        active=row.active,
    )
