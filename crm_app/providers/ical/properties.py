"""The properties of one component, each line read for itself, so that a bad line costs only itself."""

import re
from dataclasses import dataclass, field

from icalendar.parser import Contentline

from crm_app.providers.ical.lines import Block, name_of, own_properties

_ADDRESS = re.compile(r":(mailto:\S+)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Property:
    """One content line: ``value`` unescaped, parameter names in capitals."""

    name: str
    value: str
    params: dict[str, str] = field(default_factory=dict)


class Properties:
    """All properties of a component by name, in their order."""

    def __init__(self, lines: list[str], block: Block) -> None:
        self._by_name: dict[str, list[Property]] = {}
        for index in own_properties(lines, block):
            found = read_property(lines[index])
            if found is not None:
                self._by_name.setdefault(found.name, []).append(found)

    def all(self, name: str) -> list[Property]:
        """Every property called ``name``."""
        return self._by_name.get(name, [])

    def first(self, name: str) -> Property | None:
        """The first one; a second SUMMARY or DTSTART means nothing."""
        found = self._by_name.get(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """The value of the first one, empty when there is none."""
        found = self.first(name)
        return found.value if found else ""

    def word(self, name: str) -> str:
        """The same as an enumerated value: trimmed, in capitals."""
        return self.text(name).strip().upper()

    def __contains__(self, name: str) -> bool:
        return name in self._by_name


def read_property(line: str) -> Property | None:
    """``line`` taken apart; None when there is nothing to take."""
    try:
        _, params, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
    except (ValueError, UnicodeError):
        return _salvage(line)
    joined = {
        str(key).upper(): ",".join(map(str, given))
        if isinstance(given, (list, tuple))
        else str(given)
        for key, given in params.items()
    }
    return Property(name_of(line), str(value), joined)


def _salvage(line: str) -> Property | None:
    """The value of a line whose parameters are broken, e.g. by an unquoted quotation mark."""
    name, separator, value = name_of(line), ":", line.partition(":")[2]
    if not name or separator not in line:
        return None
    address = _ADDRESS.search(line)
    return Property(name, address.group(1) if address else value)
