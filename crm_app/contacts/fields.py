"""The fields of a contact as callers hand them over, and their checks. Pure.

`checked` gives back clean values or raises `Invalid` with one sentence per field; fields of a list
are named by position ("emails.1"), so that a form can put the sentence beside the right line.
Nothing here asks whether ids exist: that needs the database and the actor.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypedDict, TypeVar, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm_app.contacts import matching
from crm_app.contacts.names import cleaned, cleaned_lines, full, split
from crm_app.core.errors import Invalid
from crm_app.core.i18n import LOCALES, N_
from crm_app.core.kinds import ContactKind

CHANNELS: tuple[str, ...] = ("email", "sms", "call", "messenger")
MOST_ROWS = 50
MOST_CUSTOM_CHARACTERS = 50_000


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address as typed, with a word for what it is for."""

    address: str
    label: str = ""

    @property
    def key(self) -> str:
        """The form in which addresses are compared; ValueError when it is none."""
        return matching.email_key(self.address)


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number as typed; ``e164`` is filled by ``checked`` where the number has that form."""

    number: str
    label: str = ""
    e164: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    label: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep; a label alone is nothing."""
        return not (self.street or self.postal_code or self.city or self.region or self.country)


class ContactFields(TypedDict, total=False):
    """What can be given at creation and changed later; a field that is left out stays as it is."""

    kind: ContactKind
    name: str
    first_name: str
    last_name: str
    emails: list[Email]
    phones: list[Phone]
    addresses: list[Address]
    tags: list[str]
    company_id: int | None
    owner_id: int | None
    time_zone: str
    locale: str
    do_not_disturb: list[str]
    note: str
    custom: dict[str, Any]


def checked(fields: ContactFields, *, region: str | None = None) -> ContactFields:
    """Clean values of the given fields; Invalid names every field that cannot be kept.

    ``region`` is the country (ISO 3166) of phone numbers that are written without one.
    """
    unknown = set(fields) - set(ContactFields.__annotations__)
    if unknown:
        raise TypeError(f"a contact has no {sorted(unknown)}")
    errors: dict[str, str] = {}
    clean: dict[str, Any] = dict(fields)
    for name, check in _CHECKS.items():
        if name in clean:
            clean[name] = check(clean[name], errors)
    if "phones" in clean:
        clean["phones"] = _phones(clean["phones"], errors, region)
    if errors:
        raise Invalid(fields=errors)
    return cast(ContactFields, clean)


def is_time_zone(name: str) -> bool:
    """Whether ``name`` is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def named(
    fields: ContactFields, kind: ContactKind, *, first_name: str = "", last_name: str = ""
) -> ContactFields:
    """``fields`` with the parts of the name that follow from the given ones.

    ``first_name`` and ``last_name`` are those of before. A company has no parts.
    """
    parts = "first_name" in fields or "last_name" in fields
    if "name" in fields and not parts:
        first, last = ("", "") if kind is ContactKind.COMPANY else split(fields["name"])
        return {**fields, "first_name": first, "last_name": last}
    if parts and not fields.get("name"):
        first = fields.get("first_name", first_name)
        return {**fields, "name": full(first, fields.get("last_name", last_name))}
    return fields


_Row = TypeVar("_Row")
_Errors = dict[str, str]


def _rows(name: str, rows: Iterable[_Row], errors: _Errors) -> list[_Row]:
    listed = list(rows)
    if len(listed) > MOST_ROWS:
        errors[name] = N_("That is too many lines. Keep the ones that are used.")
    return listed[:MOST_ROWS]


def _emails(rows: list[Email], errors: _Errors) -> list[Email]:
    kept: dict[str, Email] = {}
    for position, row in enumerate(_rows("emails", rows, errors)):
        email = Email(cleaned(row.address, longest=320), cleaned(row.label, longest=40))
        if not email.address:
            continue
        try:
            kept.setdefault(email.key, email)
        except ValueError:
            errors[f"emails.{position}"] = N_(
                "This is not an e-mail address. Write it like name@example.com."
            )
    return list(kept.values())


def _phones(rows: list[Phone], errors: _Errors, region: str | None) -> list[Phone]:
    kept: dict[str, Phone] = {}
    for position, row in enumerate(_rows("phones", rows, errors)):
        number = cleaned(row.number, longest=60)
        if not number:
            continue
        if sum(letter.isdigit() for letter in number) < 3:
            errors[f"phones.{position}"] = N_(
                "This is not a phone number. Write it like +49 30 123456."
            )
            continue
        form = matching.e164(number, region=region)
        phone = Phone(number, cleaned(row.label, longest=40), form)
        kept.setdefault(form or number, phone)
    return list(kept.values())


def _addresses(rows: list[Address], errors: _Errors) -> list[Address]:
    clean = [
        replace(row, **{name: cleaned(getattr(row, name)) for name in Address.__slots__})
        for row in _rows("addresses", rows, errors)
    ]
    return [row for row in clean if not row.empty]


def _tags(names: list[str], errors: _Errors) -> list[str]:
    clean = (cleaned(name, longest=60) for name in _rows("tags", names, errors))
    return list(dict.fromkeys(name for name in clean if name))


def _channels(names: list[str], errors: _Errors) -> list[str]:
    if set(names) - set(CHANNELS):
        errors["do_not_disturb"] = N_("There is no such channel.")
    return [channel for channel in CHANNELS if channel in names]


def _time_zone(name: str, errors: _Errors) -> str:
    if name and not is_time_zone(name):
        errors["time_zone"] = N_("There is no such time zone. Choose one from the list.")
    return name


def _locale(name: str, errors: _Errors) -> str:
    if name and name not in LOCALES:
        errors["locale"] = N_("Tandem does not speak this language yet.")
    return name


def _custom(values: Mapping[str, Any], errors: _Errors) -> dict[str, Any]:
    try:
        size = len(json.dumps(values, ensure_ascii=False, allow_nan=False))
    except (TypeError, ValueError):
        errors["custom"] = N_("These values cannot be kept.")
    else:
        if size > MOST_CUSTOM_CHARACTERS:
            errors["custom"] = N_("These values are too long.")
    return dict(values)


def _kind(value: ContactKind | str, errors: _Errors) -> ContactKind:
    try:
        return ContactKind(value)
    except ValueError:
        errors["kind"] = N_("Choose company, contact or lead.")
        return ContactKind.LEAD


_CHECKS: dict[str, Callable[[Any, _Errors], Any]] = {
    "kind": _kind,
    "name": lambda text, _: cleaned(text),
    "first_name": lambda text, _: cleaned(text, longest=100),
    "last_name": lambda text, _: cleaned(text, longest=100),
    "emails": _emails,
    "addresses": _addresses,
    "tags": _tags,
    "time_zone": _time_zone,
    "locale": _locale,
    "do_not_disturb": _channels,
    "note": lambda text, _: cleaned_lines(text),
    "custom": _custom,
}
