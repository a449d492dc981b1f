"""From what is entered for a channel to the adapter that speaks to its service."""

from collections.abc import Collection

from crm_app.providers import memory_messages
from crm_app.providers.message_port import MessageTransport
from crm_app.providers.messenger import MessengerTransport, Page
from crm_app.providers.twilio import TwilioAccount, TwilioTransport
from crm_app.providers.webhook import WebhookTransport


def sms(api: str, account: TwilioAccount) -> MessageTransport:
    """Text messages through the service at ``api`` (Twilio's REST interface, or ``memory://``)."""
    return _kept(api) or TwilioTransport(api, account)


def messenger(api: str, page: Page) -> MessageTransport:
    """Messages of a page through the service at ``api`` (Meta's Graph, or ``memory://``)."""
    return _kept(api) or MessengerTransport(api, page)


def webhook(secret: str, allow: Collection[str]) -> MessageTransport:
    """Signed calls to web addresses; ``allow`` opens private hosts and networks."""
    return WebhookTransport(secret, allow=allow)


def _kept(api: str) -> MessageTransport | None:
    if api.startswith(memory_messages.SCHEME):
        return memory_messages.box(api.removeprefix(memory_messages.SCHEME))
    return None
