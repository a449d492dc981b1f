"""Channels, and the fake's ways of calling (SYN-10)."""

from datetime import UTC, datetime, timedelta

import pytest

from crm_app.core.errors import Rejected
from crm_app.providers.calendar_port import AccessLost, Watch
from crm_app.providers.google.calendars import GoogleCalendars
from tests.servers.google import Fault, GoogleCalendar, GoogleService
from tests.servers.google.person import put
from tests.servers.plain_http import Told, plain_server

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ADDRESS = "https://crm.example/hooks/google"


def watched(google: GoogleCalendars, calendar: GoogleCalendar) -> Watch:
    return google.watch(calendar.id, channel_id="c-1", address=ADDRESS, secret="s-1", now=NOW)


def test_syn10_a_channel_has_our_id_and_googles_end(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    watch = watched(google, calendar)
    assert watch.channel_id == "c-1"
    assert watch.expires_at == NOW + timedelta(days=7)
    assert watch.resource_id
    assert google.renew(calendar.id, watch, now=NOW) is None


def test_syn10_an_address_that_google_cannot_call_is_refused(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    with pytest.raises(Rejected):
        google.watch(
            calendar.id, channel_id="c-1", address="http://crm.example/", secret="s", now=NOW
        )


def test_syn10_a_calendar_that_may_not_be_watched(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    service.fail(Fault("events.watch", 403, "forbidden"))
    with pytest.raises(AccessLost):
        watched(google, calendar)


@pytest.mark.parametrize("status", [404, 410])
def test_syn10_a_channel_that_is_gone_needs_no_end(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar, status: int
) -> None:
    watch = watched(google, calendar)
    service.fail(Fault("channels.stop", status, "notFound"))
    google.unwatch(watch)
    service.fail(Fault("channels.stop", 403, "forbidden"))
    with pytest.raises(Rejected):
        google.unwatch(watch)


def test_syn10_the_fake_calls_twice_and_in_any_order(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    watched(google, calendar)
    put(calendar, "lunch")
    with plain_server(lambda asked: Told(200)) as ours:
        service.pushes.homes["https://crm.example"] = ours.url("").rstrip("/")
        assert service.pushes.deliver(times=2, backwards=True) == [200] * 4
    assert {each.path for each in ours.asked} == {"/hooks/google"}
    numbers = [each.headers["x-goog-message-number"] for each in ours.asked]
    assert numbers == ["2", "2", "1", "1"]
    states = [each.headers["x-goog-resource-state"] for each in ours.asked]
    assert states == ["exists", "exists", "sync", "sync"]
    assert {each.headers["x-goog-channel-token"] for each in ours.asked} == {"s-1"}
