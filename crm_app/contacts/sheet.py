"""Contacts as the lines of a table, and as entries of an address book. Pure.

How many columns there are for e-mail addresses, numbers, places and own fields depends on the contacts;
``Shape`` says it before the first line is written. A table of ours that is brought back by an import
says the same: the headings are those that ``importing.columns`` knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm_app.contacts.fields import Address, Email, Phone
from crm_app.contacts.importing import columns
from crm_app.core.i18n import LOCALE_NAMES, N_, translate
from crm_app.core.kinds import ContactKind
from crm_app.core.spreadsheet import for_people, harmless
from crm_app.providers.address_book_port import (
    Card,
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
)

# Beyond so many columns of one sort a table is of no use to people; the rest stands in the last one.
MOST_LINES = 10
MOST_PLACES = 5
_PLACE = ("street", "postal_code", "city", "region", "country")
_KINDS = {
    ContactKind.COMPANY: N_("Company"),
    ContactKind.CONTACT: N_("Contact"),
    ContactKind.LEAD: N_("Lead"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A contact as it stands in a file. Instants are written in ISO 8601."""

    name: str
    first_name: str
    last_name: str
    kind: ContactKind
    company: str
    emails: Sequence[Email]
    phones: Sequence[Phone]
    addresses: Sequence[Address]
    tags: Sequence[str]
    owner: str
    time_zone: str
    locale: str
    do_not_disturb: Sequence[str]
    note: str
    source: str
    created_at: datetime
    changed_at: datetime
    custom: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """How many columns of each sort there are; ``custom`` are the names of own fields."""

    emails: int = 1
    phones: int = 1
    places: int = 1
    custom: tuple[str, ...] = ()


def head(locale: str, shape: Shape) -> list[str]:
    """The headings."""

    def word(target: str) -> str:
        return columns.heading(locale, target)

    numbered = [
        *_numbered(word("email"), shape.emails),
        *_numbered(word("phone"), shape.phones),
        *(
            f"{word(part)} {place}" if place > 1 else word(part)
            for place in range(1, shape.places + 1)
            for part in _PLACE
        ),
    ]
    single = [word(part) for part in ("name", "first_name", "last_name", "kind", "company")]
    rest = ("tags", "owner", "time_zone", "locale", "do_not_disturb", "note")
    stamps = (N_("Source"), N_("Created"), N_("Changed"))
    return [
        *single,
        *numbered,
        *(word(part) for part in rest),
        *(translate(locale, stamp) for stamp in stamps),
        *(harmless(key) for key in shape.custom),
    ]


def _numbered(word: str, count: int) -> list[str]:
    return [word if place == 1 else f"{word} {place}" for place in range(1, count + 1)]


def row(locale: str, shape: Shape, line: Line) -> list[str]:
    """The cells of a contact, none of which a spreadsheet calculates."""
    places = [*line.addresses, *[Address()] * shape.places][: shape.places]
    cells = [
        line.name,
        line.first_name,
        line.last_name,
        translate(locale, _KINDS[line.kind]),
        line.company,
        *_filled([each.address for each in line.emails], shape.emails),
        *_filled([each.number for each in line.phones], shape.phones),
        *(getattr(place, part) for place in places for part in _PLACE),
        "; ".join(line.tags),
        line.owner,
        line.time_zone,
        LOCALE_NAMES.get(line.locale, line.locale),
        "; ".join(line.do_not_disturb),
        line.note,
        line.source,
        _stamp(line.created_at),
        _stamp(line.changed_at),
        *(_text(line.custom.get(key)) for key in shape.custom),
    ]
    return [for_people(cell) for cell in cells]


def _filled(texts: list[str], count: int) -> list[str]:
    """``count`` cells; what has no cell of its own stands in the last one."""
    kept = [*texts[: count - 1], "; ".join(texts[count - 1 :])]
    return [*kept, *[""] * count][:count]


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "; ".join(map(_text, value))
    return str(value)


def as_card(line: Line) -> Card:
    """The contact as an entry of an address book; own fields and the owner have no place there."""
    company = line.kind is ContactKind.COMPANY
    return Card(
        name=line.name,
        kind=CardKind.COMPANY if company else CardKind.PERSON,
        first_name=line.first_name,
        last_name=line.last_name,
        organization=line.name if company else line.company,
        emails=tuple(CardEmail(each.address, each.label) for each in line.emails),
        phones=tuple(CardPhone(each.number, each.label) for each in line.phones),
        addresses=tuple(
            CardAddress(e.street, e.postal_code, e.city, e.region, e.country, e.label)
            for e in line.addresses
        ),
        note=line.note,
        labels=tuple(line.tags),
    )


def widest(counts: Iterable[int], most: int) -> int:
    """How many columns lines with so many entries need: at least one, ``most`` at most."""
    return max(1, min(most, max(counts, default=1)))
