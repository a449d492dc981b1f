"""Objects of an external calendar that belong together.

Some services keep a series in one object, others the rule in one and each changed instance in its
own. All of them are read as one text. What is known about the series as a whole (its busy time,
what became of it) stands at its root: the object with the rule, or the oldest until that one comes.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import Session, col, select

from crm_app.core.columns import among
from crm_app.core.kinds import Intake
from crm_app.models import ExternalObject


@dataclass(frozen=True, slots=True)
class Series:
    """A single event or a series; ``name`` is what ``EventLink.href`` names it by."""

    name: str
    root: ExternalObject
    parts: tuple[ExternalObject, ...] = ()

    @property
    def rows(self) -> tuple[ExternalObject, ...]:
        """All its objects, the root first."""
        return (self.root, *self.parts)

    @property
    def raw(self) -> str:
        """What all its objects say, as one text."""
        if not self.parts:
            return self.root.raw
        return "\r\n".join(row.raw for row in self.rows)


def gather(
    session: Session, calendar_id: int, rows: Collection[ExternalObject]
) -> tuple[Series, ...]:
    """The series to which ``rows`` belong, each whole and once, by name."""
    given: dict[str, dict[str, ExternalObject]] = defaultdict(dict)
    for row in rows:
        given[row.series or row.href][row.href] = row
    others = session.exec(
        select(ExternalObject).where(
            ExternalObject.external_calendar_id == calendar_id,
            among(ExternalObject.series, given),
            col(ExternalObject.id).not_in([row.id for row in rows]),
        )
    )
    for row in others:
        given[row.series].setdefault(row.href, row)
    return tuple(_series(name, members.values()) for name, members in sorted(given.items()))


def _series(name: str, rows: Collection[ExternalObject]) -> Series:
    root, *parts = sorted(rows, key=lambda row: (row.href != name, row.id or 0, row.href))
    for part in parts:
        _hand_over(part, root)
    return Series(name, root, tuple(parts))


def _hand_over(part: ExternalObject, root: ExternalObject) -> None:
    """The object with the rule may come after its exceptions; it takes over what they knew."""
    if part.intake != Intake.NONE:
        if root.intake == Intake.NONE:
            root.intake = part.intake
        part.intake = Intake.NONE
    if part.declined:
        root.declined = sorted({*root.declined, *part.declined})
        part.declined = []
