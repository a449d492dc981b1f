"""SYN-2, SYN-9: single events on servers with all their manners."""

import time
from datetime import UTC, datetime

import pytest

from crm_app.core.errors import AddressRefused, PreconditionFailed, Rejected, RemoteUnavailable
from crm_app.providers.calendar_port import AccessLost
from crm_app.providers.ical.writing import write
from tests.factories.outgoing import outgoing
from tests.providers.dav.scripted import CALENDAR, Script, failed, found, many, scripted
from tests.servers.plain_http import Asked, Told

HREF = f"{CALENDAR}{outgoing().uid}.ics"
RAW = write(outgoing())
TELL = Told(200, {"ETag": '"1"'}, RAW.encode())


def test_syn2_writes_are_conditional() -> None:
    script = Script().on("PUT", HREF, Told(201)).on("GET", HREF, TELL).on("DELETE", HREF, Told(204))
    with scripted(script) as (server, provider):
        ref = server.url(CALENDAR)
        stored = provider.create(ref, outgoing())
        assert (stored.href, stored.etag) == (HREF, '"1"')
        provider.update(ref, HREF, '"1"', outgoing(summary="New"))
        provider.delete(ref, HREF, 'W/"1"'.removeprefix("W/"))
        puts = [asked for asked in server.asked if asked.method == "PUT"]
        assert puts[0].headers["if-none-match"] == "*"
        assert "if-match" not in puts[0].headers
        assert puts[1].headers["if-match"] == '"1"'
        assert server.asked[-1].headers["if-match"] == '"1"'
        assert puts[0].headers["content-type"] == "text/calendar; charset=utf-8"


def test_syn9_a_change_between_reading_and_writing_is_refused() -> None:
    script = Script().on("GET", HREF, TELL).on("PUT", HREF, Told(412))
    with scripted(script) as (server, provider), pytest.raises(PreconditionFailed):
        provider.update(server.url(CALENDAR), HREF, '"1"', outgoing())


def test_syn9_a_lost_answer_and_a_second_try_make_one_event() -> None:
    kept: list[bytes] = []

    def put(asked: Asked) -> Told:
        if kept:
            assert asked.headers["if-none-match"] == "*"
            return Told(412)
        kept.append(asked.body)
        return Told(504)

    script = Script().on("PUT", HREF, put)
    script.on("GET", HREF, lambda asked: Told(200, {"ETag": '"1"'}, kept[0]))
    with scripted(script) as (server, provider):
        with pytest.raises(RemoteUnavailable):
            provider.create(server.url(CALENDAR), outgoing())
        assert provider.create(server.url(CALENDAR), outgoing()).etag == '"1"'


def test_syn9_something_else_in_its_place() -> None:
    other = RAW.replace(outgoing().uid, "another")
    script = (
        Script()
        .on("PUT", HREF, Told(412))
        .on("GET", HREF, Told(200, {}, other.encode()))
        .on("REPORT", CALENDAR, many())
    )
    with scripted(script) as (server, provider), pytest.raises(Rejected, match="refused"):
        provider.create(server.url(CALENDAR), outgoing())


def test_syn9_a_copy_in_another_calendar_is_not_taken_for_ours() -> None:
    elsewhere = "/ann/private/x.ics"
    conflict = Told(
        409,
        {},
        b'<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:no-uid-conflict>'
        b"<D:href>/ann/private/x.ics</D:href></C:no-uid-conflict></D:error>",
    )
    script = Script().on("PUT", HREF, conflict).on("REPORT", CALENDAR, many())
    script.on("GET", elsewhere, TELL)
    with scripted(script) as (server, provider), pytest.raises(Rejected):
        provider.create(server.url(CALENDAR), outgoing())


def test_syn9_the_named_conflict_in_this_calendar_is_ours() -> None:
    there = f"{CALENDAR}other.ics"
    conflict = Told(
        409,
        {},
        b'<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:no-uid-conflict>'
        b"<D:href>/ann/meetings/other.ics</D:href></C:no-uid-conflict></D:error>",
    )
    script = Script().on("PUT", HREF, conflict).on("GET", there, TELL)
    with scripted(script) as (server, provider):
        assert provider.create(server.url(CALENDAR), outgoing()).href == there


def test_syn9_what_others_changed_meanwhile_is_not_taken_for_ours() -> None:
    theirs = RAW.replace("Call with Ann", "Theirs")
    script = Script().on("PUT", HREF, Told(201))
    script.on("GET", HREF, Told(200, {"ETag": '"2"'}, theirs.encode()))
    with scripted(script) as (server, provider):
        assert provider.create(server.url(CALENDAR), outgoing()).etag is None


def test_syn9_written_but_not_read_back_is_written() -> None:
    script = Script().on("PUT", HREF, Told(201, {"ETag": '"7"'})).on("GET", HREF, Told(500))
    with scripted(script) as (server, provider):
        assert provider.create(server.url(CALENDAR), outgoing()).etag == '"7"'


@pytest.mark.parametrize(
    ("told", "error"),
    [
        (Told(403), AccessLost),
        (failed(403, "need-privileges"), AccessLost),
        (failed(403, "valid-calendar-data"), Rejected),
        (Told(507), Rejected),
        (Told(413), Rejected),
        (Told(500), RemoteUnavailable),
    ],
)
def test_syn11_refused_writes(told: Told, error: type[Exception]) -> None:
    with scripted(Script().on("PUT", HREF, told)) as (server, provider):
        with pytest.raises(error) as caught:
            provider.create(server.url(CALENDAR), outgoing())
        assert (type(caught.value) is AccessLost) is (error is AccessLost)


@pytest.mark.parametrize("status", [404, 410])
def test_syn2_deleting_what_is_gone_is_done(status: int) -> None:
    with scripted(Script().on("DELETE", HREF, Told(status))) as (server, provider):
        provider.delete(server.url(CALENDAR), HREF, '"1"')


def test_syn2_deleting_412_of_what_is_gone_is_done() -> None:
    with scripted(Script().on("DELETE", HREF, Told(412))) as (server, provider):
        provider.delete(server.url(CALENDAR), HREF, '"1"')


def test_syn13_a_ref_on_another_host_is_never_visited() -> None:
    with scripted(Script()) as (server, provider):
        for ref in ("https://evil.example/ann/meetings/", "http://10.0.0.1/", "file:///x"):
            with pytest.raises(AddressRefused):
                provider.create(ref, outgoing())
        assert server.asked == []


def test_syn13_an_href_on_another_host_stays_on_ours() -> None:
    with scripted(Script().on("GET", HREF, TELL).on("PUT", HREF, Told(204))) as (server, provider):
        provider.update(server.url(CALENDAR), f"http://evil.example{HREF}", '"1"', outgoing())
        assert {asked.headers["host"] for asked in server.asked} == {f"127.0.0.1:{server.port}"}


def test_syn3_free_busy_asks_for_the_span_and_keeps_to_its_time() -> None:
    told = many(found(HREF, f"<C:calendar-data>{RAW}</C:calendar-data>"))
    since, until = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
    with scripted(Script().on("REPORT", CALENDAR, told)) as (server, provider):
        (busy,) = provider.free_busy(server.url(CALENDAR), since, until, calendar_zone="UTC")
        assert busy.starts_at == outgoing().starts_at
        assert b'start="20260301T000000Z" end="20260304T000000Z"' in server.asked[0].body
        began = time.monotonic()
        with pytest.raises(RemoteUnavailable):
            provider.free_busy(
                server.url(CALENDAR), since, until, calendar_zone="UTC", time_limit=0.0
            )
        assert time.monotonic() - began < 1
