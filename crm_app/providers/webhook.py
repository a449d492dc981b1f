"""Calls to web addresses that users typed, signed as Standard Webhooks describe it.

The receiver checks who calls by HMAC-SHA256 over id, time and body, and knows a repeated call by its
id, which stays the same at every attempt: so a lost answer is simply asked again. Only public
addresses are called, and those that an administrator allowed.

Page: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
from collections.abc import Collection

from crm_app.core import clock
from crm_app.core.errors import AddressRefused, RateLimited, Rejected, RemoteUnavailable
from crm_app.core.i18n import N_
from crm_app.providers.message_port import Outgoing, Receipt
from crm_app.providers.safe_http import SafeHttp
from crm_app.providers.twilio import retry_after

SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
_TIMEOUT = 15.0
_LARGEST = 100_000
_LATER = (408, 425)


class WebhookTransport:
    """A ``MessageTransport`` whose recipients are web addresses and whose texts are JSON."""

    def __init__(
        self, secret: str, *, allow: Collection[str] = (), timeout: float = _TIMEOUT
    ) -> None:
        self._secret = secret
        self._allow = tuple(allow)
        self._timeout = timeout

    def __repr__(self) -> str:
        return "WebhookTransport(...)"

    def send(self, outgoing: Outgoing) -> Receipt:
        """See ``MessageTransport``. Any 2xx is a yes; redirects are not followed."""
        now = int(clock.now().timestamp())
        content = outgoing.text.encode()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": outgoing.key,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(self._secret, outgoing.key, now, content),
        }
        try:
            with SafeHttp(allow=self._allow, timeout=self._timeout, max_bytes=_LARGEST) as http:
                answer = http.request(
                    "POST", outgoing.recipient, headers=headers, content=content, follow=False
                )
        except AddressRefused as error:
            raise Rejected(error.user_message, detail=error.detail) from error
        detail = f"HTTP {answer.status}"
        if 200 <= answer.status < 300:
            return Receipt(detail)
        if answer.status == 429:
            raise RateLimited(retry_after=retry_after(answer.headers), detail=detail)
        if answer.status >= 500 or answer.status in _LATER:
            raise RemoteUnavailable(N_("The called address has a problem."), detail=detail)
        raise Rejected(N_("The called address refused the call."), detail=detail)


def signature(secret: str, key: str, timestamp: int, content: bytes) -> str:
    """``webhook-signature``; ``secret`` is ``whsec_`` and base64, ``timestamp`` Unix seconds."""
    signed = f"{key}.{timestamp}.".encode() + content
    raw = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return "v1," + base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()
