"""The port for outgoing mail: one finished message to one address, and the ways in which it can fail.

The errors say what the caller may do next. ``RemoteUnavailable``: nothing was handed over, try
again later. ``Rejected``: this recipient or message is refused for good. ``SetupNeeded``: no mail
will pass until a person changes the settings. ``DeliveryUnknown``: the server had the whole
message and its answer was lost, so sending again might send twice.
"""

from dataclasses import dataclass
from typing import Protocol

from crm_app.core.errors import RemoteError
from crm_app.core.i18n import N_


@dataclass(frozen=True, slots=True)
class Envelope:
    """``content`` is the whole message with CRLF line ends (RFC 5322); addresses are bare."""

    sender: str
    recipient: str
    content: bytes


class MailTransport(Protocol):
    """Hands mail to a server."""

    def send(self, envelope: Envelope) -> str:
        """Hand over one message; the server's words of acceptance.

        Raises RemoteUnavailable, Rejected, SetupNeeded or DeliveryUnknown.
        """
        ...


class DeliveryUnknown(RemoteError):
    """The connection broke after the message was handed over and before the server said yes."""

    default_message = N_("The mail server did not say whether it took the message.")


class SetupNeeded(RemoteError):
    """The mail server refuses us, whatever we send: sign-in, encryption or sender address."""

    default_message = N_("The mail server does not accept mail from us. Check the mail settings.")
