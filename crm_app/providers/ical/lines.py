"""Content lines and components of an iCalendar text, without a meaning yet (RFC 5545 §3.1, §3.6).

Works on lines so that one broken component never spoils its neighbours, and so that an object can
be changed in one property while every other byte-sequence keeps its place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FOLD = re.compile(r"\r?\n[ \t]")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_LINE_OCTETS = 75
# With these a line cannot be a BEGIN or an END, which spares most lines a closer look.
_NEITHER = frozenset("ACDFGHIJKLMNOPQRSTUVWXYZacdfghijklmnopqrstuvwxyz0123456789-")


@dataclass(frozen=True, slots=True)
class Block:
    """A component: ``lines[start]`` is its BEGIN and ``lines[end - 1]`` its END."""

    name: str
    start: int
    end: int
    closed: bool


def unfold(raw: str) -> list[str]:
    """The content lines of ``raw``, long ones put together again, empty ones left out."""
    text = raw.lstrip("\ufeff")
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub("", text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [line for line in lines if line and not line.isspace()]


def fold(lines: list[str]) -> str:
    """``lines`` as text: CRLF, at most 75 octets a line, no character cut in two."""
    return "".join(f"{piece}\r\n" for line in lines for piece in _pieces(line))


def _pieces(line: str) -> Iterator[str]:
    piece, octets = "", 0
    for character in line:
        width = len(character.encode("utf-8", "surrogatepass"))
        if octets + width > _LINE_OCTETS:
            yield piece
            piece, octets = " ", 1
        piece += character
        octets += width
    yield piece


def name_of(line: str) -> str:
    """The property's name in capitals, empty when the line has none."""
    found = _NAME.match(line)
    return found.group().upper() if found else ""


def blocks(lines: list[str], name: str) -> list[Block]:
    """Every component called ``name``, wherever it is nested; an unclosed one ends with the text."""
    found: list[Block] = []
    stack: list[tuple[str, int]] = []
    for index, line in enumerate(lines):
        if line[0] in _NEITHER:
            continue
        keyword, _, value = line.partition(":")
        label = value.strip().upper()
        if keyword.strip().upper() == "BEGIN":
            stack.append((label, index))
        elif keyword.strip().upper() == "END" and any(open_ == label for open_, _ in stack):
            while stack:
                opened, start = stack.pop()
                closed = opened == label
                if opened == name:
                    found.append(Block(name, start, index + 1 if closed else index, closed))
                if closed:
                    break
    found.extend(
        Block(name, start, len(lines), closed=False) for opened, start in stack if opened == name
    )
    return sorted(found, key=lambda block: block.start)


def own_properties(lines: list[str], block: Block) -> list[int]:
    """Where ``block``'s own property lines are; those of components inside it are not among them."""
    return [index for index, _ in named_properties(lines, block)]


def named_properties(lines: list[str], block: Block) -> list[tuple[int, str]]:
    """The same, each with its property's name."""
    depth, found = 0, []
    for index in range(block.start + 1, block.end - (1 if block.closed else 0)):
        name = name_of(lines[index])
        if name == "BEGIN":
            depth += 1
        elif name == "END":
            depth = max(0, depth - 1)
        elif depth == 0:
            found.append((index, name))
    return found
