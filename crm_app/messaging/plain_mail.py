"""A plain text as an HTML mail: what people write in a campaign, in the looks of our letters. Pure.

Blank lines part paragraphs, web addresses become links, and everything else is text.
"""

import functools
import html

from crm_app.messaging import links
from crm_app.messaging.letter import LINK_STYLE, Letter, as_html

_HERE = "\N{OBJECT REPLACEMENT CHARACTER}"


def as_mail(text: str, *, locale: str, sender: str) -> str:
    """``text`` as an HTML document in ``locale``, signed by ``sender``."""
    before, paragraph, between, after = _frame(locale, sender)
    blocks = [block.strip("\n") for block in text.replace("\r\n", "\n").split("\n\n")]
    written = [
        paragraph + links.linked(block, _anchor).replace("\n", "<br>") for block in blocks if block
    ]
    return before + between.join(written) + after


@functools.lru_cache(maxsize=64)
def _frame(locale: str, sender: str) -> tuple[str, str, str, str]:
    """What stands before the paragraphs, at the beginning of each, between two, and after the last.

    Made by our own letter with two paragraphs that stand for all, once for each language and sender.
    """
    shell = Letter(locale=locale, heading="", paragraphs=(_HERE, _HERE), sender=sender)
    document = as_html(shell)
    # A letter has a heading; a text that a person wrote has none but its own words.
    start, end = document.index("<h1"), document.index("</h1>") + len("</h1>")
    document = document[:start] + document[end:]
    before, between, after = document.split(_HERE)
    opening = between.rindex("<p")
    head = before[: before.rindex("<p")]
    return head, between[opening:], between[:opening], after


def _anchor(address: str) -> str:
    quoted = html.escape(address)
    return f'<a class="link" href="{quoted}" style="{LINK_STYLE}">{quoted}</a>'


def before_the_end(document: str, addition: str) -> str:
    """``document`` with ``addition`` as the last thing in its body."""
    at = document.lower().rfind("</body>")
    return document + addition if at < 0 else document[:at] + addition + document[at:]
