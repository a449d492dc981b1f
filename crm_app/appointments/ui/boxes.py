"""What the calendar page draws: appointments in their member's colour, external events in grey.

A look never rests on colour alone (CAL-9): the title carries the member's initials, classes add
patterns, outlines and icons, and each box says in words what it is (``hint``). An external event
from which an appointment was made is drawn once, as the appointment. Names of private events never
leave the server (SYN-12).
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from crm_app.accounts import queries as accounts
from crm_app.appointments import busy, queries
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import AppointmentSource, AppointmentStatus
from crm_app.models import Appointment, Calendar, CalendarMember, User
from crm_app.ui import moments
from crm_app.ui.components.people import initials

Row = dict[str, Any]

# Cancelled and invalid ones only clutter the week; a no-show stays visible, struck through.
_HIDDEN = frozenset({AppointmentStatus.CANCELLED, AppointmentStatus.INVALID})
_GREY = "var(--muted)"
_LOOKS = {AppointmentStatus.NEW: "unconfirmed", AppointmentStatus.NO_SHOW: "cancelled"}


def people(session: Session, actor: Actor) -> list[dict[str, str]]:
    """Whose time ``actor`` may look at: himself, and the members of calendars that he may see."""
    ids = [calendar.id for calendar in queries.list_calendars(session, actor)]
    serving = select(CalendarMember.user_id).where(col(CalendarMember.calendar_id).in_(ids))
    users = session.exec(
        select(User)
        .where(
            col(User.active).is_(True),
            (col(User.id).in_(serving)) | (col(User.id) == actor.user_id),
        )
        .order_by(User.name)
    )
    return [
        {
            "id": str(user.id),
            "name": user.name,
            "initials": initials(user.name),
            "color": str(user.color),
            "shown": "yes",
        }
        for user in users
    ]


def bookable(session: Session, actor: Actor) -> list[Row]:
    """The calendars on which ``actor`` may book, each with its members."""
    return [
        {
            "id": str(calendar.id),
            "name": calendar.name,
            "duration": calendar.duration,
            "location": calendar.location,
            "members": [
                {"value": str(user.id), "label": user.name}
                for _, user in queries.members_of(session, calendar.id or 0)
            ],
        }
        for calendar in queries.list_calendars(session, actor)
        if calendar.active and queries.may_book(session, actor, calendar)
    ]


def between(
    session: Session,
    actor: Actor,
    since: datetime,
    until: datetime,
    *,
    user_ids: Collection[int],
    calendar_id: int | None,
) -> list[Row]:
    """The boxes that touch [since, until) of the shown people, and of one calendar if it is given."""
    allowed = {int(person["id"]) for person in people(session, actor)}
    shown = [user_id for user_id in user_ids if user_id in allowed]
    found = queries.appointments_between(
        session,
        actor,
        since,
        until,
        user_ids=shown,
        calendar_ids=[calendar_id] if calendar_id else None,
    )
    users = {user.id: user for user in accounts.list_users(session, actor, active_only=False)}
    changeable = {
        calendar.id
        for calendar in queries.list_calendars(session, actor)
        if queries.may_book(session, actor, calendar)
    }
    outside = busy.external(session, actor, shown, since, until, blocking_only=False)
    # What was taken in from an event that is marked as free leaves the time open as well.
    leaves_open = {_place(one) for one in outside if one.taken and not one.blocks}
    rows = [
        _appointment(
            one, users.get(one.user_id), changeable, actor, leaves_open=_place(one) in leaves_open
        )
        for one in found
        if one.status not in _HIDDEN
    ]
    if calendar_id is None:
        rows += [_external(one, users.get(one.user_id), actor) for one in outside if not one.taken]
        rows += [
            _absence(one, users.get(one.user_id), actor)
            for one in busy.absences(session, shown, since, until)
        ]
    return rows


def _place(one: Appointment | busy.External) -> tuple[int, datetime, datetime]:
    return one.user_id, one.starts_at, one.ends_at


def _appointment(
    one: Appointment,
    user: User | None,
    changeable: Collection[int | None],
    actor: Actor,
    *,
    leaves_open: bool,
) -> Row:
    may = one.user_id == actor.user_id or one.calendar_id in changeable
    standing = one.status in (AppointmentStatus.NEW, AppointmentStatus.CONFIRMED)
    first, behind = dates(one)
    return {
        "id": f"a{one.id}",
        "kind": "appointment",
        "title": f"{initials(user.name) if user else '?'} · {one.title}",
        "hint": _said_of(one, actor.locale),
        "start": first.isoformat() if one.all_day else one.starts_at.isoformat(),
        "end": behind.isoformat() if one.all_day else one.ends_at.isoformat(),
        "allDay": one.all_day,
        "class": " ".join(("appointment", *_looks_of(one), *(["open"] if leaves_open else []))),
        "color": _color(user),
        "contrastColor": "#fff",
        # Whole days and what somebody else invites to are moved where they come from.
        "editable": may and standing and not one.all_day and not one.organized_elsewhere,
        "rev": one.ical_sequence,
    }


def dates(one: Appointment) -> tuple[date, date]:
    """The days of an appointment in its own zone; the second is exclusive where it is all-day."""
    zone = moments.zone_of(one.time_zone)
    return one.starts_at.astimezone(zone).date(), one.ends_at.astimezone(zone).date()


def _looks_of(one: Appointment) -> list[str]:
    looks = [
        _LOOKS.get(one.status, ""),
        "synced" if one.source == AppointmentSource.SYNC else "",
        "elsewhere" if one.organized_elsewhere else "",
    ]
    return [look for look in looks if look]


def _said_of(one: Appointment, locale: str) -> str:
    if one.organized_elsewhere:
        return translate(locale, N_("From a connected calendar; somebody else invites to it"))
    if one.source == AppointmentSource.SYNC:
        return translate(locale, N_("From a connected calendar"))
    return ""


def _external(one: busy.External, user: User | None, actor: Actor) -> Row:
    # Private events are no business of the team's, whatever the option.
    coloured = one.coloured and not one.private
    looks = [
        "external" if one.blocks else "free",
        "coloured" if coloured else "",
        "private" if one.private else "",
        "recurring" if one.recurring else "",
    ]
    label = translate(actor.locale, one.label) if one.label == busy.BUSY_LABEL else one.label
    blocks = N_("In a connected calendar; it blocks the time")
    leaves_open = N_("In a connected calendar, marked as free; the time stays open")
    return {
        "id": f"x{one.id}",
        "kind": "external",
        "title": f"{initials(user.name) if user else '?'} · {label}",
        "hint": translate(actor.locale, blocks if one.blocks else leaves_open),
        "start": one.local_start if one.all_day else one.starts_at.isoformat(),
        "end": one.local_end if one.all_day else one.ends_at.isoformat(),
        "allDay": one.all_day,
        "class": " ".join(look for look in looks if look),
        # Views that draw a dot take this colour too.
        "color": _color(user) if coloured else _GREY,
        "editable": False,
        "rev": 0,
    }


def _absence(one: busy.Absence, user: User | None, actor: Actor) -> Row:
    own = one.user_id == actor.user_id or actor.is_admin
    away = translate(actor.locale, N_("Away"))
    return {
        "id": f"o{one.user_id}-{int(one.starts_at.timestamp())}",
        "kind": "absence",
        "title": f"{initials(user.name) if user else '?'} · {one.reason if own and one.reason else away}",
        "hint": translate(actor.locale, N_("Time off")),
        "start": one.starts_at.isoformat(),
        "end": one.ends_at.isoformat(),
        "allDay": False,
        "class": "external",
        "color": _GREY,
        "editable": False,
        "rev": 0,
    }


def _color(user: User | None) -> str:
    return f"var(--member-{(user.color if user else 0) % 10})"


def calendar_choices(session: Session, actor: Actor) -> list[dict[str, str]]:
    """The calendars to filter by; first of all none in particular."""
    found: list[Calendar] = queries.list_calendars(session, actor)
    everything = {"value": "", "label": translate(actor.locale, N_("All calendars"))}
    return [everything, *({"value": str(one.id), "label": one.name} for one in found)]
