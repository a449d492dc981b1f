"""Subscriptions (SYN-10): the handshake, their end, and what is called out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from crm_app.core.errors import Rejected, RemoteUnavailable
from crm_app.providers.calendar_port import Watch
from crm_app.providers.microsoft.calendars import GraphCalendars
from tests.contracts.events import simple
from tests.servers.graph import Graph
from tests.servers.graph.outside import Outside
from tests.servers.graph.store import Calendar
from tests.servers.plain_http import Asked, Told, plain_server

NOW = datetime.now(UTC)


@dataclass
class Listener:
    """Our side. ``word`` is what it answers the handshake with; None: what was asked."""

    address: str = ""
    word: bytes | None = None
    notices: list[dict[str, str]] = field(default_factory=list)

    def answer(self, asked: Asked) -> Told:
        words = parse_qs(urlsplit(asked.path).query).get("validationToken")
        if words:
            text = self.word if self.word is not None else words[0].encode()
            return Told(200, {"Content-Type": "text/plain"}, text)
        self.notices += json.loads(asked.body)["value"]
        return Told(202)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    with plain_server(made.answer) as server:
        made.address = server.url("/hooks/microsoft")
        yield made


def watched(calendars: GraphCalendars, work: Calendar, listener: Listener) -> Watch:
    return calendars.watch(
        work.id, channel_id="ours", address=listener.address, secret="s" * 128, now=NOW
    )


def test_syn10_a_subscription_and_its_end(
    graph: Graph, calendars: GraphCalendars, work: Calendar, listener: Listener
) -> None:
    watch = watched(calendars, work, listener)
    assert watch.channel_id in graph.hooks.subscriptions
    asked = graph.hooks.subscriptions[watch.channel_id]
    assert asked["lifecycleNotificationUrl"] == asked["notificationUrl"] == listener.address
    assert asked["changeType"] == "created,updated,deleted"
    assert timedelta(minutes=4200) < watch.expires_at - NOW <= timedelta(minutes=4230)
    assert watch.resource_id.endswith("/events")


def test_syn10_the_end_that_graph_tells_is_believed(
    graph: Graph, calendars: GraphCalendars, work: Calendar, listener: Listener
) -> None:
    graph.hooks.gives = timedelta(minutes=90)
    watch = watched(calendars, work, listener)
    assert watch.expires_at < datetime.now(UTC) + timedelta(minutes=95)
    graph.hooks.gives = timedelta(days=5)
    longer = calendars.renew(work.id, watch, now=NOW)
    assert longer is not None
    assert (longer.channel_id, longer.resource_id) == (watch.channel_id, watch.resource_id)
    assert longer.expires_at > watch.expires_at


def test_syn10_a_subscription_that_is_gone_is_made_anew(
    graph: Graph, calendars: GraphCalendars, work: Calendar, listener: Listener
) -> None:
    watch = watched(calendars, work, listener)
    graph.hooks.lifecycle(watch.channel_id, "subscriptionRemoved")
    assert listener.notices[0]["lifecycleEvent"] == "subscriptionRemoved"
    assert calendars.renew(work.id, watch, now=NOW) is None
    calendars.unwatch(watch)
    assert watched(calendars, work, listener).channel_id != watch.channel_id


def test_syn10_other_refusals_are_told(
    graph: Graph, calendars: GraphCalendars, work: Calendar, listener: Listener
) -> None:
    watch = watched(calendars, work, listener)
    graph.fail(400, "ValidationError", path="/subscriptions", times=2)
    with pytest.raises(Rejected):
        calendars.renew(work.id, watch, now=NOW)
    with pytest.raises(Rejected):
        calendars.unwatch(watch)
    graph.fail(500, path="/subscriptions")
    with pytest.raises(RemoteUnavailable):
        calendars.unwatch(watch)


def test_syn10_an_address_that_does_not_repeat_the_word(
    calendars: GraphCalendars, work: Calendar, listener: Listener
) -> None:
    listener.word = b"something else"
    with pytest.raises(Rejected):
        watched(calendars, work, listener)


def test_syn10_an_address_without_encryption(calendars: GraphCalendars, work: Calendar) -> None:
    with pytest.raises(Rejected):
        calendars.watch(work.id, channel_id="x", address="http://crm.example/", secret="s", now=NOW)


def test_syn10_calls_come_twice_and_in_any_order(
    graph: Graph, calendars: GraphCalendars, work: Calendar, listener: Listener
) -> None:
    watch = watched(calendars, work, listener)
    outside = Outside(graph, work)
    href = outside.put("a", simple("a"))
    outside.remove(href)
    assert graph.hooks.deliver(copies=2, backwards=True) == [202, 202]
    kinds = [notice["changeType"] for notice in listener.notices]
    assert kinds == ["deleted", "created", "deleted", "created"]
    assert {notice["subscriptionId"] for notice in listener.notices} == {watch.channel_id}
    assert {notice["clientState"] for notice in listener.notices} == {"s" * 128}
