"""SYN-10: one page is fetched ahead, in order, and what goes wrong comes after the pages before it."""

import threading
from collections.abc import Iterator

import pytest

from crm_app.core.errors import RemoteUnavailable
from crm_app.providers.calendar_port import Page
from crm_app.sync.runs.ahead import Ahead, is_worth_it


def page(cursor: str) -> Page:
    return Page((), (), cursor=cursor, complete=False, full=True)


class Listing:
    """Pages "1" to "3" and then an error; ``asked`` is how many were asked for."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
        self.asked = 0
        self.threads: set[int] = set()
        self.go = threading.Event()
        self.go.set()

    def __iter__(self) -> Iterator[Page]:
        for number in range(1, 5):
            self.asked = number
            self.threads.add(threading.get_ident())
            self.go.wait(5)
            if number == 4:
                raise self.error
            yield page(str(number))


def read_all(listing: Listing, seen: list[str | None]) -> None:
    with Ahead(iter(listing)) as ahead:
        while (found := ahead.next()) is not None:
            ahead.begin()
            seen.append(found.cursor)


def test_syn10_pages_come_in_order_and_the_error_after_them() -> None:
    listing = Listing(RemoteUnavailable())
    seen: list[str | None] = []
    with pytest.raises(RemoteUnavailable):
        read_all(listing, seen)
    assert seen == ["1", "2", "3"]
    assert len(listing.threads) > 1


def test_syn10_never_more_than_one_page_ahead() -> None:
    listing = Listing(RemoteUnavailable())
    with Ahead(iter(listing)) as ahead:
        assert ahead.next() == page("1")
        assert listing.asked == 1
        ahead.begin()
    assert listing.asked == 2


def test_syn10_leaving_waits_for_the_page_that_is_under_way() -> None:
    listing = Listing(RemoteUnavailable())
    ended = threading.Event()

    def begin_and_leave() -> None:
        with Ahead(iter(listing)) as ahead:
            ahead.next()
            listing.go.clear()
            ahead.begin()
        ended.set()

    thread = threading.Thread(target=begin_and_leave)
    thread.start()
    assert not ended.wait(0.05)
    listing.go.set()
    thread.join(5)
    assert ended.is_set()


def test_syn10_whatever_ends_a_process_gets_through() -> None:
    listing = Listing(SystemExit())
    with Ahead(iter(listing)) as ahead:
        for _ in range(3):
            ahead.next()
        ahead.begin()
        with pytest.raises(SystemExit):
            ahead.next()


def test_syn10_after_the_last_page_comes_nothing() -> None:
    with Ahead(iter([page("1")])) as ahead:
        assert ahead.next() == page("1")
        ahead.begin()
        assert ahead.next() is None


@pytest.mark.parametrize(
    ("took", "worked", "worth_it"),
    [
        (0.270, 0.070, True),
        (0.080, 0.070, False),
        (0.070, 0.115, False),
        (0.001, 0.001, True),
        (5.0, 0.0, True),
    ],
)
def test_syn10_a_page_is_fetched_ahead_where_there_is_something_to_wait_for(
    took: float, worked: float, *, worth_it: bool
) -> None:
    assert is_worth_it(took, worked) is worth_it
