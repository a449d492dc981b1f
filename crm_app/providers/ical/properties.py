"""The properties of one component, each line read for itself, so that a bad line costs only itself.

A line is taken apart only when somebody asks for its property: most of an event's lines are never
looked at. Lines as nearly all programs write them are taken apart here, all others by icalendar,
which is a dozen times slower; both ways lead to the same.
"""

import re
from dataclasses import dataclass, field

from icalendar.parser import Contentline

from crm_app.providers.ical.lines import Block, name_of, named_properties

_ADDRESS = re.compile(r":(mailto:\S+)$", re.IGNORECASE)
# No escapes in parameters, no lists, nothing invisible, and no blanks at the edges of a value.
_QUOTED = r'"[^"\\^%\x00-\x1f\x7f]*"'
_BARE = r"[^\"\\^%,:;=\s\x00-\x1f\x7f](?:[^\"\\^%,:;=\x00-\x1f\x7f]*[^\"\\^%,:;=\s\x00-\x1f\x7f])?"
_PLAIN = re.compile(rf"([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:{_QUOTED}|{_BARE}))*):([^\n]*)")
_PARAMETER = re.compile(r';([^=]+)=(?:"([^"]*)"|([^;]*))')
_ESCAPED = re.compile(r"\\([\\,;:nN])")


@dataclass(frozen=True, slots=True)
class Property:
    """One content line: ``value`` unescaped, parameter names in capitals."""

    name: str
    value: str
    params: dict[str, str] = field(default_factory=dict)


class Properties:
    """All properties of a component by name, in their order."""

    def __init__(self, lines: list[str], block: Block) -> None:
        self._lines: dict[str, list[str]] = {}
        self._read: dict[str, list[Property]] = {}
        for index, name in named_properties(lines, block):
            # Whatever has a name and a colon can be read somehow; the others are tried.
            if ":" in lines[index] or read_property(lines[index]) is not None:
                self._lines.setdefault(name, []).append(lines[index])

    def all(self, name: str) -> list[Property]:
        """Every property called ``name``."""
        if name not in self._lines:
            return []
        if name not in self._read:
            read = (read_property(line) for line in self._lines[name])
            self._read[name] = [found for found in read if found is not None]
        return self._read[name]

    def first(self, name: str) -> Property | None:
        """The first one; a second SUMMARY or DTSTART means nothing."""
        if name not in self._lines:
            return None
        found = self.all(name)
        return found[0] if found else None

    def text(self, name: str) -> str:
        """The value of the first one, empty when there is none."""
        if name not in self._lines:
            return ""
        found = self.first(name)
        return found.value if found else ""

    def word(self, name: str) -> str:
        """The same as an enumerated value: trimmed, in capitals."""
        return self.text(name).strip().upper()

    def __contains__(self, name: str) -> bool:
        return name in self._lines


def read_property(line: str) -> Property | None:
    """``line`` taken apart; None when there is nothing to take."""
    plain = _PLAIN.fullmatch(line)
    if plain is None:
        return read_oddly(line)
    name, params, value = plain.groups()
    if "\\" in value:
        value = _ESCAPED.sub(_unescaped, value)
    if not params:
        return Property(name.upper(), value)
    given = {key.upper(): quoted or bare for key, quoted, bare in _PARAMETER.findall(params)}
    return Property(name.upper(), value, given)


def _unescaped(found: re.Match[str]) -> str:
    return "\n" if found[1] in "nN" else found[1]


def read_oddly(line: str) -> Property | None:
    """The same by icalendar's parser, which takes every way of writing."""
    try:
        _, params, value = Contentline(line).parts()  # type: ignore[no-untyped-call]  # untyped there
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
