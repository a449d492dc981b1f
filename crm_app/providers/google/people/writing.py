"""From what an entry is to say to what Google is told. Pure.

A change names the fields that it replaces, and replaces them whole. A field that says everything
already is not named.
https://developers.google.com/people/api/rest/v1/people/updateContact
"""

import json
from collections.abc import Collection
from typing import Any

from crm_app.providers.address_book_port import CardKind, Wanted, WantedNames
from crm_app.providers.google.people.lines import ADDRESSES, EMAILS, PHONES, carried, changed
from crm_app.providers.google.people.reading import (
    OUR_KEY,
    Person,
    contact_source,
    group_of,
    items,
    names_of,
    organization_of,
)
from crm_app.providers.google.texts import clean

Json = dict[str, Any]
# All that an entry consists of and that may be written.
WRITABLE = (
    "addresses",
    "biographies",
    "birthdays",
    "calendarUrls",
    "clientData",
    "emailAddresses",
    "events",
    "externalIds",
    "genders",
    "imClients",
    "interests",
    "locales",
    "locations",
    "memberships",
    "miscKeywords",
    "names",
    "nicknames",
    "occupations",
    "organizations",
    "phoneNumbers",
    "relations",
    "sipAddresses",
    "urls",
    "userDefined",
)
_SINGLE = ("names", "biographies", "birthdays", "genders")
# Google makes these out of the parts of a name, and the parts out of the last one.
_WHOLE_NAME = ("displayName", "displayNameLastFirst", "unstructuredName")
# What belongs to a company and not to somebody's place in it.
_OF_THE_COMPANY = ("domain", "phoneticName", "symbol")


def changes(wanted: Wanted, present: Person) -> Json:
    """What has to be said, field by field, to make the entry show what is wanted."""
    said: Json = {}
    if wanted.names is not None:
        said |= _names(wanted.names, present) | _organization(wanted.names, present)
    if wanted.emails is not None:
        said |= changed(EMAILS, wanted.emails, present)
    if wanted.phones is not None:
        said |= changed(PHONES, wanted.phones, present)
    if wanted.addresses is not None:
        said |= changed(ADDRESSES, wanted.addresses, present)
    return said


def changed_person(said: Json, present: Person) -> Json:
    """The body that says so, as long as the entry is what it is at ``present``."""
    source = contact_source(present)
    kept = {name: source[name] for name in ("type", "id", "etag") if name in source}
    return {"metadata": {"sources": [kept]}, **said}


def new_person(wanted: Wanted, *, key: str, raw: str = "", groups: Collection[str] = ()) -> Json:
    """An entry that bears ``key``, with all else that stood in ``raw`` (a former entry). ``groups``
    are the resource names of those that there still are."""
    former = _former(raw)
    whole = {name: [carried(each) for each in items(former, name)] for name in WRITABLE}
    for name in _SINGLE:
        del whole[name][1:]
    whole["names"] = [_in_parts(each) for each in whole["names"]]
    whole["memberships"] = [each for each in whole["memberships"] if group_of(each) in groups]
    others = [each for each in whole["clientData"] if each.get("key") != OUR_KEY]
    whole["clientData"] = [*others, {"key": OUR_KEY, "value": key}]
    said = whole | changes(wanted, former)
    return {name: several for name, several in said.items() if several}


def _names(names: WantedNames, present: Person) -> Json:
    first, last = _parts(names)
    there = [carried(each) for each in items(present, "names")]
    if not first and not last:
        return {"names": []} if there else {}
    if names_of(present)[:2] == (first, last):
        return {}
    kept = there[0] if there else {}
    if names_of(present)[0] != first:
        kept |= {"givenName": first}
        kept.pop("middleName", None)
    kept["familyName"] = last
    return {"names": [_in_parts({part: value for part, value in kept.items() if value})]}


def _in_parts(name: Json) -> Json:
    """A name without what Google makes of its parts, if it has any."""
    if not name.get("givenName") and not name.get("familyName"):
        return name
    return {part: value for part, value in name.items() if part not in _WHOLE_NAME}


def _parts(names: WantedNames) -> tuple[str, str]:
    """First and last name; none for a company, and for somebody who is only known by an address."""
    if names.kind is CardKind.COMPANY:
        return "", ""
    first, last = clean(names.first_name).strip(), clean(names.last_name).strip()
    if not first and not last and "@" not in names.name:
        return clean(names.name).strip(), ""
    return first, last


def _organization(names: WantedNames, present: Person) -> Json:
    company = names.kind is CardKind.COMPANY
    wanted = clean(names.name if company else names.organization).strip()
    if wanted == organization_of(present):
        return {}
    said = [carried(each) for each in items(present, "organizations")]
    place = next((at for at, each in enumerate(said) if each.get("name")), 0)
    kept = said[place] if said else {}
    for name in ("name", *_OF_THE_COMPANY):
        kept.pop(name, None)
    if wanted:
        kept["name"] = wanted
    said[place : place + 1] = [kept] if set(kept) - {"type", "current"} else []
    return {"organizations": said}


def _former(raw: str) -> Json:
    try:
        found = json.loads(raw or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
