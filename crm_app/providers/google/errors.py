"""What Google's refusals mean. Pure.

A status alone says little: 403 is a quota, a missing scope, a switched-off API or a calendar that is
not ours to write, which only the reason tells
(https://developers.google.com/workspace/calendar/api/guides/errors). The calendar spells its reasons
in its own way, contacts as all newer APIs do (https://cloud.google.com/apis/design/errors). Only the
reason's name goes into a detail, never a text of the answer.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from crm_app.core.errors import (
    LoginExpired,
    PreconditionFailed,
    RateLimited,
    Rejected,
    RemoteError,
    RemoteUnavailable,
)
from crm_app.providers.address_book_port import BookClosed, BookGone
from crm_app.providers.calendar_port import AccessLost, CalendarGone
from crm_app.providers.dav.client import retry_after

_SLOWER = {
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "quotaExceeded",
    "dailyLimitExceeded",
    "calendarUsageLimitsExceeded",
    "RATE_LIMIT_EXCEEDED",
    "RESOURCE_EXHAUSTED",
}
_SCOPES = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
_SWITCHED_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}
_OLD_TOKEN = {"EXPIRED_SYNC_TOKEN"}
# Contacts have no 412: whoever names an old etag is told this, with 400.
_OLD_ETAG = {"failedPrecondition", "FAILED_PRECONDITION"}
# What stands in the details of an answer, beside a plain "forbidden" or "failed precondition".
_TOLD_FINELY = _SLOWER | _SCOPES | _SWITCHED_OFF | _OLD_TOKEN
# These are about one event, and say nothing about its calendar.
_ONE_EVENT = re.compile(r"organizer|locked|eventType|malformed|cannot", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_]{1,60}")


class GoogleRefused(Rejected):
    """Google said no with ``status``; ``reason`` is its word for why, empty when it gave none."""

    def __init__(self, status: int, reason: str = "") -> None:
        self.status = status
        self.reason = reason
        super().__init__(detail=f"HTTP {status} {reason}".strip())


def meaning(
    status: int, headers: Mapping[str, str], content: bytes, *, switched_off: str
) -> RemoteError:
    """The error that an answer of 300 or more stands for. ``switched_off`` (a message id) says what
    is to be done when the API is."""
    reason = _reason(content)
    detail = f"HTTP {status} {reason}".strip()
    if status == 401 or (status == 403 and reason in _SCOPES):
        return LoginExpired(detail=detail)
    if status == 429 or (status == 403 and reason in _SLOWER):
        return RateLimited(retry_after=retry_after(headers), detail=detail)
    if status == 503 and "retry-after" in headers:
        return RateLimited(retry_after=retry_after(headers), detail=detail)
    if status == 408 or status >= 500:
        return RemoteUnavailable(detail=detail)
    if status == 403 and reason in _SWITCHED_OFF:
        return Rejected(switched_off, detail=detail)
    if status == 412:
        return PreconditionFailed(detail=detail)
    return GoogleRefused(status, reason)


def at_calendar(refused: GoogleRefused) -> RemoteError:
    """What a refusal means when the request was about a calendar as a whole."""
    if refused.status in {404, 410}:
        return CalendarGone(detail=refused.detail)
    if refused.status == 403 and not _ONE_EVENT.search(refused.reason):
        return AccessLost(detail=refused.detail)
    return refused


def at_event(refused: GoogleRefused) -> RemoteError:
    """What a refusal means when the request was about one event."""
    if refused.status in {404, 409, 410}:
        return PreconditionFailed(detail=refused.detail)
    return at_calendar(refused)


def at_book(refused: GoogleRefused) -> RemoteError:
    """What a refusal means when the request was about the address book as a whole."""
    if refused.status in {404, 410}:
        return BookGone(detail=refused.detail)
    if refused.status == 403:
        return BookClosed(detail=refused.detail)
    return refused


def at_entry(refused: GoogleRefused) -> RemoteError:
    """What a refusal means when the request was about one entry of the address book."""
    if refused.status in {404, 409, 410} or refused.reason in _OLD_ETAG:
        return PreconditionFailed(detail=refused.detail)
    return at_book(refused)


def _reason(content: bytes) -> str:
    try:
        told: Any = json.loads(content or b"{}")["error"]
        if isinstance(told, str):
            found = told
        else:
            first = (told.get("errors") or [{}])[0]
            found = str(first.get("reason") or told.get("status") or "")
            found = _detailed(told) or found
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return ""
    return found if _NAME.fullmatch(found) else ""


def _detailed(told: Mapping[str, Any]) -> str:
    """The finer reason that some answers carry beside their plain one."""
    for detail in told.get("details") or ():
        if str(detail.get("reason", "")) in _TOLD_FINELY:
            return str(detail["reason"])
    return ""
