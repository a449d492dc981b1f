"""Whether requests and answers are as Google describes them, by the description that its client ships.

Enumerations that the description tells only in prose stand here by hand.
"""

import json
import re
from functools import cache
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
_FORMATS = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"),
    "int64": re.compile(r"-?\d+"),
}


@cache
def description() -> Json:
    """Google's description of the API."""
    found: Json = json.loads(get_static_doc("calendar", "v3"))
    return found


@cache
def _methods() -> list[tuple[str, re.Pattern[str], Json]]:
    """HTTP method, path and description of every method; of two that fit, the longer path first."""
    found = []
    for resource in description()["resources"].values():
        for method in resource["methods"].values():
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", method["path"])
            found.append((method["httpMethod"], re.compile(pattern), method))
    return sorted(found, key=lambda one: len(one[1].pattern), reverse=True)


def find(http_method: str, path: str) -> tuple[Json, dict[str, str]] | None:
    """The method that a request calls, and the parameters in its path."""
    for wanted, pattern, method in _methods():
        found = pattern.fullmatch(path)
        if wanted == http_method and found:
            return method, {name: unquote(value) for name, value in found.groupdict().items()}
    return None


def problems_of_request(method: Json, query: dict[str, list[str]], body: Json | None) -> list[str]:
    """What is wrong with a request."""
    known = {**description()["parameters"], **method.get("parameters", {})}
    found = []
    for name, values in query.items():
        if name not in known:
            found.append(f"{method['id']}: unknown parameter {name}")
            continue
        if len(values) > 1 and not known[name].get("repeated"):
            found.append(f"{method['id']}: {name} repeated")
        found += [
            f"{method['id']}: {name}={value}" for value in values if not _fits(known[name], value)
        ]
    if body is not None and "request" not in method:
        found.append(f"{method['id']}: takes no body")
    elif "request" in method:
        name = method["request"]["$ref"]
        found += _problems(name, {"$ref": name}, body or {}, nulls=True)
        found += _missing(method, name, body or {})
    return found


def problems_of_answer(method: Json, body: Json | None) -> list[str]:
    """What is wrong with an answer."""
    if "response" not in method:
        return [] if body is None else [f"{method['id']}: answers nothing"]
    name = method["response"]["$ref"]
    return _problems(name, {"$ref": name}, body, nulls=False)


def _fits(parameter: Json, value: str) -> bool:
    if "enum" in parameter and value not in parameter["enum"]:
        return False
    kind = parameter.get("type")
    if kind == "integer":
        return value.lstrip("-").isdigit()
    if kind == "boolean":
        return value in {"true", "false"}
    wanted = _FORMATS.get(parameter.get("format", ""))
    return wanted is None or bool(wanted.fullmatch(value))


def _missing(method: Json, name: str, body: Json) -> list[str]:
    properties = description()["schemas"][name]["properties"]
    return [
        f"{method['id']}: {prop} is required"
        for prop, schema in properties.items()
        if method["id"] in schema.get("annotations", {}).get("required", []) and prop not in body
    ]


def _problems(where: str, schema: Json, value: Any, *, nulls: bool) -> list[str]:
    if "$ref" in schema:
        where = schema["$ref"]
        schema = description()["schemas"][where]
    if value is None and nulls:
        return []
    kind = schema.get("type")
    if kind == "object":
        return _problems_of_object(where, schema, value, nulls=nulls)
    if kind == "array":
        if not isinstance(value, list):
            return [f"{where}: no list"]
        return [
            one for item in value for one in _problems(where, schema["items"], item, nulls=nulls)
        ]
    if kind in _TYPES and not _is(kind, value):
        return [f"{where}: {value!r} is no {kind}"]
    wanted = _FORMATS.get(schema.get("format", ""))
    if wanted is not None and isinstance(value, str) and not wanted.fullmatch(value):
        return [f"{where}: {value!r} is no {schema['format']}"]
    return []


def _problems_of_object(where: str, schema: Json, value: Any, *, nulls: bool) -> list[str]:
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
        found += _problems(f"{where}.{name}", inner, part, nulls=nulls)
    return found


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])
