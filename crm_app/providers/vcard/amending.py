"""A card with other details or names; every line that this is not about stays as it is (SCT-7).

A line that says the same stays. Where a value or a label is new, the line that had the other keeps
its place, its group and what hangs on it. Pure.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from crm_app.providers.address_book_port import CardKind, Wanted, WantedNames
from crm_app.providers.vcard.content import Content, content_of
from crm_app.providers.vcard.details import ADDRESSES, EMAILS, PHONES, Detail, Part
from crm_app.providers.vcard.lines import CardLines, NoCard, card_lines
from crm_app.providers.vcard.lists import with_details
from crm_app.providers.vcard.properties import Property, escaped, structured, written
from crm_app.providers.vcard.reading import card_of, kind_of, name_parts, organization_parts

_SHOWS_AS = "X-ABShowAs"
_STALE = {"SORT-AS"}


def amend(raw: str, wanted: Wanted, *, at: datetime, uid: str = "") -> str:
    """``raw`` with what is wanted, changed at the instant ``at``; ``uid`` for a card without one.

    What a server insists on (FN, UID) is added where it was missing. A card that needs no change is
    given back as it is. Raises NoCard, also for one that has no end.
    """
    found = card_lines(raw)
    if not found.closed:
        raise NoCard
    content = content_of(found)
    before = list(content.lines)
    if wanted.names is not None:
        content = _with_names(content, wanted.names)
    content = _with(content, EMAILS, wanted.emails)
    content = _with(content, PHONES, wanted.phones)
    content = _with(content, ADDRESSES, wanted.addresses)
    if not content.text("FN"):
        content = _saying(content, "FN", escaped(card_of(content).name, content.version))
    if uid and not content.text("UID"):
        content = _saying(content, "UID", escaped(uid, content.version))
    if content.lines == before:
        return raw
    if content.text("REV"):
        content = _saying(content, "REV", at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ"))
    return CardLines(tuple(content.lines)).text()


def _with(content: Content, part: Part[Detail], wanted: Sequence[Detail] | None) -> Content:
    return content if wanted is None else with_details(content, part, wanted)


def _with_names(content: Content, names: WantedNames) -> Content:
    is_company = names.kind is CardKind.COMPANY
    family, given, *others = name_parts(content)
    person = ["", ""] if is_company else [names.last_name, names.first_name]
    organization, *units = organization_parts(content)
    named = names.name if is_company else names.organization
    if person != [family, given] or (is_company and any(others)):
        value = [*person, *(["", "", ""] if is_company else others)]
        content = _saying(content, "N", structured(value, content.version))
    if named != organization:
        value = [named, *units]
        content = _saying(content, "ORG", structured(value, content.version) if named else None)
    if names.name != content.text("FN"):
        content = _saying(content, "FN", escaped(names.name, content.version))
    return _of_kind(content, is_company)


def _of_kind(content: Content, is_company: bool) -> Content:
    if (kind_of(content) is CardKind.COMPANY) is is_company:
        return content
    if is_company:
        four = content.version >= "4"
        return _saying(content, *(("KIND", "org") if four else (_SHOWS_AS, "COMPANY")))
    content = _saying(content, _SHOWS_AS, None)
    return _saying(content, "KIND", "individual") if content.text("KIND") else content


def _saying(content: Content, name: str, value: str | None) -> Content:
    """With this value in the first line of that name, or no such line."""
    found = content.first(name.upper())
    lines = list(content.lines)
    if found is None:
        lines += [] if value is None else [written(Property(name, value), content.version)]
    elif value is None:
        del lines[found.index]
    else:
        params = tuple(each for each in found.property.params if each[0] not in _STALE)
        changed = replace(found.property, value=value, params=params)
        lines[found.index] = written(changed, content.version)
    return Content(lines, content.version)
