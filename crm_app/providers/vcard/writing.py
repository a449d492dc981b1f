"""New cards, in vCard 3.0: what address book servers and phones take. Pure."""

from collections.abc import Iterable
from datetime import datetime

from crm_app.providers.address_book_port import Card, CardKind, Wanted
from crm_app.providers.vcard.amending import amend
from crm_app.providers.vcard.details import ADDRESSES, EMAILS, PHONES, Detail, Part
from crm_app.providers.vcard.lines import CardLines, Line, card_lines
from crm_app.providers.vcard.lists import Groups, new_lines
from crm_app.providers.vcard.properties import Property, escaped, structured, written
from crm_app.providers.vcard.reading import MADE_BY

_PRODUCT = "-//Tandem//Tandem//EN"
_VERSION = "3.0"
_NEW = (Line(f"VERSION:{_VERSION}"), Line(f"PRODID:{_PRODUCT}"), Line("N:;;;;"))


def create(wanted: Wanted, *, key: str, raw: str, at: datetime) -> str:
    """A card for a server, marked with ``key``, which is its UID too unless ``raw``, a former card
    that comes back with it, has one. Raises NoCard when ``raw`` is none."""
    base = raw or CardLines(_NEW).text()
    marked = [line for line in card_lines(base).lines if line.name != MADE_BY]
    marked.append(Line(f"{MADE_BY}:{escaped(key)}"))
    return amend(CardLines(tuple(marked)).text(), wanted, at=at, uid=key)


def write(card: Card) -> str:
    """A card for a file, with its note and labels."""
    lines = [*_NEW[:2], *_names(card)]
    groups = Groups()
    lines += _details(EMAILS, card.emails, groups)
    lines += _details(PHONES, card.phones, groups)
    lines += _details(ADDRESSES, card.addresses, groups)
    if card.note:
        lines.append(_line("NOTE", escaped(card.note)))
    if card.labels:
        lines.append(_line("CATEGORIES", ",".join(escaped(each) for each in card.labels)))
    return CardLines(tuple(lines)).text()


def _details(part: Part[Detail], details: Iterable[Detail], groups: Groups) -> list[Line]:
    return [line for each in details for line in new_lines(part, each, groups, _VERSION)]


def _names(card: Card) -> list[Line]:
    company = card.kind is CardKind.COMPANY
    person = ["", ""] if company else [card.last_name, card.first_name]
    organization = (card.organization or card.name) if company else card.organization
    lines = [_line("N", structured([*person, "", "", ""])), _line("FN", escaped(card.name))]
    if organization:
        lines.append(_line("ORG", structured([organization])))
    if company:
        lines.append(_line("X-ABShowAs", "COMPANY"))
    if card.kind is CardKind.GROUP:
        lines.append(_line("X-ADDRESSBOOKSERVER-KIND", "group"))
    return lines


def _line(name: str, value: str) -> Line:
    return written(Property(name, value), _VERSION)
