"""Which instance of a series an appointment was made from, after the series changed. Pure.

An instance is named by the start that the rule gave it, so moving a whole series renames all its
instances. They are found again by their day, and where the whole rule moved to other days, by their
order. What always holds: an instance stands for one appointment, and an appointment for one.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_app.providers.occurrence import EventStatus, Occurrence


@dataclass(frozen=True, slots=True)
class Linked:
    """An appointment's place in the series as it was known; instants are UTC."""

    key: int
    recurrence_id: str
    starts_at: datetime
    ends_at: datetime


def name_of(one: Occurrence) -> str:
    """How a link names an instance: empty for a single event."""
    return one.recurrence_id or ""


def stands(one: Occurrence) -> bool:
    """Neither cancelled nor declined by the calendar's owner."""
    return one.status is not EventStatus.CANCELLED and not one.declined_by_owner


def pair(
    links: Collection[Linked], occurrences: Sequence[Occurrence], *, now: datetime
) -> dict[int, Occurrence]:
    """The instance of each link, for those that have one. What is over is only found by its name."""
    by_name = {name_of(one): one for one in occurrences}
    found = {
        link.key: by_name[link.recurrence_id] for link in links if link.recurrence_id in by_name
    }
    coming = [link for link in links if link.ends_at > now]
    lost = sorted(
        (link for link in coming if link.key not in found), key=lambda link: link.starts_at
    )
    if not lost:
        return found
    free = _free(occurrences, found.values(), now)
    same_day = {one.starts_at.date(): one for one in reversed(free)}
    for link in lost:
        if (one := same_day.pop(link.starts_at.date(), None)) is not None:
            found[link.key] = one
    if not any(link.key in found for link in coming):
        # Nothing is where it was: the whole rule moved.
        found |= {link.key: one for link, one in zip(lost, free, strict=False)}
    return found


def _free(
    occurrences: Iterable[Occurrence], taken: Iterable[Occurrence], now: datetime
) -> list[Occurrence]:
    names = {name_of(one) for one in taken}
    return sorted(
        (
            one
            for one in occurrences
            if name_of(one) not in names and stands(one) and one.ends_at > now
        ),
        key=lambda one: one.starts_at,
    )
