"""Following a calendar by tokens, whatever goes wrong on the way (SYN-10)."""

import json
import threading
import time
from datetime import timedelta

import pytest

from crm_app.core.errors import CursorExpired, RateLimited, Rejected, RemoteUnavailable
from crm_app.providers.calendar_port import AccessLost, CalendarGone, Page
from crm_app.providers.google.calendars import GoogleCalendars
from crm_app.providers.google.tokens import Secret
from crm_app.providers.occurrence import EventStatus
from crm_app.providers.safe_http import AnswerLost
from tests.contracts.events import everything, held, occurrences, pulled, starts
from tests.contracts.google import connected
from tests.servers.google import Fault, GoogleCalendar, GoogleService
from tests.servers.google.account import told
from tests.servers.google.person import (
    START,
    cancel,
    edit,
    expire_tokens,
    put,
    restore,
    seed,
    split,
    timed,
)

MONDAYS = ["20260316T080000Z", "20260323T080000Z", "20260330T070000Z", "20260406T070000Z"]
WEEKLY = {
    "start": {"dateTime": "2026-03-16T09:00:00+01:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-03-16T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"],
}


def removed(pages: list[Page]) -> list[str]:
    return [href for page in pages for href in page.removed]


def held_starts(google: GoogleCalendars, calendar: GoogleCalendar) -> list[str]:
    found = occurrences(held(google, calendar.id).values())
    return starts(each for each in found if each.status is not EventStatus.CANCELLED)


def test_syn10_pages_may_be_empty(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    service.empty_pages = True
    put(calendar, "alone")
    first, last = pulled(google, calendar.id)
    assert (first.changed, first.complete, first.full) == ((), False, True)
    assert [each.href for each in last.changed] == ["alone"]
    put(calendar, "later")
    nothing, rest = pulled(google, calendar.id, last.cursor)
    assert (nothing.changed, nothing.full) == ((), False)
    assert [each.href for each in rest.changed] == ["later"]


def test_syn10_a_failure_in_the_middle_costs_one_page(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    seed(calendar, 230)
    service.fail(Fault("events.list", 500, skip=2))
    listing = google.pull(calendar.id, None)
    pages = [next(listing), next(listing)]
    with pytest.raises(RemoteUnavailable):
        next(listing)
    service.calls.clear()
    rest = pulled(google, calendar.id, pages[-1].cursor)
    assert all(page.full for page in rest)
    assert service.calls == ["events.list"] * 3
    hrefs = [each.href for page in [*pages, *rest] for each in page.changed]
    assert sorted(hrefs) == sorted(calendar.events)


def test_syn10_an_interrupted_round_of_changes_goes_on(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    cursor = pulled(google, calendar.id)[-1].cursor
    seed(calendar, 120)
    pages = google.pull(calendar.id, cursor)
    begun = next(pages)
    pages.close()
    rest = pulled(google, calendar.id, begun.cursor)
    assert not begun.full
    assert not any(page.full for page in rest)
    assert set(everything([begun, *rest])) == set(calendar.events)
    assert sum(len(page.changed) for page in rest) == 70


def test_syn10_expired_tokens_of_both_kinds(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    seed(calendar, 60)
    begun, *_, last = pulled(google, calendar.id)
    expire_tokens(calendar)
    for cursor in (begun.cursor, last.cursor):
        with pytest.raises(CursorExpired):
            pulled(google, calendar.id, cursor)
    assert len(held(google, calendar.id)) == 60


@pytest.mark.parametrize(
    "change",
    [{"v": 0}, {"sync": "rubbish"}, {"page": "rubbish"}, {"sync": "", "page": ""}, {"n": "many"}],
)
def test_syn10_a_cursor_of_another_kind_starts_anew(
    google: GoogleCalendars, calendar: GoogleCalendar, change: dict[str, object]
) -> None:
    cursor = pulled(google, calendar.id)[-1].cursor
    assert cursor is not None
    with pytest.raises(CursorExpired):
        pulled(google, calendar.id, json.dumps(json.loads(cursor) | change))


def test_syn10_the_page_size_stays_that_of_the_listing(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    seed(calendar, 100)
    begun = next(google.pull(calendar.id, None))
    other = connected(service, page_size=7)
    (rest,) = pulled(other, calendar.id, begun.cursor)
    assert len(rest.changed) == 50
    other.close()


def test_syn10_any_calendar_id_finds_its_way(
    service: GoogleService, google: GoogleCalendars
) -> None:
    odd = service.add_calendar("Odd", id="en.german#holiday/x y@group.v.calendar.google.com")
    put(odd, "new-year")
    assert list(held(google, odd.id)) == ["new-year"]


def test_syn10_long_tokens_are_no_trouble(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    put(calendar, "x" * 1000)
    put(calendar, "y" * 1000)
    small = connected(service, page_size=1)
    pages = pulled(small, calendar.id)
    assert [each.href[0] for page in pages for each in page.changed] == ["x", "y"]
    small.close()


def test_syn10_the_same_page_again_is_no_endless_listing(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    google.discover()
    service.server.answer = lambda asked: told({"items": [], "nextPageToken": "again"})
    listing = google.pull(calendar.id, None)
    next(listing)
    with pytest.raises(RemoteUnavailable):
        next(listing)
    assert google.discover() == []


def test_syn10_a_calendar_without_a_sync_token_is_listed_each_time(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    put(calendar, "alone")
    service.sync_tokens = False
    (page,) = pulled(google, calendar.id)
    assert (page.cursor, page.complete, page.full) == (None, True, True)


def test_syn9_deleted_and_restored(google: GoogleCalendars, calendar: GoogleCalendar) -> None:
    put(calendar, "lunch")
    cursor = pulled(google, calendar.id)[-1].cursor
    cancel(calendar, "lunch")
    pages = pulled(google, calendar.id, cursor)
    assert removed(pages) == ["lunch"]
    restore(calendar, "lunch")
    pages = pulled(google, calendar.id, pages[-1].cursor)
    assert [each.href for each in pages[0].changed] == ["lunch"]


@pytest.mark.parametrize("bare", [False, True])
def test_syn8_a_cancelled_instance_comes_with_its_series_uid(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar, bare: bool
) -> None:
    service.bare_cancelled = bare
    put(calendar, "weekly", iCalUID="other@client.example", **WEEKLY)
    objects = held(google, calendar.id)
    cursor = pulled(google, calendar.id)[-1].cursor
    cancel(calendar, f"weekly_{MONDAYS[1]}")
    (page,) = pulled(google, calendar.id, cursor)
    (instance,) = page.changed
    assert (instance.uid, instance.belongs_to) == ("other@client.example", "weekly")
    assert removed([page]) == []
    objects[instance.href] = instance
    assert starts(occurrences(objects.values())) == [MONDAYS[0], *MONDAYS[2:]]
    assert held_starts(google, calendar) == [MONDAYS[0], *MONDAYS[2:]]


@pytest.mark.parametrize("bare", [False, True])
def test_syn8_with_the_series_its_instances_go(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar, bare: bool
) -> None:
    service.bare_cancelled = bare
    put(calendar, "weekly", **WEEKLY)
    edit(calendar, f"weekly_{MONDAYS[0]}", summary="Moved", **timed(START))
    cancel(calendar, f"weekly_{MONDAYS[1]}")
    objects = held(google, calendar.id)
    cursor = pulled(google, calendar.id)[-1].cursor
    cancel(calendar, "weekly")
    small = connected(service, page_size=1)
    gone = removed(pulled(small, calendar.id, cursor))
    assert set(gone) >= {"weekly"}
    assert set(objects) - set(gone) <= {f"weekly_{MONDAYS[1]}"}
    assert held(google, calendar.id) == {}
    small.close()


def test_syn8_a_series_that_was_split(google: GoogleCalendars, calendar: GoogleCalendar) -> None:
    put(calendar, "weekly", **{**WEEKLY, "recurrence": ["RRULE:FREQ=WEEKLY"]})
    split(calendar, "weekly", MONDAYS[2], summary="From now on")
    found = occurrences(held(google, calendar.id).values())[:4]
    assert starts(found) == MONDAYS
    assert [each.summary for each in found] == ["weekly", "weekly", "From now on", "From now on"]
    assert len({each.uid for each in found}) == 2


def test_syn8_an_invitation_to_a_single_instance(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    put(
        calendar,
        f"theirs_{MONDAYS[0]}",
        recurringEventId="theirs",
        originalStartTime={"dateTime": "2026-03-16T08:00:00Z"},
        iCalUID="theirs@google.com",
        organizer={"email": "boss@client.example"},
        **timed(START),
    )
    (found,) = held(google, calendar.id).values()
    assert (found.uid, found.belongs_to) == ("theirs@google.com", "theirs")
    (shown,) = occurrences([found])
    assert (shown.starts_at, shown.recurrence_id) == (START, MONDAYS[0])


@pytest.mark.parametrize(
    ("fault", "error", "wait"),
    [
        (
            Fault(status=429, reason="rateLimitExceeded", headers={"Retry-After": "7"}),
            RateLimited,
            7,
        ),
        (Fault(status=403, reason="rateLimitExceeded"), RateLimited, None),
        (Fault(status=403, reason="userRateLimitExceeded"), RateLimited, None),
        (Fault(status=403, reason="quotaExceeded"), RateLimited, None),
        (Fault(status=503, reason="backendError", headers={"Retry-After": "30"}), RateLimited, 30),
        (Fault(status=503), RemoteUnavailable, None),
        (Fault(status=500), RemoteUnavailable, None),
        (Fault(drop=True, times=2), AnswerLost, None),
        (Fault(status=403, reason="forbidden"), AccessLost, None),
        (Fault(status=404, reason="notFound"), CalendarGone, None),
        (Fault(status=403, reason="accessNotConfigured"), Rejected, None),
    ],
)
def test_syn11_what_google_refuses(
    service: GoogleService,
    google: GoogleCalendars,
    calendar: GoogleCalendar,
    fault: Fault,
    error: type[Exception],
    wait: float | None,
) -> None:
    google.discover()
    service.fail(fault)
    with pytest.raises(error) as caught:
        pulled(google, calendar.id)
    assert type(caught.value) is error
    assert getattr(caught.value, "retry_after", None) == wait
    assert caught.value.__cause__ is None
    assert pulled(google, calendar.id)


def test_syn10_nothing_is_asked_twice_by_itself(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    google.discover()
    service.calls.clear()
    service.fail(Fault(status=429, reason="rateLimitExceeded"))
    with pytest.raises(RateLimited):
        pulled(google, calendar.id)
    assert service.calls == ["events.list"]


def test_syn10_an_answer_that_never_comes(service: GoogleService, calendar: GoogleCalendar) -> None:
    let_go = threading.Event()
    hasty = connected(service, timeout=0.3)
    hasty.discover()
    service.fail(Fault("events.list", hold=let_go))
    with pytest.raises(RemoteUnavailable):
        pulled(hasty, calendar.id)
    let_go.set()
    hasty.close()


def test_syn3_free_busy_ends_in_time_and_knows_ours(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    noted = {"private": {"tandemUid": "u@tandem", "tandemId": "apt_1"}}
    put(calendar, "ours", extendedProperties=noted)
    put(calendar, "theirs", **timed(START + timedelta(hours=2)), status="tentative")
    put(calendar, "away", **timed(START + timedelta(hours=4)), eventType="outOfOffice")
    put(calendar, "office", **timed(START), eventType="workingLocation")
    span = (START - timedelta(days=1), START + timedelta(days=1))
    found = google.free_busy(calendar.id, *span, calendar_zone="Europe/Berlin", time_limit=10)
    assert [(one.tandem_id, one.tentative, one.out_of_office) for one in found] == [
        ("apt_1", False, False),
        (None, True, False),
        (None, False, True),
    ]
    let_go = threading.Event()
    service.fail(Fault("events.list", hold=let_go))
    begun = time.monotonic()
    with pytest.raises(RemoteUnavailable):
        google.free_busy(calendar.id, *span, calendar_zone="Europe/Berlin", time_limit=0.3)
    # One request alone may take ten seconds.
    assert time.monotonic() - begun < 5
    let_go.set()


def test_syn12_free_busy_knows_the_owners_no(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    no = {"email": "alias@brand.example", "self": True, "responseStatus": "declined"}
    put(calendar, "declined", attendees=[no])
    span = (START - timedelta(days=1), START + timedelta(days=1))
    assert google.free_busy(calendar.id, *span, calendar_zone="Europe/Berlin", time_limit=10) == []


def test_syn3_free_busy_of_many_pages(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    service.longest_page = 10
    seed(calendar, 35, guests=0)
    found = google.free_busy(
        calendar.id,
        START,
        START + timedelta(hours=24),
        calendar_zone="Europe/Berlin",
        time_limit=20,
    )
    assert len(found) == 35


def test_syn1_all_pages_of_calendars(service: GoogleService, google: GoogleCalendars) -> None:
    service.longest_page = 2
    service.add_calendar("Team", role="reader", colour="#AABBCC", zone="America/New_York")
    service.add_calendar("Busy only", role="freeBusyReader", zone="Nowhere/Known", colour="red")
    found = {each.name: each for each in google.discover()}
    assert list(found) == ["Work", "Team", "Busy only"]
    assert [each.writable for each in found.values()] == [True, False, False]
    assert (found["Team"].colour, found["Team"].zone) == ("#aabbcc", "America/New_York")
    assert (found["Busy only"].colour, found["Busy only"].zone) == ("", None)


def test_syn7_the_accounts_own_addresses(service: GoogleService, calendar: GoogleCalendar) -> None:
    moved = Secret(refresh_token=service.account.grant(), email="Old.Name@example.org")
    google = connected(service, moved.dump())
    assert google.addresses() == ["old.name@example.org", "me@example.org"]
    google.close()
