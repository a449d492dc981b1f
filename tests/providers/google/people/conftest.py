"""A Google account on loopback with its contacts, and an adapter on it."""

from collections.abc import Iterator

import pytest

from crm_app.providers.google.contacts import GoogleContacts
from tests.contracts.google_books import contacts
from tests.servers.google import GooglePeople, GoogleService


@pytest.fixture
def book(service: GoogleService) -> GooglePeople:
    return service.book


@pytest.fixture
def google(service: GoogleService) -> Iterator[GoogleContacts]:
    opened = contacts(service)
    yield opened
    opened.close()
