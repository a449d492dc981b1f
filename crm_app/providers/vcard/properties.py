"""One line of a card: group, parameters and value, read with vobject and written for a version.

vobject's pattern for a line takes exponential time on some that are none, so a line is looked at
with a pattern of the same language in linear time first; what does not fit is no property to us.
"""

import quopri
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from vobject.base import ContentLine, backslashEscape, parseLine
from vobject.icalendar import stringToTextValues

from crm_app.providers.vcard.lines import Line

_NAME = r"[A-Za-z0-9_-]++"
_VALUE = r'(?:"[^"]*+"|[^";:,]*+)'
_PARAM = rf";{_NAME}(?:={_VALUE}(?:,{_VALUE})*+)?+"
_LINE = re.compile(rf"(?:{_NAME}\.)?+{_NAME}(?:{_PARAM})*+:")
# XML cannot carry them, and no program shows them.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_NEVER = "\ufffe"
_ESCAPED_IN_2_1 = "\\;,"
_QUOTED_PRINTABLE = "QUOTED-PRINTABLE"
_SPELLED = {"ENCODING", "CHARSET", _QUOTED_PRINTABLE}

Params = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Property:
    """``value`` is still escaped, quoted-printable undone. ``name`` is spelled as it stands there;
    ``params`` are in their order, names in capitals; a parameter of vCard 2.1 without a name has no values and is called by its value."""

    name: str
    value: str
    group: str = ""
    params: Params = ()

    @property
    def types(self) -> tuple[str, ...]:
        """The TYPE values in lower case, those of vCard 2.1 without the name too."""
        return tuple(chain.from_iterable(types_in(each) for each in self.params))

    def param(self, name: str) -> str:
        """The first value of a parameter, empty when there is none."""
        return next((values[0] for key, values in self.params if key == name and values), "")


def types_in(param: tuple[str, Sequence[str]]) -> list[str]:
    """The types that one parameter names, in lower case."""
    key, values = param
    named = [key] if not values else list(values) if key == "TYPE" else []
    return [each.lower() for each in named]


def read_property(line: Line) -> Property | None:
    """The property of a line; None when it is not readable as one."""
    text = line.text
    if not _LINE.match(text):
        return None
    name, params, value, group = parseLine(text)
    named = tuple(_named(key.upper(), values) for key, *values in params)
    quoted = any(_QUOTED_PRINTABLE in (key, *map(str.upper, values)) for key, values in named)
    found = Property(name, value, group or "", named)
    return _plain(found) if quoted else found


def _named(key: str, values: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """A parameter; types are one value each, also where they stand in quotes together."""
    if key != "TYPE":
        return key, tuple(values)
    parts = (part.strip() for each in values for part in each.split(","))
    return key, tuple(part for part in parts if part)


def _plain(found: Property) -> Property:
    """A quoted-printable value as text; one in an unknown alphabet as far as it can be read."""
    coded = quopri.decodestring(found.value.encode())
    value = decoded(coded, found.param("CHARSET")).replace("\r\n", "\n").replace("\r", "\n")
    params = tuple(each for each in found.params if each[0] not in _SPELLED)
    return Property(found.name, value, found.group, params)


def decoded(text: bytes, charset: str) -> str:
    """Bytes as text: in the alphabet that is named, else UTF-8 where they are, else as Windows writes."""
    for name in (charset or "utf-8", "utf-8", "cp1252"):
        try:
            return text.decode(name)
        except (ValueError, LookupError):
            # UnicodeError is a ValueError.
            continue
    return text.decode("latin-1")


def text_in(value: str, version: str = "3.0") -> str:
    """A text value without its escapes."""
    return clean("".join(_unescaped(value, version, _NEVER)))


def list_in(value: str, version: str = "3.0") -> list[str]:
    """The texts of a list (CATEGORIES)."""
    return [clean(text) for text in _unescaped(value, version, ",")]


def fields_in(value: str, version: str = "3.0") -> list[list[str]]:
    """The parts of a structured value (N, ADR, ORG), each a list of texts."""
    parts: list[str] = stringToTextValues(_closed(value), listSeparator=";", charList=";")
    between = _NEVER if version == "2.1" else ","
    return [_unescaped(part, version, between) for part in parts]


def joined(texts: Iterable[str], between: str) -> str:
    """The texts of a part in one; where somebody forgot to escape a comma, with that comma."""
    whole = ""
    for text in texts:
        whole += (("," if text.startswith(" ") else between) if whole else "") + text
    return clean(whole)


def _unescaped(value: str, version: str, separator: str) -> list[str]:
    characters = _ESCAPED_IN_2_1 if version == "2.1" else None
    found: list[str] = stringToTextValues(_closed(value), separator, characters)
    return found


def _closed(value: str) -> str:
    """A value whose last backslash escapes something; vobject reads on behind the end otherwise."""
    trailing = len(value) - len(value.rstrip("\\"))
    return value + "\\" * (trailing % 2)


def clean(text: str) -> str:
    """A text as it is kept: line ends \\n, nothing around it, nothing that cannot be written."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def escaped(text: str, version: str = "3.0") -> str:
    """A text as a value. In vCard 2.1 line ends stay what they are."""
    if version == "2.1":
        return clean(text).replace("\\", "\\\\").replace(";", "\\;")
    return str(backslashEscape(clean(text)))


def structured(parts: Iterable[str], version: str = "3.0") -> str:
    """Parts as the value of N, ADR or ORG."""
    return ";".join(escaped(part, version) for part in parts)


def written(found: Property, version: str = "3.0") -> Line:
    """A property as a line of a card of this version."""
    params = [
        [key, *values] if values else ["TYPE", key]
        for key, values in found.params
        if key not in _SPELLED
    ]
    if version == "2.1" and not _harmless(found.value):
        head = _serialized(found, params, "").removesuffix(":")
        return Line(f"{head};CHARSET=UTF-8;ENCODING={_QUOTED_PRINTABLE}:{_quoted(found.value)}")
    # Out of a quoted-printable line a value may have ends of lines as they are.
    return Line(_serialized(found, params, found.value.replace("\n", "\\n")))


def _harmless(value: str) -> bool:
    return value.isascii() and "\n" not in value


def _quoted(value: str) -> str:
    coded = [quopri.encodestring(line.encode()).decode() for line in value.split("\n")]
    return "=0D=0A".join(coded).replace("=\n", "=\r\n")


def _serialized(found: Property, params: list[list[str]], value: str) -> str:
    # Given as already encoded, the value is written as it is.
    line = ContentLine(found.name, params, value, found.group or None, encoded=True)
    text = str(line.serialize()).rstrip("\r\n")
    # Names are the same in any case, but not to every program that reads Apple's.
    return text.replace(found.name.upper(), found.name, 1)
