"""That the mailbox of our own would notice what contradicts Graph's description."""

import json
import subprocess
import sys
import urllib.request
from typing import Any

import pytest

from crm_app.providers.microsoft.calendars import GraphCalendars
from crm_app.providers.microsoft.contacts import GraphContacts
from crm_app.providers.oauth_port import OAuthApp
from tests.contracts.cards import held
from tests.servers.graph import Graph, graph_server
from tests.servers.graph.contact_api import ContactApi
from tests.servers.graph.contact_store import ContactStore
from tests.servers.graph.hooks import Refused
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
        ("contact", {"firstName": "Ann"}),
        ("contact", {"mobilePhone": ["+49 1"]}),
        ("contact", {"businessPhones": "+49 1"}),
        ("contact", {"emailAddresses": ["ann@lee.example"]}),
        ("contact", {"emailAddresses": [{"address": "ann@lee.example", "type": "work"}]}),
        ("contact", {"homeAddress": {"zip": "53111"}}),
        ("contact", {"birthday": "5 May"}),
        ("contactFolder", {"name": "Contacts"}),
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


def test_what_is_right_of_contacts_passes() -> None:
    contact = {
        "@odata.etag": "x",
        "id": "x",
        "displayName": None,
        "birthday": "1980-05-05T11:59:00Z",
        "businessPhones": ["+49 1"],
        "homeAddress": {},
        "otherAddress": {"city": "Rome", "countryOrRegion": None},
        "singleValueExtendedProperties": [{"id": "String {x} Name y", "value": "z"}],
    }
    assert faults("contact", contact) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"emailAddresses": [{"address": f"e{n}@lee.example"} for n in range(4)]}, "max allowed"),
        ({"businessPhones": ["1", "2", "3"]}, "max allowed"),
        ({"homePhones": ["1", "2", "3"]}, "max allowed"),
        ({"changeKey": "x"}, "cannot be written"),
    ],
)
def test_what_exchange_has_no_room_for_is_refused(body: dict[str, Any], code: str) -> None:
    api = ContactApi(ContactStore())
    with pytest.raises(Refused) as caught:
        api.answer("POST", ["contacts", "contacts"], {}, {}, body)
    assert code in caught.value.message


def test_exchange_calls_a_contact_as_it_likes() -> None:
    api = ContactApi(ContactStore())
    given = {"givenName": "Ann", "surname": "Lee", "displayName": "Annie"}
    _, made = api.answer("POST", ["contacts", "contacts"], {}, {}, given)
    assert made is not None
    _, told = api.answer("PATCH", ["contacts", "contacts", made["id"]], {}, {}, {"title": "Dr"})
    assert told is not None
    assert told["displayName"] == "Ann Lee"


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
    command += ["--contacts", "2"]
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
            contacts = GraphContacts(
                told["contacts_secret"],
                OAuthApp(told["client_id"], told["client_secret"]),
                graph=told["CRM_MICROSOFT_GRAPH"],
                authority=told["CRM_MICROSOFT_AUTHORITY"],
            )
            assert [book.ref for book in contacts.discover()] == [told["folder"]]
            assert len(held(contacts, told["folder"])) == 2
            contacts.close()
        finally:
            process.terminate()
