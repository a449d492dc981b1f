"""A Google account on loopback with one calendar, and an adapter on it."""

from collections.abc import Iterator

import pytest

from crm_app.providers.google.calendars import GoogleCalendars
from tests.contracts.google import connected
from tests.servers.google import GoogleCalendar, GoogleService, google_server


@pytest.fixture
def service() -> Iterator[GoogleService]:
    with google_server() as running:
        yield running


@pytest.fixture
def calendar(service: GoogleService) -> GoogleCalendar:
    return service.add_calendar("Work", id="me@example.org", primary=True)


@pytest.fixture
def google(service: GoogleService, calendar: GoogleCalendar) -> Iterator[GoogleCalendars]:
    opened = connected(service)
    yield opened
    opened.close()
