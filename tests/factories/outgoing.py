"""Appointments on their way to a calendar."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crm_app.providers.calendar_port import OutgoingEvent

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def outgoing(**changes: object) -> OutgoingEvent:
    """A half-hour appointment on 2 March 2026, 09:00 UTC, changed as asked."""
    event = OutgoingEvent(
        uid="0123456789abcdef@tandem",
        tandem_id="apt_1",
        sequence=0,
        starts_at=START,
        ends_at=START + timedelta(minutes=30),
        summary="Call with Ann",
        last_modified=datetime(2026, 2, 1, 12, 0, tzinfo=UTC),
    )
    return replace(event, **changes)
