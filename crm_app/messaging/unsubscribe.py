"""The way out of marketing mail: a signed address that names the contact and the channel (CAM-9). Pure.

RFC 8058: the header's address takes a POST without cookie and removes at once; a person who opens it
gets a page that asks. The address stays valid for ever, since old mail is read too.
"""

import functools
import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm_app.core import crypto
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_, translate
from crm_app.core.ids import is_id
from crm_app.messaging import links
from crm_app.messaging.letter import FOOTNOTE_STYLE, LINK_STYLE

_PURPOSE = "unsubscribe"
ONE_CLICK = "List-Unsubscribe=One-Click"
_WORDS = N_("You do not want to get such messages any more? Unsubscribe:")
_LINK = N_("Unsubscribe")


@dataclass(frozen=True, slots=True)
class Footer:
    """The last lines of a mail in its two forms."""

    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """What an address to unsubscribe names."""

    contact_id: int
    channel: str


def address(base: str, contact_id: int, channel: str) -> str:
    """Where the contact unsubscribes from ``channel``."""
    return base + links.UNSUBSCRIBED + crypto.sign(_PURPOSE, [contact_id, channel])


def read(token: str) -> Ticket:
    """What ``token`` names; NotFound when it is none of ours."""
    named = crypto.unsign(_PURPOSE, token)
    try:
        contact_id, channel = named
        ticket = Ticket(int(contact_id), str(channel))
    except (TypeError, ValueError) as error:
        raise NotFound from error
    if not is_id(ticket.contact_id):
        raise NotFound
    return ticket


def headers(base: str, contact_id: int, channel: str) -> dict[str, str]:
    """The headers by which mail programs show a button of their own (RFC 2369, RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{address(base, contact_id, channel)}>",
        "List-Unsubscribe-Post": ONE_CLICK,
    }


def footer(base: str, values: Mapping[str, Any]) -> Footer:
    """The visible link of a message, given its columns; empty when it is for no contact."""
    contact_id, locale = values["contact_id"], values["locale"]
    if not contact_id:
        return Footer("", "")
    where = address(base, contact_id, values["channel"])
    words, label = _words(locale)
    link = (
        f'<p class="muted" style="{FOOTNOTE_STYLE}"><a class="link" style="{LINK_STYLE}" '
        f'href="{html.escape(where)}">{html.escape(label)}</a></p>'
    )
    return Footer(f"{words}\n{where}", link)


@functools.cache
def _words(locale: str) -> tuple[str, str]:
    """The sentence before the link and the link's own word; thousands of mails ask at once."""
    return translate(locale, _WORDS), translate(locale, _LINK)
