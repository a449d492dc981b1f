"""Google's JSON as iCalendar, row by row of what is known to go wrong (SYN-3, SYN-8, SYN-12)."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.providers.google.reading import remote_event
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.objects import uid_of
from crm_app.providers.occurrence import Transparency
from tests.providers.google.events import ME, TEN, event, guest, occurrences, one, raw


def test_syn3_a_timed_event() -> None:
    found = one(description="Bring\r\nthe plans; all, of them", location="Café \\ 2")
    assert (found.starts_at, found.ends_at) == (TEN, TEN + timedelta(hours=1))
    assert (found.summary, found.location) == ("Lunch", "Café \\ 2")
    assert found.description == "Bring\nthe plans; all, of them"
    assert found.blocks()
    assert found.uid == "one@google.com"
    assert not found.recurring


@pytest.mark.parametrize(
    ("parts", "blocks"),
    [
        ({}, True),
        ({"transparency": "opaque"}, True),
        ({"transparency": "transparent"}, False),
        ({"status": "tentative"}, True),
        ({"eventType": "fromGmail"}, True),
        ({"eventType": "focusTime"}, True),
        ({"eventType": "outOfOffice"}, True),
        ({"eventType": "workingLocation"}, False),
        ({"eventType": "birthday"}, False),
        ({"eventType": "somethingNew"}, True),
    ],
)
def test_syn3_what_takes_time(parts: dict[str, str], blocks: bool) -> None:
    assert one(**parts).blocks() is blocks


def test_syn4_free_events_keep_their_guests() -> None:
    found = one(transparency="transparent", attendees=[guest("ann@client.example")])
    assert found.transparency is Transparency.FREE
    assert [each.email for each in found.attendees] == ["ann@client.example"]


@pytest.mark.parametrize(
    ("kind", "special"),
    [
        ("default", False),
        ("fromGmail", False),
        ("workingLocation", True),
        ("birthday", True),
        ("focusTime", True),
        ("outOfOffice", True),
    ],
)
def test_syn12_what_is_no_meeting_is_marked(kind: str, special: bool) -> None:
    found = one(eventType=kind)
    assert found.special is special
    assert found.out_of_office is (kind == "outOfOffice")


def test_syn3_tentative_and_out_of_office_can_be_told_apart() -> None:
    assert not one(status="tentative").blocks(tentative=False)
    assert not one(eventType="outOfOffice").blocks(out_of_office=False)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Los_Angeles"])
def test_syn12_a_date_is_the_same_date_everywhere(zone: str) -> None:
    day = event(start={"date": "2026-03-04"}, end={"date": "2026-03-05"})
    (found,) = occurrences(day, zone=zone)
    assert (found.local_start_date, found.local_end_date) == (date(2026, 3, 4), date(2026, 3, 5))
    assert found.ends_at - found.starts_at == timedelta(days=1)
    assert found.blocks()
    (free,) = occurrences({**day, "transparency": "transparent"}, zone=zone)
    assert not free.blocks()


def test_syn12_days_over_a_clock_change_stay_as_many() -> None:
    found = one(start={"date": "2026-03-28"}, end={"date": "2026-03-31"})
    assert (found.local_start_date, found.local_end_date) == (date(2026, 3, 28), date(2026, 3, 31))
    assert found.ends_at - found.starts_at == timedelta(hours=71)


@pytest.mark.parametrize(
    "end",
    [
        {"dateTime": "2026-03-02T11:00:00+01:00"},
        {"dateTime": "2026-03-02T09:00:00+01:00"},
        None,
    ],
)
def test_syn3_no_length_and_a_wrong_end_block_nothing(end: dict[str, str] | None) -> None:
    found = one(end=end)
    assert found.starts_at == found.ends_at == TEN
    assert not found.blocks()


def test_syn7_the_calendars_own_person_is_known_under_any_address() -> None:
    found = one(
        attendees=[
            guest("ann@client.example", "accepted", displayName='Ann "A" Müller, Dr.'),
            guest("alias@my-brand.example", "declined", self=True),
            guest("room@resource.calendar.google.com", resource=True),
            guest("bob@client.example", "tentative", optional=True),
        ]
    )
    people = {each.email: each for each in found.attendees}
    assert set(people) == {
        ME,
        "ann@client.example",
        "bob@client.example",
        "room@resource.calendar.google.com",
    }
    assert people["ann@client.example"].name == "Ann 'A' Müller, Dr."
    assert people["ann@client.example"].partstat == "ACCEPTED"
    assert people["bob@client.example"].partstat == "TENTATIVE"
    assert [each.email for each in found.attendees if each.is_resource] == [
        "room@resource.calendar.google.com"
    ]
    assert found.declined_by_owner
    assert not found.blocks()


def test_syn7_his_own_entry_counts_before_another_address_of_his() -> None:
    found = one(attendees=[guest(ME, "accepted"), guest("alias@x.example", "declined", self=True)])
    assert found.declined_by_owner


def test_syn7_only_the_owner_himself() -> None:
    found = one(attendees=[guest("alias@my-brand.example", "accepted", self=True)])
    assert [each.email for each in found.attendees] == [ME]
    assert found.blocks()


@pytest.mark.parametrize(
    ("organizer", "known"),
    [
        ({"email": "secondary@group.calendar.google.com", "self": True}, ME),
        ({"email": "Boss@client.example", "displayName": "Boss"}, "boss@client.example"),
    ],
)
def test_syn9_whose_event_it_is(organizer: dict[str, Any], known: str) -> None:
    found = one(organizer=organizer, attendees=[guest("ann@client.example")])
    assert found.organizer == known


def test_syn9_a_foreign_event_whose_guests_are_hidden_is_still_foreign() -> None:
    assert one(organizer={"email": "boss@client.example"}).organizer == "boss@client.example"
    assert one().organizer is None


@pytest.mark.parametrize(
    ("visibility", "private"),
    [("default", False), ("public", False), ("private", True), ("confidential", True)],
)
def test_syn12_private_events(visibility: str, private: bool) -> None:
    assert one(visibility=visibility).private is private


def test_syn9_our_own_copy_bears_our_names() -> None:
    noted = {"private": {"tandemUid": "abc@tandem", "tandemId": "apt_7"}}
    found = remote_event(event(extendedProperties=noted), owner=ME, uid="abc@tandem")
    assert found.uid == uid_of(found.raw) == "abc@tandem"
    assert "X-TANDEM-ID:apt_7" in found.raw
    # What others can write is not believed.
    assert "X-TANDEM-ID" not in raw(event(extendedProperties={"shared": noted["private"]}))


@pytest.mark.parametrize(
    "same",
    [
        {"etag": '"2"', "updated": "2026-02-02T10:00:00.000Z", "sequence": 7},
        {"reminders": {"useDefault": False}, "colorId": "3", "htmlLink": "https://x.example"},
        {
            "start": {"dateTime": "2026-03-02T10:00:00Z"},
            "end": {"dateTime": "2026-03-02T11:00:00Z"},
        },
        {"transparency": "opaque", "visibility": "default", "summary": "Lunch  "},
    ],
)
def test_syn9_the_hash_covers_what_is_read_and_nothing_else(same: dict[str, Any]) -> None:
    def hashed(item: dict[str, Any]) -> str:
        return remote_event(item, owner=ME, uid="one@google.com").content_hash

    assert hashed(event(**same)) == hashed(event()) == fingerprint(raw(event()))
    for other in (
        {"summary": "Dinner"},
        {"location": "There"},
        {"transparency": "transparent"},
        {"visibility": "private"},
        {"status": "tentative"},
        {"attendees": [guest("ann@client.example")]},
        {"start": {"dateTime": "2026-03-02T10:30:00Z"}},
    ):
        assert hashed(event(**other)) != hashed(event())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<p>One</p><p><b>Two</b> &amp; three</p>", "One\nTwo & three"),
        ("<ul><li>One</li><li>Two</li></ul>", "- One\n- Two"),
        (
            '<a href="https://x.example/a?b=1&amp;c=2" target="_blank">Here</a>',
            "Here (https://x.example/a?b=1&c=2)",
        ),
        ('<a href="https://x.example">https://x.example</a>', "https://x.example"),
        ("a &lt;b&gt;<br>c", "a <b>\nc"),
        (
            "plain: a < b, Tom <tom@x.example> &amp; <unknown>",
            "plain: a < b, Tom <tom@x.example> &amp; <unknown>",
        ),
    ],
)
def test_syn9_descriptions_that_were_edited_at_google(written: str, read: str) -> None:
    assert one(description=written).description == read


_TEXT = st.text(max_size=300)


@given(_TEXT, _TEXT, _TEXT, _TEXT)
def test_syn9_any_text_comes_through(
    summary: str, description: str, location: str, name: str
) -> None:
    item = event(
        summary=summary,
        description=description,
        location=location,
        attendees=[guest("ann@client.example", displayName=name)],
    )
    (found,) = occurrences(item)
    for written, read in (
        (summary, found.summary),
        (description, found.description),
        (location, found.location),
    ):
        kept = "".join(
            c for c in written.replace("\r\n", "\n").replace("\r", "\n") if c.isprintable()
        )
        assert "".join(c for c in read if c.isprintable()).strip() == kept.strip()
    assert [each.email for each in found.attendees] == ["ann@client.example"]
    assert all(len(line.encode()) <= 75 for line in raw(item).split("\r\n"))
