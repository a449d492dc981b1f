"""Home's two small plots: bookings per week, and how evenly each team's turns fell. No Reflex here.

Every number of a plot is also a text, so that nobody has to see the bars.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_skeleton
from sqlmodel import Session, col, select

from crm_app.appointments import balance, queries
from crm_app.core.access import Actor
from crm_app.core.i18n import translate_n
from crm_app.core.kinds import AppointmentStatus, CalendarKind
from crm_app.models import Appointment, Calendar
from crm_app.ui import moments
from crm_app.ui.components.people import initials

Row = dict[str, str]
WEEKS = 8
_SHOWN_TEAMS = 3


def bookings(session: Session, actor: Actor, now: datetime) -> list[Row]:
    """The bookings that came in per ISO week, in the reader's zone; this week last.

    Whatever became of them counts, but not what was declared invalid. Empty without any.
    """
    zone = moments.zone_of(actor.time_zone)
    this = _monday(now.astimezone(zone).date())
    first = this - timedelta(weeks=WEEKS - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    query = select(Appointment.created_at).where(
        Appointment.created_at >= since, Appointment.status != AppointmentStatus.INVALID
    )
    if not actor.is_admin:
        ids = [calendar.id for calendar in queries.list_calendars(session, actor)]
        query = query.where(
            (col(Appointment.user_id) == actor.user_id) | col(Appointment.calendar_id).in_(ids)
        )
    counts = Counter(_monday(at.astimezone(zone).date()) for at in session.exec(query))
    most = max(counts.values(), default=0)
    if not most:
        return []
    return [
        _week(actor, first + timedelta(weeks=step), counts, most, is_this=step == WEEKS - 1)
        for step in range(WEEKS)
    ]


def _week(actor: Actor, monday: date, counts: Counter[date], most: int, *, is_this: bool) -> Row:
    count = counts[monday]
    formats = moments.formats(actor.locale, actor.time_zone)
    return {
        "label": str(format_skeleton("MMMd", monday, locale=formats)),
        "count": str(count),
        "percent": str(round(100 * count / most)),
        "words": translate_n(actor.locale, "{count} booking", "{count} bookings", count),
        "now": "yes" if is_this else "",
    }


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def teams(session: Session, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """The turns of the last 30 days in each team calendar beside the fair share, in percent."""
    found = [
        calendar
        for calendar in queries.list_calendars(session, actor)
        if calendar.kind == CalendarKind.TEAM and calendar.active
    ]
    return [_team(session, actor, calendar, now) for calendar in found[:_SHOWN_TEAMS]]


def _team(session: Session, actor: Actor, calendar: Calendar, now: datetime) -> dict[str, Any]:
    shares = balance.shares(session, actor, calendar, now=now)
    return {
        "name": calendar.name,
        "turns": str(sum(share.turns for share in shares)),
        "members": [
            {
                "name": share.user.name,
                "initials": initials(share.user.name),
                "color": str(share.user.color),
                "turns": str(share.turns),
                "percent": f"{share.percent:.0f}",
                "fair": f"{share.fair_percent:.0f}",
                "next": "yes" if share.next else "",
            }
            for share in shares
            if share.member.active and share.user.active
        ],
    }
