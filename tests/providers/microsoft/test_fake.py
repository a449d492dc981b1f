"""That the mailbox of our own would notice what contradicts Graph's description."""

import json
import subprocess
import sys
import urllib.request
from typing import Any

import pytest

from crm_app.providers.microsoft.calendars import GraphCalendars
from crm_app.providers.oauth_port import OAuthApp
from tests.servers.graph import Graph, graph_server
from tests.servers.graph.schema import faults
from tests.servers.graph.store import Calendar


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("event", {"subjct": "x"}),
        ("event", {"subject": 7}),
        ("event", {"isAllDay": "true"}),
        ("event", {"showAs": "Busy"}),
        ("event", {"start": "2026-03-02T10:00:00"}),
        ("event", {"start": {"dateTime": "2026-03-02T10:00:00", "zone": "UTC"}}),
        ("event", {"attendees": [{"type": "required", "email": "a@b.example"}]}),
        ("event", {"attendees": {"type": "required"}}),
        ("event", {"originalStart": "2026-03-02T10:00:00"}),
        ("event", {"recurrence": {"pattern": {"type": "monthly"}}}),
        ("event", {"recurrence": {"pattern": {"interval": None}}}),
        ("event", {"cancelledOccurrences": None}),
        ("event", []),
        ("subscription", {"expirationDateTime": "tomorrow"}),
        ("subscription", {"notificationUrl": None}),
        ("changeNotification", {"changeType": "moved"}),
        ("changeNotification", {"subscriptionId": "one"}),
        ("Collection(event)", {"id": "x"}),
    ],
)
def test_wrong_names_types_and_words_are_noticed(kind: str, value: Any) -> None:
    assert faults(kind, value)


def test_what_is_right_passes() -> None:
    event = {
        "@odata.etag": "x",
        "id": "x",
        "subject": None,
        "changeKey": "key",
        "start": {"dateTime": "2026-03-02T10:00:00", "timeZone": "UTC"},
        "recurrence": {"pattern": {"type": "weekly", "daysOfWeek": ["monday"]}},
        "exceptionOccurrences": [{"type": "exception"}],
    }
    assert faults("event", event) == []


def _asked_wrongly() -> None:
    with graph_server() as graph:
        calendar = graph.mailbox.add_calendar("Work")
        graph.api.person["nickname"] = "x"
        _ask(graph, calendar)


def _ask(graph: Graph, calendar: Calendar) -> None:
    token = next(iter(graph.signin.access), None) or graph.signin.tokens()["access_token"]
    request = urllib.request.Request(
        f"{graph.graph}/me", headers={"Authorization": f"Bearer {token}"}
    )
    urllib.request.urlopen(request).close()


def test_the_server_fails_a_test_that_it_contradicts() -> None:
    with pytest.raises(AssertionError, match=r"immutable|nickname"):
        _asked_wrongly()


def test_it_runs_as_a_process() -> None:
    command = [sys.executable, "-m", "tests.servers.graph", "--port", "0", "--events", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            calendars = GraphCalendars(
                told["secret"],
                OAuthApp(told["client_id"], told["client_secret"]),
                graph=told["CRM_MICROSOFT_GRAPH"],
                authority=told["CRM_MICROSOFT_AUTHORITY"],
            )
            pages = list(calendars.pull(told["calendar"], None))
            assert sum(len(page.changed) for page in pages) == 3
            calendars.close()
        finally:
            process.terminate()
