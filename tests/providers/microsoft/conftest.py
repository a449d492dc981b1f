"""A mailbox on loopback with one calendar and one folder for contacts, and the adapters on it."""

from collections.abc import Iterator

import pytest

from crm_app.providers.microsoft.calendars import GraphCalendars
from crm_app.providers.microsoft.contacts import GraphContacts
from tests.servers.graph import Graph, graph_server
from tests.servers.graph.signin import CONTACTS
from tests.servers.graph.store import Calendar


@pytest.fixture
def graph() -> Iterator[Graph]:
    with graph_server() as running:
        yield running


@pytest.fixture
def work(graph: Graph) -> Calendar:
    return graph.mailbox.add_calendar("Work")


@pytest.fixture
def calendars(graph: Graph, work: Calendar) -> Iterator[GraphCalendars]:
    opened = open_calendars(graph)
    yield opened
    opened.close()


def open_calendars(
    graph: Graph, secret: str | None = None, *, timeout: float = 30.0, page_size: int = 50
) -> GraphCalendars:
    return GraphCalendars(
        secret if secret is not None else graph.secret(),
        graph.app,
        graph=graph.graph,
        authority=graph.authority,
        timeout=timeout,
        page_size=page_size,
    )


def open_contacts(
    graph: Graph, secret: str | None = None, *, timeout: float = 30.0, page_size: int = 50
) -> GraphContacts:
    return GraphContacts(
        secret if secret is not None else graph.secret(CONTACTS),
        graph.app,
        graph=graph.graph,
        authority=graph.authority,
        timeout=timeout,
        page_size=page_size,
    )
