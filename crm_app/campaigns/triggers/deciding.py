"""Whether a trigger acts: one decision from the rule, what happened, the contact and his history. Pure.

The same function answers for the job that acts, for the clock when a time is over, and for the dry
run; so what a test shows is what would happen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from crm_app.campaigns.plans import conditions
from crm_app.campaigns.triggers.filters import first_that_fails
from crm_app.campaigns.triggers.rule import History, Occurrence, Rule
from crm_app.core.kinds import TriggerOutcome

# A circle is stopped when triggers acted too often for one contact within that time.
WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Decision:
    """What comes of a look. ``until`` (UTC) is when it looks again; ``reason`` a code of ``reasons``."""

    outcome: TriggerOutcome
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    until: datetime | None = None


def decide(
    rule: Rule,
    occurrence: Occurrence,
    view: Mapping[str, Any] | None,
    history: History,
    now: datetime,
) -> Decision:
    """Act, refuse, wait or stop, and why. ``view`` is None for a contact that is gone."""
    if not rule.enabled:
        return _refuse("off")
    if view is None:
        return _refuse("gone")
    failing = first_that_fails(rule, occurrence, view)
    if failing is not None:
        return _refuse("filter", condition=conditions.as_json(failing))
    if rule.event == "not_booked":
        return _not_booked(rule, occurrence, history)
    if rule.event == "appointment_starts_in":
        return _starts_in(rule, occurrence, history, now)
    return _act(history)


def _not_booked(rule: Rule, occurrence: Occurrence, history: History) -> Decision:
    if history.booked:
        return _refuse("has_appointment" if occurrence.phase == "begins" else "booked")
    if occurrence.phase == "due":
        return _act(history)
    if history.rounds >= rule.most:
        return Decision(TriggerOutcome.STOPPED, "cap", {"most": rule.most})
    return _wait("waits", occurrence.at + rule.length.length)


def _starts_in(rule: Rule, occurrence: Occurrence, history: History, now: datetime) -> Decision:
    if occurrence.starts_at is None or not history.stands:
        return _refuse("over")
    at = occurrence.starts_at - rule.length.length
    if occurrence.phase == "due":
        return _act(history) if at <= now < occurrence.starts_at else _refuse("past", until=at)
    return _wait("starts_in", at) if at > now else _refuse("past", until=at)


def _act(history: History) -> Decision:
    if history.acted >= history.most:
        return Decision(TriggerOutcome.STOPPED, "loop", {"count": history.acted})
    return Decision(TriggerOutcome.ACTED, "acted")


def _wait(reason: str, until: datetime) -> Decision:
    return Decision(TriggerOutcome.WAITS, reason, {"until": until.isoformat()}, until)


def _refuse(reason: str, **detail: Any) -> Decision:
    shown = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in detail.items()}
    return Decision(TriggerOutcome.REFUSED, reason, shown)
