"""Our copy of an appointment in somebody's calendar: what was changed, there and here. Pure.

Three states are compared field by field: the one on which both sides last agreed, ours and theirs
(SYN-9). What only one side changed is taken over by the other. Where both changed the same field,
ours will be the later version at the service, so ours stays and the other is kept as a conflict.
Title, time and place flow both ways; the description is written by us until somebody edits it
there, from then on theirs is left alone, as are "private" and "free".
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from crm_app.providers.occurrence import Occurrence, Transparency


class Part(StrEnum):
    """What flows both ways."""

    TITLE = "title"
    TIME = "time"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Copy:
    """An appointment as it stands in a calendar; instants are UTC.

    ``edited``: somebody changed the description there, so it is no longer ours to write.
    """

    title: str
    starts_at: datetime
    ends_at: datetime
    location: str = ""
    description: str = ""
    private: bool = False
    busy: bool = True
    edited: bool = False

    def to_json(self) -> dict[str, Any]:
        """The shape that ``from_json`` reads."""
        plain = asdict(self)
        return {
            **plain,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """What ``to_json`` made."""
        times = {name: datetime.fromisoformat(data[name]) for name in ("starts_at", "ends_at")}
        return cls(**{**data, **times})


@dataclass(frozen=True, slots=True)
class Merge:
    """``take`` is changed here; ``conflicts`` were changed on both sides and stay as they are here."""

    take: frozenset[Part] = frozenset()
    conflicts: frozenset[Part] = field(default_factory=frozenset)


def of_occurrence(one: Occurrence) -> Copy:
    """The copy that an external event is now."""
    return Copy(
        title=one.summary,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        location=one.location,
        description=one.description,
        private=one.private,
        busy=one.transparency is Transparency.BUSY,
    )


def merge(base: Copy | None, ours: Copy, theirs: Copy) -> Merge:
    """What to take over from ``theirs``. Without a base nobody knows who changed what: ours stays."""
    if base is None:
        return Merge()
    changed_there = {part for part in Part if not same(part, base, theirs)}
    differing = {part for part in changed_there if not same(part, ours, theirs)}
    conflicts = {part for part in differing if not same(part, base, ours)}
    return Merge(take=frozenset(differing - conflicts), conflicts=frozenset(conflicts))


def agreed(base: Copy | None, theirs: Copy) -> Copy:
    """The state on which both sides agree once ``theirs`` has been read and merged."""
    edited = base is not None and not _alike(base.description, theirs.description)
    return replace(theirs, edited=edited or (base is not None and base.edited))


def outgoing(base: Copy | None, ours: Copy) -> Copy:
    """What is to stand there: ours, with that which is theirs alone."""
    if base is None:
        return ours
    return replace(
        ours,
        description=base.description if base.edited else ours.description,
        private=base.private,
        busy=base.busy,
        edited=base.edited,
    )


def equal(a: Copy, b: Copy) -> bool:
    """Whether writing ``a`` over ``b`` would change anything that somebody can see."""
    return (
        all(same(part, a, b) for part in Part)
        and _alike(a.description, b.description)
        and (a.private, a.busy) == (b.private, b.busy)
    )


def same(part: Part, a: Copy, b: Copy) -> bool:
    """Whether the two agree in that part; servers may trim and wrap texts as they like."""
    if part is Part.TIME:
        return (a.starts_at, a.ends_at) == (b.starts_at, b.ends_at)
    if part is Part.TITLE:
        return _alike(a.title, b.title)
    return _alike(a.location, b.location)


def _alike(a: str, b: str) -> bool:
    return " ".join(a.split()) == " ".join(b.split())
