"""What Graph's refusals become (SYN-11), and that no secret shows in them (SYN-13)."""

import logging
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from crm_app.core.errors import (
    CrmError,
    LoginExpired,
    PreconditionFailed,
    RateLimited,
    Rejected,
    RemoteError,
    RemoteUnavailable,
)
from crm_app.providers.address_book_port import BookClosed, BookGone
from crm_app.providers.calendar_port import AccessLost, CalendarGone
from crm_app.providers.microsoft.calendars import GraphCalendars
from crm_app.providers.microsoft.errors import refusal
from tests.factories.outgoing import outgoing
from tests.providers.microsoft.conftest import open_calendars, open_contacts
from tests.servers.graph import Graph
from tests.servers.graph.store import Calendar
from tests.servers.plain_http import Told, plain_server

SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "ErrorInvalidRequest", Rejected),
        (403, "ErrorAccessDenied", AccessLost),
        (404, "ErrorItemNotFound", CalendarGone),
        (404, "ErrorFolderNotFound", CalendarGone),
        (404, "MailboxNotEnabledForRESTAPI", Rejected),
        (408, "", RemoteUnavailable),
        (412, "ErrorIrresolvableConflict", PreconditionFailed),
        (429, "TooManyRequests", RateLimited),
        (500, "generalException", RemoteUnavailable),
        (502, "", RemoteUnavailable),
        (503, "", RemoteUnavailable),
        (503, "MailboxConcurrency", RateLimited),
        (504, "", RemoteUnavailable),
    ],
)
def test_syn11_refusals(
    graph: Graph,
    calendars: GraphCalendars,
    work: Calendar,
    status: int,
    code: str,
    expected: type[RemoteError],
) -> None:
    graph.fail(status, code)
    with pytest.raises(expected) as caught:
        list(calendars.pull(work.id, None))
    assert type(caught.value) is expected or expected is Rejected
    assert caught.value.detail.startswith(f"status {status}")
    # And all is well afterwards.
    assert next(calendars.pull(work.id, None)).complete


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "ErrorInvalidRequest", Rejected),
        (403, "ErrorAccessDenied", BookClosed),
        (404, "ErrorItemNotFound", BookGone),
        (404, "MailboxNotEnabledForRESTAPI", Rejected),
        (412, "ErrorIrresolvableConflict", PreconditionFailed),
        (429, "TooManyRequests", RateLimited),
        (500, "generalException", RemoteUnavailable),
        (503, "MailboxConcurrency", RateLimited),
    ],
)
def test_sct8_refusals_of_an_address_book(
    graph: Graph, status: int, code: str, expected: type[RemoteError]
) -> None:
    contacts, main = open_contacts(graph), graph.contacts.main.id
    graph.fail(status, code)
    with pytest.raises(expected) as caught:
        list(contacts.pull(main, None))
    assert type(caught.value) is expected or expected is Rejected
    assert caught.value.detail.startswith(f"status {status}")
    # And all is well afterwards.
    assert next(contacts.pull(main, None)).complete
    contacts.close()


def test_sct8_a_batch_that_is_told_to_wait(graph: Graph) -> None:
    contacts, main = open_contacts(graph), graph.contacts.main
    graph.contacts.add(main, {"displayName": "Ann"})
    graph.fail(429, "ApplicationThrottled", path="/$batch", headers={"Retry-After": "17"})
    with pytest.raises(RateLimited) as caught:
        list(contacts.pull(main.id, None))
    assert caught.value.retry_after == 17.0
    contacts.close()


def test_sct1_nothing_of_contacts_shows_a_token(graph: Graph) -> None:
    contacts = open_contacts(graph)
    contacts.discover()
    hidden = [*graph.signin.access, *graph.signin.refresh, graph.app.client_secret]
    graph.signin.access.clear()
    graph.signin.revoked = True
    with pytest.raises(LoginExpired) as caught:
        contacts.discover()
    shown = f"{contacts!r} {caught.value!r} {caught.value.detail} {caught.value.__context__!r}"
    assert not [one for one in hidden if one in shown]
    contacts.close()


@pytest.mark.parametrize(
    ("given", "expected"),
    [("17", 17.0), ("0.5", 0.5), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("", None), ("-1", None)],
)
@pytest.mark.parametrize("status", [429, 503])
def test_trap_48_how_long_to_wait(
    graph: Graph,
    calendars: GraphCalendars,
    work: Calendar,
    status: int,
    given: str,
    expected: float | None,
) -> None:
    graph.fail(status, "ApplicationThrottled", headers={"Retry-After": given})
    with pytest.raises(RateLimited) as caught:
        calendars.create(work.id, outgoing())
    assert caught.value.retry_after == expected
    assert work.events == {}


@pytest.mark.parametrize("body", [None, [], "x", {"error": "x"}, {"error": {"code": 7}}, {}])
def test_syn11_odd_error_bodies(body: Any) -> None:
    error = refusal(418, {}, body)
    assert isinstance(error, Rejected)
    assert error.detail.startswith("status 418")


@pytest.mark.parametrize("call", ["discover", "pull", "create", "free_busy"])
def test_syn11_a_broken_connection(
    graph: Graph, calendars: GraphCalendars, work: Calendar, call: str
) -> None:
    graph.fail(0, times=9)
    calls: dict[str, Any] = {
        "discover": calendars.discover,
        "pull": lambda: list(calendars.pull(work.id, None)),
        "create": lambda: calendars.create(work.id, outgoing()),
        "free_busy": lambda: calendars.free_busy(work.id, SINCE, UNTIL, calendar_zone="UTC"),
    }
    with pytest.raises(RemoteUnavailable):
        calls[call]()


def test_syn11_an_answer_that_does_not_come(graph: Graph, work: Calendar) -> None:
    graph.fail(200, hangs=30)
    impatient = open_calendars(graph, timeout=0.3)
    begun = time.monotonic()
    with pytest.raises(RemoteUnavailable):
        impatient.discover()
    assert time.monotonic() - begun < 5
    impatient.close()


def test_syn2_free_busy_ends_within_its_time(
    graph: Graph, calendars: GraphCalendars, work: Calendar
) -> None:
    graph.fail(200, hangs=30)
    begun = time.monotonic()
    with pytest.raises(RemoteUnavailable):
        calendars.free_busy(work.id, SINCE, UNTIL, calendar_zone="UTC", time_limit=0.3)
    assert time.monotonic() - begun < 5


def test_syn11_a_page_that_is_no_json(graph: Graph, work: Calendar) -> None:
    with plain_server(lambda asked: Told(200, {}, b"<html>sign in to the wifi</html>")) as portal:
        lost = GraphCalendars(
            graph.secret(), graph.app, graph=portal.url("/v1.0"), authority=graph.authority
        )
        with pytest.raises(RemoteUnavailable):
            lost.discover()
        lost.close()


def test_syn13_nothing_shows_a_token(
    graph: Graph, work: Calendar, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = graph.secret()
    hidden = [*graph.signin.access, *graph.signin.refresh, graph.app.client_secret]
    calendars = open_calendars(graph, secret)
    shown = [repr(calendars), repr(calendars._client), repr(calendars._tokens), repr(graph.app)]
    calendars.discover()
    graph.signin.access.clear()
    calendars.discover()
    hidden += [*graph.signin.access, *graph.signin.refresh]
    graph.signin.access.clear()
    graph.signin.revoked = True
    for call in (calendars.discover, lambda: list(calendars.pull(work.id, None))):
        with pytest.raises(LoginExpired) as caught:
            call()
        chain: BaseException | None = caught.value
        while chain is not None:
            shown += [str(chain), repr(chain), getattr(chain, "detail", "")]
            chain = chain.__cause__ or chain.__context__
    text = "\n".join([*shown, *(record.getMessage() for record in caplog.records)])
    assert not [one for one in hidden if one in text]
    calendars.close()


def test_syn11_only_our_own_errors_leave(graph: Graph, calendars: GraphCalendars) -> None:
    graph.signin.away = 500
    graph.signin.access.clear()
    with pytest.raises(CrmError):
        calendars.discover()
