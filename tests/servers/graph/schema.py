"""Whether JSON is what Graph's own description says.

``schema.json`` holds what concerns calendars and contacts of the v1.0 metadata
(microsoftgraph/msgraph-metadata, MIT): entity and complex types with their properties, and
enumerations. Names, types and enumerated words are checked, in requests as in answers.
"""

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

_DESCRIBED = json.loads((Path(__file__).parent / "schema.json").read_text())
_TYPES, _ENUMS = _DESCRIBED["types"], _DESCRIBED["enums"]
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_date(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value) is not None
    except ValueError:
        return False


_PRIMITIVES = {
    "Edm.String": lambda value: isinstance(value, str),
    "Edm.Boolean": lambda value: isinstance(value, bool),
    "Edm.Int32": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Edm.Double": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "Edm.DateTimeOffset": _is_moment,
    "Edm.Date": _is_date,
    "Edm.Guid": lambda value: isinstance(value, str) and bool(_GUID.fullmatch(value)),
}


def faults(kind: str, value: Any, at: str = "") -> list[str]:
    """What is wrong with ``value`` as a ``kind``: a type's name, or ``Collection(...)`` of one."""
    at = at or kind
    if kind.startswith("Collection("):
        if not isinstance(value, list):
            return [f"{at}: no list"]
        inner = kind[len("Collection(") : -1]
        return [fault for n, one in enumerate(value) for fault in faults(inner, one, f"{at}[{n}]")]
    if kind in _PRIMITIVES:
        return [] if _PRIMITIVES[kind](value) else [f"{at}: {value!r} is no {kind}"]
    if kind in _ENUMS:
        return [] if value in _ENUMS[kind] else [f"{at}: {value!r} is no {kind}"]
    if not isinstance(value, dict):
        return [f"{at}: no object"]
    return [fault for name, one in value.items() for fault in _of_property(kind, name, one, at)]


def _of_property(kind: str, name: str, value: Any, at: str) -> list[str]:
    if name.startswith("@") or "@odata." in name:
        return []
    described = properties(kind).get(name)
    if described is None:
        return [f"{at}: no property {name}"]
    if value is None:
        return [f"{at}.{name}: null"] if described.endswith("!") else []
    return faults(described.rstrip("!"), value, f"{at}.{name}")


def properties(kind: str) -> dict[str, str]:
    """The properties of a type with those of its base types; ``!`` marks what is never null."""
    found: dict[str, str] = {}
    name: str | None = kind
    while name is not None:
        found = {**_TYPES[name]["properties"], **found}
        name = _TYPES[name].get("base")
    return found
