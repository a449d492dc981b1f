"""A service on loopback that speaks Twilio's REST interface for messages, and calls our hooks.

It checks what Twilio checks (path, sign-in, fields, sender) and answers with Twilio's codes. Queue
``faults`` to have the next requests fail. ``report`` and ``text`` call the program as Twilio does,
signed with this module's own code, or wrongly on purpose.
"""

import base64
import hashlib
import hmac
import itertools
import json
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, urlencode

from tests.servers.plain_http import Asked, PlainServer, Told, plain_server

SID, TOKEN, NUMBER = "AC" + "0" * 31 + "1", "twilio-auth-token", "+15005550006"
UNREACHABLE, LANDLINE = "+15005550001", "+15005550009"
Fault = Literal["lost"] | int
# Calls a hook of ours: address, form fields, headers; the HTTP status of the answer.
Post = Callable[[str, Mapping[str, str], Mapping[str, str]], int]


@dataclass(frozen=True)
class Text:
    """A message that the service took."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str


def over_http(url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> int:
    """Post a form for real."""
    request = urllib.request.Request(url, urlencode(fields).encode(), dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def signed(token: str, url: str, fields: Mapping[str, str]) -> str:
    """X-Twilio-Signature, as the page on webhook security describes it."""
    plain = url + "".join(f"{name}{value}" for name, value in sorted(fields.items()))
    return base64.b64encode(
        hmac.new(token.encode(), plain.encode(), hashlib.sha1).digest()
    ).decode()


@dataclass
class TwilioService:
    """A running service. ``faults``: an HTTP status, or "lost" (taken, and no answer comes)."""

    server: PlainServer
    taken: list[Text] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    unsubscribed: set[str] = field(default_factory=set)
    post: Post = over_http
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        """What CRM_TWILIO_API is set to."""
        return self.server.url("")

    @property
    def asked(self) -> list[Asked]:
        """Every request, also those that were refused."""
        return self.server.asked

    def answer(self, asked: Asked) -> Told:
        """What Twilio would say."""
        fault = self.faults.popleft() if self.faults else None
        if isinstance(fault, int):
            return _problem(fault, 20429 if fault == 429 else 20500, "made to fail")
        if asked.headers.get("authorization") != _basic(SID, TOKEN):
            return _problem(401, 20003, "Authenticate")
        if (asked.method, asked.path) != ("POST", f"/2010-04-01/Accounts/{SID}/Messages.json"):
            return _problem(404, 20404, "The requested resource was not found")
        form = dict(parse_qsl(asked.body.decode()))
        refusal = self._refusal(form)
        if refusal is not None:
            return refusal
        sid = f"SM{next(self._numbers):032d}"
        sender = form.get("From") or form.get("MessagingServiceSid", "")
        text = Text(sid, form["To"], sender, form["Body"], form.get("StatusCallback", ""))
        self.taken.append(text)
        if fault == "lost":
            raise ConnectionResetError
        return _json(201, {"sid": sid, "status": "queued", "to": text.to, "error_code": None})

    def _refusal(self, form: Mapping[str, str]) -> Told | None:
        to = form.get("To", "")
        if not form.get("Body"):
            return _problem(400, 21602, "Message body is required.")
        if not (to.startswith("+") and to[1:].isdigit()) or to == UNREACHABLE:
            return _problem(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        if to == LANDLINE:
            return _problem(400, 21614, f"{to} is not a mobile number")
        if to in self.unsubscribed:
            return _problem(400, 21610, "Attempt to send to unsubscribed recipient")
        if form.get("From") != NUMBER and not form.get("MessagingServiceSid"):
            return _problem(400, 21606, "The 'From' phone number is not valid")
        return None

    def report(
        self, text: Text, status: str, *, code: int = 0, token: str = TOKEN, sid: str = ""
    ) -> int:
        """Tell the program what became of ``text``; the HTTP status of its answer."""
        fields = {
            "MessageSid": sid or text.sid,
            "MessageStatus": status,
            "To": text.to,
            "From": text.sender,
            "AccountSid": SID,
            **({"ErrorCode": str(code)} if code else {}),
        }
        return self._call(text.callback, fields, token)

    def text(self, hook: str, sender: str, body: str, *, sid: str = "", token: str = TOKEN) -> int:
        """A person writes; ``hook`` is the program's address for it. The same ``sid`` is a repeat."""
        fields = {
            "MessageSid": sid or f"SM9{next(self._numbers):031d}",
            "AccountSid": SID,
            "From": sender,
            "To": NUMBER,
            "Body": body,
            "NumMedia": "0",
        }
        return self._call(hook, fields, token)

    def _call(self, url: str, fields: Mapping[str, str], token: str) -> int:
        return self.post(url, fields, {"X-Twilio-Signature": signed(token, url, fields)})


@contextmanager
def twilio_service(*, port: int = 0) -> Iterator[TwilioService]:
    """Serve in a thread until the block ends."""
    with plain_server(lambda asked: Told(503), port=port) as server:
        service = TwilioService(server)
        server.answer = service.answer
        yield service


def _basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def _problem(status: int, code: int, message: str) -> Told:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return _json(status, {"code": code, "message": message, "more_info": more, "status": status})


def _json(status: int, said: object) -> Told:
    return Told(status, {"Content-Type": "application/json"}, json.dumps(said).encode())
