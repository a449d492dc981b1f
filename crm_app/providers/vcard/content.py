"""A card's lines with what they say, in the card's version. Pure.

``Content`` is what reading and amending both look at: its own properties by name, and the labels
that hang on groups.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from crm_app.providers.vcard.details import Detail, Part
from crm_app.providers.vcard.labels import PREFERRED, label_of
from crm_app.providers.vcard.lines import CardLines, Line
from crm_app.providers.vcard.properties import Property, read_property, text_in

_LAST = 101


@dataclass(frozen=True, slots=True)
class Entry:
    """A line, where it stands, and its property."""

    index: int
    line: Line
    property: Property


@dataclass(slots=True)
class Content:
    """The lines of one card and the properties in them that are asked for."""

    lines: list[Line]
    version: str = "3.0"
    _names: dict[str, list[int]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._names = {}
        for index, line in enumerate(self.lines):
            self._names.setdefault(line.name, []).append(index)
        self.version = self.text("VERSION") or self.version

    def all(self, name: str) -> Iterator[Entry]:
        """The readable lines of this name (capitals), in order."""
        for index in self._names.get(name, ()):
            found = read_property(self.lines[index])
            if found is not None:
                yield Entry(index, self.lines[index], found)

    def first(self, name: str) -> Entry | None:
        return next(self.all(name), None)

    def text(self, name: str) -> str:
        """The first text of this name that says something, empty when there is none."""
        said = (text_in(each.property.value, self.version) for each in self.all(name))
        return next((text for text in said if text), "")

    def labels(self) -> dict[str, str]:
        """X-ABLabel by group, in lower case."""
        return {
            each.property.group.lower(): text_in(each.property.value, self.version)
            for each in self.all("X-ABLABEL")
            if each.property.group
        }

    def details(self, part: Part[Detail]) -> list[tuple[Entry, Detail]]:
        """The lines of a part with what they say, the preferred first."""
        labels = self.labels()
        found: list[tuple[Entry, Detail]] = []
        for each in self.all(part.name):
            label = label_of(each.property.types, labels.get(each.property.group.lower(), ""))
            said = part.read(each.property, self.version, label)
            if said is not None:
                found.append((each, said))
        return sorted(found, key=lambda pair: preference(pair[0].property))


def content_of(card: CardLines) -> Content:
    """What is in a card."""
    return Content(list(card.lines))


def preference(found: Property) -> int:
    """1 for what is preferred most (RFC 6350 §5.3, TYPE=pref before it), 101 when nothing is said."""
    if PREFERRED in found.types:
        return 1
    said = found.param("PREF")
    return int(said) if said.isascii() and said.isdigit() and int(said) < _LAST else _LAST
