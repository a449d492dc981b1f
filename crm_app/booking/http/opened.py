"""What a booking page is about, read from the database: calendar, members, team, and the visitor.

What always holds: only active calendars open, a member's own page exists only while he serves the
calendar, and a team's members stay unnamed until one is drawn.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import htpy as h
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from crm_app.accounts.queries import get_workspace
from crm_app.appointments import queries
from crm_app.booking import entered, service, visit
from crm_app.booking.entered import Asked
from crm_app.booking.pages.about import About, Host
from crm_app.booking.slots import Slot
from crm_app.booking.visit import Visit
from crm_app.core.errors import NotFound
from crm_app.core.kinds import CalendarKind
from crm_app.models import Appointment, Calendar, User, Workspace
from crm_app.ui.public.page import page

# The script that turns pages in place; every page works without it.
SCRIPTS = ("booking.js",)


@dataclass(frozen=True, slots=True)
class Opened:
    """A booking page as a visitor opened it. ``user_slug`` is set on a member's own page."""

    calendar: Calendar
    workspace: Workspace
    user_slug: str | None
    about: About
    visit: Visit

    @property
    def asked(self) -> Asked:
        """The calendar's form."""
        return entered.asked(
            self.calendar.form_fields,
            allow_guests=self.calendar.allow_guests,
            consent_text=self.calendar.consent_text,
        )

    @property
    def privacy_url(self) -> str:
        """The team's privacy policy, if it is an address on the web."""
        url = self.workspace.privacy_url
        return url if url.startswith(("https://", "http://")) else ""


def open_calendar(session: Session, request: Request) -> Opened:
    """The page that the path names; NotFound when there is none."""
    user_slug = request.path_params.get("user")
    calendar = queries.public_calendar(session, request.path_params["calendar"])
    members = [user for _, user in queries.members_of(session, calendar.id or 0)]
    if user_slug is not None:
        members = [user for user in members if user.slug == user_slug]
        if not members:
            raise NotFound
    settled = settled_members(calendar, members, user_slug)
    workspace = get_workspace(session)
    return Opened(
        calendar=calendar,
        workspace=workspace,
        user_slug=user_slug,
        about=about_calendar(calendar, workspace, settled),
        visit=visit.read(
            request.url.path,
            request.query_params,
            accept_language=request.headers.get("accept-language"),
            home_locale=workspace.locale,
            home_zone=settled[0].time_zone if len(settled) == 1 else workspace.time_zone,
        ),
    )


def settled_members(
    calendar: Calendar, members: list[User], user_slug: str | None = None
) -> list[User]:
    """The members of whom it is certain that they take part; nobody on a team's page."""
    if user_slug is not None or calendar.kind in (CalendarKind.PERSONAL, CalendarKind.CLASS):
        return members[:1]
    return members if calendar.kind == CalendarKind.COLLECTIVE else []


def about_calendar(calendar: Calendar, workspace: Workspace, settled: list[User]) -> About:
    """What the calendar offers, with the members that are certain."""
    return About(
        title=calendar.name,
        minutes=calendar.duration,
        team=workspace.name,
        place=calendar.location,
        description=calendar.description,
        hosts=tuple(host(user) for user in settled),
    )


def host(user: User) -> Host:
    """A member as visitors see him."""
    return Host(user.name, user.color)


def finder(
    session: Session,
    calendar: Calendar,
    now: datetime,
    *,
    user_slug: str | None = None,
    moving: Appointment | None = None,
) -> Callable[[datetime, datetime], list[Slot]]:
    """A function that finds the calendar's slots starting in [since, until)."""

    def find(since: datetime, until: datetime) -> list[Slot]:
        if since >= until:
            return []
        return service.find_slots(
            session,
            calendar,
            since=since,
            until=until,
            now=now,
            user_slug=user_slug,
            moving=moving,
        )

    return find


def answer(
    seen: Visit,
    workspace: Workspace,
    title: str,
    content: h.Node,
    *,
    status: int = 200,
    wide: bool = False,
    embed: bool = False,
    scripts: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The page around ``content``, in the visitor's language, with the other languages below it."""
    return page(
        locale=seen.locale,
        title=title,
        body=content,
        status=status,
        workspace_name=workspace.name,
        embed=embed,
        framed=seen.embed,
        scripts=scripts,
        languages=seen.languages(),
        wide=wide,
        accent=workspace.accent,
        headers=headers,
    )
