"""Fetching the next page of a listing while the present one is applied.

Never more than one page ahead, so little is held and nothing is asked for that nobody wants. The
adapter is used by one thread at a time: whoever asks for a page waits for it before doing anything
else with the adapter, and leaving the block waits too.
"""

import threading
from collections.abc import Iterator
from types import TracebackType

from crm_app.providers.calendar_port import Page


class Ahead:
    """The pages of ``listing``, one after the other. What fetching one raises comes with that page,
    after all pages before it."""

    def __init__(self, listing: Iterator[Page]) -> None:
        self._listing = listing
        self._thread: threading.Thread | None = None
        self._page: Page | None = None
        self._error: BaseException | None = None

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._wait()

    def begin(self) -> None:
        """Have the next page fetched in the background."""
        # A daemon: a process that has to end does not wait for a slow server.
        self._thread = threading.Thread(target=self._fetch, name="next-page", daemon=True)
        self._thread.start()

    def next(self) -> Page | None:
        """The next page, begun or not; None after the last one."""
        if self._thread is None:
            return next(self._listing, None)
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
            self._page = next(self._listing, None)
        except BaseException as error:
            self._error = error
