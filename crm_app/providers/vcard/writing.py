"""New cards, in vCard 3.0: what address book servers and phones take. Pure."""

from datetime import datetime

from crm_app.providers.address_book_port import Card, Wanted, WantedNames
from crm_app.providers.vcard.amending import amend
from crm_app.providers.vcard.lines import CardLines, Line, card_lines
from crm_app.providers.vcard.properties import Property, escaped, written
from crm_app.providers.vcard.reading import MADE_BY

_PRODUCT = "-//Tandem//Tandem//EN"
_NEW = (Line("VERSION:3.0"), Line(f"PRODID:{_PRODUCT}"), Line("N:;;;;"))


def create(wanted: Wanted, *, key: str, raw: str, at: datetime) -> str:
    """A card for a server, marked with ``key``, which is its UID too unless ``raw``, a former card
    that comes back with it, has one. Raises NoCard when ``raw`` is none."""
    base = raw or CardLines(_NEW).text()
    marked = [line for line in card_lines(base).lines if line.name != MADE_BY]
    marked.append(Line(f"{MADE_BY}:{escaped(key)}"))
    return amend(CardLines(tuple(marked)).text(), wanted, at=at, uid=key)


def write(card: Card, *, at: datetime) -> str:
    """A card for a file, with its note and labels."""
    names = WantedNames(card.name, card.kind, card.first_name, card.last_name, card.organization)
    lines = list(_NEW)
    if card.note:
        lines.append(written(Property("NOTE", escaped(card.note))))
    if card.labels:
        listed = ",".join(escaped(each) for each in card.labels)
        lines.append(written(Property("CATEGORIES", listed)))
    wanted = Wanted(names, card.emails, card.phones, card.addresses)
    return amend(CardLines(tuple(lines)).text(), wanted, at=at)
