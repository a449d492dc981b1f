"""A message as the bytes that travel: headers, text, HTML and the invitation. Pure.

With an invitation the parts stand as calendars look for them (RFC 6047 and the CalConnect guide):
multipart/mixed with, first, an alternative of text, HTML and text/calendar that names the METHOD,
and then the same object as an attachment. All content is 7-bit safe, lines end with CRLF.
"""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime

from crm_app.messaging.addresses import one_line


@dataclass(frozen=True, slots=True)
class Parts:
    """All that goes into one mail to one person. ``ics_method`` is the METHOD inside ``ics``."""

    from_name: str
    from_address: str
    to_name: str
    to_address: str
    subject: str
    text: str
    message_id: str
    date: datetime
    html: str = ""
    reply_to: str = ""
    ics: str = ""
    ics_method: str = ""
    locale: str = "en"
    # Further headers, each a name and a value of ours.
    headers: tuple[tuple[str, str], ...] = ()


def build(parts: Parts) -> bytes:
    """The whole message (RFC 5322). ValueError when an address is none."""
    message = EmailMessage(policy=_policy(parts))
    _head(message, parts)
    message.set_content(parts.text, cte="quoted-printable")
    if parts.html:
        message.add_alternative(parts.html, subtype="html", cte="quoted-printable")
    if parts.ics:
        _invite(message, parts)
    # Setting the content removes all Content-* headers, so this one comes last.
    message["Content-Language"] = parts.locale
    # Folding would break a long web address into encoded words, which no mail program undoes there.
    # RFC 5322 §2.1.1 allows so much.
    longest = 998 if parts.headers else message.policy.max_line_length
    return message.as_bytes(policy=message.policy.clone(max_line_length=longest))


def _policy(parts: Parts) -> "EmailPolicy[EmailMessage]":
    addresses = parts.from_address + parts.to_address + parts.reply_to
    return SMTP.clone(cte_type="7bit") if addresses.isascii() else SMTPUTF8


def _head(message: EmailMessage, parts: Parts) -> None:
    message["From"] = _mailbox(parts.from_name, parts.from_address)
    message["To"] = _mailbox(parts.to_name, parts.to_address)
    if parts.reply_to:
        message["Reply-To"] = _mailbox("", parts.reply_to)
    message["Subject"] = one_line(parts.subject)
    message["Date"] = format_datetime(parts.date)
    message["Message-ID"] = parts.message_id
    # RFC 3834: absence notices are not sent in answer to this.
    message["Auto-Submitted"] = "auto-generated"
    for name, value in parts.headers:
        message[name] = value


def _mailbox(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    if not local or not domain or one_line(address) != address or " " in address:
        raise ValueError("no e-mail address")
    return Address(display_name=one_line(name), username=local, domain=domain)


def _invite(message: EmailMessage, parts: Parts) -> None:
    message.add_alternative(
        parts.ics,
        subtype="calendar",
        cte="base64",
        params={"method": parts.ics_method},
    )
    message.add_attachment(
        parts.ics.encode(),
        maintype="application",
        subtype="ics",
        filename="invite.ics",
        params={"name": "invite.ics"},
    )
