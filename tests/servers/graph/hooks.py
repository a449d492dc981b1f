"""Subscriptions, and the calls that Graph makes: several times, in any order, about any of them.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import json
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from tests.servers.graph import zones
from tests.servers.graph.schema import faults
from tests.servers.graph.signin import TENANT
from tests.servers.graph.store import Calendar

LONGEST = timedelta(minutes=10_080)


class Refused(Exception):
    """A request that Graph refuses: status, code, message."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(status, code, message)
        self.status, self.code, self.message = status, code, message


@dataclass
class Hooks:
    """``gives`` is how long a subscription really lasts; ``waiting`` are calls not made yet."""

    gives: timedelta = LONGEST
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)
    waiting: list[dict[str, Any]] = field(default_factory=list)

    def subscribe(self, given: dict[str, Any], now: datetime) -> dict[str, Any]:
        """Ask the address to repeat a word, then keep the subscription."""
        if len(given.get("clientState", "")) > 128:
            raise Refused(400, "ValidationError", "clientState is too long")
        for name in ("notificationUrl", "lifecycleNotificationUrl"):
            _shake_hands(given[name])
        made = {
            **given,
            "id": str(uuid.uuid4()),
            "expirationDateTime": self._until(given["expirationDateTime"], now),
            "creatorId": "creator",
            "applicationId": "application",
        }
        self.subscriptions[made["id"]] = made
        return {name: value for name, value in made.items() if name != "clientState"}

    def renew(self, name: str, given: dict[str, Any], now: datetime) -> dict[str, Any]:
        if name not in self.subscriptions:
            raise Refused(404, "ExtensionError", "no such subscription")
        found = self.subscriptions[name]
        found["expirationDateTime"] = self._until(given["expirationDateTime"], now)
        return {key: value for key, value in found.items() if key != "clientState"}

    def end(self, name: str) -> None:
        if self.subscriptions.pop(name, None) is None:
            raise Refused(404, "ExtensionError", "no such subscription")

    def note(self, calendar: Calendar, event_id: str, kind: str) -> None:
        """Something changed: a call for every subscription to that calendar."""
        for found in self.subscriptions.values():
            if (
                found["resource"] == f"me/calendars/{calendar.id}/events"
                and kind in found["changeType"]
            ):
                self.waiting.append(_notice(found, event_id, kind))

    def deliver(self, *, copies: int = 1, backwards: bool = False) -> list[int]:
        """Make all waiting calls, several in one request where they go to the same address; the
        statuses that came back."""
        waiting, self.waiting = self.waiting, []
        if backwards:
            waiting.reverse()
        by_address: dict[str, list[dict[str, Any]]] = {}
        for notice in waiting:
            found = self.subscriptions.get(notice["subscriptionId"])
            if found is not None:
                by_address.setdefault(found["notificationUrl"], []).append(notice)
        return [
            _post(address, {"value": notices})
            for address, notices in by_address.items()
            for _ in range(copies)
        ]

    def lifecycle(self, name: str, event: str) -> int:
        """Tell what became of a subscription itself; ``subscriptionRemoved`` ends it."""
        found = self.subscriptions[name]
        notice = {
            "subscriptionId": name,
            "subscriptionExpirationDateTime": found["expirationDateTime"],
            "tenantId": TENANT,
            "clientState": found["clientState"],
            "lifecycleEvent": event,
        }
        if event == "subscriptionRemoved":
            del self.subscriptions[name]
        return _post(found["lifecycleNotificationUrl"], {"value": [notice]})

    def _until(self, asked: str, now: datetime) -> str:
        wanted = datetime.fromisoformat(asked)
        if wanted - now > LONGEST:
            raise Refused(
                400, "ValidationError", "Subscription expiration can only be 10080 minutes"
            )
        return zones.text(min(wanted, now + self.gives))


def _notice(found: dict[str, Any], event_id: str, kind: str) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "subscriptionId": found["id"],
        "subscriptionExpirationDateTime": found["expirationDateTime"],
        "changeType": kind,
        "resource": f"Users/{TENANT}/Events/{event_id}",
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event",
            "@odata.id": f"Users/{TENANT}/Events/{event_id}",
        },
        "clientState": found["clientState"],
        "tenantId": TENANT,
    }


def _shake_hands(address: str) -> None:
    """Only https, but for this very machine."""
    if urlsplit(address).scheme != "https" and urlsplit(address).hostname != "127.0.0.1":
        raise Refused(400, "InvalidRequest", "Notification URL must be https")
    word = f"Validation: {uuid.uuid4()} <b>&+/"
    request = urllib.request.Request(
        f"{address}?validationToken={quote(word, safe='')}", data=b"", method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            told = answer.read().decode()
            plain = answer.headers.get_content_type() == "text/plain"
    except OSError as error:
        raise Refused(400, "ValidationError", f"no answer: {type(error).__name__}") from None
    if told != word or not plain:
        raise Refused(400, "ValidationError", "the validation token did not come back")


def _post(address: str, body: dict[str, Any]) -> int:
    for notice in body["value"]:
        assert not faults("changeNotification", notice), faults("changeNotification", notice)
    request = urllib.request.Request(
        address, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)
