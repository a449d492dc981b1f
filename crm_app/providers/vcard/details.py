"""The e-mail addresses, numbers and postal addresses of a card: what a line of each says. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from urllib.parse import unquote

from crm_app.providers.address_book_port import CardAddress, CardEmail, CardPhone
from crm_app.providers.vcard.properties import (
    Property,
    clean,
    escaped,
    fields_in,
    joined,
    structured,
    text_in,
)

Detail = TypeVar("Detail", CardEmail, CardPhone, CardAddress)


@dataclass(frozen=True, slots=True)
class Part(Generic[Detail]):
    """One of the three. ``read`` gives what a value says (version, label), None when it is nothing
    to Tandem; ``write`` gives the value."""

    name: str
    read: Callable[[Property, str, str], Detail | None]
    write: Callable[[Detail, str], str]


def _email(found: Property, version: str, label: str) -> CardEmail | None:
    address = _without("mailto:", text_in(found.value, version))
    return CardEmail(address, label) if address else None


def _phone(found: Property, version: str, label: str) -> CardPhone | None:
    text = text_in(found.value, version)
    number = _without("tel:", text)
    if number != text:
        # RFC 3966: parameters behind the number, of which people know the extension.
        number, *params = unquote(number).split(";")
        extension = [each[4:] for each in params if each.lower().startswith("ext=")]
        number += f" ext. {extension[0]}" if extension else ""
    return CardPhone(number, label) if number else None


def _without(scheme: str, text: str) -> str:
    return text[len(scheme) :] if text.lower().startswith(scheme) else text


def _address(found: Property, version: str, label: str) -> CardAddress | None:
    parts = [*fields_in(found.value, version), *[[""]] * 7][:7]
    box, extended, street = (joined(part, "\n") for part in parts[:3])
    city, region, postal_code, country = (joined(part, ", ") for part in parts[3:])
    address = CardAddress(
        street="\n".join(each for each in (street, extended, box) if each),
        postal_code=postal_code,
        city=city,
        region=region,
        country=country,
        label=label,
    )
    return None if address.empty else address


def _address_value(address: CardAddress, version: str) -> str:
    return structured(
        [
            *("", ""),
            address.street,
            address.city,
            address.region,
            address.postal_code,
            address.country,
        ],
        version,
    )


EMAILS: Part[CardEmail] = Part(
    "EMAIL", _email, lambda each, version: escaped(each.address, version)
)
PHONES: Part[CardPhone] = Part("TEL", _phone, lambda each, version: escaped(each.number, version))
ADDRESSES: Part[CardAddress] = Part("ADR", _address, _address_value)


def unlabelled(detail: Detail) -> Detail:
    """What it says apart from its label, as it will be read back."""
    plain = replace(detail, label="")
    fields = {key: clean(getattr(plain, key)) for key in plain.__dataclass_fields__}
    return type(plain)(**fields)
