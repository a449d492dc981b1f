"""A message before it is queued: what callers hand over, and the row that becomes of it. Pure.

What always holds of a row: its recipient is one that its channel can reach, whatever may stand in a
header is one line, and mail that advertises carries a way to unsubscribe.
"""

import re
from datetime import datetime
from typing import Any, Required, TypedDict
from urllib.parse import urlsplit

from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.messaging import addresses

EMAIL, SMS, MESSENGER, WEBHOOK = "email", "sms", "messenger", "webhook"
CHANNELS = (EMAIL, SMS, MESSENGER, WEBHOOK)
# ITU-T E.164: at most 15 digits, and no country code begins with 0.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
# Messenger's page-scoped ids are numbers too long for a number's type.
_PAGE_SCOPED = re.compile(r"[0-9]{3,40}")
_LONGEST_URL = 2000


class Draft(TypedDict, total=False):
    """One finished message to one recipient. A known ``key`` gives the first message.

    ``to_address`` is an e-mail address, a number (E.164), a person's id at the page, or a web
    address, by ``channel``. ``user_id`` says whose business it is, ``expires_at`` (UTC) when it is
    of no use any more. ``marketing`` mail can be unsubscribed; ``track_links`` puts the web
    addresses in it behind ours, which count (CAM-6).
    """

    key: Required[str]
    kind: Required[str]
    to_address: Required[str]
    text: Required[str]
    channel: str
    to_name: str
    subject: str
    html: str
    ics: str
    ics_method: str
    from_name: str
    reply_to: str
    locale: str
    user_id: int | None
    contact_id: int | None
    appointment_id: int | None
    campaign_id: int | None
    enrolment_id: int | None
    step_id: str
    marketing: bool
    track_links: bool
    confidential: bool
    expires_at: datetime | None


_ONE_LINE = ("to_name", "from_name", "subject")
_PLAIN: dict[str, Any] = {
    "html": "",
    "ics": "",
    "ics_method": "",
    "reply_to": "",
    "locale": "en",
    "user_id": None,
    "contact_id": None,
    "appointment_id": None,
    "campaign_id": None,
    "enrolment_id": None,
    "step_id": "",
    "marketing": False,
    "confidential": False,
    "expires_at": None,
}


def row(draft: Draft) -> dict[str, Any]:
    """The columns of a message that ``draft`` says; Invalid when the recipient is none."""
    given: dict[str, Any] = dict(draft)
    channel = given.get("channel", EMAIL)
    values = {name: given.get(name, default) for name, default in _PLAIN.items()}
    values["locale"] = values["locale"] or "en"
    values |= {name: addresses.one_line(given.get(name, "")) for name in _ONE_LINE}
    return values | {
        "key": draft["key"],
        "kind": draft["kind"],
        "channel": channel,
        "to_address": recipient(channel, draft["to_address"]),
        "text": draft["text"],
    }


def recipient(channel: str, address: str) -> str:
    """``address`` as its channel takes it; Invalid when nobody can be reached there."""
    typed = address.strip()
    if channel == EMAIL:
        return _mailbox(typed)
    if channel == SMS:
        return _matching(_E164, typed, "phone", N_("Enter a number like +49 30 123456."))
    if channel == MESSENGER:
        wrong = N_("This person has not written to the page yet.")
        return _matching(_PAGE_SCOPED, typed, "messenger", wrong)
    if channel == WEBHOOK:
        return _web_address(typed)
    raise ValueError(f"there is no channel {channel}")


def _mailbox(typed: str) -> str:
    try:
        return addresses.deliverable(typed)
    except ValueError as error:
        raise Invalid(fields={"email": N_("Enter a valid e-mail address.")}) from error


def _matching(form: re.Pattern[str], typed: str, field: str, wrong: str) -> str:
    if not form.fullmatch(typed):
        raise Invalid(fields={field: wrong})
    return typed


def _web_address(typed: str) -> str:
    try:
        parts = urlsplit(typed)
        possible = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        possible = False
    else:
        possible = possible and not parts.username and addresses.one_line(typed) == typed
    if not possible or " " in typed or len(typed) > _LONGEST_URL:
        raise Invalid(fields={"url": N_("Enter a web address that begins with https://.")})
    return typed
