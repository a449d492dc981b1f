"""Channels: Google calls an address when a calendar changed, without saying what.

Calls are lossy, may come twice and in any order; ``Pushes.deliver`` can do all of that.
"""

import contextlib
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from tests.servers.google.store import GoogleCalendar, Refused

Json = dict[str, Any]
_URI = "https://www.googleapis.com/calendar/v3/calendars/{}/events?alt=json"


@dataclass(frozen=True)
class Push:
    """One call."""

    address: str
    headers: dict[str, str]

    @property
    def greeting(self) -> bool:
        """Whether it only says that the channel is open."""
        return self.headers["X-Goog-Resource-State"] == "sync"


@dataclass
class Pushes:
    """Open channels and the calls that wait. ``homes`` leads public addresses to loopback ones."""

    channels: dict[str, Json] = field(default_factory=dict)
    waiting: list[Push] = field(default_factory=list)
    homes: dict[str, str] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)

    def open(self, calendar: GoogleCalendar, body: Json) -> Json:
        """A new channel for ``calendar``."""
        if not str(body.get("address", "")).startswith("https://"):
            raise Refused(400, "push.webhookUrlNotHttps")
        if not 1 <= len(str(body.get("id", ""))) <= 64:
            raise Refused(400, "invalid")
        if body["id"] in self.channels:
            raise Refused(400, "channelIdNotUnique")
        channel = {**body, "resourceId": f"resource-{calendar.id}", "calendar": calendar.id, "n": 0}
        self.channels[body["id"]] = channel
        self._call(channel, "sync")
        return {
            "kind": "api#channel",
            "id": body["id"],
            "resourceId": channel["resourceId"],
            "resourceUri": _URI.format(calendar.id),
            **({"token": body["token"]} if "token" in body else {}),
            "expiration": str(body.get("expiration", "")),
        }

    def stop(self, body: Json) -> None:
        """End a channel."""
        channel = self.channels.get(str(body.get("id")))
        if channel is None or channel["resourceId"] != body.get("resourceId"):
            raise Refused(404, "notFound")
        del self.channels[channel["id"]]

    def changed(self, calendar: GoogleCalendar) -> None:
        """Something changed in ``calendar``."""
        for channel in self.channels.values():
            if channel["calendar"] == calendar.id:
                self._call(channel, "exists")

    def deliver(self, *, times: int = 1, backwards: bool = False) -> list[int]:
        """Call what waits, each ``times`` times; the statuses."""
        calls = [push for push in self.waiting for _ in range(times)]
        self.waiting.clear()
        found = [self._post(push) for push in (reversed(calls) if backwards else calls)]
        self.answers += found
        return found

    def _call(self, channel: Json, state: str) -> None:
        channel["n"] += 1
        headers = {
            "X-Goog-Channel-ID": channel["id"],
            "X-Goog-Message-Number": str(channel["n"]),
            "X-Goog-Resource-ID": channel["resourceId"],
            "X-Goog-Resource-State": state,
            "X-Goog-Resource-URI": _URI.format(channel["calendar"]),
        }
        if "token" in channel:
            headers["X-Goog-Channel-Token"] = channel["token"]
        self.waiting.append(Push(channel["address"], headers))

    def _post(self, push: Push) -> int:
        address = push.address
        for public, home in self.homes.items():
            if address.startswith(public):
                address = home + address.removeprefix(public)
        request = urllib.request.Request(address, b"", push.headers, method="POST")
        with contextlib.suppress(urllib.error.URLError):
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as refused:
                return refused.code
        return 0
