"""Texts on their way between Outlook and iCalendar. Pure.

Outlook has no field for a link, so ours is the last line of the body. A meeting made with Teams has
its joining information at the end of the body, below a line of underscores; without that part Teams
loses the meeting, so it stays whatever we write.

Page: https://learn.microsoft.com/graph/api/event-update (body of an online meeting)
"""

import html
import re
from collections.abc import Mapping
from typing import Any

_CONTROLS = {code: None for code in [*range(32), *range(127, 160)] if chr(code) not in "\t\n"}
_ESCAPES = str.maketrans({**_CONTROLS, "\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_NO_CONTROLS = {**_CONTROLS, ord("\t"): None, ord("\n"): None}
_PARAM = str.maketrans({**_CONTROLS, '"': "'", "\n": " ", "\t": " "})
_LINE = "_" * 40
_LINK = re.compile(r"https?://[^\s<>\"]+")
_BLANKS = re.compile(r"[ \t\xa0]+(?=\n|$)")


def escaped(text: str) -> str:
    """``text`` as the value of a property (RFC 5545 §3.3.11)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _whole(text).translate(_ESCAPES)


def param(text: str) -> str:
    """``text`` as a quoted parameter value (RFC 5545 §3.2)."""
    return f'"{_whole(text).translate(_PARAM)}"'


def one_line(text: str) -> str:
    """``text`` without line ends, tabs and other controls."""
    return _whole(text).translate(_NO_CONTROLS).strip()


def _whole(text: str) -> str:
    """Without halves of surrogate pairs, which JSON can hold and UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def text_of(event: Mapping[str, Any]) -> str:
    """The body as plain text; of HTML, which was not asked for, only Outlook's own preview."""
    body = event.get("body") or {}
    if str(body.get("contentType", "text")).lower() == "html":
        return tidy(str(event.get("bodyPreview") or ""))
    return tidy(str(body.get("content") or ""))


def tidy(text: str) -> str:
    """With plain line ends, and without blanks at the ends of lines, as servers like to add them."""
    return _BLANKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def own_part(text: str) -> str:
    """``text`` without the joining information of a meeting."""
    return text.partition(_LINE)[0].rstrip()


def has_meeting(text: str) -> bool:
    """Whether joining information is among ``text``."""
    return _LINE in text


def composed(description: str, link: str) -> str:
    """The body of a copy of ours."""
    return "\n\n".join(part for part in (description.strip(), link.strip()) if part)


def with_link(text: str) -> tuple[str, str]:
    """What ``composed`` put together, apart again: description and link."""
    before, _, last = text.rpartition("\n")
    if _LINK.fullmatch(last.strip()):
        return before.strip(), last.strip()
    return text, ""


def around_meeting(page: str, text: str) -> str:
    """The HTML body ``page`` with ``text`` in place of all that stands above the meeting's part."""
    line = page.find(_LINE)
    begin = max(page.rfind("<div", 0, line), page.rfind("<p", 0, line), 0)
    above = "<br>".join(html.escape(row) for row in tidy(text).split("\n"))
    return f"<html><body><div>{above}</div><br>{page[begin:]}"
