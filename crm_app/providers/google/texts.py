"""Content lines out of plain texts (RFC 5545 §3.1, §3.3.11), fast. Pure."""

import re
from collections.abc import Iterable, Iterator

_SPECIAL = re.compile(r"[\\;,\n\r]")
# Neither of these may stand in a line: control characters and halves of surrogate pairs.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": "\\n"}
_OCTETS = 75


def text_line(name: str, value: object) -> str:
    """``name`` with a text value; empty when the text is."""
    return f"{name}:{escaped(value)}" if value else ""


def escaped(value: object) -> str:
    """A text value."""
    text = str(value)
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub("", text)
    if _SPECIAL.search(text):
        text = _SPECIAL.sub(lambda found: _ESCAPES[found[0]], text.replace("\r\n", "\n"))
    return text


def parameter(name: str, value: object) -> str:
    """``;NAME=value``, quoted; empty when the value is."""
    plain = " ".join(_FORBIDDEN.sub("", str(value or "")).replace('"', "'").split())
    # RFC 6868: a circumflex would begin an escape.
    return f';{name}="{plain.replace("^", "^^")}"' if plain else ""


def folded(lines: Iterable[str]) -> str:
    """``lines`` as text: CRLF, at most 75 octets a line, empty ones left out."""
    return "".join(f"{piece}\r\n" for line in lines if line for piece in _pieces(line))


def _pieces(line: str) -> Iterator[str]:
    if len(line) <= _OCTETS and line.isascii():
        yield line
        return
    octets = line.encode()
    start, room = 0, _OCTETS
    while len(octets) - start > room:
        end = start + room
        while octets[end] & 0xC0 == 0x80:
            # In the middle of a character.
            end -= 1
        yield (" " if start else "") + octets[start:end].decode()
        start, room = end, _OCTETS - 1
    yield (" " if start else "") + octets[start:].decode()
