"""A service on loopback that speaks the Send API of Messenger for one page, and calls our hook.

It checks path, token, ``messaging_type``, the proof of the app's secret and its own clock of 24
hours, as far as a test says who wrote. ``write`` calls the program as Meta does.
"""

import hashlib
import hmac
import itertools
import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.servers.plain_http import Asked, PlainServer, Told, plain_server

PAGE, TOKEN, APP_SECRET, VERIFY = "102030", "page-token", "app-secret", "verify-token"
Fault = Literal["lost"] | int
# Calls our hook: the body and the headers; the HTTP status of the answer.
Post = Callable[[bytes, Mapping[str, str]], int]


@dataclass(frozen=True)
class Sent:
    """A message that the service took."""

    mid: str
    to: str
    text: str


@dataclass
class MessengerService:
    """A running service. ``closed`` are people whose 24 hours are over by Meta's clock."""

    server: PlainServer
    taken: list[Sent] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    closed: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        """What CRM_MESSENGER_API is set to."""
        return self.server.url("/v24.0")

    def answer(self, asked: Asked) -> Told:
        """What Meta would say."""
        fault = self.faults.popleft() if self.faults else None
        if isinstance(fault, int):
            code = 613 if fault == 429 else 2
            return _problem(fault, code, "made to fail")
        if (asked.method, asked.path) != ("POST", f"/v24.0/{PAGE}/messages"):
            return _problem(404, 803, "Some of the aliases you requested do not exist")
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _problem(401, 190, "Invalid OAuth access token.")
        body = json.loads(asked.body)
        refusal = self._refusal(body)
        if refusal is not None:
            return refusal
        to = body["recipient"]["id"]
        sent = Sent(f"m_{next(self._numbers)}", to, body["message"]["text"])
        self.taken.append(sent)
        if fault == "lost":
            raise ConnectionResetError
        return _json(200, {"recipient_id": to, "message_id": sent.mid})

    def _refusal(self, body: Mapping[str, Any]) -> Told | None:
        to = body["recipient"]["id"]
        wanted = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
        if body.get("appsecret_proof", wanted) != wanted:
            return _problem(400, 100, "Invalid appsecret_proof provided in the API argument")
        if body.get("messaging_type") != "RESPONSE":
            return _problem(400, 100, "Param messaging_type must be RESPONSE")
        if to in self.unknown:
            return _problem(400, 100, "No matching user found", 2018001)
        if to in self.closed:
            return _problem(400, 10, "This message is sent outside of allowed window.", 2018278)
        return None

    def write(
        self,
        post: Post,
        sender: str,
        text: str,
        *,
        at: int,
        mid: str = "",
        secret: str = APP_SECRET,
        **message: Any,
    ) -> int:
        """A person writes to the page at ``at`` (Unix milliseconds); the same ``mid`` is a repeat."""
        said = {"mid": mid or f"m_in_{next(self._numbers)}", "text": text, **message}
        one = {
            "sender": {"id": sender},
            "recipient": {"id": PAGE},
            "timestamp": at,
            "message": said,
        }
        entry = {"id": PAGE, "time": at, "messaging": [one]}
        body = json.dumps({"object": "page", "entry": [entry]}).encode()
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={digest}", "Content-Type": "application/json"}
        return post(body, headers)


@contextmanager
def messenger_service(*, port: int = 0) -> Iterator[MessengerService]:
    """Serve in a thread until the block ends."""
    with plain_server(lambda asked: Told(503), port=port) as server:
        service = MessengerService(server)
        server.answer = service.answer
        yield service


def _problem(status: int, code: int, message: str, below: int = 0) -> Told:
    error = {"message": message, "type": "OAuthException", "code": code}
    return _json(status, {"error": error | ({"error_subcode": below} if below else {})})


def _json(status: int, said: object) -> Told:
    return Told(status, {"Content-Type": "application/json"}, json.dumps(said).encode())
