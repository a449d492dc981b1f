"""From what an entry is to say to what Graph is told. Pure.

Only what differs is written, and only the properties that are meant: everything else of the contact
stays. What Outlook has no place for is left out, always the same, so that nothing is written twice.
Exchange makes up a new display name whenever a contact is changed without it; so it goes along with
every change.

Page: https://learn.microsoft.com/graph/api/contact-update (displayName)
"""

import json
from collections.abc import Sequence
from typing import Any

from crm_app.providers.address_book_port import (
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
    Wanted,
    WantedNames,
)
from crm_app.providers.microsoft.contact_places import (
    ADDRESSES,
    MOST_EMAILS,
    PHONES,
    Line,
    arranged,
)
from crm_app.providers.microsoft.contact_reading import (
    Contact,
    address_at,
    emails_of,
    numbers_at,
    said,
)
from crm_app.providers.microsoft.marks import CARD_KEY
from crm_app.providers.microsoft.texts import one_line, tidy

# What else of a former contact can be written when it is made anew.
_OTHER = (
    *("assistantName", "birthday", "businessHomePage", "categories", "children", "companyName"),
    *("department", "displayName", "emailAddresses", "fileAs", "generation", "givenName"),
    *("imAddresses", "initials", "jobTitle", "manager", "middleName", "nickName"),
    *("officeLocation", "personalNotes", "profession", "spouseName", "surname", "title"),
    *("yomiCompanyName", "yomiGivenName", "yomiSurname"),
)
_PARTS = {
    "street": "street",
    "postalCode": "postal_code",
    "city": "city",
    "state": "region",
    "countryOrRegion": "country",
}


def created(wanted: Wanted, key: str, raw: str = "") -> dict[str, Any]:
    """The whole contact, as it is made; with the rest of the former one that ``raw`` tells of."""
    kept = _former(raw)
    whole = {name: value for name, value in {**kept, **changes(kept, wanted)}.items() if value}
    return whole | {"singleValueExtendedProperties": [{"id": CARD_KEY, "value": key}]}


def changes(present: Contact, wanted: Wanted) -> dict[str, Any]:
    """What has to be written so that ``present`` says what is wanted, as far as Outlook can."""
    found: dict[str, Any] = {}
    if wanted.names is not None:
        found |= _names(present, wanted.names)
    if wanted.emails is not None:
        found |= _emails(present, wanted.emails, str(found.get("displayName") or ""))
    if wanted.phones is not None:
        found |= _phones(present, wanted.phones)
    if wanted.addresses is not None:
        found |= _addresses(present, wanted.addresses)
    shown = present.get("displayName")
    return {"displayName": shown, **found} if found and shown else found


def _names(present: Contact, names: WantedNames) -> dict[str, Any]:
    company = names.kind is CardKind.COMPANY
    told = {
        "displayName": names.name,
        "givenName": "" if company else names.first_name,
        "surname": "" if company else names.last_name,
        "companyName": names.name if company else names.organization,
    }
    wanted = {name: one_line(text) for name, text in told.items()}
    found = {name: text or None for name, text in wanted.items() if text != said(present, name)}
    before, filed = _filed(present), said(present, "fileAs")
    if found and filed in ("", *before):
        # In the same way as before; a name of the person's own choice stays.
        found["fileAs"] = _filed(wanted)[before.index(filed) if filed else 0] or names.name
    return found


def _filed(names: Contact) -> list[str]:
    """The names under which Outlook files a contact by itself: by last name, or as it is shown."""
    first, last, shown = (said(names, name) for name in ("givenName", "surname", "displayName"))
    return [", ".join(filter(None, (last, first))) or shown, f"{first} {last}".strip(), shown]


def _emails(present: Contact, wanted: Sequence[CardEmail], shown: str) -> dict[str, Any]:
    told = [one_line(each.address) for each in wanted]
    addresses = list(dict.fromkeys(filter(None, told)))[:MOST_EMAILS]
    if addresses == [each.address for each in emails_of(present)]:
        return {}
    held = {
        each.address.casefold(): entry
        for each, entry in zip(emails_of(present), _told_emails(present), strict=True)
    }
    name = shown or said(present, "displayName")
    return {
        "emailAddresses": [
            {"name": name or address, **held.get(address.casefold(), {}), "address": address}
            for address in addresses
        ]
    }


def _told_emails(present: Contact) -> list[dict[str, Any]]:
    entries = present.get("emailAddresses") or []
    return [
        {name: value for name, value in entry.items() if name == "name" and value}
        for entry in entries
        if emails_of({"emailAddresses": [entry]})
    ]


def _phones(present: Contact, wanted: Sequence[CardPhone]) -> dict[str, Any]:
    kept = [(number, each.label) for each in wanted if (number := one_line(each.number))]
    lines = [Line(_number_key(number), label.casefold()) for number, label in kept]
    held = {place.name: numbers_at(present, place) for place in PHONES}
    there = {name: [_number_key(number) for number in numbers] for name, numbers in held.items()}
    positions = arranged(lines, there, PHONES)
    found: dict[str, Any] = {}
    for place in PHONES:
        then = [kept[at][0] for at in positions[place.name]]
        if then != held[place.name]:
            found[place.name] = then if place.room > 1 else (then[0] if then else None)
    return found


def _addresses(present: Contact, wanted: Sequence[CardAddress]) -> dict[str, Any]:
    kept = [each for each in wanted if not each.empty]
    lines = [Line(_address_key(each), each.label.casefold()) for each in kept]
    held = {place.name: address_at(present, place) for place in ADDRESSES}
    there = {name: [_address_key(each)] for name, each in held.items() if each}
    found: dict[str, Any] = {}
    for name, at in arranged(lines, there, ADDRESSES).items():
        now, then = held[name] or CardAddress(), kept[at[0]] if at else CardAddress()
        if _spelled(now) != _spelled(then):
            found[name] = _spelled(then)
    return found


def _spelled(address: CardAddress) -> dict[str, str]:
    """All parts, the empty ones too: what is not named might stay."""
    parts = {name: str(getattr(address, part)) for name, part in _PARTS.items()}
    return {
        name: tidy(text) if name == "street" else one_line(text) for name, text in parts.items()
    }


def _number_key(number: str) -> str:
    return "".join(sign for sign in number.casefold() if sign.isalnum() or sign == "+")


def _address_key(address: CardAddress) -> str:
    return " ".join(" ".join(_spelled(address).values()).casefold().split())


def _former(raw: str) -> dict[str, Any]:
    """What can be written of a former contact; nothing when ``raw`` is not the text of one."""
    try:
        told = json.loads(raw) if raw else {}
    except ValueError:
        return {}
    if not isinstance(told, dict):
        return {}
    places = [place.name for place in (*PHONES, *ADDRESSES)]
    return {name: told[name] for name in [*_OTHER, *places] if told.get(name)}
