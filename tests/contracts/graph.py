"""Microsoft Graph as a world of the contracts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from crm_app.providers.calendar_port import CalendarProvider
from crm_app.providers.microsoft.calendars import GraphCalendars
from tests.contracts.calendars import Heard
from tests.servers.graph import Graph, graph_server
from tests.servers.graph.outside import Outside
from tests.servers.graph.store import Calendar
from tests.servers.plain_http import Asked, Told, plain_server


@dataclass
class GraphWorld:
    """One calendar of a mailbox, and an address of ours that Graph can call."""

    graph: Graph
    calendar: Calendar
    outside: Outside
    address: str
    called: list[Heard] = field(default_factory=list)
    name: str = "Work"
    writable = True

    @property
    def ref(self) -> str:
        return self.calendar.id

    @property
    def absent_ref(self) -> str:
        return "AAMkgone=="

    def open(self) -> CalendarProvider:
        return self._open(self.graph.secret())

    def open_with_wrong_password(self) -> CalendarProvider:
        secret = self.graph.secret()
        self.graph.signin.access.clear()
        self.graph.signin.revoked = True
        return self._open(secret)

    def open_as_reader(self) -> CalendarProvider:
        self.calendar.can_edit = False
        return self.open()

    def _open(self, secret: str) -> CalendarProvider:
        return GraphCalendars(
            secret,
            self.graph.app,
            graph=self.graph.graph,
            authority=self.graph.authority,
            page_size=50,
        )

    def put_outside(self, entry: str, raw: str) -> str:
        return self.outside.put(entry, raw)

    def replace_outside(self, href: str, raw: str) -> None:
        self.outside.put(href, raw)

    def remove_outside(self, href: str) -> None:
        self.outside.remove(href)

    def text_of(self, href: str) -> str:
        return self.outside.text(href)

    def spoil(self, cursor: str) -> str:
        self.graph.mailbox.revision += 1
        self.calendar.oldest = self.graph.mailbox.revision
        return cursor

    def heard(self) -> list[Heard]:
        self.graph.hooks.deliver(copies=2, backwards=True)
        heard = list(self.called)
        self.called.clear()
        return heard


@contextmanager
def graph_world() -> Iterator[GraphWorld]:
    """A mailbox with an empty calendar."""
    called: list[Heard] = []

    def listen(asked: Asked) -> Told:
        words = parse_qs(urlsplit(asked.path).query).get("validationToken")
        if words:
            return Told(200, {"Content-Type": "text/plain"}, words[0].encode())
        for notice in json.loads(asked.body)["value"]:
            called.append(Heard(notice["subscriptionId"], notice["clientState"]))
        return Told(202)

    with graph_server() as graph, plain_server(listen) as ours:
        calendar = graph.mailbox.add_calendar("Work")
        outside = Outside(graph, calendar)
        yield GraphWorld(graph, calendar, outside, ours.url("/hooks/microsoft"), called)
