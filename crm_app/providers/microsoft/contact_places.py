"""Which of Outlook's few places for numbers and addresses each line of a card goes to. Pure.

Outlook has one place for a mobile number, two for business and two for private numbers, and one
address each for work, home and other. The labels of lines say where they belong; where that place is
taken, a line goes to another one that is free rather than to none. What finds no place stays with
Tandem alone. What is there already stays where it is, so that the same lines always end up in the
same places, however often they are written.

Pages: https://learn.microsoft.com/graph/api/resources/contact,
https://github.com/microsoftgraph/microsoft-graph-docs/issues/15276 (how many each place holds)
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A property of Graph's contact that holds up to ``room`` lines with the ``label``."""

    name: str
    label: str
    room: int = 1


MOST_EMAILS = 3
# In the order in which a contact's lines are read.
PHONES = (
    Place("mobilePhone", "mobile"),
    Place("businessPhones", "work", 2),
    Place("homePhones", "home", 2),
)
ADDRESSES = (
    Place("businessAddress", "work"),
    Place("homeAddress", "home"),
    Place("otherAddress", "other"),
)
# Where a line goes that says nothing of these places, or finds its own taken.
_NEXT = {"businessPhones": 0, "homePhones": 1, "mobilePhone": 2}
_NEXT |= {"otherAddress": 0, "businessAddress": 1, "homeAddress": 2}
_NAMES = {"cell": "mobile", "iphone": "mobile", "business": "work", "private": "home"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line by its ``key``, the same for the same number or address, and its label."""

    key: str
    label: str


def arranged(
    lines: Sequence[Line], present: Mapping[str, Iterable[str]], places: Sequence[Place]
) -> dict[str, list[int]]:
    """The positions among ``lines`` of those that each place is to hold, by the place's name.

    ``present`` are the keys that each place holds now. Lines of one place keep their order.
    """
    there = {place.name: set(present.get(place.name, ())) for place in places}
    by_label = {place.label: place for place in places}
    anywhere = sorted(places, key=lambda place: _NEXT[place.name])
    found: dict[str, list[int]] = {place.name: [] for place in places}
    left = [at for at, line in enumerate(lines) if not _not_for_calls(line)]

    def own(line: Line) -> Place | None:
        return by_label.get(_NAMES.get(line.label, line.label))

    def stays(line: Line, place: Place) -> bool:
        return line.key in there[place.name]

    rules: tuple[Callable[[Line, Place], bool], ...] = (
        lambda line, place: stays(line, place) and own(line) in (place, None),
        lambda line, place: own(line) is place,
        stays,
        lambda *_: True,
    )
    for fits in rules:
        for at in list(left):
            for place in anywhere:
                if len(found[place.name]) < place.room and fits(lines[at], place):
                    found[place.name].append(at)
                    left.remove(at)
                    break
    return {name: sorted(positions) for name, positions in found.items()}


def _not_for_calls(line: Line) -> bool:
    """Whether nobody answers there: such a number is in nobody's way among those to call."""
    return "fax" in line.label or line.label == "pager"
