"""The port for short messages and calls: one text to one recipient, and the ways in which it can fail.

The errors are those of ``mail_port`` and say what the caller may do next. ``RemoteUnavailable`` and
``RateLimited``: nothing was taken, try again later. ``Rejected``: this recipient or text is refused
for good. ``SetupNeeded``: nothing will pass until a person changes the settings.
``DeliveryUnknown``: the request went out and its answer was lost, so sending again might send
twice.
"""

from dataclasses import dataclass
from typing import Protocol

from crm_app.core.errors import Rejected
from crm_app.core.i18n import N_


@dataclass(frozen=True, slots=True)
class Outgoing:
    """``recipient`` is a number (E.164), a person's id at a page or a web address, by transport.

    ``key`` is the same at every attempt. ``report_to`` is the address to which the service reports
    what became of it; empty: none.
    """

    key: str
    recipient: str
    text: str
    report_to: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A service has taken a message: its words, and its id there ("" where it gives none)."""

    words: str
    external_id: str = ""


class MessageTransport(Protocol):
    """Hands messages to a service."""

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand over one message.

        Raises RemoteUnavailable, RateLimited, Rejected, SetupNeeded or DeliveryUnknown.
        """
        ...


class Unsubscribed(Rejected):
    """The person told the service itself that he wants no more messages from us."""

    default_message = N_("The person has unsubscribed from these messages.")
