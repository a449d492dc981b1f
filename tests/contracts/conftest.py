"""The worlds of the contracts, by what they can do.

``MAKERS`` makes each by its name. A world takes part in a group of tests by standing in its list:
``WRITING`` for calendars that can be written (``world``), ``ICALENDAR`` for those among them that
keep a text as it was put (``ical_world``), ``READING`` for everything that can be read
(``readable``), ``WAKING`` for services that call us (``waking_world``).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from crm_app.providers.calendar_port import CalendarProvider
from tests.contracts.book_worlds import book_world, books
from tests.contracts.calendars import (
    CalendarWorld,
    DavWorld,
    ICloudWorld,
    IcsWorld,
    MemoryWorld,
    ReadableWorld,
    WakingMemoryWorld,
    WakingWorld,
)
from tests.contracts.google import GoogleWorld
from tests.contracts.graph import graph_world
from tests.servers.google import google_server
from tests.servers.icloud import icloud
from tests.servers.plain_http import Told, plain_server
from tests.servers.radicale import radicale_server

__all__ = ["book_world", "books", "radicale_server"]

Maker = Callable[[pytest.FixtureRequest, Path], AbstractContextManager[ReadableWorld]]


@contextmanager
def _memory(request: pytest.FixtureRequest, folder: Path) -> Iterator[CalendarWorld]:
    yield MemoryWorld.make()


@contextmanager
def _memory_in_parts(request: pytest.FixtureRequest, folder: Path) -> Iterator[CalendarWorld]:
    yield WakingMemoryWorld.make(split_series=True)


@contextmanager
def _by_sync_token(request: pytest.FixtureRequest, folder: Path) -> Iterator[CalendarWorld]:
    yield DavWorld.make(request.getfixturevalue("radicale_server"), sync_tokens=True)


@contextmanager
def _by_etags(request: pytest.FixtureRequest, folder: Path) -> Iterator[CalendarWorld]:
    yield DavWorld.make(request.getfixturevalue("radicale_server"), sync_tokens=False)


@contextmanager
def _icloud(request: pytest.FixtureRequest, folder: Path) -> Iterator[CalendarWorld]:
    server = request.getfixturevalue("radicale_server")
    with icloud(server.make_user(), folder) as service:
        yield ICloudWorld.make(service, server)


@contextmanager
def _google(request: pytest.FixtureRequest, folder: Path) -> Iterator[CalendarWorld]:
    with google_server() as service:
        yield GoogleWorld.make(service)


@contextmanager
def _graph(request: pytest.FixtureRequest, folder: Path) -> Iterator[CalendarWorld]:
    with graph_world() as world:
        yield world


@contextmanager
def _ics_feed(request: pytest.FixtureRequest, folder: Path) -> Iterator[ReadableWorld]:
    with plain_server(lambda asked: Told(503)) as server:
        world = IcsWorld(server)
        server.answer = world.answer
        yield world


MAKERS: dict[str, Maker] = {
    "memory": _memory,
    "memory in parts": _memory_in_parts,
    "caldav by sync token": _by_sync_token,
    "caldav by etags": _by_etags,
    "icloud": _icloud,
    "ics feed": _ics_feed,
    "google": _google,
    "graph": _graph,
}
ICALENDAR = ("memory", "memory in parts", "caldav by sync token", "caldav by etags", "icloud")
WRITING = (*ICALENDAR, "google", "graph")
READING = (*WRITING, "ics feed")
WAKING = ("memory in parts", "google", "graph")
_ON_A_SERVER = {"caldav by sync token", "caldav by etags", "icloud"}


def _params(names: tuple[str, ...]) -> list[object]:
    return [
        pytest.param(name, marks=pytest.mark.server) if name in _ON_A_SERVER else name
        for name in names
    ]


@pytest.fixture(params=_params(WRITING))
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CalendarWorld]:
    with MAKERS[request.param](request, tmp_path) as made:
        yield made


@pytest.fixture(params=_params(ICALENDAR))
def ical_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CalendarWorld]:
    with MAKERS[request.param](request, tmp_path) as made:
        yield made


@pytest.fixture(params=_params(READING))
def readable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReadableWorld]:
    with MAKERS[request.param](request, tmp_path) as made:
        yield made


@pytest.fixture(params=_params(WAKING))
def waking_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WakingWorld]:
    with MAKERS[request.param](request, tmp_path) as made:
        yield made


def _opened(world: ReadableWorld) -> Iterator[CalendarProvider]:
    opened = world.open()
    yield opened
    opened.close()
    opened.close()


@pytest.fixture
def provider(world: CalendarWorld) -> Iterator[CalendarProvider]:
    yield from _opened(world)


@pytest.fixture
def ical_provider(ical_world: CalendarWorld) -> Iterator[CalendarProvider]:
    yield from _opened(ical_world)


@pytest.fixture
def reader(readable: ReadableWorld) -> Iterator[CalendarProvider]:
    yield from _opened(readable)
