"""Web addresses in a message, each behind an address of ours that counts who follows it (CAM-6). Pure.

``https://crm.example/l/<token>`` leads to exactly the address that was written, kept beside the
token; nothing in a request can make it lead anywhere else. The text and the HTML of a message share
the tokens. Our own addresses for unsubscribing are never wrapped.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

CLICKED, OPENED, UNSUBSCRIBED = "/l/", "/o/", "/u/"
_ADDRESS = re.compile(r"https?://[^\s<>\"'`]+")
_HREF = re.compile(r'(<a\b[^>]*?\bhref=")(https?://[^"]+)(")', re.IGNORECASE)
# What ends a sentence rather than an address.
_CLOSING = ".,;:!?…)]}*_»“”’"
_OPENS = {")": "(", "]": "[", "}": "{"}
LONGEST_ADDRESS = 4000


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A message with our addresses in it, and what they lead to: token and address."""

    text: str
    html: str
    links: tuple[tuple[str, str], ...]


def wrap(text: str, markup: str, *, base: str, new_token: Callable[[], str]) -> Wrapped:
    """``text`` and ``markup`` with their web addresses behind ``base``, the server's own address."""
    tokens: dict[str, str] = {}

    def ours(address: str) -> str:
        if len(address) > LONGEST_ADDRESS or _is_kept(address, base):
            return address
        return base + CLICKED + tokens.setdefault(address, new_token())

    def in_text(found: re.Match[str]) -> str:
        address, rest = parted(found.group())
        return ours(address) + rest

    def in_markup(found: re.Match[str]) -> str:
        before, address, after = found.groups()
        return before + html.escape(ours(html.unescape(address))) + after

    wrapped, marked = _ADDRESS.sub(in_text, text), _HREF.sub(in_markup, markup)
    return Wrapped(wrapped, marked, tuple((token, address) for address, token in tokens.items()))


def parted(found: str) -> tuple[str, str]:
    """An address as it was found in a text, and the punctuation at its end that is none of it."""
    end = len(found)
    while end and found[end - 1] in _CLOSING:
        opening = _OPENS.get(found[end - 1], "")
        if opening and found.count(opening, 0, end) >= found.count(found[end - 1], 0, end):
            break
        end -= 1
    return found[:end], found[end:]


def _is_kept(address: str, base: str) -> bool:
    return address.startswith(tuple(base + path for path in (CLICKED, OPENED, UNSUBSCRIBED)))


def linked(text: str, anchor: Callable[[str], str]) -> str:
    """``text`` as HTML: escaped, its web addresses as what ``anchor`` makes of them."""
    parts: list[str] = []
    at = 0
    for found in _ADDRESS.finditer(text):
        address, rest = parted(found.group())
        parts += [html.escape(text[at : found.start()]), anchor(address), html.escape(rest)]
        at = found.end()
    return "".join([*parts, html.escape(text[at:])])
