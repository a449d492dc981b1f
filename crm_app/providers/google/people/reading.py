"""One person of Google's as a card. Pure.

Only what has the person's CONTACT source counts. A field that may stand there several times comes in
its own order, but for the one that is marked as the main one, which is first.
https://developers.google.com/people/api/rest/v1/people
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from crm_app.providers.address_book_port import (
    UNREADABLE,
    Card,
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
    RemoteCard,
    content_hash_of,
)
from crm_app.providers.google.people.words import label_of
from crm_app.providers.google.texts import clean, plain

Person = Mapping[str, Any]
Item = Mapping[str, Any]
# The name under which an entry of ours bears its key among its client data.
OUR_KEY = "tandem"
_CONTACT = "CONTACT"
_HEX = re.compile("[0-9a-f]{1,16}")


def contact_source(person: Person) -> Item:
    """The person's CONTACT source; empty when the person is no entry of the address book."""
    for source in (person.get("metadata") or {}).get("sources") or ():
        if source.get("type") == _CONTACT:
            found: Item = source
            return found
    return {}


def is_gone(person: Person) -> bool:
    """Whether a listing says that the entry is not there any more."""
    metadata = person.get("metadata") or {}
    return bool(metadata.get("deleted")) or ("sources" in metadata and not contact_source(person))


def etag_of(person: Person) -> str | None:
    """The version of the entry. The person's own etag also changes with what is not in the entry."""
    found = contact_source(person).get("etag") or person.get("etag")
    return str(found) if found else None


def key_of(person: Person) -> str:
    """With what key we made the entry; empty when we did not."""
    noted = (each for each in person.get("clientData") or () if each.get("key") == OUR_KEY)
    return str(next((each.get("value") or "" for each in noted), ""))


def group_of(membership: Item) -> str:
    """The resource name of the contact group that a membership is in; empty for other memberships."""
    group = membership.get("contactGroupMembership") or {}
    return str(group.get("contactGroupResourceName") or "")


def former_names(person: Person) -> tuple[str, ...]:
    """The resource names that the person had before.

    Google tells them only to who has a sync token. A contact begins as ``people/c`` with its number
    in decimal, so whoever has another name by now was called that.
    """
    told = (person.get("metadata") or {}).get("previousResourceNames") or ()
    number = str(contact_source(person).get("id") or "")
    first = f"people/c{int(number, 16)}" if _HEX.fullmatch(number) else ""
    names = dict.fromkeys([*map(str, told), first])
    return tuple(name for name in names if name and name != person["resourceName"])


def items(person: Person, name: str) -> list[Item]:
    """What the entry says in the field ``name``, the main one first."""
    said = person.get(name)
    if not said:
        return []
    found = [each for each in said if _is_contacts(each)]
    for place, each in enumerate(found):
        if place and each.get("metadata", {}).get("sourcePrimary"):
            return [each, *found[:place], *found[place + 1 :]]
    return found


def remote_card(person: Person, labels: Iterable[str] = ()) -> RemoteCard:
    """The entry for the port, with the labels that it bears."""
    href, raw = str(person["resourceName"]), json.dumps(person)
    try:
        card = card_of(person, labels)
        return RemoteCard(
            href=href,
            etag=etag_of(person),
            # Stays when the person gets another resource name.
            uid=str(contact_source(person).get("id") or href),
            card=card,
            content_hash=content_hash_of(card),
            raw=raw,
            key=key_of(person),
            former=former_names(person),
        )
    except (AttributeError, TypeError, ValueError):
        # Something has another form than Google describes.
        card = Card(name=href)
        hashed = content_hash_of(card)
        return RemoteCard(href, None, href, card, hashed, raw, trouble=UNREADABLE)


def card_of(person: Person, labels: Iterable[str] = ()) -> Card:
    """What Tandem reads of the entry."""
    emails, phones = emails_of(person), phones_of(person)
    first_name, last_name, shown = names_of(person)
    organization = organization_of(person)
    company = bool(organization) and not shown
    # An entry without any name is shown by what else there is, as Google's own pages do.
    others = (organization, nickname_of(person), *(each.address for each in emails))
    fallbacks = (*others, *(each.number for each in phones), "?")
    return Card(
        name=shown or next(filter(None, fallbacks)),
        kind=CardKind.COMPANY if company else CardKind.PERSON,
        first_name=first_name,
        last_name=last_name,
        organization=organization,
        emails=emails,
        phones=phones,
        addresses=addresses_of(person),
        note=_note(person),
        labels=tuple(labels),
    )


def names_of(person: Person) -> tuple[str, str, str]:
    """First name (with the middle ones), last name, and the name as it is shown."""
    for each in items(person, "names"):
        first = _joined(_text(each, "givenName"), _text(each, "middleName"))
        last = _text(each, "familyName")
        shown = _text(each, "displayName") or _text(each, "unstructuredName")
        return first, last, shown or _joined(first, last)
    return "", "", ""


def nickname_of(person: Person) -> str:
    """What the person is called for short."""
    return next((_text(each, "value") for each in items(person, "nicknames")), "")


def organization_of(person: Person) -> str:
    """Where the person works; the name of a company."""
    named = (_text(each, "name") for each in items(person, "organizations"))
    return next(filter(None, named), "")


def emails_of(person: Person) -> tuple[CardEmail, ...]:
    """The e-mail addresses, the main one first."""
    found = (email_of(each) for each in items(person, "emailAddresses"))
    return tuple(each for each in found if each.address)


def email_of(item: Item) -> CardEmail:
    """One e-mail address."""
    return CardEmail(_text(item, "value"), label_of(_text(item, "type")))


def phones_of(person: Person) -> tuple[CardPhone, ...]:
    """The numbers, the main one first."""
    found = (phone_of(each) for each in items(person, "phoneNumbers"))
    return tuple(each for each in found if each.number)


def phone_of(item: Item) -> CardPhone:
    """One number."""
    return CardPhone(_text(item, "value"), label_of(_text(item, "type")))


def addresses_of(person: Person) -> tuple[CardAddress, ...]:
    """The postal addresses, the main one first."""
    found = (address_of(each) for each in items(person, "addresses"))
    return tuple(each for each in found if not each.empty)


def address_of(item: Item) -> CardAddress:
    """One postal address; all of it is the street where it is not told in parts."""
    lines = (_text(item, name) for name in ("poBox", "streetAddress", "extendedAddress"))
    parts = CardAddress(
        street="\n".join(filter(None, lines)),
        postal_code=_text(item, "postalCode"),
        city=_text(item, "city"),
        region=_text(item, "region"),
        country=_text(item, "country") or _text(item, "countryCode"),
        label=label_of(_text(item, "type")),
    )
    return CardAddress(_text(item, "formattedValue"), label=parts.label) if parts.empty else parts


def _note(person: Person) -> str:
    for each in items(person, "biographies"):
        text = _text(each, "value")
        return plain(text) if each.get("contentType") == "TEXT_HTML" else text
    return ""


def _is_contacts(item: Item) -> bool:
    source = (item.get("metadata") or {}).get("source")
    return not source or source.get("type", _CONTACT) == _CONTACT


def _text(item: Item, name: str) -> str:
    found = item.get(name)
    return clean(str(found)).strip() if found else ""


def _joined(*words: str) -> str:
    return " ".join(filter(None, words))
