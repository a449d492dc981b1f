"""What becomes of the fields when two records are one, and when they are two again. Pure.

Of single values the kept record's stay, and its gaps are filled from the other, unless somebody chose
otherwise. Lists are joined, the kept record's lines first, and what is the same is there once. Whoever
wants no messages in one of the records wants none in the joined one.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, TypeVar

from crm_app.contacts.fields import CHANNELS, Address, Email, Phone
from crm_app.contacts.names import folded
from crm_app.core.kinds import ContactKind

Line = TypeVar("Line")
# Of these one value is chosen; the parts of a name belong together.
CHOSEN: tuple[str, ...] = (
    "name",
    "kind",
    "company_id",
    "owner_id",
    "time_zone",
    "locale",
    "note",
    "messenger_id",
)
_CUSTOM = "custom:"


@dataclass(frozen=True, slots=True)
class Record:
    """A contact's own fields."""

    id: int
    kind: ContactKind
    name: str
    first_name: str = ""
    last_name: str = ""
    company_id: int | None = None
    owner_id: int | None = None
    time_zone: str = ""
    locale: str = ""
    note: str = ""
    messenger_id: str = ""
    emails: tuple[Email, ...] = ()
    phones: tuple[Phone, ...] = ()
    addresses: tuple[Address, ...] = ()
    tags: tuple[str, ...] = ()
    do_not_disturb: tuple[str, ...] = ()
    custom: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """For a column of the database."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Record":
        """What ``as_json`` gave."""
        return cls(
            **{
                **stored,
                "kind": ContactKind(stored["kind"]),
                "emails": tuple(Email(**line) for line in stored["emails"]),
                "phones": tuple(Phone(**line) for line in stored["phones"]),
                "addresses": tuple(Address(**line) for line in stored["addresses"]),
                "tags": tuple(stored["tags"]),
                "do_not_disturb": tuple(stored["do_not_disturb"]),
            }
        )


def joined(kept: Record, gone: Record, choices: Mapping[str, int] | None = None) -> Record:
    """The record that is left. ``choices``: by field (``CHOSEN``, "custom:<name>") whose value is
    wanted, by the record's id; a note of which none is chosen is both notes."""
    chosen = choices or {}
    result = replace(
        kept,
        **{name: _single(kept, gone, chosen, name) for name in CHOSEN if name not in ("name",)},
        emails=_union(kept.emails, gone.emails, _email_key),
        phones=_union(kept.phones, gone.phones, _phone_key),
        addresses=_union(kept.addresses, gone.addresses, _address_key),
        tags=_union(kept.tags, gone.tags, folded),
        do_not_disturb=tuple(
            c for c in CHANNELS if c in kept.do_not_disturb or c in gone.do_not_disturb
        ),
        custom=_custom(kept, gone, chosen),
    )
    if not chosen.get("note"):
        result = replace(result, note="\n\n".join(_union([kept.note], [gone.note], str.strip)))
    if result.company_id in (kept.id, gone.id):
        result = replace(result, company_id=None)
    namesake = gone if chosen.get("name") == gone.id or not kept.name else kept
    return replace(
        result,
        name=namesake.name,
        first_name=namesake.first_name,
        last_name=namesake.last_name,
    )


def parted(before: Record, merged: Record, now: Record) -> Record:
    """The kept record after undoing: as ``before``, but what was changed since the merge stays changed.

    ``merged`` is what the merge made of it, ``now`` what it is at present.
    """
    plain: dict[str, Any] = {
        each.name: getattr(before, each.name)
        if getattr(now, each.name) == getattr(merged, each.name)
        else getattr(now, each.name)
        for each in fields(Record)
        if each.name not in {*_LISTS, "custom"}
    }
    lists: dict[str, Any] = {
        name: _taken_out(getattr(before, name), getattr(merged, name), getattr(now, name), key)
        for name, key in _LISTS.items()
    }
    custom = _parted_custom(before.custom, merged.custom, now.custom)
    return replace(now, **plain, **lists, custom=custom)


def differing(kept: Record, gone: Record) -> list[str]:
    """The fields of which both records have a value, and not the same: those to choose of."""
    names = [name for name in CHOSEN if _both(getattr(kept, name), getattr(gone, name))]
    own = [name for name in kept.custom if _both(kept.custom[name], gone.custom.get(name))]
    return [*names, *(_CUSTOM + name for name in own)]


def value_of(record: Record, name: str) -> Any:
    """The value of a field that can be chosen."""
    if name.startswith(_CUSTOM):
        return record.custom.get(name.removeprefix(_CUSTOM))
    return getattr(record, name)


def _both(one: Any, other: Any) -> bool:
    return bool(one) and bool(other) and one != other


def _single(kept: Record, gone: Record, chosen: Mapping[str, int], name: str) -> Any:
    mine, theirs = getattr(kept, name), getattr(gone, name)
    return theirs if (chosen.get(name) == gone.id and theirs) or not mine else mine


def _custom(kept: Record, gone: Record, chosen: Mapping[str, int]) -> dict[str, Any]:
    result = {**gone.custom, **{name: v for name, v in kept.custom.items() if v not in (None, "")}}
    for name, value in gone.custom.items():
        if chosen.get(_CUSTOM + name) == gone.id:
            result[name] = value
    return result


def _parted_custom(
    before: Mapping[str, Any], merged: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    untouched = {name for name in {**merged, **now} if now.get(name) == merged.get(name)}
    return {
        **{name: v for name, v in before.items() if name in untouched or name not in merged},
        **{name: v for name, v in now.items() if name not in untouched},
    }


def _email_key(line: Email) -> Hashable:
    return line.key


def _phone_key(line: Phone) -> Hashable:
    return line.e164 or "".join(filter(str.isdigit, line.number))


def _address_key(line: Address) -> Hashable:
    return tuple(
        folded(part)
        for part in (line.street, line.postal_code, line.city, line.region, line.country)
    )


_LISTS: dict[str, Callable[[Any], Hashable]] = {
    "emails": _email_key,
    "phones": _phone_key,
    "addresses": _address_key,
    "tags": folded,
    "do_not_disturb": str,
}


def _union(
    first: Iterable[Line], second: Iterable[Line], key: Callable[[Line], Hashable]
) -> tuple[Line, ...]:
    found: dict[Hashable, Line] = {}
    for line in (*first, *second):
        if key(line):
            found.setdefault(key(line), line)
    return tuple(found.values())


def _taken_out(
    before: Sequence[Line],
    merged: Sequence[Line],
    now: Sequence[Line],
    key: Callable[[Line], Hashable],
) -> tuple[Line, ...]:
    """``now`` without what the merge brought; what was taken away by hand stays away."""
    if tuple(now) == tuple(merged):
        return tuple(before)
    brought = {key(line) for line in merged} - {key(line) for line in before}
    return tuple(line for line in now if key(line) not in brought)
