"""Fetching the next page of a listing while the present one is applied.

Never more than one page ahead, so little is held and nothing is asked for that nobody wants. Where
there is next to nothing to wait for, pages are fetched when they are wanted: two threads that both work
only get into each other's way. The adapter is used by one thread at a time: whoever asks for a page waits for it before doing anything
else with the adapter, and leaving the block waits too.
"""

import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Generic, TypeVar

# A page of a calendar or of an address book.
Page = TypeVar("Page")
# Up to so many seconds of work for a page it does not matter who does it.
_LITTLE = 0.02
# Waiting for less than this share of the time is not worth a thread.
_WAITING = 0.25


class Ahead(Generic[Page]):
    """The pages of ``listing``, one after the other. What fetching one raises comes with that page,
    after all pages before it."""

    def __init__(self, listing: Iterator[Page]) -> None:
        self._listing = listing
        self._thread: threading.Thread | None = None
        self._page: Page | None = None
        self._error: BaseException | None = None
        self._worth_it = True

    def __enter__(self) -> "Ahead[Page]":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wait()

    def begin(self) -> None:
        """Have the next page fetched in the background, if that saves time."""
        if not self._worth_it:
            return
        # A daemon: a process that has to end does not wait for a slow server.
        self._thread = threading.Thread(target=self._fetch, name="next-page", daemon=True)
        self._thread.start()

    def next(self) -> Page | None:
        """The next page, begun or not; None after the last one."""
        if self._thread is None:
            return self._fetched()
        self._wait()
        if self._error is not None:
            error, self._error = self._error, None
            raise error
        return self._page

    def _wait(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _fetch(self) -> None:
        try:
            self._page = self._fetched()
        except BaseException as error:
            self._error = error

    def _fetched(self) -> Page | None:
        began, worked = time.perf_counter(), time.process_time()
        page = next(self._listing, None)
        took, worked = time.perf_counter() - began, time.process_time() - worked
        self._worth_it = is_worth_it(took, worked)
        return page


def is_worth_it(took: float, worked: float) -> bool:
    """Whether to fetch a page in the background when the last one took so many seconds, in which this
    program worked for so many seconds of processor."""
    return worked < _LITTLE or took - worked > took * _WAITING
