"""What an appointment's signed link leads to, read from the database, and the answers around it.

Whoever holds the link acts as the lead; nothing else opens these pages (CAL-7).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import htpy as h
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crm_app.accounts.queries import get_workspace
from crm_app.appointments import links, queries
from crm_app.booking import visit
from crm_app.booking.http.opened import SCRIPTS, answer, host
from crm_app.booking.pages import manage as pages
from crm_app.booking.pages.manage import Booked, State
from crm_app.booking.visit import Visit
from crm_app.core import access
from crm_app.core.kinds import AppointmentStatus
from crm_app.models import Appointment, Calendar, User, Workspace

_NEWS = frozenset({"booked", "moved"})
_STATES = {
    AppointmentStatus.NEW: State.WAITING,
    AppointmentStatus.CONFIRMED: State.STANDING,
    AppointmentStatus.SHOWED: State.OVER,
    # Nobody is told in writing that he did not come.
    AppointmentStatus.NO_SHOW: State.OVER,
    AppointmentStatus.CANCELLED: State.CANCELLED,
    AppointmentStatus.INVALID: State.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a link leads to."""

    appointment: Appointment
    calendar: Calendar
    user: User
    workspace: Workspace
    visit: Visit
    booked: Booked


def find(session: Session, request: Request, now: datetime) -> Found:
    """The appointment behind the path's token; NotFound when the link is not ours."""
    token = request.path_params["token"]
    appointment = queries.by_public_id(session, links.read_manage_token(token))
    calendar = session.get_one(Calendar, appointment.calendar_id)
    user = session.get_one(User, appointment.user_id)
    workspace = get_workspace(session)
    seen = visit.read(
        request.url.path,
        request.query_params,
        accept_language=request.headers.get("accept-language"),
        home_locale=appointment.locale,
        home_zone=appointment.time_zone,
        settled=True,
    )
    news = request.query_params.get("news", "")
    return Found(
        appointment=appointment,
        calendar=calendar,
        user=user,
        workspace=workspace,
        visit=seen,
        booked=Booked(
            title=calendar.name,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            state=state_of(appointment, now),
            host=host(user),
            host_email=user.email,
            team=workspace.name,
            place=appointment.location,
            address=f"/booking/{token}",
            book_again=f"/cal/{calendar.slug}" if calendar.active else "",
            may_change=may_change(appointment, calendar, now),
            changes_until=_changes_until(appointment, calendar),
            reminders=tuple(calendar.reminders),
            news=news if news in _NEWS else "",
        ),
    )


def state_of(appointment: Appointment, now: datetime) -> State:
    """Where the appointment stands, as its lead sees it."""
    state = _STATES[appointment.status]
    ahead = state in (State.STANDING, State.WAITING)
    return State.OVER if ahead and appointment.ends_at <= now else state


def may_change(appointment: Appointment, calendar: Calendar, now: datetime) -> bool:
    """Whether the lead may still move or cancel it (CAL-7)."""
    standing = state_of(appointment, now) in (State.STANDING, State.WAITING)
    return standing and now <= _changes_until(appointment, calendar)


def _changes_until(appointment: Appointment, calendar: Calendar) -> datetime:
    return appointment.starts_at - timedelta(minutes=calendar.change_cutoff)


def reply(found: Found, content: h.Node, *, status: int = 200, wide: bool = False) -> Response:
    scripts = SCRIPTS if wide else ()
    return answer(
        found.visit,
        found.workspace,
        title_of(found),
        content,
        status=status,
        wide=wide,
        scripts=scripts,
    )


def title_of(found: Found) -> str:
    return f"{pages.heading(found.visit.locale, found.booked)} · {found.calendar.name}"


def lead_of(found: Found) -> access.Actor:
    return access.visitor(
        found.appointment.lead_email or "visitor",
        locale=found.appointment.locale,
        time_zone=found.appointment.time_zone,
    )


def back(found: Found, news: str = "") -> Response:
    """To the appointment's own page, which says how things stand."""
    query = f"?news={news}" if news else ""
    return RedirectResponse(
        f"{found.booked.address}{query}", 303, headers={"Cache-Control": "no-store"}
    )
