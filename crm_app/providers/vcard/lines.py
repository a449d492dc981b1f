"""A card cut in its content lines, each kept as it came (RFC 6350 §3.2, vCard 2.1 §2.1.3).

A line that is folded, or goes on behind a soft break of quoted-printable, is one ``Line``; so is a
whole component inside the card, like the agent of vCard 2.1. Joined again, nothing has moved.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_ENDS = re.compile(r"\r\n?|\n")
_FOLD = re.compile(r"\r\n[ \t]")
_NAMED = re.compile(r"(?:[A-Za-z0-9_-]+\.)?([A-Za-z0-9_-]+)")
# The head of a line is not longer; behind it a mention of quoted-printable is part of the value.
_HEAD = 200


class NoCard(ValueError):
    """The text does not hold a vCard."""


@dataclass(frozen=True, slots=True)
class Line:
    """``physical`` is the line as it stands in the card, its pieces separated by CRLF."""

    physical: str

    @property
    def text(self) -> str:
        """The line in one piece."""
        text = self.physical
        if "\r\n" not in text:
            return text
        if is_quoted_printable(text):
            text = text.replace("=\r\n", "")
        return _FOLD.sub("", text).rstrip("\r\n")

    @property
    def name(self) -> str:
        """The property's name in capitals, without its group; empty when there is none."""
        found = _NAMED.match(self.physical)
        return found.group(1).upper() if found else ""


@dataclass(frozen=True, slots=True)
class CardLines:
    """The lines between BEGIN and END. ``closed``: the END was there."""

    lines: tuple[Line, ...]
    closed: bool = True

    def text(self) -> str:
        """The card, ends of lines CRLF."""
        inside = "".join(f"{line.physical}\r\n" for line in self.lines)
        return f"BEGIN:VCARD\r\n{inside}END:VCARD\r\n"


def card_lines(raw: str) -> CardLines:
    """The first card in ``raw``. Raises NoCard when there is none."""
    lines = cut(raw)
    if not any(is_line(line, "BEGIN:VCARD") for line in lines):
        raise NoCard
    inside: list[Line] = []
    for line in _nested(lines):
        if is_line(line, "END:VCARD"):
            return CardLines(tuple(inside))
        inside.append(line)
    return CardLines(tuple(inside), closed=False)


def cut(raw: str) -> Iterator[Line]:
    """The lines of a text; empty ones stay with the line before them."""
    pieces: list[str] = []
    goes_on = False
    for piece in _ENDS.split(raw.removeprefix("\ufeff")):
        if pieces and (goes_on or not piece or piece[0] in " \t"):
            pieces.append(piece)
        else:
            if pieces:
                yield Line("\r\n".join(pieces))
            pieces = [piece] if piece.strip() else []
        goes_on = piece.endswith("=") and bool(pieces) and is_quoted_printable(pieces[0])
    if pieces:
        yield Line("\r\n".join(pieces))


def is_quoted_printable(text: str) -> bool:
    """Whether a line says so in its head."""
    return "quoted-printable" in text[:_HEAD].partition(":")[0].lower()


def is_line(line: Line, wanted: str) -> bool:
    """Whether a line says just ``wanted``, e.g. BEGIN:VCARD."""
    return line.physical.replace(" ", "").strip().upper() == wanted


def _nested(lines: Iterable[Line]) -> Iterator[Line]:
    """``lines`` with each component as one line."""
    depth, pieces = 0, list[str]()
    for line in lines:
        depth += line.name == "BEGIN"
        if not depth:
            yield line
            continue
        pieces.append(line.physical)
        depth -= line.name == "END"
        if not depth:
            yield Line("\r\n".join(pieces))
            pieces = []
    if pieces:
        yield Line("\r\n".join(pieces))
