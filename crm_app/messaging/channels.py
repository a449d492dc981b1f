"""The channels' accounts, and how a message of each leaves the house.

A channel whose account is not complete or switched off sends nothing: its messages rest in the
Outbox, like mail without a mail server (Q-3). Calls to web addresses need no account, only a secret
to sign with, which is made at first need. Secrets go from here to the transports and nowhere else.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from crm_app.core import crypto
from crm_app.core.settings import get_settings
from crm_app.messaging import sender
from crm_app.messaging.drafts import EMAIL, MESSENGER, SMS, WEBHOOK
from crm_app.messaging.once import insert_new
from crm_app.models import ChannelAccount, Message
from crm_app.providers import mail, messages
from crm_app.providers.mail_port import Envelope
from crm_app.providers.message_port import MessageTransport, Outgoing, Receipt
from crm_app.providers.messenger import Page
from crm_app.providers.twilio import TwilioAccount
from crm_app.providers.webhook import SECRET_PREFIX

TWILIO_STATUS, TWILIO_INCOMING = "/hooks/twilio/status", "/hooks/twilio/incoming"
MESSENGER_HOOK = "/hooks/messenger"
Carrier = Callable[[], Receipt]


@dataclass(frozen=True, slots=True)
class Account:
    """What is entered for a channel. ``options`` are plain, ``secrets`` are not."""

    channel: str
    enabled: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def option(self, name: str) -> str:
        """A plain setting as text; "" when it is not set."""
        return str(self.options.get(name) or "")

    def secret(self, name: str) -> str:
        """A token or key; "" when it is not set."""
        return self.secrets.get(name, "")

    @property
    def per_minute(self) -> int:
        """Most messages a minute; 0: as many as there are (CAM-9)."""
        value = self.options.get("per_minute")
        return value if isinstance(value, int) and value > 0 else 0

    @property
    def measures_opens(self) -> bool:
        """Whether mail carries a picture that tells when it is opened."""
        return bool(self.options.get("opens"))


def account(session: Session, channel: str) -> Account:
    """What is entered for ``channel``; a blank one that is not enabled when nothing is."""
    row = session.get(ChannelAccount, channel)
    if row is None:
        return Account(channel)
    secrets = json.loads(row.secret) if row.secret else {}
    return Account(channel, row.enabled, row.options, secrets)


def is_ready(session: Session, channel: str) -> bool:
    """Whether messages of ``channel`` can go out now."""
    if channel == EMAIL:
        return bool(sender.smtp_url(session))
    return channel == WEBHOOK or account(session, channel).enabled


def signing_secret(session: Session) -> str:
    """The secret that calls to web addresses are signed with, made at first need."""
    kept = account(session, WEBHOOK)
    if kept.secret("signing"):
        return kept.secret("signing")
    secret = SECRET_PREFIX + crypto.new_signing_key()
    row = session.get(ChannelAccount, WEBHOOK)
    if row is not None:
        row.secret = json.dumps({"signing": secret})
        session.add(row)
        session.flush()
        return secret
    made = ChannelAccount(channel=WEBHOOK, enabled=True, secret=json.dumps({"signing": secret}))
    insert_new(session, made, unique="channel")
    return account(session, WEBHOOK).secret("signing")


def carrier(session: Session, message: Message) -> Carrier | None:
    """What hands ``message`` over, to be called outside of any transaction; None: nothing can.

    ValueError when the message itself cannot be sent: an address in it is none.
    """
    if not is_ready(session, message.channel):
        return None
    if message.channel == EMAIL:
        return _mail(session, message)
    return _text(_transport(session, message.channel), message)


def _mail(session: Session, message: Message) -> Carrier:
    url = sender.smtp_url(session)
    content = sender.content(session, message)
    envelope = Envelope(sender.from_address(session), message.to_address, content)
    return lambda: Receipt(mail.transport(url).send(envelope))


def _text(transport: MessageTransport, message: Message) -> Carrier:
    token = message.message_id.strip("<>").partition("@")[0]
    # Our own id is in the address: a report may come before the answer, or instead of it.
    query = f"?m={token}&a={message.attempt}"
    report_to = get_settings().url + TWILIO_STATUS + query if message.channel == SMS else ""
    outgoing = Outgoing(
        key=token, recipient=message.to_address, text=message.text, report_to=report_to
    )
    return lambda: transport.send(outgoing)


def _transport(session: Session, channel: str) -> MessageTransport:
    settings, known = get_settings(), account(session, channel)
    if channel == SMS:
        return messages.sms(settings.twilio_api, twilio_account(known))
    if channel == MESSENGER:
        return messages.messenger(settings.messenger_api, messenger_page(known))
    return messages.webhook(signing_secret(session), settings.allow_private_addresses)


def twilio_account(known: Account) -> TwilioAccount:
    """The account as the transport wants it."""
    return TwilioAccount(
        known.option("account_sid"), known.secret("auth_token"), known.option("sender")
    )


def messenger_page(known: Account) -> Page:
    """The page as the transport wants it."""
    return Page(known.option("page_id"), known.secret("page_token"), known.secret("app_secret"))
