"""When a step acts that a contact has just come to. Pure.

Every step waits its delay; a wait waits for what it says. What a wait waits for is worked out anew
whenever it is asked, so an appointment that was moved needs no bookkeeping. All instants are UTC.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from crm_app.campaigns.plans import configs
from crm_app.campaigns.plans.configs import Wait
from crm_app.campaigns.plans.plan import Plan, Settings, Step
from crm_app.campaigns.plans.windows import at_wall, zone_called
from crm_app.campaigns.running.standing import Heard, Meeting, World
from crm_app.core.errors import Invalid
from crm_app.core.kinds import StepKind


@dataclass(frozen=True, slots=True)
class Asked:
    """What a wait is asked with: since when, with what having happened, in which world and zone."""

    wait: Wait
    world: World
    zone: ZoneInfo
    arrived_at: datetime
    heard: tuple[Heard, ...] = ()


def zone_of(settings: Settings, world: World) -> ZoneInfo:
    """The campaign's zone: the contact's where its window says so and he has one, else the workspace's."""
    window = settings.window
    if window is not None and window.zone == "contact":
        return zone_called(world.person.time_zone, world.workspace_zone)
    return zone_called(world.workspace_zone)


def wait_of(step: Step | None) -> Wait | None:
    """What a wait step waits for; None for other steps and for settings that cannot be understood."""
    if step is None or step.kind is not StepKind.WAIT:
        return None
    try:
        config = configs.read(step)
    except Invalid:
        return None
    return config if isinstance(config, Wait) else None


def due_at(
    plan: Plan, step: Step, world: World, arrived_at: datetime, heard: tuple[Heard, ...] = ()
) -> datetime:
    """When the step is to be looked at; never before the arrival."""
    wait = wait_of(step)
    if wait is None:
        # A wait that cannot be understood is due at once, and then asks for a person.
        return arrived_at + (timedelta(0) if step.kind is StepKind.WAIT else step.delay.length)
    asked = Asked(wait, world, zone_of(plan.settings, world), arrived_at, heard)
    return max(arrived_at, until(asked) or arrived_at)


def until(asked: Asked) -> datetime | None:
    """What the wait waits for, at the latest; it may be past. None: there is nothing to wait for."""
    return _UNTIL[asked.wait.mode](asked)


def appointment_point(wait: Wait, meeting: Meeting) -> datetime:
    """The moment so long before the appointment starts, or after it ends."""
    if wait.side == "before":
        return meeting.starts_at - wait.length.length
    return meeting.ends_at + wait.length.length


def _duration(asked: Asked) -> datetime:
    return asked.arrived_at + asked.wait.length.length


def _date(asked: Asked) -> datetime | None:
    if asked.wait.day is None:
        return None
    return at_wall(asked.wait.day, asked.wait.at, asked.zone)


def _time(asked: Asked) -> datetime | None:
    today = asked.arrived_at.astimezone(asked.zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(9))
    moments = (
        at_wall(day, asked.wait.at, asked.zone)
        for day in days
        if day.isoweekday() in asked.wait.days
    )
    return next((moment for moment in moments if moment >= asked.arrived_at), None)


def _appointment(asked: Asked) -> datetime | None:
    meeting = asked.world.meeting
    return appointment_point(asked.wait, meeting).astimezone(UTC) if meeting else None


def _timeout(asked: Asked) -> datetime:
    return asked.arrived_at + asked.wait.timeout.length


def _booking(asked: Asked) -> datetime | None:
    # Who booked since the entry has nothing more to wait for.
    booked = any(each.what == "booked" for each in asked.heard)
    return None if booked else _timeout(asked)


_UNTIL: dict[str, Callable[[Asked], datetime | None]] = {
    "duration": _duration,
    "date": _date,
    "time": _time,
    "appointment": _appointment,
    "reply": _timeout,
    "click": _timeout,
    "booking": _booking,
}
