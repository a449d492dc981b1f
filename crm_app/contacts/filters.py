"""What the list of contacts can be narrowed by, and a saved view's content. Pure.

``Filters`` are plain values, so that they can be kept as JSON and come back from a browser:
``parse`` takes anything and keeps what is one of ours. Days are calendar days of whoever looks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypedDict, cast

from crm_app.contacts.fields import CHANNELS
from crm_app.contacts.names import cleaned
from crm_app.core.ids import is_id
from crm_app.core.kinds import ContactKind

# As ``owner_id``: the contacts that nobody owns.
NOBODY = 0
# How an own field is compared.
CUSTOM_HOW: tuple[str, ...] = ("is", "has", "filled", "empty")
_MOST_CHOICES = 100
_MOST_DAYS = 36_500


class CustomTerm(TypedDict):
    """A condition on an own field: its value is or holds ``value``, is filled, or is empty."""

    key: str
    how: str
    value: str


class Filters(TypedDict, total=False):
    """What narrows the list; all that is given must hold.

    ``text``: every word occurs in a name, address, number or the company. ``owner_id``, ``owners``:
    ``NOBODY`` for those without one. ``..._days``: at most so many days ago; ``still_days``: nothing
    changed for so many days. ``..._from`` and ``..._to`` are ISO days, both included. ``quiet``:
    wants nothing on one of the channels; ``reachable``: on none. ``deleted``: only those that can be
    brought back.
    """

    text: str
    kind: ContactKind | None
    kinds: list[str]
    owner_id: int | None
    owners: list[int]
    tag: str
    tags_any: list[str]
    tags_all: list[str]
    tags_none: list[str]
    company_id: int | None
    email: bool
    phone: bool
    sources: list[str]
    locales: list[str]
    created_days: int
    created_from: str
    created_to: str
    changed_days: int
    changed_from: str
    changed_to: str
    still_days: int
    quiet: list[str]
    reachable: bool
    custom: list[CustomTerm]
    deleted: bool


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """What a saved view remembers: the filters and the order of the list (CON-3)."""

    filters: Filters = field(default_factory=lambda: Filters())
    sort: str = "name"

    def as_json(self) -> dict[str, Any]:
        """For a column of the database."""
        return {"filters": dict(self.filters), "sort": self.sort}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ViewSpec":
        """What ``as_json`` gave; whatever is no filter of ours is left out."""
        sort = stored.get("sort")
        return cls(parse(stored.get("filters")), sort if isinstance(sort, str) else "name")


def parse(raw: Any) -> Filters:
    """The filters in ``raw``, which may come from a browser; what is none of ours is left out."""
    if not isinstance(raw, Mapping):
        return Filters()
    read = {name: _PARSERS[name](raw[name]) for name in _PARSERS if name in raw}
    return cast(Filters, {name: value for name, value in read.items() if value not in _NOTHING})


def narrowed(filters: Filters) -> bool:
    """Whether anything but the kind of list is asked for."""
    return bool(parse({name: filters[name] for name in filters if name not in _KIND_OF_LIST}))  # type: ignore[literal-required]  # its own keys


_NOTHING: tuple[object, ...] = (None, "", [])
_KIND_OF_LIST = frozenset({"kind", "deleted"})


def _text(value: Any) -> str:
    return cleaned(value, longest=200) if isinstance(value, str) else ""


def _words(value: Any) -> list[str]:
    listed = value[:_MOST_CHOICES] if isinstance(value, list) else []
    return list(dict.fromkeys(word for word in map(_text, listed) if word))


def _kinds(value: Any) -> list[str]:
    return [kind.value for kind in ContactKind if kind.value in _words(value)]


def _kind(value: Any) -> ContactKind | None:
    return ContactKind(value) if isinstance(value, str) and value in set(ContactKind) else None


def _owner(value: Any) -> int | None:
    return value if type(value) is int and (value == NOBODY or is_id(value)) else None


def _owners(value: Any) -> list[int]:
    listed = value[:_MOST_CHOICES] if isinstance(value, list) else []
    return [owner for owner in map(_owner, listed) if owner is not None]


def _company(value: Any) -> int | None:
    return value if type(value) is int and is_id(value) else None


def _yes_or_no(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _days(value: Any) -> int | None:
    return value if type(value) is int and 0 < value <= _MOST_DAYS else None


def _day(value: Any) -> str:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else ""
    except ValueError:
        return ""


def _channels(value: Any) -> list[str]:
    return [channel for channel in CHANNELS if channel in _words(value)]


def _custom(value: Any) -> list[CustomTerm]:
    listed = value[:_MOST_CHOICES] if isinstance(value, list) else []
    terms = [
        CustomTerm(key=_text(term.get("key")), how=str(term["how"]), value=_text(term.get("value")))
        for term in listed
        if isinstance(term, Mapping) and term.get("how") in CUSTOM_HOW
    ]
    return [
        term for term in terms if term["key"] and (term["value"] or term["how"] in CUSTOM_HOW[2:])
    ]


_PARSERS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "kind": _kind,
    "kinds": _kinds,
    "owner_id": _owner,
    "owners": _owners,
    "tag": _text,
    "tags_any": _words,
    "tags_all": _words,
    "tags_none": _words,
    "company_id": _company,
    "email": _yes_or_no,
    "phone": _yes_or_no,
    "sources": _words,
    "locales": _words,
    "created_days": _days,
    "created_from": _day,
    "created_to": _day,
    "changed_days": _days,
    "changed_from": _day,
    "changed_to": _day,
    "still_days": _days,
    "quiet": _channels,
    "reachable": _yes_or_no,
    "custom": _custom,
    "deleted": _yes_or_no,
}
