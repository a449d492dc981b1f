"""Whole .vcf files: many cards in one text, as programs export them (CON-3). Pure.

Reading never fails: what is no card, or a broken one, is a ``Trouble`` with its place, and the cards
behind it are read all the same. Texts in the alphabets of old programs are made out line by line.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from crm_app.core.i18n import N_
from crm_app.providers.address_book_port import UNREADABLE, Card
from crm_app.providers.vcard.properties import decoded
from crm_app.providers.vcard.reading import read
from crm_app.providers.vcard.writing import write

NOT_CLOSED = N_("This card is cut off: its end is missing.")
_BEGIN = re.compile(r"^[ \t]*BEGIN[ \t]*:[ \t]*VCARD[ \t]*$", re.IGNORECASE)
_END = re.compile(r"^[ \t]*END[ \t]*:[ \t]*VCARD[ \t]*$", re.IGNORECASE)
# vCard 2.1 §2.1.8: the card of somebody's agent stands inside his.
_AGENT = re.compile(r"^(?:[A-Za-z0-9_-]+\.)?AGENT\b[^:]*:[ \t]*$", re.IGNORECASE)
_CHARSET = re.compile(r"[^:]*;CHARSET=\"?([A-Za-z0-9_.:-]+)\"?[;:]", re.IGNORECASE)
_LINE_END = re.compile(r"\r\n?|\n")
_NAMELESS = " "


@dataclass(frozen=True, slots=True)
class Trouble:
    """A card that could not be read: ``reason`` is a message id, ``line`` where it begins (from 1),
    ``text`` the card as it stands there."""

    reason: str
    line: int
    text: str = field(repr=False)


def read_file(content: str | bytes) -> Iterator[Card | Trouble]:
    """The cards of a file, in their order. An empty iterator means that it holds none."""
    text = content if isinstance(content, str) else text_of(content)
    for line, raw, closed in _cards(text):
        found = read(raw, fallback=_NAMELESS)
        if not closed:
            yield Trouble(NOT_CLOSED, line, raw)
        elif found.trouble or not _says_something(found.card):
            yield Trouble(found.trouble or UNREADABLE, line, raw)
        else:
            yield found.card


def write_file(cards: Iterable[Card]) -> str:
    """A file with these cards."""
    return "".join(write_card(card) for card in cards)


def write_card(card: Card) -> str:
    """One card of a file; several behind each other are a file."""
    return write(card)


def text_of(content: bytes) -> str:
    """A file's text: UTF-8 or UTF-16 by its mark, else each line by what it says of itself."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", "replace")
    text = content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    if not _has_bytes(text):
        return text
    return "".join(_line_text(line) for line in text.splitlines(keepends=True))


def _has_bytes(text: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in text)


def _line_text(line: str) -> str:
    if not _has_bytes(line):
        return line
    said = _CHARSET.match(line)
    return decoded(line.encode("utf-8", "surrogateescape"), said.group(1) if said else "")


def _cards(text: str) -> Iterator[tuple[int, str, bool]]:
    """Each card with the line that it begins at, and whether it has an end.

    A card that begins inside another one says that the other has no end, unless it is an agent's.
    """
    begun, depth, pieces, before = 0, 0, list[str](), ""
    for number, line in enumerate(_lines(text), 1):
        if _BEGIN.match(line):
            if depth and not _AGENT.match(before):
                yield begun, _joined(pieces), False
                depth, pieces = 0, []
            depth += 1
            begun = number if depth == 1 else begun
        if depth:
            pieces.append(line)
            if _END.match(line):
                depth -= 1
                if not depth:
                    yield begun, _joined(pieces), True
                    pieces = []
        before = line or before
    if depth:
        yield begun, _joined(pieces), False


def _lines(text: str) -> Iterator[str]:
    start = 0
    for found in _LINE_END.finditer(text):
        yield text[start : found.start()]
        start = found.end()
    yield text[start:]


def _joined(pieces: list[str]) -> str:
    return "".join(f"{piece}\r\n" for piece in pieces)


def _says_something(card: Card) -> bool:
    return any((card.name.strip(), card.emails, card.phones, card.addresses, card.note))
