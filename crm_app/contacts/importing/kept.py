"""The fields of a contact as JSON, so that what an import changed can be put back. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, cast

from crm_app.contacts.fields import Address, ContactFields, Email, Phone
from crm_app.core.kinds import ContactKind

_LINES: dict[str, type[Any]] = {"emails": Email, "phones": Phone, "addresses": Address}


def as_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    """``fields`` as they are stored."""
    return {
        name: [asdict(line) for line in value] if name in _LINES else value
        for name, value in fields.items()
    }


def from_json(stored: Mapping[str, Any]) -> ContactFields:
    """What ``as_json`` was given."""
    fields: dict[str, Any] = {
        name: [_LINES[name](**line) for line in value] if name in _LINES else value
        for name, value in stored.items()
    }
    if "kind" in fields:
        fields["kind"] = ContactKind(str(fields["kind"]))
    return cast(ContactFields, fields)


def put_back(
    now: Mapping[str, Any], was: Mapping[str, Any], became: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields to write so that what became of them is undone, all as JSON.

    A field that somebody changed since stays as he left it. Of a list and of own fields only what came
    goes, and what went comes back.
    """
    back: dict[str, Any] = {}
    for name, before in was.items():
        if name == "custom":
            own = _own_back(now.get(name, {}), before, became.get(name, {}))
            if own != now.get(name, {}):
                back[name] = own
        elif isinstance(before, list):
            lines = _lines_back(now.get(name, []), before, became.get(name, []))
            if lines != now.get(name, []):
                back[name] = lines
        elif now.get(name) == became.get(name) != before:
            back[name] = before
    return back


def _lines_back(now: list[Any], was: list[Any], became: list[Any]) -> list[Any]:
    if now == became:
        return was
    came = [line for line in became if line not in was]
    went = [line for line in was if line not in became]
    return [line for line in now if line not in came] + [line for line in went if line not in now]


def _own_back(
    now: Mapping[str, Any], was: Mapping[str, Any], became: Mapping[str, Any]
) -> dict[str, Any]:
    own = dict(now)
    for key, value in became.items():
        if value != was.get(key) and own.get(key) == value:
            if key in was:
                own[key] = was[key]
            else:
                del own[key]
    return own
