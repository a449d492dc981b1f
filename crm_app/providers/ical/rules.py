"""Which recurrence rules may be expanded at all.

A rule is a small program: SECONDLY for fifty years, or a date that never comes, keeps any expander
busy for minutes. So each rule is weighed before it runs, and all rules of one object share a
budget. A rule that is too heavy is dropped, and its series counts with its first instance only.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from dateutil.rrule import rrulestr
from icalendar.prop import vRecur

_SECONDS = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600}
# How many days one step of the expander covers.
_STRIDES = {"DAILY": 1, "WEEKLY": 2, "MONTHLY": 10, "YEARLY": 10}
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")
_DAYS = ("BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS")
_PARTS = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", *_TIMES, *_DAYS}
# Below the day, any other BY part makes the expander try each second.
_FINE = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYHOUR", "BYDAY"}
_MAX_STEPS = 200_000
_MAX_LISTED = 400
_REFUSAL = 500_000
# Up to this many a day, a window of sync stays small.
_FEW = 2
# The Gregorian calendar repeats itself, weekdays included, after 400 years.
_CYCLE = 400
_LAST_YEAR = 9999
_FORESIGHT = 100


@dataclass(frozen=True, slots=True)
class Weighed:
    """A rule that may run: its text, and at most how many instances it makes on one day."""

    rule: str
    per_day: float


@dataclass
class Scales:
    """Weighs the rules of one object. ``budget`` is in steps of the expander, about 3 µs each."""

    budget: float = 5_000_000

    def weigh(self, text: str, starts_at: datetime, until: datetime) -> Weighed | None:
        """``text`` tidied, for a series from ``starts_at`` looked at up to ``until``, or None.

        Both instants are naive times on the series' own wall clock.
        """
        parts = _parts(text)
        if parts is None:
            return None
        steps = _steps(parts, starts_at, until)
        if steps > min(_MAX_STEPS, self.budget):
            return None
        self.budget -= steps
        if not _ever_happens(parts, starts_at):
            self.budget -= _REFUSAL
            return None
        return Weighed(_text(parts), _per_day(parts))


def nth_start(rule: Weighed, starts_at: datetime, since: datetime, limit: int) -> datetime | None:
    """When the instance number ``limit`` after ``since`` starts; None when there are fewer.

    Naive times on the series' own wall clock.
    """
    if rule.per_day <= _FEW:
        return None
    found = rrulestr(rule.rule.replace("Z", ""), dtstart=starts_at).xafter(since, count=limit)
    last = None
    for number, last in enumerate(found, start=1):
        if number == limit:
            return last
    return None


def _parts(text: str) -> dict[str, str] | None:
    """The rule's parts in capitals; None when it is no rule that we follow."""
    pairs = [pair.partition("=") for pair in text.strip().upper().split(";") if pair.strip()]
    parts = {name.strip(): value.strip() for name, _, value in pairs if not name.startswith("X-")}
    if parts.get("FREQ") not in {*_SECONDS, *_STRIDES} or not set(parts) <= _PARTS:
        return None
    if parts["FREQ"] in _SECONDS and not set(parts) <= _FINE:
        return None
    if any(value.count(",") >= _MAX_LISTED for value in parts.values()):
        return None
    for name in ("INTERVAL", "COUNT"):
        # Seen in the wild: COUNT=-1 and INTERVAL=0. Without them the rule makes sense.
        if name in parts and (number := _number(parts[name])) is not None and number < 1:
            del parts[name]
    if "UNTIL" in parts:
        # RFC 5545 §3.3.10 allows only one of the two; dateutil is about to refuse both.
        parts.pop("COUNT", None)
    try:
        vRecur.from_ical(_text(parts))
    except ValueError:
        return None
    return parts


def _number(text: str) -> int | None:
    return int(text) if len(text) < 9 and text.lstrip("-").isdigit() else None


def _text(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _per_day(parts: dict[str, str]) -> float:
    """At most how many instances on one day."""
    unit = _SECONDS.get(parts["FREQ"])
    if unit is None:
        return float(math.prod(len(parts[name].split(",")) for name in _TIMES if name in parts))
    return 86400 / unit / int(parts.get("INTERVAL", "1"))


def _steps(parts: dict[str, str], starts_at: datetime, until: datetime) -> float:
    """About how long the expander walks from ``starts_at`` to ``until``."""
    if (last := _last_day(parts)) is not None:
        until = min(until, last)
    days = max((until - starts_at) / timedelta(days=1), 1.0)
    if parts["FREQ"] in _SECONDS:
        steps = days * max(_per_day(parts), 1.0)
        plain = not set(parts) & {*_TIMES, *_DAYS}
        return min(steps, float(parts.get("COUNT", "inf"))) if plain else steps
    return days * max(_per_day(parts), 1.0) / _STRIDES[parts["FREQ"]]


def _last_day(parts: dict[str, str]) -> datetime | None:
    """A little after UNTIL; None when there is none."""
    try:
        return datetime.strptime(parts["UNTIL"][:8], "%Y%m%d") + timedelta(days=2)  # noqa: DTZ007 - a local date
    except (KeyError, ValueError, OverflowError):
        return None


def _ever_happens(parts: dict[str, str], starts_at: datetime) -> bool:
    """Whether the rule has an instance in its first hundred years.

    The search for an instance ends only with the year 9999, so the question is asked a whole number
    of calendar cycles later, shortly before that.
    """
    asked = {name: value for name, value in parts.items() if name not in {"UNTIL", "COUNT"}}
    cycles = max((_LAST_YEAR - _FORESIGHT - starts_at.year) // _CYCLE, 0)
    try:
        shifted = starts_at.replace(year=starts_at.year + cycles * _CYCLE)
        return next(iter(rrulestr(_text(asked), dtstart=shifted)), None) is not None
    except (ValueError, TypeError, OverflowError, AttributeError):
        return False
