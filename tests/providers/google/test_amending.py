"""Other people's events and single dates of series, changed from here (SYN-8, SYN-9)."""

import json
from datetime import timedelta
from typing import Any

import pytest

from crm_app.core.errors import PreconditionFailed, Rejected
from crm_app.providers.calendar_port import AccessLost, Amendment
from crm_app.providers.google.calendars import GoogleCalendars
from tests.contracts.events import held, occurrences
from tests.factories.outgoing import START
from tests.servers.google import Fault, GoogleCalendar, GoogleService
from tests.servers.google.person import put, timed

HOUR = timedelta(hours=1)


def sent(service: GoogleService, verb: str) -> list[Any]:
    """The bodies of all requests with that HTTP method."""
    asked = [each for each in service.server.asked if each.method == verb]
    return [json.loads(each.body) for each in asked if "/calendar/" in each.path]


def foreign(calendar: GoogleCalendar, **more: Any) -> None:
    put(
        calendar,
        "theirs",
        organizer={"email": "boss@client.example"},
        attendees=[{"email": "me@example.org"}],
        **more,
    )


@pytest.mark.parametrize("more", [{}, {"guestsCanModify": True, "locked": True}])
def test_syn9_other_peoples_events_are_not_changed(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar, more: dict[str, bool]
) -> None:
    foreign(calendar, **more)
    with pytest.raises(Rejected) as caught:
        google.amend(calendar.id, "theirs", None, Amendment(summary="Ours"))
    assert not isinstance(caught.value, (AccessLost, PreconditionFailed))
    assert sent(service, "PATCH") == []


def test_syn9_unless_their_organizer_allows_it(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    foreign(calendar, guestsCanModify=True)
    assert google.amend(calendar.id, "theirs", None, Amendment(summary="Ours"))
    assert calendar.events["theirs"]["summary"] == "Ours"


def test_syn9_google_itself_knows_who_organizes(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    put(calendar, "theirs")
    service.fail(Fault("events.patch", status=403, reason="forbiddenForNonOrganizer"))
    with pytest.raises(Rejected) as caught:
        google.amend(calendar.id, "theirs", None, Amendment(summary="Ours"))
    assert not isinstance(caught.value, AccessLost)


def test_syn9_an_amendment_says_only_itself(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    put(calendar, "lunch", attendees=[{"email": "ann@client.example"}], location="Here")
    google.amend(calendar.id, "lunch", None, Amendment(location="", summary="lunch"))
    assert sent(service, "PATCH") == [{"location": None}]


def test_syn8_an_instance_of_a_series_that_was_split(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    put(
        calendar,
        "weekly_R20260302T100000",
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"],
        **timed(START + HOUR, 30, "Europe/Berlin"),
    )
    series = "weekly_R20260302T100000"
    google.amend(
        calendar.id, series, None, Amendment(summary="Once"), recurrence_id="20260309T100000Z"
    )
    found = occurrences(held(google, calendar.id).values())
    assert [each.summary for each in found] == [series, "Once", series]


def test_syn8_a_single_instance_that_we_were_invited_to_is_cancelled_for_us(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    name = "20260309T100000Z"
    put(
        calendar,
        f"theirs_{name}",
        recurringEventId="theirs",
        originalStartTime={"dateTime": "2026-03-09T10:00:00Z"},
        iCalUID="theirs@google.com",
    )
    google.amend(calendar.id, "theirs", None, Amendment(cancelled=True), recurrence_id=name)
    assert calendar.events[f"theirs_{name}"]["status"] == "cancelled"
