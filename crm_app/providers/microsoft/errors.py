"""What Graph's refusals mean (https://learn.microsoft.com/graph/errors).

Some statuses mean the same everywhere and become their error here. The others depend on what was
asked for, so they travel as ``GraphRefused`` to whoever asked. No detail holds a token or an id.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crm_app.core.errors import (
    CursorExpired,
    LoginExpired,
    PreconditionFailed,
    RateLimited,
    Rejected,
    RemoteError,
    RemoteUnavailable,
)
from crm_app.core.i18n import N_
from crm_app.providers.address_book_port import BookClosed, BookGone
from crm_app.providers.calendar_port import AccessLost, CalendarGone

GONE = {404, 410}
_NO_MAILBOX = {"mailboxnotenabledforrestapi", "mailboxnotsupportedforrestapi"}
_LOST_STATE = {
    "syncstatenotfound",
    "syncstateinvalid",
    "resyncrequired",
    "errorinvalidsyncstatedata",
}
_THROTTLED = {"toomanyrequests", "applicationthrottled", "mailboxconcurrency", "errorserverbusy"}
_SECONDS = re.compile(r"\d{1,6}(\.\d+)?")


class GraphRefused(Rejected):
    """Graph said no; ``status`` is the HTTP status, ``code`` Graph's own word in lower case."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(detail=f"status {status} {code}".strip())


def refusal(status: int, headers: dict[str, str], body: Any) -> RemoteError:
    """The error that an answer other than 2xx stands for. Header names are in lower case."""
    code = _code(body)
    detail = f"status {status} {code}".strip()
    if code in _NO_MAILBOX:
        return Rejected(
            N_("This Microsoft account has no mailbox that can be reached."), detail=detail
        )
    if status == 401:
        return LoginExpired(detail=detail)
    if status == 429 or (status == 503 and ("retry-after" in headers or code in _THROTTLED)):
        return RateLimited(retry_after=_seconds(headers), detail=detail)
    if code in _LOST_STATE:
        return CursorExpired(detail=detail)
    if status == 412:
        return PreconditionFailed(detail=detail)
    if status >= 500 or status == 408:
        return RemoteUnavailable(detail=detail)
    return GraphRefused(status, code)


@contextmanager
def meant_for_calendar() -> Iterator[None]:
    """What a refusal means when a calendar was asked for, or something in it."""
    with _meant(CalendarGone, AccessLost):
        yield


@contextmanager
def meant_for_book() -> Iterator[None]:
    """What a refusal means when an address book was asked for, or something in it."""
    with _meant(BookGone, BookClosed):
        yield


@contextmanager
def _meant(gone: type[RemoteError], closed: type[RemoteError]) -> Iterator[None]:
    try:
        yield
    except GraphRefused as refused:
        if refused.status in GONE:
            raise gone(detail=refused.detail) from None
        if refused.status == 403:
            raise closed(detail=refused.detail) from None
        raise


def parsed(content: bytes) -> Any:
    """JSON, or None when it is none."""
    try:
        return json.loads(content) if content else None
    except ValueError:
        return None


def _code(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    code = error.get("code") if isinstance(error, dict) else ""
    return re.sub(r"[^a-z0-9.]", "", str(code).lower())[:60]


def _seconds(headers: dict[str, str]) -> float | None:
    given = headers.get("retry-after", "").strip()
    return float(given) if _SECONDS.fullmatch(given) else None
