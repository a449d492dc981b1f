"""Asking the members' own calendars just before a booking commits.

Uses the network, so it runs before the unit of work and opens sessions of its own. Only members who
could be booked as far as we know are asked, so that a stranger's made-up times ask nobody.
"""

from datetime import datetime, timedelta

from crm_app.booking import service
from crm_app.core import db
from crm_app.models import Appointment, Calendar
from crm_app.sync import service as sync


def ask_members(
    calendar: Calendar,
    starts_at: datetime,
    *,
    now: datetime,
    user_slug: str | None = None,
    moving: Appointment | None = None,
) -> None:
    """Read anew what takes the time of whoever is free at ``starts_at`` (UTC), within the time limit
    of ``CRM_LIVE_CHECK_SECONDS``; what was found counts for the search that follows."""
    with db.reading() as session:
        found = service.find_slots(
            session,
            calendar,
            since=starts_at,
            until=starts_at + timedelta(minutes=1),
            now=now,
            user_slug=user_slug,
            moving=moving,
        )
    if found:
        sync.live_check(
            found[0].members,
            starts_at - timedelta(minutes=calendar.buffer_before),
            found[0].ends_at + timedelta(minutes=calendar.buffer_after),
        )
