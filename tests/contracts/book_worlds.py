"""The worlds of the address books' contract, by name, as fixtures.

A world takes part by standing in ``MAKERS``; another service joins with one line here and a world
of its own in a file of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from crm_app.providers.address_book_port import AddressBookProvider
from tests.contracts.address_books import (
    BookWorld,
    memory,
    memory_that_lags,
    memory_with_little_room,
)
from tests.contracts.dav_books import by_etags, by_sync_token, icloud_contacts
from tests.contracts.google_books import google_books
from tests.contracts.graph_books import graph

Maker = Callable[[pytest.FixtureRequest], AbstractContextManager[BookWorld]]

MAKERS: dict[str, Maker] = {
    "memory": memory,
    "memory that lags": memory_that_lags,
    "memory with little room": memory_with_little_room,
    "carddav by sync token": by_sync_token,
    "carddav by etags": by_etags,
    "icloud contacts": icloud_contacts,
    "google": google_books,
    "graph": graph,
}
_ON_A_SERVER = {"carddav by sync token", "carddav by etags", "icloud contacts"}


def _params(names: list[str]) -> list[object]:
    return [
        pytest.param(name, marks=pytest.mark.server) if name in _ON_A_SERVER else name
        for name in names
    ]


@pytest.fixture(params=_params(list(MAKERS)))
def book_world(request: pytest.FixtureRequest) -> Iterator[BookWorld]:
    with MAKERS[request.param](request) as made:
        yield made


@pytest.fixture
def books(book_world: BookWorld) -> Iterator[AddressBookProvider]:
    """An adapter on the world's service."""
    opened = book_world.open()
    yield opened
    opened.close()
    opened.close()
