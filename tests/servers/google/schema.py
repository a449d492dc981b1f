"""Whether requests and answers are as Google describes them, by the description that its client ships.

What the descriptions tell only in prose stands here by hand: the calendar's enumerations. Field masks
are read out of the prose.
"""

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any
from urllib.parse import unquote

from googleapiclient.discovery_cache import get_static_doc

Json = dict[str, Any]
_WORDS: dict[tuple[str, str], set[str]] = {
    ("Event", "status"): {"confirmed", "tentative", "cancelled"},
    ("Event", "transparency"): {"opaque", "transparent"},
    ("Event", "visibility"): {"default", "public", "private", "confidential"},
    ("Event", "eventType"): {
        "default",
        "birthday",
        "focusTime",
        "fromGmail",
        "outOfOffice",
        "workingLocation",
    },
    ("EventAttendee", "responseStatus"): {"needsAction", "declined", "tentative", "accepted"},
    ("Channel", "type"): {"web_hook", "webhook"},
    ("CalendarListEntry", "accessRole"): {"freeBusyReader", "reader", "writer", "owner"},
}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_FORMATS = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "date-time": _MOMENT,
    "google-datetime": _MOMENT,
    "int64": re.compile(r"-?\d+"),
}
_MASK = "google-fieldmask"


@dataclass(frozen=True)
class Schema:
    """The description of one API."""

    name: str
    version: str

    @cached_property
    def description(self) -> Json:
        """As Google wrote it."""
        found: Json = json.loads(get_static_doc(self.name, self.version))
        return found

    @cached_property
    def _methods(self) -> list[tuple[str, re.Pattern[str], Json]]:
        """HTTP method, path and description of every method; of two that fit, the longer path first."""
        found = [
            (method["httpMethod"], re.compile(_pattern(method)), method)
            for method in _all_methods(self.description)
        ]
        return sorted(found, key=lambda one: len(one[1].pattern), reverse=True)

    def find(self, http_method: str, path: str) -> tuple[Json, dict[str, str]] | None:
        """The method that a request calls, and the parameters in its path."""
        for wanted, pattern, method in self._methods:
            found = pattern.fullmatch(path)
            if wanted == http_method and found:
                return method, {name: unquote(value) for name, value in found.groupdict().items()}
        return None

    def problems_of_request(
        self, method: Json, query: dict[str, list[str]], body: Json | None
    ) -> list[str]:
        """What is wrong with a request."""
        known = {**self.description["parameters"], **method.get("parameters", {})}
        found = []
        for name, values in query.items():
            if name not in known:
                found.append(f"{method['id']}: unknown parameter {name}")
                continue
            if len(values) > 1 and not known[name].get("repeated"):
                found.append(f"{method['id']}: {name} repeated")
            found += [
                f"{method['id']}: {name}={value}"
                for value in values
                if not _fits(known[name], value)
            ]
        if body is not None and "request" not in method:
            found.append(f"{method['id']}: takes no body")
        elif "request" in method:
            name = method["request"]["$ref"]
            found += self._problems(name, {"$ref": name}, body or {}, nulls=True)
            found += self._missing(method, name, body or {})
        return found

    def problems_of_answer(self, method: Json, body: Json | None) -> list[str]:
        """What is wrong with an answer."""
        if "response" not in method:
            return [] if body is None else [f"{method['id']}: answers nothing"]
        name = method["response"]["$ref"]
        return self._problems(name, {"$ref": name}, body, nulls=False)

    def _missing(self, method: Json, name: str, body: Json) -> list[str]:
        properties = self.description["schemas"][name]["properties"]
        return [
            f"{method['id']}: {prop} is required"
            for prop, schema in properties.items()
            if method["id"] in schema.get("annotations", {}).get("required", [])
            and prop not in body
        ]

    def _problems(self, where: str, schema: Json, value: Any, *, nulls: bool) -> list[str]:
        if "$ref" in schema:
            where = schema["$ref"]
            schema = self.description["schemas"][where]
        if value is None and nulls:
            return []
        kind = schema.get("type")
        if kind == "object":
            return self._problems_of_object(where, schema, value, nulls=nulls)
        if kind == "array":
            if not isinstance(value, list):
                return [f"{where}: no list"]
            return [
                one
                for item in value
                for one in self._problems(where, schema["items"], item, nulls=nulls)
            ]
        if kind in _TYPES and not _is(kind, value):
            return [f"{where}: {value!r} is no {kind}"]
        if "enum" in schema and value not in schema["enum"]:
            return [f"{where}: {value!r}"]
        wanted = _FORMATS.get(schema.get("format", ""))
        if wanted is not None and isinstance(value, str) and not wanted.fullmatch(value):
            return [f"{where}: {value!r} is no {schema['format']}"]
        return []

    def _problems_of_object(
        self, where: str, schema: Json, value: Any, *, nulls: bool
    ) -> list[str]:
        if not isinstance(value, dict):
            return [f"{where}: no object"]
        found = []
        properties = schema.get("properties", {})
        for name, part in value.items():
            inner = properties.get(name, schema.get("additionalProperties"))
            if inner is None:
                found.append(f"{where}.{name}: unknown")
                continue
            words = _WORDS.get((where, name))
            if words is not None and part is not None and part not in words:
                found.append(f"{where}.{name}: {part!r}")
            found += self._problems(f"{where}.{name}", inner, part, nulls=nulls)
        return found


CALENDAR, PEOPLE = Schema("calendar", "v3"), Schema("people", "v1")


@cache
def mask_words(described: str) -> frozenset[str]:
    """What a field mask may name, by the prose about it; nothing when it lists none."""
    return frozenset(re.findall(r"(?<=\* )\w+", described))


def _all_methods(resource: Json) -> list[Json]:
    below = [each for one in resource.get("resources", {}).values() for each in _all_methods(one)]
    return [*resource.get("methods", {}).values(), *below]


def _pattern(method: Json) -> str:
    """A path as a regular expression. ``{+name}`` may have several segments: the parameter's own
    pattern says which."""

    def part(found: re.Match[str]) -> str:
        said = method["parameters"][found[2]].get("pattern", "") if found[1] else ""
        return f"(?P<{found[2]}>{said.strip('^$') or '[^/]+'})"

    return re.sub(r"\{(\+?)(\w+)\}", part, method["path"])


def _fits(parameter: Json, value: str) -> bool:
    if "enum" in parameter and value not in parameter["enum"]:
        return False
    kind = parameter.get("type")
    if kind == "integer":
        return value.lstrip("-").isdigit()
    if kind == "boolean":
        return value in {"true", "false"}
    if parameter.get("format") == _MASK:
        words = mask_words(parameter["description"])
        return bool(value) and (not words or set(value.split(",")) <= words)
    wanted = _FORMATS.get(parameter.get("format", ""))
    return wanted is None or bool(wanted.fullmatch(value))


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])
