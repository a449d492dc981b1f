"""What Tandem reads of a card (SCT-2, SCT-6). Never fails: a broken card has a trouble. Pure."""

from dataclasses import dataclass

from crm_app.providers.address_book_port import UNREADABLE, Card, CardKind
from crm_app.providers.vcard.content import Content, content_of
from crm_app.providers.vcard.details import ADDRESSES, EMAILS, PHONES
from crm_app.providers.vcard.lines import NoCard, card_lines
from crm_app.providers.vcard.properties import fields_in, joined, list_in

# Which attempt of ours made the card; stays when a server gives cards UIDs of its own.
MADE_BY = "X-TANDEM-KEY"
_NAMELESS = "?"


@dataclass(frozen=True, slots=True)
class Reading:
    """A card as it was read. ``trouble`` is a message id; the card then holds what there is."""

    card: Card
    uid: str = ""
    key: str = ""
    trouble: str = ""


def read(raw: str, *, fallback: str = _NAMELESS) -> Reading:
    """The first card in ``raw``. One without any name, address or number is called ``fallback``."""
    try:
        found = card_lines(raw)
    except NoCard:
        return Reading(Card(fallback), trouble=UNREADABLE)
    content = content_of(found)
    return Reading(
        card_of(content, fallback),
        uid=content.text("UID"),
        key=content.text(MADE_BY),
        trouble="" if found.closed else UNREADABLE,
    )


def card_of(content: Content, fallback: str = _NAMELESS) -> Card:
    """What the lines say, together."""
    family, given = name_parts(content)[:2]
    organization = organization_parts(content)[0]
    emails = tuple(each for _, each in content.details(EMAILS))
    phones = tuple(each for _, each in content.details(PHONES))
    shown = (
        content.text("FN"),
        " ".join(part for part in (given, family) if part),
        organization,
        content.text("NICKNAME"),
        *(each.address for each in emails),
        *(each.number for each in phones),
        fallback,
    )
    return Card(
        name=next(each for each in shown if each),
        kind=kind_of(content),
        first_name=given,
        last_name=family,
        organization=organization,
        emails=emails,
        phones=phones,
        addresses=tuple(each for _, each in content.details(ADDRESSES)),
        note=content.text("NOTE"),
        labels=_labels(content),
    )


def name_parts(content: Content) -> list[str]:
    """Family, given, additional names, prefixes, suffixes."""
    return _parts(content, "N", 5, between=" ")


def organization_parts(content: Content) -> list[str]:
    """The organization and its units."""
    return _parts(content, "ORG", 1, between=", ")


def kind_of(content: Content) -> CardKind:
    """Person, company or group, by what says so; an organization without anybody is a company."""
    said = {content.text(name).lower() for name in ("KIND", "X-ADDRESSBOOKSERVER-KIND")}
    if "group" in said or content.text("X-EVOLUTION-LIST").upper() == "TRUE":
        return CardKind.GROUP
    if "org" in said or "COMPANY" in content.text("X-ABSHOWAS").upper():
        return CardKind.COMPANY
    organization = organization_parts(content)[0]
    nobody = not any(name_parts(content)) and content.text("FN") in {"", organization}
    return CardKind.COMPANY if organization and nobody else CardKind.PERSON


def _parts(content: Content, name: str, least: int, *, between: str) -> list[str]:
    for each in content.all(name):
        parts = fields_in(each.property.value, content.version)
        found = [joined(part, between) for part in parts]
        if any(found):
            return [*found, *[""] * (least - len(found))]
    return [""] * least


def _labels(content: Content) -> tuple[str, ...]:
    named = [
        text
        for each in content.all("CATEGORIES")
        for text in list_in(each.property.value, content.version)
        if text
    ]
    return tuple(dict.fromkeys(named))
