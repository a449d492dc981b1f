"""A trigger as the rules see it: when, if, then. Pure.

Reading is tolerant of what an unfinished trigger lacks; ``checking`` says what is missing before it
may be switched on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from crm_app.campaigns.plans.conditions import Condition
from crm_app.campaigns.plans.plan import Delay, delay

MOST_DEFAULT, MOST_LIMIT = 3, 20
# How often triggers may act for one contact within half an hour, unless the settings say else.
MOST_RUNS = 50
LONGEST_SHORT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Rule:
    """When ``event`` + if all of ``filters`` -> then ``actions`` in their order (TRG-1)."""

    event: str
    options: Mapping[str, Any] = field(default_factory=dict)
    filters: tuple[Condition, ...] = ()
    actions: tuple[Mapping[str, Any], ...] = ()
    enabled: bool = False
    id: int = 0
    name: str = ""

    @property
    def length(self) -> Delay:
        """How long "within" or "starts in" is; nothing where the options do not say."""
        try:
            return delay(self.options)
        except (ValueError, TypeError):
            return Delay()

    @property
    def most(self) -> int:
        """How many rounds a "not booked" trigger acts for one contact."""
        try:
            return max(1, min(MOST_LIMIT, int(self.options.get("most") or MOST_DEFAULT)))
        except (ValueError, TypeError):
            return MOST_DEFAULT

    @property
    def since(self) -> str:
        """From when "not booked" counts: campaign, link or form."""
        return str(self.options.get("since") or "campaign")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened to a contact, as a trigger of ``event`` looks at it.

    ``values`` are what the event's own filters ask for. ``key`` names it for ever: a trigger looks at
    it once. ``phase`` is ``begins`` where it starts a time, ``due`` when that time is over.
    """

    event: str
    contact_id: int
    at: datetime
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    appointment_id: int | None = None
    phase: Literal["now", "begins", "due"] = "now"
    # When the appointment starts, for "starts in".
    starts_at: datetime | None = None
    round: int = 1


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the contact besides the occurrence.

    ``acted`` counts what all triggers did for him of late, of which ``most`` are allowed; ``rounds`` how often this one's time has
    run out since he booked last. ``booked``: he has booked since the time began, or has an appointment
    ahead. ``stands``: the appointment that it is about still holds its time.
    """

    acted: int = 0
    most: int = MOST_RUNS
    rounds: int = 0
    booked: bool = False
    stands: bool = True


def rule_of(
    event: str,
    options: Mapping[str, Any] | None,
    filters: Any,
    actions: Any,
    *,
    enabled: bool = False,
    trigger_id: int = 0,
    name: str = "",
) -> Rule:
    """The rule in stored or received JSON; what has no sense as a filter or action is left out."""
    return Rule(
        event=event,
        options=dict(options or {}),
        filters=tuple(
            Condition(str(row["field"]), str(row.get("op") or "is"), _text(row.get("value")))
            for row in _rows(filters)
            if row.get("field")
        ),
        actions=tuple(dict(row) for row in _rows(actions) if row.get("kind")),
        enabled=enabled,
        id=trigger_id,
        name=name,
    )


def _rows(given: Any) -> list[Mapping[str, Any]]:
    return [row for row in given or () if isinstance(row, Mapping)]


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()
