"""Messages of a Facebook page through the Send API, and the signature on what Meta tells us.

A page may only answer: within 24 hours of what the person wrote last, with ``RESPONSE``. Meta checks
that too; asking first is the caller's part.

Pages: https://developers.facebook.com/docs/messenger-platform/reference/send-api,
https://developers.facebook.com/docs/messenger-platform/webhooks,
https://developers.facebook.com/docs/graph-api/guides/secure-requests
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from crm_app.core.errors import RateLimited, Rejected, RemoteError, RemoteUnavailable
from crm_app.core.i18n import N_
from crm_app.providers.mail_port import DeliveryUnknown, SetupNeeded
from crm_app.providers.message_port import Outgoing, Receipt
from crm_app.providers.safe_http import Answer, AnswerLost, SafeHttp

_TIMEOUT = 30.0
_LARGEST = 1_000_000
LONGEST_TEXT = 2000
_NO_ANSWER = N_("Messenger did not say whether it took the message.")
_ACCESS_TOKEN, _PERMISSIONS, _CLOSED = (190, 102), (10, 200, 230), 2018278
_SLOWER = (4, 32, 613, 80006)
# "An unknown error", "service temporarily unavailable".
_PASSING = (1, 2)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of ours and what lets us write for it."""

    page_id: str
    token: str = field(repr=False)
    app_secret: str = field(default="", repr=False)


class MessengerTransport:
    """A ``MessageTransport`` for one page at the Graph under ``api``; recipients are page-scoped ids."""

    def __init__(self, api: str, page: Page, *, timeout: float = _TIMEOUT) -> None:
        self._api = api.rstrip("/")
        self._page = page
        self._timeout = timeout

    def __repr__(self) -> str:
        return "MessengerTransport(...)"

    def send(self, outgoing: Outgoing) -> Receipt:
        """See ``MessageTransport``; the id is Meta's message id (``mid``)."""
        if len(outgoing.text) > LONGEST_TEXT:
            raise Rejected(N_("Messenger takes 2,000 characters at most."))
        try:
            answer = self._post(outgoing)
        except AnswerLost as error:
            raise DeliveryUnknown(_NO_ANSWER, detail=error.detail) from error
        told = _object(answer)
        if answer.status == 200 and told.get("message_id"):
            return Receipt("accepted", str(told["message_id"]))
        raise _failure(answer, told)

    def _post(self, outgoing: Outgoing) -> Answer:
        body = {
            "recipient": {"id": outgoing.recipient},
            "messaging_type": "RESPONSE",
            "message": {"text": outgoing.text},
        }
        if self._page.app_secret:
            body["appsecret_proof"] = proof(self._page)
        headers = {
            "Content-Type": "application/json",
            # In a header and not in the address, which servers on the way write down.
            "Authorization": f"Bearer {self._page.token}",
        }
        url = f"{self._api}/{quote(self._page.page_id, safe='')}/messages"
        # An administrator of the server set this address, so it may be in the own network.
        allow = [urlsplit(self._api).hostname or ""]
        with SafeHttp(allow=allow, timeout=self._timeout, max_bytes=_LARGEST) as http:
            content = json.dumps(body).encode()
            return http.request("POST", url, headers=headers, content=content, follow=False)


def proof(page: Page) -> str:
    """``appsecret_proof``: that who has the token also has the app's secret."""
    return hmac.new(page.app_secret.encode(), page.token.encode(), hashlib.sha256).hexdigest()


def signature(app_secret: str, body: bytes) -> str:
    """X-Hub-Signature-256 of a body."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def _failure(answer: Answer, told: Mapping[str, Any]) -> RemoteError:
    problem = told.get("error")
    problem = problem if isinstance(problem, dict) else {}
    code, below = _number(problem, "code"), _number(problem, "error_subcode")
    said = " ".join(str(problem.get("message", "")).split())[:200]
    detail = f"HTTP {answer.status} {code or ''} {said}".strip()
    if answer.status == 429 or code in _SLOWER:
        return RateLimited(detail=detail)
    if answer.status >= 500 or code in _PASSING:
        return RemoteUnavailable(N_("Messenger has a problem right now."), detail=detail)
    if below == _CLOSED:
        return Rejected(
            N_("Messenger lets a page write only within 24 hours of the person's last message."),
            detail=detail,
        )
    if answer.status == 401 or code in _ACCESS_TOKEN:
        return SetupNeeded(N_("Messenger does not accept the page's token."), detail=detail)
    if code in _PERMISSIONS:
        return SetupNeeded(N_("The page's token does not allow to write messages."), detail=detail)
    if 200 <= answer.status < 300:
        return DeliveryUnknown(_NO_ANSWER, detail=detail)
    return Rejected(N_("Messenger refused the message."), detail=detail)


def _number(problem: Mapping[str, Any], name: str) -> int:
    value = problem.get(name)
    return value if isinstance(value, int) else 0


def _object(answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
