"""Google's JSON as iCalendar, row by row of what is known to go wrong (SYN-3, SYN-8, SYN-12)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.providers.google.reading import is_gone, remote_event, series_of
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.objects import uid_of
from crm_app.providers.occurrence import EventStatus, Transparency, Trouble
from tests.providers.google.events import ME, event, guest, occurrences, one, raw

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
WEEKLY = {
    "id": "weekly",
    "iCalUID": "weekly@google.com",
    "start": {"dateTime": "2026-03-16T09:00:00+01:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-03-16T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=4"],
}
MONDAYS = ["20260316T080000Z", "20260323T080000Z", "20260330T070000Z", "20260406T070000Z"]


def starts(*items: dict[str, Any]) -> list[str]:
    return [
        f"{each.starts_at:%Y%m%dT%H%M%SZ}"
        for each in occurrences(*items)
        if each.status is not EventStatus.CANCELLED
    ]


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


def test_syn8_a_series_across_the_clock_change() -> None:
    assert starts(event(**WEEKLY)) == MONDAYS


def test_syn8_the_offset_is_the_calendars_and_the_zone_the_events() -> None:
    # Somebody in New York looks at a series of Berlin's: Google writes New York's offset.
    there = {
        **WEEKLY,
        "start": {"dateTime": "2026-03-16T04:00:00-04:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-03-16T05:00:00-04:00", "timeZone": "Europe/Berlin"},
    }
    assert starts(event(**there)) == MONDAYS
    assert remote(there).content_hash == remote(WEEKLY).content_hash


def remote(parts: dict[str, Any]) -> Any:
    return remote_event(event(**parts), owner=ME, uid="weekly@google.com")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("EXDATE;TZID=Europe/Berlin:20260323T090000", [MONDAYS[0], *MONDAYS[2:]]),
        ("EXDATE:20260323T080000Z", [MONDAYS[0], *MONDAYS[2:]]),
        ("EXDATE:20260323T090000", [MONDAYS[0], *MONDAYS[2:]]),
        (
            "RDATE;TZID=Europe/Berlin:20260319T090000",
            [MONDAYS[0], "20260319T080000Z", *MONDAYS[1:]],
        ),
        ("EXDATE;TZID=Europe/Berlin:20260323T090000,20260330T090000", [MONDAYS[0], MONDAYS[3]]),
        ("rubbish", MONDAYS),
    ],
)
def test_syn8_dates_left_out_and_added(line: str, expected: list[str]) -> None:
    assert starts(event(**{**WEEKLY, "recurrence": [*WEEKLY["recurrence"], line]})) == expected


def exception(when: str = "20260323T080000Z", **parts: Any) -> dict[str, Any]:
    moment = f"{when[:4]}-{when[4:6]}-{when[6:8]}T{when[9:11]}:{when[11:13]}:00Z"
    return event(
        **{
            "id": f"weekly_{when}",
            "recurringEventId": "weekly",
            "iCalUID": "weekly@google.com",
            "originalStartTime": {"dateTime": moment, "timeZone": "Europe/Berlin"},
            "start": {"dateTime": "2026-03-24T13:00:00+01:00", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2026-03-24T14:00:00+01:00", "timeZone": "Europe/Berlin"},
            **parts,
        }
    )


def test_syn8_a_moved_instance_is_an_object_of_its_series() -> None:
    moved = exception()
    assert starts(event(**WEEKLY), moved) == [MONDAYS[0], "20260324T120000Z", *MONDAYS[2:]]
    found = remote_event(moved, owner=ME, uid="weekly@google.com")
    assert (found.href, found.belongs_to) == ("weekly_20260323T080000Z", "weekly")
    names = [each.recurrence_id for each in occurrences(event(**WEEKLY), moved)]
    assert names == MONDAYS


@pytest.mark.parametrize(
    "sparse",
    [
        {"id": "weekly_20260330T070000Z", "status": "cancelled"},
        {"id": "weekly_20260330T070000Z", "status": "cancelled", "recurringEventId": "weekly"},
        {
            "id": "weekly_20260330T070000Z",
            "status": "cancelled",
            "recurringEventId": "weekly",
            "originalStartTime": {"dateTime": "2026-03-30T09:00:00+02:00"},
        },
        {
            "id": "whatever",
            "status": "cancelled",
            "recurringEventId": "weekly",
            "originalStartTime": {
                "dateTime": "2026-03-30T09:00:00+02:00",
                "timeZone": "Europe/Berlin",
            },
        },
    ],
)
def test_syn8_a_cancelled_instance_frees_only_its_slot(sparse: dict[str, Any]) -> None:
    assert series_of(sparse) == "weekly"
    assert not is_gone(sparse)
    assert starts(event(**WEEKLY), sparse) == [MONDAYS[0], MONDAYS[1], MONDAYS[3]]


def test_syn8_a_cancelled_whole_day_instance_is_known_by_its_id() -> None:
    fair = {
        "id": "fair",
        "start": {"date": "2026-03-04"},
        "end": {"date": "2026-03-05"},
        "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"],
    }
    sparse = {"id": "fair_20260305", "status": "cancelled"}
    found = [each for each in occurrences(event(**fair), sparse) if each.blocks()]
    assert [each.local_start_date for each in found] == [date(2026, 3, 4), date(2026, 3, 6)]


@pytest.mark.parametrize(
    ("item", "series"),
    [
        ({"id": "abc_R20260316T080000", "status": "cancelled"}, ""),
        (
            {"id": "abc_R20260316T080000_20260323T080000Z", "status": "cancelled"},
            "abc_R20260316T080000",
        ),
        ({"id": "_6tlnaqrle5p6cpb4dhmjgphpehj0", "status": "cancelled"}, ""),
        ({"id": "abc_20260323T080000Z", "status": "confirmed", "start": {}}, ""),
        ({"id": "abc_20260323T080000Z", "recurringEventId": "abc_R2026", "start": {}}, "abc_R2026"),
    ],
)
def test_syn8_which_series_an_id_belongs_to(item: dict[str, Any], series: str) -> None:
    assert series_of(item) == series


def test_syn8_a_deleted_event_is_gone_and_no_instance() -> None:
    assert is_gone({"id": "one", "status": "cancelled"})
    assert is_gone(event(status="cancelled"))
    assert not is_gone(event())


@pytest.mark.parametrize("zone", ["W. Europe Standard Time", "Europe/Berlin", "europe/berlin"])
def test_syn8_zones_by_other_names(zone: str) -> None:
    times = {
        name: {"dateTime": WEEKLY[name]["dateTime"], "timeZone": zone}  # type: ignore[index]
        for name in ("start", "end")
    }
    assert starts(event(**{**WEEKLY, **times})) == MONDAYS


@pytest.mark.parametrize("zone", ["tzone://Microsoft/Custom", "Mars/Olympus; Mons", 'A "b": c'])
def test_syn8_a_zone_that_nobody_knows_is_the_calendars(zone: str) -> None:
    times = {
        name: {"dateTime": WEEKLY[name]["dateTime"], "timeZone": zone}  # type: ignore[index]
        for name in ("start", "end")
    }
    found = occurrences(event(**{**WEEKLY, **times}))
    assert [f"{each.starts_at:%Y%m%dT%H%M%SZ}" for each in found] == MONDAYS
    assert Trouble.UNKNOWN_ZONE in found[0].warnings


def test_syn8_a_time_without_offset_and_zone_is_the_calendars() -> None:
    found = one(start={"dateTime": "2026-03-02T11:00:00"}, end={"dateTime": "2026-03-02T12:00:00"})
    assert (found.starts_at, found.ends_at) == (TEN, TEN + timedelta(hours=1))


def test_syn8_a_time_without_offset_is_in_its_zone() -> None:
    there = "America/New_York"
    found = one(
        start={"dateTime": "2026-03-02T05:00:00", "timeZone": there},
        end={"dateTime": "2026-03-02T06:00:00", "timeZone": there},
    )
    assert (found.starts_at, found.ends_at) == (TEN, TEN + timedelta(hours=1))


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
