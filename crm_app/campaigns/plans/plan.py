"""A campaign's plan: settings and an ordered list of steps, some of which hold branches. Pure.

The plan is plain data, kept as JSON in drafts and published versions (CAM-1). Reading is tolerant of
what a draft may lack and strict about shapes: unknown step kinds are refused, so that an engine never
runs what it does not know. A step's ``config`` by kind is described in ``configs.py``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import StepKind

Unit = Literal["minutes", "hours", "days", "weeks"]
_MINUTES: dict[str, int] = {"minutes": 1, "hours": 60, "days": 1440, "weeks": 10080}
LONGEST_DELAY = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Delay:
    """A length of time as a person wrote it. A day is 24 hours of the clock that ticks, not of a wall."""

    amount: int = 0
    unit: Unit = "minutes"

    @property
    def length(self) -> timedelta:
        """How long that is."""
        return timedelta(minutes=self.amount * _MINUTES[self.unit])


@dataclass(frozen=True, slots=True)
class Arm:
    """A branch of a step: ``key`` is yes/no, or a/b/… of a split with its ``weight``."""

    key: str
    steps: tuple["Step", ...] = ()
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``delay`` is waited before it acts; with ``on`` False it is a silent wait (CAM-3)."""

    id: str
    kind: StepKind
    on: bool = True
    delay: Delay = Delay()
    config: Mapping[str, Any] = field(default_factory=dict)
    arms: tuple[Arm, ...] = ()


@dataclass(frozen=True, slots=True)
class Assign:
    """Who becomes the contact's owner: nobody, a user, one drawn from users, or as a calendar draws."""

    mode: Literal["none", "user", "round_robin", "calendar"] = "none"
    user_id: int | None = None
    user_ids: tuple[int, ...] = ()
    calendar_id: int | None = None
    # Leave contacts alone that somebody owns already.
    only_unassigned: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """When messages may leave: ISO weekdays 1..7, minutes of the day, in the workspace's or contact's zone."""

    days: tuple[int, ...] = (1, 2, 3, 4, 5)
    starts: int = 9 * 60
    ends: int = 17 * 60
    zone: Literal["workspace", "contact"] = "workspace"


@dataclass(frozen=True, slots=True)
class Settings:
    """CAM-1. ``sender`` is owner, workspace or ``user:<id>``; ``calendar_id`` is where links to book lead."""

    assign: Assign = Assign()
    next_campaign_id: int | None = None
    window: Window | None = None
    reentry: bool = True
    stop_on_reply: bool = True
    stop_on_booking: bool = False
    sender: str = "owner"
    tags: tuple[str, ...] = ()
    calendar_id: int | None = None
    # Links in messages lead over a short address of ours that counts clicks.
    track_links: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """Settings and steps."""

    settings: Settings = Settings()
    steps: tuple[Step, ...] = ()

    def walk(self) -> Iterator[Step]:
        """All steps, each before those of its branches, in reading order."""
        return _walk(self.steps)

    def step(self, step_id: str) -> Step | None:
        """The step with that id."""
        return next((step for step in self.walk() if step.id == step_id), None)

    def first(self) -> str | None:
        """The id of the first step; None in an empty plan."""
        return self.steps[0].id if self.steps else None

    def after(self, step_id: str) -> str | None:
        """The step that follows: the next in its list, else what follows the step that holds it."""
        return _after(self.steps, step_id, None)[1]

    def into(self, step_id: str, arm: str) -> str | None:
        """The first step of a branch; what follows the branching step when the branch is empty."""
        step = self.step(step_id)
        steps = next((a.steps for a in step.arms if a.key == arm), ()) if step else ()
        return steps[0].id if steps else self.after(step_id)


def _walk(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        for arm in step.arms:
            yield from _walk(arm.steps)


def _after(steps: tuple[Step, ...], step_id: str, follows: str | None) -> tuple[bool, str | None]:
    for index, step in enumerate(steps):
        next_id = steps[index + 1].id if index + 1 < len(steps) else follows
        if step.id == step_id:
            return True, next_id
        for arm in step.arms:
            found, answer = _after(arm.steps, step_id, next_id)
            if found:
                return True, answer
    return False, None


def parse(data: Mapping[str, Any]) -> Plan:
    """The plan in stored or received JSON; Invalid when it is no plan."""
    try:
        return Plan(
            settings=_settings(data.get("settings") or {}),
            steps=tuple(_step(row) for row in data.get("steps") or ()),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(N_("This is not a campaign's plan.")) from error


def as_json(plan: Plan) -> dict[str, Any]:
    """What ``parse`` reads."""
    settings = plan.settings
    return {
        "settings": {
            "assign": {
                "mode": settings.assign.mode,
                "user_id": settings.assign.user_id,
                "user_ids": list(settings.assign.user_ids),
                "calendar_id": settings.assign.calendar_id,
                "only_unassigned": settings.assign.only_unassigned,
            },
            "next_campaign_id": settings.next_campaign_id,
            "window": _window_json(settings.window),
            "reentry": settings.reentry,
            "stop_on_reply": settings.stop_on_reply,
            "stop_on_booking": settings.stop_on_booking,
            "sender": settings.sender,
            "tags": list(settings.tags),
            "calendar_id": settings.calendar_id,
            "track_links": settings.track_links,
        },
        "steps": [step_json(step) for step in plan.steps],
    }


def step_json(step: Step) -> dict[str, Any]:
    """A step as JSON."""
    row: dict[str, Any] = {
        "id": step.id,
        "kind": step.kind.value,
        "on": step.on,
        "delay": {"amount": step.delay.amount, "unit": step.delay.unit},
        "config": dict(step.config),
    }
    if step.arms:
        row["arms"] = [
            {"key": arm.key, "weight": arm.weight, "steps": [step_json(s) for s in arm.steps]}
            for arm in step.arms
        ]
    return row


def delay(row: Mapping[str, Any]) -> Delay:
    """``{"amount", "unit"}`` as a Delay; ValueError when it is none, or longer than two years."""
    unit = row.get("unit", "minutes")
    if unit not in _MINUTES:
        raise ValueError(unit)
    made = Delay(int(row.get("amount") or 0), unit)
    if not timedelta(0) <= made.length <= LONGEST_DELAY:
        raise ValueError(made)
    return made


def _step(row: Mapping[str, Any]) -> Step:
    return Step(
        id=str(row["id"]),
        kind=StepKind(row["kind"]),
        on=bool(row.get("on", True)),
        delay=delay(row.get("delay") or {}),
        config=dict(row.get("config") or {}),
        arms=tuple(
            Arm(
                key=str(arm["key"]),
                weight=int(arm.get("weight") or 0),
                steps=tuple(_step(inner) for inner in arm.get("steps") or ()),
            )
            for arm in row.get("arms") or ()
        ),
    )


def _settings(row: Mapping[str, Any]) -> Settings:
    assign = row.get("assign") or {}
    plain = Settings()
    return Settings(
        assign=Assign(
            mode=assign.get("mode", "none"),
            user_id=assign.get("user_id"),
            user_ids=tuple(assign.get("user_ids") or ()),
            calendar_id=assign.get("calendar_id"),
            only_unassigned=bool(assign.get("only_unassigned")),
        ),
        next_campaign_id=row.get("next_campaign_id"),
        window=_window(row.get("window")),
        reentry=bool(row.get("reentry", plain.reentry)),
        stop_on_reply=bool(row.get("stop_on_reply", plain.stop_on_reply)),
        stop_on_booking=bool(row.get("stop_on_booking", plain.stop_on_booking)),
        sender=str(row.get("sender") or plain.sender),
        tags=tuple(row.get("tags") or ()),
        calendar_id=row.get("calendar_id"),
        track_links=bool(row.get("track_links", plain.track_links)),
    )


def _window(row: Mapping[str, Any] | None) -> Window | None:
    if row is None:
        return None
    plain = Window()
    return Window(
        days=tuple(sorted(int(day) for day in row.get("days", plain.days))),
        starts=int(row.get("starts", plain.starts)),
        ends=int(row.get("ends", plain.ends)),
        zone="contact" if row.get("zone") == "contact" else "workspace",
    )


def _window_json(window: Window | None) -> dict[str, Any] | None:
    if window is None:
        return None
    return {
        "days": list(window.days),
        "starts": window.starts,
        "ends": window.ends,
        "zone": window.zone,
    }
