"""Fields of an entry that are lists: e-mail addresses, numbers, postal addresses. Pure.

Each line that stands there already keeps what Tandem does not know of it. Lines are the same when
they lead to the same place, however they are spelled.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, astuple, replace
from functools import partial
from typing import Any

from crm_app.providers.address_book_port import CardAddress, CardEmail, CardPhone
from crm_app.providers.google.people.reading import (
    Item,
    Person,
    address_of,
    email_of,
    items,
    phone_of,
)
from crm_app.providers.google.people.words import label_of, type_of
from crm_app.providers.google.texts import clean

Json = dict[str, Any]
Line = CardEmail | CardPhone | CardAddress
EMAILS, PHONES, ADDRESSES = "emailAddresses", "phoneNumbers", "addresses"
_READ: dict[str, Callable[[Item], Line]] = {
    EMAILS: email_of,
    PHONES: phone_of,
    ADDRESSES: address_of,
}
# Google makes these itself, out of the rest and in the reader's language.
_MADE_THERE = {"metadata", "formattedType", "formattedValue", "canonicalForm"}


def carried(item: Item) -> Json:
    """A line as it may be written again."""
    kept = {name: value for name, value in item.items() if name not in _MADE_THERE}
    if "formattedValue" in item and not set(kept) - {"type"}:
        # An address that is not told in parts.
        kept["formattedValue"] = item["formattedValue"]
    return kept


def changed(name: str, wanted: Iterable[Line], present: Person) -> Json:
    """What has to be said to make the list ``name`` read as ``wanted``; empty when it does."""
    pool = [(each, _READ[name](each)) for each in items(present, name)]
    lines = [line for line in dict.fromkeys(map(_tidy, wanted)) if _identity(line)]
    if lines == [read for _, read in pool if _identity(read)]:
        return {}
    # What reads the same is taken first, so that no line takes another's place.
    same = {line: _picked(pool, line.__eq__) for line in lines}
    whole = [_written(line, same[line] or _picked(pool, partial(_alike, line))) for line in lines]
    if len(whole) > 1:
        # The first one is the main one.
        whole[0]["metadata"] = {"sourcePrimary": True}
    return {name: whole}


def _written(line: Line, found: tuple[Item, Line] | None) -> Json:
    if found is None:
        return _said(line) | _typed(line)
    item, read = found
    kept = carried(item)
    if replace(read, label=line.label) != line:
        # The same in another spelling.
        kept |= _said(line)
    if read.label != line.label:
        kept.pop("type", None)
        kept |= _typed(line)
    return kept


def _said(line: Line) -> Json:
    if isinstance(line, CardEmail):
        return {"value": line.address}
    if isinstance(line, CardPhone):
        return {"value": line.number}
    parts = {
        "streetAddress": line.street,
        "postalCode": line.postal_code,
        "city": line.city,
        "region": line.region,
        "country": line.country,
    }
    return {name: part for name, part in parts.items() if part}


def _typed(line: Line) -> Json:
    return {"type": type_of(line.label)} if line.label else {}


def _picked(
    pool: list[tuple[Item, Line]], fits: Callable[[Line], bool]
) -> tuple[Item, Line] | None:
    """Takes the first line out of ``pool`` that fits."""
    for place, (_, read) in enumerate(pool):
        if fits(read):
            return pool.pop(place)
    return None


def _alike(one: Line, other: Line) -> bool:
    return _identity(one) == _identity(other)


def _identity(line: Line) -> str:
    """Where a line leads to; empty when it says nothing."""
    if isinstance(line, CardEmail):
        return line.address.casefold()
    if isinstance(line, CardPhone):
        bare = "".join(sign for sign in line.number if sign.isalnum() or sign == "+")
        return bare.casefold() or line.number
    return "\n".join(astuple(replace(line, label=""))).strip()


def _tidy(line: Line) -> Line:
    """As Google keeps it."""
    said: dict[str, Any] = {name: clean(text).strip() for name, text in asdict(line).items()}
    return replace(line, **said | {"label": label_of(type_of(said["label"]))})
