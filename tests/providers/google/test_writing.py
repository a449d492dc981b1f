"""Writing into Google's calendars: once, silently, and nothing but our own part (SYN-2, SYN-9)."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm_app.core.errors import PreconditionFailed, RateLimited, Rejected, RemoteUnavailable
from crm_app.providers.calendar_port import AccessLost, Amendment
from crm_app.providers.google.calendars import GoogleCalendars
from crm_app.providers.google.writing import event_ids
from crm_app.providers.occurrence import EventStatus
from tests.contracts.events import held, occurrences
from tests.factories.outgoing import START, outgoing
from tests.servers.google import Fault, GoogleCalendar, GoogleService
from tests.servers.google.person import cancel, edit, expire_tokens, put, timed, whole_day

HOUR = timedelta(hours=1)
ORGANIZER = ("me@example.org", "Me")
GUESTS = (("ann@client.example", "Ann"), ("Bob@client.example", ""))
MEETING = outgoing(attendees=GUESTS, organizer=ORGANIZER)


def sent(service: GoogleService, verb: str) -> list[Any]:
    """The bodies of all requests with that HTTP method."""
    asked = [each for each in service.server.asked if each.method == verb]
    return [json.loads(each.body) for each in asked if "/calendar/" in each.path]


def test_syn2_what_google_is_told(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    wanted = replace(
        MEETING,
        description="Line\nline",
        location="Café",
        url="https://crm.example/a",
        private=True,
        busy=False,
        status=EventStatus.TENTATIVE,
    )
    stored = google.create(calendar.id, wanted)
    there = calendar.events[stored.href]
    assert there["extendedProperties"] == {
        "private": {"tandemUid": wanted.uid, "tandemId": wanted.tandem_id}
    }
    assert (there["visibility"], there["transparency"], there["status"]) == (
        "private",
        "transparent",
        "tentative",
    )
    assert [guest["email"] for guest in there["attendees"]] == [
        "ann@client.example",
        "bob@client.example",
    ]
    (one,) = occurrences(held(google, calendar.id).values())
    assert (one.organizer, one.private, one.tandem_id) == ("me@example.org", True, "apt_1")
    assert (one.description, one.location) == ("Line\nline", "Café")
    assert set(stored.href) <= set("0123456789abcdefghijklmnopqrstuv")


def test_syn2_nobody_gets_mail_from_google(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    stored = google.update(calendar.id, stored.href, stored.etag, replace(MEETING, summary="New"))
    google.amend(calendar.id, stored.href, None, Amendment(summary="Newer"))
    google.delete(calendar.id, stored.href, None)
    written = [each for each in service.server.asked if each.method in {"POST", "PATCH", "DELETE"}]
    written = [each for each in written if "/calendar/" in each.path]
    assert len(written) == 4
    assert all("sendUpdates=none" in each.path for each in written)
    assert service.mails == []


@pytest.mark.parametrize("lags", [True, False])
def test_syn9_a_lost_answer_makes_no_second_event(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar, lags: bool
) -> None:
    # Google may find by our marks only later what was just written.
    service.search_lags = lags
    service.fail(Fault("events.insert", after=True, drop=True))
    with pytest.raises(RemoteUnavailable):
        google.create(calendar.id, MEETING)
    stored = google.create(calendar.id, MEETING)
    (found,) = held(google, calendar.id).values()
    assert (stored.href, stored.etag, stored.content_hash) == (
        found.href,
        found.etag,
        found.content_hash,
    )


def test_syn9_the_id_is_enough_to_find_it_again(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    # Another program wrote the event anew, without our marks.
    edit(calendar, stored.href, extendedProperties=None)
    again = google.create(calendar.id, MEETING)
    assert (again.href, again.etag) == (stored.href, None)
    google.update(calendar.id, again.href, None, MEETING)
    (found,) = held(google, calendar.id).values()
    assert found.uid == MEETING.uid


def test_syn9_every_change_names_the_version_that_it_replaces(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    changed = google.update(calendar.id, stored.href, None, replace(MEETING, summary="New"))
    google.delete(calendar.id, stored.href, changed.etag)
    put(calendar, "lunch")
    amended = google.amend(calendar.id, "lunch", None, Amendment(summary="Dinner"))
    assert amended is not None
    google.amend(calendar.id, "lunch", None, Amendment(cancelled=True))
    again = google.create(calendar.id, MEETING)
    named = [
        (each.method, each.headers.get("if-match", ""))
        for each in service.server.asked
        if each.method in {"PATCH", "DELETE", "PUT"}
    ]
    assert [method for method, _ in named] == ["PATCH", "DELETE", "PATCH", "DELETE", "PUT"]
    assert named[:2] == [("PATCH", stored.etag), ("DELETE", changed.etag)]
    assert named[3] == ("DELETE", amended.etag)
    assert all(etag.startswith('"') for _, etag in named)
    assert again.href == stored.href


def test_syn9_a_lost_answer_to_a_change_is_found_out(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    service.fail(Fault("events.patch", after=True, drop=True))
    wanted = replace(MEETING, summary="New")
    with pytest.raises(RemoteUnavailable):
        google.update(calendar.id, stored.href, stored.etag, wanted)
    with pytest.raises(PreconditionFailed):
        google.update(calendar.id, stored.href, stored.etag, wanted)
    changed = google.update(calendar.id, stored.href, None, wanted)
    (found,) = held(google, calendar.id).values()
    assert (changed.etag, changed.content_hash) == (found.etag, found.content_hash)
    assert len(sent(service, "PATCH")) == 1


def test_syn9_what_was_deleted_there_stands_again_under_its_name(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    cancel(calendar, stored.href)
    again = google.create(calendar.id, replace(MEETING, summary="Again"))
    assert again.href == stored.href
    (found,) = held(google, calendar.id).values()
    assert found.etag == again.etag
    assert found.uid == MEETING.uid


def test_syn9_what_cannot_be_revived_gets_another_name(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    cancel(calendar, stored.href)
    service.fail(Fault("events.update", status=403, reason="forbidden"))
    again = google.create(calendar.id, MEETING)
    assert again.href == event_ids(MEETING.uid)[1]
    assert google.create(calendar.id, MEETING) == again
    assert len(held(google, calendar.id)) == 1


def test_syn9_a_copy_that_was_moved_to_another_name_is_found(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    noted = {"private": {"tandemUid": MEETING.uid, "tandemId": MEETING.tandem_id}}
    put(calendar, "elsewhere", extendedProperties=noted)
    assert google.create(calendar.id, MEETING).href == "elsewhere"
    assert len(held(google, calendar.id)) == 1


def test_syn9_another_event_under_our_name_is_left_alone(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    put(calendar, "foreign")
    with pytest.raises(PreconditionFailed):
        google.update(calendar.id, "foreign", None, MEETING)
    assert sent(service, "PATCH") == []


def test_syn2_what_is_gone_already_needs_no_version(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    service.fail(Fault("events.delete", status=412, reason="conditionNotMet", times=2))
    with pytest.raises(PreconditionFailed):
        google.delete(calendar.id, stored.href, stored.etag)
    cancel(calendar, stored.href)
    google.delete(calendar.id, stored.href, stored.etag)


def test_syn9_only_what_differs_is_said(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    own = {
        "colorId": "5",
        "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]},
        "guestsCanInviteOthers": False,
        "conferenceData": {"conferenceId": "abc"},
        "extendedProperties": {
            **calendar.events[stored.href]["extendedProperties"],
            "shared": {"theirs": "1"},
        },
    }
    edit(calendar, stored.href, **own)
    same = google.update(calendar.id, stored.href, None, MEETING)
    assert sent(service, "PATCH") == []
    assert same.etag == calendar.events[stored.href]["etag"]
    google.update(calendar.id, stored.href, None, replace(MEETING, summary="New"))
    assert sent(service, "PATCH") == [{"summary": "New"}]
    assert {name: calendar.events[stored.href][name] for name in own} == own


@pytest.mark.parametrize(
    "spelled", ["Line one\r\nLine two", "Line one  \nLine two\n\n", "Line one<br>Line two"]
)
def test_syn9_trap38_another_spelling_is_not_corrected_again_and_again(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar, spelled: str
) -> None:
    wanted = replace(MEETING, description="Line one\nLine two")
    stored = google.create(calendar.id, wanted)
    edit(calendar, stored.href, description=spelled)
    google.update(calendar.id, stored.href, None, wanted)
    assert sent(service, "PATCH") == []
    google.update(calendar.id, stored.href, None, replace(wanted, description="Line three"))
    assert calendar.events[stored.href]["description"] == "Line three"


def test_syn9_texts_that_are_gone_are_taken_away(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    full = replace(
        MEETING, description="About", location="Here", url="https://crm.example/a", private=True
    )
    stored = google.create(calendar.id, full)
    google.update(calendar.id, stored.href, stored.etag, MEETING)
    there = calendar.events[stored.href]
    assert not {"location", "source"} & set(there)
    assert not there.get("description")
    assert there["visibility"] == "default"


@pytest.mark.parametrize(("visibility", "kept"), [("confidential", True), ("public", False)])
def test_syn12_a_finer_visibility_stays(
    google: GoogleCalendars, calendar: GoogleCalendar, visibility: str, kept: bool
) -> None:
    stored = google.create(calendar.id, replace(MEETING, private=kept))
    edit(calendar, stored.href, visibility=visibility)
    google.update(calendar.id, stored.href, None, replace(MEETING, private=kept, summary="New"))
    assert calendar.events[stored.href]["visibility"] == visibility


def test_syn9_guests_keep_their_answers_and_rooms_their_place(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    room = {"email": "room@resource.calendar.google.com", "resource": True}
    ann = {"email": "ann@client.example", "responseStatus": "accepted", "comment": "Yes"}
    edit(calendar, stored.href, attendees=[ann, room, {"email": "bob@client.example"}])
    changed = replace(MEETING, attendees=(GUESTS[0], ("eve@client.example", "Eve")))
    google.update(calendar.id, stored.href, None, changed)
    people = {each["email"]: each for each in calendar.events[stored.href]["attendees"]}
    assert set(people) == {"ann@client.example", "eve@client.example", room["email"]}
    assert people["ann@client.example"]["comment"] == "Yes"


def test_syn9_a_list_of_guests_that_was_shortened_is_never_written_back(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    edit(calendar, stored.href, attendees=[{"email": "me@example.org"}], attendeesOmitted=True)
    google.update(calendar.id, stored.href, None, replace(MEETING, summary="New"))
    assert sent(service, "PATCH") == [{"summary": "New"}]


def test_syn9_a_moved_event_keeps_its_zone(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    edit(calendar, stored.href, **timed(START + HOUR, 30, "America/New_York"))
    moved = replace(MEETING, starts_at=START + 3 * HOUR, ends_at=START + 4 * HOUR)
    google.update(calendar.id, stored.href, None, moved)
    assert calendar.events[stored.href]["start"] == {
        "dateTime": "2026-03-02T12:00:00Z",
        "timeZone": "America/New_York",
    }


def test_syn9_a_whole_day_becomes_our_time_again(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    edit(calendar, stored.href, **whole_day("2026-03-02", "2026-03-03"))
    google.update(calendar.id, stored.href, None, MEETING)
    (one,) = occurrences(held(google, calendar.id).values())
    assert (one.starts_at, one.ends_at, one.all_day) == (MEETING.starts_at, MEETING.ends_at, False)


@pytest.mark.parametrize("etag", [True, False])
def test_syn9_a_change_in_the_last_moment_wins(
    service: GoogleService, google: GoogleCalendars, calendar: GoogleCalendar, etag: bool
) -> None:
    stored = google.create(calendar.id, MEETING)
    service.fail(Fault("events.patch", status=412, reason="conditionNotMet"))
    with pytest.raises(PreconditionFailed):
        google.update(
            calendar.id,
            stored.href,
            stored.etag if etag else None,
            replace(MEETING, summary="New"),
        )


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(status=403, reason="requiredAccessLevel"), AccessLost),
        (Fault(status=429, reason="rateLimitExceeded"), RateLimited),
        (Fault(status=400, reason="invalid"), Rejected),
        (Fault(status=500), RemoteUnavailable),
    ],
)
def test_syn11_refused_writes(
    service: GoogleService,
    google: GoogleCalendars,
    calendar: GoogleCalendar,
    fault: Fault,
    error: type[Exception],
) -> None:
    stored = google.create(calendar.id, MEETING)
    changed = replace(MEETING, summary="New")
    for call, act in (
        ("events.insert", lambda: google.create(calendar.id, replace(MEETING, uid="other"))),
        ("events.patch", lambda: google.update(calendar.id, stored.href, stored.etag, changed)),
        ("events.delete", lambda: google.delete(calendar.id, stored.href, stored.etag)),
    ):
        service.fail(replace(fault, call=call))
        with pytest.raises(error):
            act()
    assert len(held(google, calendar.id)) == 1


def test_syn10_after_a_lost_cursor_our_copy_is_the_same(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    stored = google.create(calendar.id, MEETING)
    expire_tokens(calendar)
    (found,) = held(google, calendar.id).values()
    assert (found.href, found.etag, found.content_hash) == (
        stored.href,
        stored.etag,
        stored.content_hash,
    )


def test_syn9_control_characters_and_broken_text_are_no_trouble(
    google: GoogleCalendars, calendar: GoogleCalendar
) -> None:
    odd = replace(MEETING, summary="A\x00B\ud800", description="x\x0by", location="\x7f")
    stored = google.create(calendar.id, odd)
    assert google.create(calendar.id, odd) == stored
    (found,) = held(google, calendar.id).values()
    assert found.content_hash == stored.content_hash
