"""What Google's refusals mean, in the words of both of its ways to say no (SYN-11, SCT-7, SCT-8)."""

import json
from typing import Any

import pytest

from crm_app.core.errors import LoginExpired, PreconditionFailed, RateLimited, RemoteError
from crm_app.providers.address_book_port import BookClosed, BookGone
from crm_app.providers.google.errors import GoogleRefused, at_book, at_entry, meaning


def refused(http: int, **error: Any) -> RemoteError:
    content = json.dumps({"error": {"code": http, **error}}).encode()
    return meaning(http, {}, content, switched_off="Switch it on.")


def finely(reason: str, **more: Any) -> dict[str, Any]:
    """An answer whose finer reason is among its details."""
    kind = "type.googleapis.com/google.rpc.ErrorInfo"
    details = [{"@type": "type.googleapis.com/google.rpc.DebugInfo"}, {"@type": kind}]
    return {"details": [details[0], {**details[1], "reason": reason}], **more}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"errors": [{"reason": "notFound"}]}, "notFound"),
        ({"status": "NOT_FOUND"}, "NOT_FOUND"),
        (finely("EXPIRED_SYNC_TOKEN", status="FAILED_PRECONDITION"), "EXPIRED_SYNC_TOKEN"),
        (finely("SOMETHING", status="INVALID_ARGUMENT"), "INVALID_ARGUMENT"),
        ({"status": "a text with an address: ann@lee.example"}, ""),
        ({"errors": "odd"}, ""),
    ],
)
def test_syn11_the_reason_is_a_word_and_never_a_text(said: dict[str, Any], reason: str) -> None:
    found = refused(400, **said)
    assert isinstance(found, GoogleRefused)
    assert (found.status, found.reason) == (400, reason)


@pytest.mark.parametrize(
    ("status", "said", "error"),
    [
        (403, finely("RATE_LIMIT_EXCEEDED"), RateLimited),
        (403, finely("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), LoginExpired),
        (429, {}, RateLimited),
        (401, {}, LoginExpired),
    ],
)
def test_sct8_row_48_quotas_and_scopes_are_no_refusals_of_the_book(
    status: int, said: dict[str, Any], error: type[Exception]
) -> None:
    assert type(refused(status, **said)) is error


@pytest.mark.parametrize(
    ("status", "reason", "book", "entry"),
    [
        (400, "failedPrecondition", GoogleRefused, PreconditionFailed),
        (400, "FAILED_PRECONDITION", GoogleRefused, PreconditionFailed),
        (400, "INVALID_ARGUMENT", GoogleRefused, GoogleRefused),
        (403, "PERMISSION_DENIED", BookClosed, BookClosed),
        (404, "NOT_FOUND", BookGone, PreconditionFailed),
        (409, "ABORTED", GoogleRefused, PreconditionFailed),
        (410, "", BookGone, PreconditionFailed),
    ],
)
def test_sct7_a_refusal_is_about_the_book_or_about_one_entry(
    status: int, reason: str, book: type[Exception], entry: type[Exception]
) -> None:
    found = GoogleRefused(status, reason)
    assert type(at_book(found)) is book
    assert type(at_entry(found)) is entry
