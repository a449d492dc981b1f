"""Text messages through Twilio's REST interface, and the signature by which it proves its calls.

Twilio knows no idempotency key for messages, so a request whose answer is lost stays unknown and is
never repeated. Nothing of the account is in a repr or an error.

Pages: https://www.twilio.com/docs/messaging/api/message-resource,
https://www.twilio.com/docs/api/errors,
https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from crm_app.core.errors import RateLimited, Rejected, RemoteError, RemoteUnavailable
from crm_app.core.i18n import N_
from crm_app.providers.mail_port import DeliveryUnknown, SetupNeeded
from crm_app.providers.message_port import Outgoing, Receipt, Unsubscribed
from crm_app.providers.safe_http import Answer, AnswerLost, Credentials, SafeHttp

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_TIMEOUT = 30.0
_LARGEST = 1_000_000
# A pool of numbers that Twilio chooses from has an id where else a number stands.
_MESSAGING_SERVICE = "MG"
UNSUBSCRIBED = 21610
_REFUSED: dict[int, str] = {
    21211: N_("This is not a number that can be reached."),
    21214: N_("This is not a number that can be reached."),
    21217: N_("This is not a number that can be reached."),
    21614: N_("This number cannot receive text messages."),
    21612: N_("The service cannot send a text message from our number to this one."),
    21408: N_("The account does not allow text messages to this country."),
    21610: N_("The person has unsubscribed from text messages by STOP."),
    21617: N_("The text is too long for a text message."),
    30003: N_("The phone could not be reached."),
    30004: N_("The message was blocked by the person or the network."),
    30005: N_("This number does not exist any more."),
    30006: N_("This number cannot receive text messages."),
    30007: N_("The network took the message for unwanted and did not deliver it."),
}
# What is wrong with our side: account, sender, money.
_SETUP: dict[int, str] = {
    20003: N_("The SMS service does not accept the account SID or the auth token."),
    20404: N_("The SMS service does not know this account SID."),
    20005: N_("The account at the SMS service is not active."),
    21212: N_("The SMS service does not accept the sender."),
    21603: N_("The SMS service does not accept the sender."),
    21606: N_("The SMS service does not accept the sender."),
    21659: N_("The SMS service does not accept the sender."),
    21660: N_("The SMS service does not accept the sender."),
    21701: N_("The SMS service does not accept the sender."),
    63007: N_("The SMS service does not accept the sender."),
}
_SETUP_BY_STATUS = {401: 20003, 403: 20005, 404: 20404}


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """``sender`` is a number (E.164), a name, or the id of a messaging service (``MG…``)."""

    sid: str
    auth_token: str = field(repr=False)
    sender: str


class TwilioTransport:
    """A ``MessageTransport`` for one account at the REST interface under ``api``."""

    def __init__(self, api: str, account: TwilioAccount, *, timeout: float = _TIMEOUT) -> None:
        self._api = api.rstrip("/")
        self._account = account
        self._timeout = timeout

    def __repr__(self) -> str:
        return "TwilioTransport(...)"

    def send(self, outgoing: Outgoing) -> Receipt:
        """See ``MessageTransport``; the id is Twilio's message SID."""
        try:
            answer = self._post(self._form(outgoing))
        except AnswerLost as error:
            raise DeliveryUnknown(_NO_ANSWER, detail=error.detail) from error
        told = _object(answer)
        if answer.status in (200, 201) and told.get("sid"):
            return Receipt(str(told.get("status", "")), str(told["sid"]))
        raise _failure(answer, told)

    def _form(self, outgoing: Outgoing) -> dict[str, str]:
        sender = self._account.sender
        by = "MessagingServiceSid" if sender.startswith(_MESSAGING_SERVICE) else "From"
        form = {"To": outgoing.recipient, by: sender, "Body": outgoing.text}
        return form | ({"StatusCallback": outgoing.report_to} if outgoing.report_to else {})

    def _post(self, form: Mapping[str, str]) -> Answer:
        sid = quote(self._account.sid, safe="")
        url = f"{self._api}/2010-04-01/Accounts/{sid}/Messages.json"
        credentials = Credentials(self._api, self._account.sid, self._account.auth_token)
        # An administrator of the server set this address, so it may be in the own network.
        allow = [urlsplit(self._api).hostname or ""]
        with SafeHttp(
            allow=allow, credentials=credentials, timeout=self._timeout, max_bytes=_LARGEST
        ) as http:
            content = urlencode(form).encode()
            return http.request("POST", url, headers=_FORM, content=content, follow=False)


_NO_ANSWER = N_("The SMS service did not say whether it took the message.")


def reason(code: int) -> str:
    """A message id for an error of Twilio's, also of one that it reports later."""
    return _REFUSED.get(code) or _SETUP.get(code) or N_("The SMS service could not deliver this.")


def _failure(answer: Answer, told: Mapping[str, Any]) -> RemoteError:
    code = told["code"] if isinstance(told.get("code"), int) else 0
    words = told.get("message")
    said = " ".join(str(words).split())[:200] if isinstance(words, str) else ""
    detail = f"HTTP {answer.status} {code or ''} {said}".strip()
    if answer.status == 429 or code == 20429:
        return RateLimited(retry_after=retry_after(answer.headers), detail=detail)
    if answer.status >= 500:
        return RemoteUnavailable(N_("The SMS service has a problem right now."), detail=detail)
    setup = code if code in _SETUP else _SETUP_BY_STATUS.get(answer.status, 0)
    if setup and code not in _REFUSED:
        return SetupNeeded(_SETUP[setup], detail=detail)
    if 200 <= answer.status < 300:
        # Taken, as it seems, in words that we do not understand.
        return DeliveryUnknown(_NO_ANSWER, detail=detail)
    if code == UNSUBSCRIBED:
        return Unsubscribed(_REFUSED[code], detail=detail)
    return Rejected(_REFUSED.get(code, N_("The SMS service refused the message.")), detail=detail)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait (RFC 9110 §10.2.3, in its form of a number), if the answer says."""
    said = headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdigit() else None


def signature(auth_token: str, url: str, fields: Mapping[str, str]) -> str:
    """X-Twilio-Signature of a posted form: HMAC-SHA1 over the full URL and the sorted fields."""
    signed = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _object(answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
