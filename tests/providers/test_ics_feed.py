"""SYN-1, SYN-10, SYN-13: feeds as servers serve them, and their addresses kept secret."""

import gzip
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm_app.core.errors import (
    AddressRefused,
    CrmError,
    CursorExpired,
    LoginExpired,
    RateLimited,
    Rejected,
    RemoteUnavailable,
)
from crm_app.providers.calendar_port import (
    AccessLost,
    Amendment,
    CalendarGone,
    Page,
    RemoteCalendar,
)
from crm_app.providers.ics_feed import REF, IcsFeed
from crm_app.providers.pinned_transport import Network
from tests.factories.outgoing import outgoing
from tests.providers.ical.texts import calendar, event
from tests.servers.plain_http import Asked, PlainServer, Told, certificate, plain_server

SECRET = "private-0123456789abcdef"
PATH = f"/calendar/ical/{SECRET}/basic.ics?token={SECRET}"


def made(uid: str, *lines: str) -> str:
    return event("DTSTART:20260302T100000Z", "DTEND:20260302T110000Z", *lines, uid=uid)


def told(*events: str, **headers: str) -> Told:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Told(200, {"Content-Type": "text/calendar", **sent}, calendar(*events).encode())


@contextmanager
def serving(*answers: Told, **options: object) -> Iterator[tuple[PlainServer, IcsFeed]]:
    """The server with its answers one by one, of which the last stays; and an adapter on it."""
    lines = list(answers)

    def answer(asked: Asked) -> Told:
        return lines.pop(0) if len(lines) > 1 else lines[0]

    with plain_server(answer) as server:
        feed = IcsFeed(server.url(PATH), **{"allow": ("127.0.0.1",), "timeout": 10.0, **options})
        try:
            yield server, feed
        finally:
            feed.close()


def pulled(feed: IcsFeed, cursor: str | None = None) -> Page:
    (page,) = feed.pull(REF, cursor)
    assert page.complete
    return page


def uids(page: Page) -> list[str]:
    return sorted(each.uid for each in page.changed)


def test_syn1_the_calendar_of_a_feed() -> None:
    named = "X-WR-CALNAME:Fairs\nX-WR-TIMEZONE:Europe/Rome\nX-APPLE-CALENDAR-COLOR:#FF8800\n"
    with serving(told(named, made("a")), told(made("a"))) as (_, feed):
        assert feed.discover() == [RemoteCalendar(REF, "Fairs", "#ff8800", False, "Europe/Rome")]
        assert feed.discover() == [RemoteCalendar(REF, "127.0.0.1", "", False, None)]


@pytest.mark.parametrize("scheme", ["webcal", "WEBCALS", "https"])
def test_syn1_webcal_means_https(scheme: str, tmp_path: Path) -> None:
    server_tls, client_tls = certificate(tmp_path, "feeds.example")
    network = Network(resolve=lambda host, port: ["127.0.0.1"], ssl_context=client_tls)
    with plain_server(lambda asked: told(made("a")), tls=server_tls) as server:
        url = f" {scheme}://feeds.example:{server.port}{PATH} "
        feed = IcsFeed(url, allow=("feeds.example",), network=network)
        assert uids(pulled(feed)) == ["a"]
        feed.close()


def test_syn1_an_address_without_a_scheme_means_https() -> None:
    for url in (
        "ftp://feeds.example/x.ics",
        "file:///etc/passwd",
        "webcal://",
        "",
        "https://u:p@x/",
    ):
        with pytest.raises(AddressRefused):
            IcsFeed(url)
    IcsFeed("feeds.example/x.ics").close()


def test_syn10_what_did_not_change_costs_nothing() -> None:
    first = told(made("a"), ETag='W/"1"', Last_Modified="Sun, 22 Nov 2026 10:00:00 GMT")
    with serving(first, Told(304)) as (server, feed):
        page = pulled(feed)
        again = pulled(feed, page.cursor)
        assert (again.changed, again.removed, again.full) == ((), (), False)
        assert again.cursor == page.cursor
        asked = server.asked[1].headers
        assert asked["if-none-match"] == 'W/"1"'
        assert asked["if-modified-since"] == "Sun, 22 Nov 2026 10:00:00 GMT"
        assert "if-none-match" not in server.asked[0].headers


def test_syn10_without_an_etag_the_text_is_compared() -> None:
    with serving(told(made("a"))) as (server, feed):
        page = pulled(feed)
        again = pulled(feed, page.cursor)
        assert (again.changed, again.removed, again.full) == ((), (), False)
        assert "if-modified-since" not in server.asked[1].headers


def test_syn10_304_to_an_unconditional_question_is_an_error() -> None:
    with serving(Told(304)) as (_, feed), pytest.raises(Rejected):
        pulled(feed)


def test_syn10_changes_are_found_by_what_the_entries_say() -> None:
    with serving(
        told(made("a"), made("b"), made("c")),
        told(made("c", "DTSTAMP:20260601T000000Z"), made("b", "LOCATION:New"), made("d")),
    ) as (_, feed):
        first = pulled(feed)
        assert (uids(first), first.full) == (["a", "b", "c"], True)
        second = pulled(feed, first.cursor)
        assert (uids(second), second.full) == (["b", "d"], False)
        gone = {each.href for each in first.changed if each.uid == "a"}
        assert set(second.removed) == gone


def test_syn10_an_emptied_calendar_is_an_empty_listing() -> None:
    with serving(told(made("a"), made("b")), told()) as (_, feed):
        first = pulled(feed)
        # Not two removals, which would be believed one by one.
        with pytest.raises(CursorExpired):
            pulled(feed, first.cursor)
        empty = pulled(feed)
        assert (empty.changed, empty.removed, empty.full) == ((), (), True)
        again = pulled(feed, empty.cursor)
        assert (again.changed, again.removed, again.full) == ((), (), False)


WHOLE = calendar(made("a"), made("b"))
SHORT = {
    "empty": Told(200, {}, b""),
    "blank": Told(200, {}, b"\r\n \r\n"),
    "cut": Told(200, {}, WHOLE.replace("END:VCALENDAR", "").encode()),
    "cut in an event": Told(200, {}, WHOLE[:-40].encode()),
    "less than promised": Told(200, {"Content-Length": "9999"}, WHOLE.encode()),
    "cut packing": Told(200, {"Content-Encoding": "gzip"}, gzip.compress(WHOLE.encode())[:-30]),
}


@pytest.mark.parametrize("short", SHORT.values(), ids=SHORT.keys())
def test_syn10_a_short_answer_deletes_nothing(short: Told) -> None:
    with serving(told(made("a"), made("b")), short) as (_, feed):
        first = pulled(feed)
        for cursor in (first.cursor, None):
            with pytest.raises(RemoteUnavailable):
                list(feed.pull(REF, cursor))
        with pytest.raises(RemoteUnavailable):
            feed.discover()


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><p>Sign in", b"\n <HTML><body>", b"<?xml version='1.0'?>\n<html>"]
)
def test_syn1_a_web_page_is_named_as_one(body: bytes) -> None:
    with serving(Told(200, {"Content-Type": "text/html"}, body)) as (_, feed):
        with pytest.raises(Rejected, match="web page"):
            feed.discover()
        with pytest.raises(Rejected, match="web page"):
            pulled(feed)


def test_syn1_something_else_is_no_feed() -> None:
    for body in (b'{"error": 1}', b"\x89PNG\r\n"):
        with (
            serving(Told(200, {}, body)) as (_, feed),
            pytest.raises(Rejected, match="no calendar"),
        ):
            feed.discover()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Told(401), LoginExpired),
        (Told(403), AccessLost),
        (Told(404), CalendarGone),
        (Told(410), CalendarGone),
        (Told(429, {"Retry-After": "7"}), RateLimited),
        (Told(503, {"Retry-After": "7"}), RateLimited),
        (Told(500), RemoteUnavailable),
        (Told(502), RemoteUnavailable),
        (Told(400), Rejected),
        (Told(451), Rejected),
    ],
)
def test_syn11_what_statuses_mean(answer: Told, error: type[CrmError]) -> None:
    with serving(answer) as (_, feed):
        for call in (feed.discover, lambda: pulled(feed)):
            with pytest.raises(error) as caught:
                call()
            assert type(caught.value) is error
            if isinstance(caught.value, RateLimited):
                assert caught.value.retry_after == 7


def test_syn1_too_large_a_feed_is_refused_also_when_packed() -> None:
    bomb = gzip.compress(b"X" * 40_000_000)
    assert len(bomb) < 100_000
    began = time.monotonic()
    packed = Told(200, {"Content-Encoding": "gzip"}, bomb)
    with serving(packed) as (_, feed), pytest.raises(Rejected, match="too large"):
        pulled(feed)
    assert time.monotonic() - began < 10


def test_syn1_packed_feeds_are_read() -> None:
    packed = gzip.compress(WHOLE.encode())
    with serving(Told(200, {"Content-Encoding": "gzip"}, packed)) as (_, feed):
        assert uids(pulled(feed)) == ["a", "b"]


@pytest.mark.parametrize(
    ("media", "body", "expected"),
    [
        ("text/calendar", "Café".encode(), "Café"),
        ("text/calendar; charset=UTF-8", b"\xef\xbb\xbfCaf\xc3\xa9", "Café"),
        ('text/calendar; charset="iso-8859-1"', b"Caf\xe9", "Café"),
        ("text/calendar; charset=nonsense", "Café".encode(), "Café"),
        ("text/calendar; charset=utf-8", b"Caf\xe9", "Caf\ufffd"),
    ],
)
def test_syn1_alphabets(media: str, body: bytes, expected: str) -> None:
    mark, text = (body[:3], body[3:]) if body.startswith(b"\xef") else (b"", body)
    feed_text = mark + calendar(made("a", "SUMMARY:@")).encode().replace(b"@", text)
    with serving(Told(200, {"Content-Type": media}, feed_text)) as (_, feed):
        (found,) = pulled(feed).changed
        assert f"SUMMARY:{expected}\r\n" in found.raw


def test_syn1_redirects_are_followed_and_checked() -> None:
    moved = Told(302, {"Location": "/elsewhere.ics"})
    with serving(moved, told(made("a"))) as (server, feed):
        assert uids(pulled(feed)) == ["a"]
        assert server.asked[1].path == "/elsewhere.ics"
    for location in (
        "http://169.254.169.254/latest/",
        "file:///etc/passwd",
        "http://10.0.0.1/x.ics",
    ):
        elsewhere = Told(302, {"Location": location})
        with serving(elsewhere) as (_, feed), pytest.raises(AddressRefused):
            pulled(feed)


def test_syn1_the_servers_own_network_is_closed() -> None:
    with serving(told(made("a")), allow=()) as (server, feed):
        for call in (feed.discover, lambda: pulled(feed)):
            with pytest.raises(AddressRefused):
                call()
        assert server.asked == []


def test_syn1_nothing_is_written_into_a_feed() -> None:
    with serving(told(made("a"))) as (server, feed):
        for call in (
            lambda: feed.create(REF, outgoing()),
            lambda: feed.update(REF, "x", None, outgoing()),
            lambda: feed.delete(REF, "x", None),
            lambda: feed.amend(REF, "x", None, Amendment(cancelled=True)),
        ):
            with pytest.raises(AccessLost):
                call()
        with pytest.raises(CalendarGone):
            feed.create("another", outgoing())
        assert server.asked == []


def test_syn3_free_busy_keeps_to_its_time() -> None:
    since, until = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
    with serving(told(made("a"), made("b", "TRANSP:TRANSPARENT"))) as (_, feed):
        (busy,) = feed.free_busy(REF, since, until, calendar_zone="UTC")
        assert busy.uid == "a"
        with pytest.raises(RemoteUnavailable):
            feed.free_busy(REF, since, until, calendar_zone="UTC", time_limit=0.0)


def test_syn10_a_cursor_of_another_version_is_expired() -> None:
    with serving(told(made("a"))) as (_, feed):
        for cursor in ('{"v": 2}', '{"v": 1, "what": 1}', "[]", "", "null", "7"):
            with pytest.raises(CursorExpired):
                pulled(feed, cursor)


FAILING = {
    "status": Told(404),
    "login": Told(401),
    "html": Told(200, {}, b"<html>"),
    "cut": Told(200, {}, b"BEGIN:VCALENDAR"),
    "redirect": Told(302, {"Location": f"http://10.0.0.1/{SECRET}"}),
    "circle": Told(302, {"Location": PATH}),
    "broken": Told(200, {"Content-Encoding": "gzip"}, b"rubbish"),
}


@pytest.mark.parametrize("answer", FAILING.values(), ids=FAILING.keys())
def test_syn13_the_address_is_in_no_message_repr_or_log(
    answer: Told, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(told(made("a")), answer) as (_, feed):
        cursor = pulled(feed).cursor
        with pytest.raises(CrmError) as caught:
            pulled(feed, cursor)
        shown = [repr(feed), str(feed), str(cursor), repr(caught.value), str(caught.value)]
        shown += [str(getattr(caught.value, "detail", "")), str(caught.value.params), caplog.text]
        linked = caught.value.__cause__ or caught.value.__context__
        assert SECRET not in "".join([*shown, repr(linked), str(linked)])
