"""Google's texts: without what may not stand in them, without marks, and as content lines (RFC 5545
§3.1, §3.3.11), fast. Pure."""

import html
import re
from collections.abc import Iterable, Iterator

_SPECIAL = re.compile(r"[\\;,\n\r]")
# Neither of these may stand in a line: control characters and halves of surrogate pairs.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ESCAPES = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": "\\n"}
_OCTETS = 75
# What Google's own pages make of a description as soon as somebody edits it there.
_TAG = re.compile(
    r"</?(?:a|b|br|div|em|h[1-6]|hr|html-blob|i|li|ol|p|span|strong|u|ul)(?:\s[^<>]*)?/?>", re.I
)
_BREAK = re.compile(r"<br\s*/?>|</(?:div|h[1-6]|li|ol|p|ul)>|<hr\s*/?>", re.I)
_LINK = re.compile(r'<a\s[^<>]*href="([^"<>]*)"[^<>]*>(.*?)</a>', re.I | re.S)


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


def plain(description: str) -> str:
    """A description without Google's marks; what has none is left as it is."""
    if "<" not in description or not _TAG.search(description):
        return description
    text = _LINK.sub(_link, description)
    text = _TAG.sub("", _BREAK.sub("\n", text.replace("<li>", "- ")))
    return html.unescape(text).replace("\xa0", " ").strip()


def clean(text: str) -> str:
    """Without control characters and halves of surrogate pairs, which neither Google nor a database
    takes."""
    if text.isprintable():
        return text
    kept = "".join(c for c in text if c in "\t\n\r" or (c >= " " and not "\x7f" <= c <= "\x9f"))
    return kept.encode("utf-8", "replace").decode()


def _link(found: re.Match[str]) -> str:
    address, shown = found[1], _TAG.sub("", found[2])
    return shown if html.unescape(address) in html.unescape(shown) else f"{shown} ({address})"


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
