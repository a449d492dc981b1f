"""A step as a form: what its fields show, and the step that comes of filling one in. Pure.

The names are those of the inspector's inputs. What comes in is client data: a name that the kind of
step does not have is refused, texts are cut to a bearable length, and a number that is none is said
beside its field. What a draft may still lack (no text yet) is no mistake here; ``checks`` says it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from crm_app.campaigns.plans.plan import Delay, Step, delay
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import StepKind

_NO_NUMBER = N_("This is not a whole number.")
_TOO_LONG = N_("This is not a length of time. The longest one is two years.")
UNITS = ("minutes", "hours", "days", "weeks")

# The longest text of a field by kind, in letters.
TEXTS: dict[StepKind, Mapping[str, int]] = {
    StepKind.EMAIL: {"subject": 300, "body": 20_000},
    StepKind.SMS: {"body": 1_600},
    StepKind.MESSENGER: {"body": 2_000},
    StepKind.GOOGLE_BUSINESS: {"body": 2_000},
    StepKind.CALL: {"title": 200, "note": 2_000, "who": 40},
    StepKind.VOICEMAIL: {"title": 200, "note": 2_000, "who": 40},
    StepKind.TASK: {"title": 200, "note": 2_000, "who": 40},
    StepKind.NOTIFY: {"text": 1_000},
    StepKind.WEBHOOK: {"url": 2_000},
    StepKind.WAIT: {"mode": 20, "date": 10, "time": 5, "side": 6, "late": 6},
    StepKind.BRANCH: {},
    StepKind.SPLIT: {},
    StepKind.GOAL: {"event": 10, "value": 200, "unmet": 10},
    StepKind.ADD_TAG: {"tag": 60},
    StepKind.REMOVE_TAG: {"tag": 60},
    StepKind.ASSIGN: {"mode": 12},
    StepKind.MOVE: {},
}
IDS: dict[StepKind, tuple[str, ...]] = {
    StepKind.ASSIGN: ("user_id", "calendar_id"),
    StepKind.MOVE: ("campaign_id",),
}
FLAGS: dict[StepKind, Mapping[str, bool]] = {
    StepKind.EMAIL: {"marketing": True, "urgent": False},
    StepKind.SMS: {"urgent": False},
    StepKind.MESSENGER: {"urgent": False},
    StepKind.NOTIFY: {"mail": False},
    StepKind.BRANCH: {"all": True},
    StepKind.ASSIGN: {"only_unassigned": False},
}
# Fields that list several: users to draw from or to tell, days on which a time counts.
LISTS: dict[StepKind, tuple[str, ...]] = {
    StepKind.NOTIFY: ("who",),
    StepKind.ASSIGN: ("user_ids",),
    StepKind.WAIT: ("days",),
}
_DEFAULTS: dict[str, str] = {
    "who": "owner",
    "mode": "duration",
    "time": "09:00",
    "side": "before",
    "late": "go_on",
    "event": "booked",
    "unmet": "continue",
}


def values(step: Step) -> dict[str, str]:
    """What the text fields and lists of choices show."""
    config = step.config
    shown = {name: str(config.get(name) or _DEFAULTS.get(name, "")) for name in TEXTS[step.kind]}
    if step.kind is StepKind.ASSIGN and not config.get("mode"):
        shown["mode"] = "user"
    for name in IDS.get(step.kind, ()):
        shown[name] = str(config.get(name) or "")
    if step.kind is StepKind.WAIT:
        shown |= _length("", config, Delay(1, "days"))
        shown |= _length("timeout_", config.get("timeout") or {}, Delay(3, "days"))
    else:
        shown |= {"delay_amount": str(step.delay.amount), "delay_unit": step.delay.unit}
    return shown


def flags(step: Step) -> dict[str, bool]:
    """What the switches show."""
    known = FLAGS.get(step.kind, {})
    return {"on": step.on} | {
        name: bool(step.config.get(name, default)) for name, default in known.items()
    }


def listed(step: Step, name: str) -> list[str]:
    """What is ticked of a field that lists several."""
    plain = {"who": ["owner"], "days": [1, 2, 3, 4, 5, 6, 7]}.get(name, [])
    return [str(each) for each in step.config.get(name, plain)]


def with_value(step: Step, name: str, value: str) -> Step:
    """The step with a field filled in; Invalid beside the field."""
    if name in ("delay_amount", "delay_unit") and step.kind is not StepKind.WAIT:
        return replace(step, delay=_delay(name, {**_plain(step.delay), **_part(name, value)}))
    if step.kind is StepKind.WAIT and name in _LENGTHS:
        return _LENGTHS[name](step, name, value)
    if name in IDS.get(step.kind, ()):
        return _with(step, name, int(value) if value.isdecimal() else None)
    if name not in TEXTS[step.kind]:
        raise Invalid
    return _with(step, name, value[: TEXTS[step.kind][name]])


def with_flag(step: Step, name: str, on: bool) -> Step:
    """The step with a switch moved."""
    if name == "on":
        return replace(step, on=on)
    if name not in FLAGS.get(step.kind, {}):
        raise Invalid
    return _with(step, name, on)


def with_listed(step: Step, name: str, value: str, on: bool) -> Step:
    """The step with one of several ticked or not."""
    if name not in LISTS.get(step.kind, ()):
        raise Invalid
    kept = [each for each in listed(step, name) if each != value] + ([value[:40]] if on else [])
    numbers = name != "who"
    if numbers and not all(each.isdecimal() for each in kept):
        raise Invalid
    return _with(step, name, sorted(int(each) for each in kept) if numbers else kept)


def has_content(step: Step) -> bool:
    """Whether somebody wrote something into a step that writes to the contact."""
    return any(str(step.config.get(name) or "").strip() for name in ("subject", "body"))


def _with(step: Step, name: str, value: Any) -> Step:
    return replace(step, config={**step.config, name: value})


def _length(prefix: str, row: Mapping[str, Any], plain: Delay) -> dict[str, str]:
    amount, unit = row.get("amount", plain.amount), row.get("unit", plain.unit)
    return {f"{prefix}amount": str(amount), f"{prefix}unit": str(unit)}


def _plain(length: Delay) -> dict[str, Any]:
    return {"amount": length.amount, "unit": length.unit}


def _part(name: str, value: str) -> dict[str, Any]:
    """The amount or the unit that was typed into the field ``name``."""
    if name.endswith("unit"):
        return {"unit": value}
    if value.strip() and not value.strip().isdecimal():
        raise Invalid(fields={name: _NO_NUMBER})
    return {"amount": int(value.strip() or 0)}


def _delay(name: str, row: Mapping[str, Any]) -> Delay:
    try:
        return delay(row)
    except (TypeError, ValueError, OverflowError) as error:
        raise Invalid(fields={name: _TOO_LONG}) from error


def _wait_length(step: Step, name: str, value: str) -> Step:
    before = {"amount": 1, "unit": "days"} | {
        key: step.config[key] for key in ("amount", "unit") if key in step.config
    }
    length = _delay(name, {**before, **_part(name, value)})
    return replace(step, config={**step.config, **_plain(length)})


def _wait_timeout(step: Step, name: str, value: str) -> Step:
    before = {"amount": 3, "unit": "days"} | dict(step.config.get("timeout") or {})
    return _with(step, "timeout", _plain(_delay(name, {**before, **_part(name, value)})))


_LENGTHS: dict[str, Callable[[Step, str, str], Step]] = {
    "amount": _wait_length,
    "unit": _wait_length,
    "timeout_amount": _wait_timeout,
    "timeout_unit": _wait_timeout,
}
