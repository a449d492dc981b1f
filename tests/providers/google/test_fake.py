"""Whether the fake would notice: it is held to Google's own description of the API."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest

from crm_app.providers.google.calendars import GoogleCalendars
from crm_app.providers.oauth_port import OAuthApp
from tests.servers.google import GoogleCalendar, GoogleService, google_server
from tests.servers.google.person import put
from tests.servers.google.schema import CALENDAR


@pytest.mark.parametrize(
    ("verb", "query", "body"),
    [
        ("insert", {}, {"start": {}, "end": {}, "titel": "x"}),
        ("insert", {}, {"start": {}, "end": {}, "summary": 7}),
        ("insert", {}, {"summary": "x"}),
        ("insert", {}, {"start": {"dateTime": "tomorrow"}, "end": {}}),
        ("insert", {}, {"start": {"date": "20260304"}, "end": {}}),
        ("insert", {}, {"start": {}, "end": {}, "status": "maybe"}),
        ("insert", {}, {"start": {}, "end": {}, "attendees": [{"responseStatus": "yes"}]}),
        ("insert", {}, {"start": {}, "end": {}, "attendees": {"email": "a@b.example"}}),
        ("insert", {"sendUpdates": ["nobody"]}, {"start": {}, "end": {}}),
        ("patch", {"sendUpdate": ["none"]}, {}),
        ("patch", {"conferenceDataVersion": ["one"]}, {}),
        ("list", {"timeMin": ["2026-03-04"]}, None),
        ("list", {"singleEvents": ["yes"]}, None),
        ("list", {"syncToken": ["a", "b"]}, None),
        ("list", {}, {"items": []}),
    ],
)
def test_wrong_requests_are_noticed(
    verb: str, query: dict[str, list[str]], body: dict[str, Any] | None
) -> None:
    method = CALENDAR.description["resources"]["events"]["methods"][verb]
    assert CALENDAR.problems_of_request(method, query, body)


def test_right_requests_are_not() -> None:
    methods = CALENDAR.description["resources"]["events"]["methods"]
    body = {"start": {"date": None, "dateTime": "2026-03-02T10:00:00Z"}, "location": None}
    asked = {"sendUpdates": ["none"], "conferenceDataVersion": ["1"], "alt": ["json"]}
    assert CALENDAR.problems_of_request(methods["patch"], asked, body) == []
    asked = {"privateExtendedProperty": ["a=b", "c=d"], "maxResults": ["7"]}
    assert CALENDAR.problems_of_request(methods["list"], asked, None) == []


def test_wrong_answers_are_noticed() -> None:
    method = CALENDAR.description["resources"]["events"]["methods"]["list"]
    assert CALENDAR.problems_of_answer(method, {"items": [{"id": "a", "sequence": 1}]}) == []
    for wrong in ({"items": [{"id": 1}]}, {"item": []}, {"items": [{"transparency": "free"}]}):
        assert CALENDAR.problems_of_answer(method, wrong)


def test_what_does_not_fit_fails_the_test() -> None:
    serving = google_server()
    service = serving.__enter__()
    put(service.add_calendar("Office", id="office"), "lunch", titel="x")
    with pytest.raises(urllib.error.HTTPError):
        _ask(service, "calendars/office/events")
    with pytest.raises(AssertionError):
        serving.__exit__(None, None, None)


def test_tokens_may_not_be_mixed_with_filters(
    service: GoogleService, calendar: GoogleCalendar
) -> None:
    token = _ask(service, f"calendars/{calendar.id}/events")["nextSyncToken"]
    for more in (
        "timeMin=2026-03-01T00:00:00Z",
        "privateExtendedProperty=a%3Db",
        "showDeleted=false",
    ):
        with pytest.raises(urllib.error.HTTPError):
            _ask(service, f"calendars/{calendar.id}/events?syncToken={token}&{more}")


def _ask(service: GoogleService, path: str) -> dict[str, Any]:
    service.account.access["token"] = float("inf")
    asked = urllib.request.Request(service.api + path, headers={"Authorization": "Bearer token"})
    with urllib.request.urlopen(asked) as answer:
        found: dict[str, Any] = json.loads(answer.read())
    return found


def test_it_serves_as_a_process_of_its_own() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.google", "--events", "30"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        about = json.loads(process.stdout.readline())
        google = GoogleCalendars(
            about["secret"],
            OAuthApp(about["client_id"], about["client_secret"]),
            api=about["api"],
            token_url=about["token_url"],
        )
        pages = list(google.pull(about["calendar"], None))
        assert sum(len(page.changed) for page in pages) == 30
        control = urllib.request.Request(
            about["control"], json.dumps({"do": "cancel", "id": "seeded000000"}).encode()
        )
        urllib.request.urlopen(control).close()
        (page,) = google.pull(about["calendar"], pages[-1].cursor)
        assert page.removed == ("seeded000000",)
        google.close()
    finally:
        process.terminate()
        process.wait()
