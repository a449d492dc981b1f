"""SYN-2, SYN-9: what Tandem writes into calendars, and what it leaves alone."""

from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.reading import read_occurrences
from crm_app.providers.ical.writing import rewrite, write
from crm_app.providers.occurrence import EventStatus, Occurrence
from tests.factories.outgoing import START, outgoing
from tests.providers.ical.texts import calendar, event


def read_back(raw: str) -> Occurrence:
    (found,) = read_occurrences(
        raw,
        since=datetime(2020, 1, 1, tzinfo=UTC),
        until=datetime(2030, 1, 1, tzinfo=UTC),
        calendar_zone="Europe/Berlin",
    )
    return found


def properties(raw: str) -> icalendar.Event:
    return icalendar.Calendar.from_ical(raw).events[0]


def test_syn2_what_is_written_reads_back() -> None:
    written = outgoing(
        summary="Call; Ann, Bob\\Co",
        description="Line 1\r\nLine 2 ü 😀 " + "long " * 40,
        location="https://meet.example/a?b=c,d",
        url="https://crm.example/a/1",
        organizer=("me@example.org", 'Me "the" Boss'),
        attendees=(("ann@example.org", "Ann: A; B, C"), ("bob@example.org", "")),
        private=True,
        status=EventStatus.TENTATIVE,
    )
    raw = write(written)
    found = read_back(raw)
    assert (found.starts_at, found.ends_at) == (written.starts_at, written.ends_at)
    assert found.summary == written.summary
    assert found.description == written.description.replace("\r\n", "\n").strip()
    assert found.location == written.location
    assert found.organizer == "me@example.org"
    assert [(one.email, one.name) for one in found.attendees] == [
        ("ann@example.org", "Ann: A; B, C"),
        ("bob@example.org", ""),
    ]
    assert found.private
    assert found.status is EventStatus.TENTATIVE
    assert (found.uid, found.tandem_id) == (written.uid, "apt_1")
    assert max(len(line.encode()) for line in raw.split("\r\n")) <= 75


def test_syn2_servers_are_asked_not_to_mail_and_dtend_is_there() -> None:
    raw = write(
        outgoing(organizer=("me@example.org", "Me"), attendees=(("ann@example.org", "Ann"),))
    )
    found = properties(raw)
    assert found["ORGANIZER"].params["SCHEDULE-AGENT"] == "CLIENT"
    assert found["ATTENDEE"].params["SCHEDULE-AGENT"] == "CLIENT"
    assert "DTEND" in found
    assert "METHOD" not in raw


def test_syn2_guests_without_an_organizer_are_not_written() -> None:
    assert "ATTENDEE" not in write(outgoing(attendees=(("ann@example.org", "Ann"),)))


@given(st.text(max_size=200))
def test_syn2_no_text_can_add_properties(text: str) -> None:
    raw = write(
        outgoing(
            summary=text,
            description=text,
            location=text,
            url=text,
            organizer=("me@example.org", text),
            attendees=(("ann@example.org", text),),
        )
    )
    found = icalendar.Calendar.from_ical(raw)
    assert len(found.events) == 1
    assert set(found.events[0]) <= {
        "UID", "DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "STATUS",
        "TRANSP", "X-TANDEM-ID", "DESCRIPTION", "LOCATION", "URL", "ORGANIZER", "ATTENDEE",
    }  # fmt: skip
    assert found.events[0].errors == []


ALARM = "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nDESCRIPTION:Mine\nEND:VALARM"


def stored(*lines: str) -> str:
    return calendar(
        event(
            "DTSTART:20260302T090000Z",
            "DTEND:20260302T093000Z",
            "SUMMARY:Old",
            "SEQUENCE:4",
            "X-APPLE-TRAVEL-TIME;VALUE=DURATION:PT15M",
            "CATEGORIES:Blue,Green",
            *lines,
            ALARM,
            uid=outgoing().uid,
        )
    )


def test_syn9_rewriting_keeps_what_is_unknown() -> None:
    raw = rewrite(stored(), outgoing(summary="New", sequence=2))
    found = properties(raw)
    assert found["SUMMARY"] == "New"
    assert found["SEQUENCE"] == 4
    assert "X-APPLE-TRAVEL-TIME;VALUE=DURATION:PT15M\r\n" in raw
    assert "CATEGORIES:Blue,Green\r\n" in raw
    assert found.walk("VALARM")[0]["DESCRIPTION"] == "Mine"
    assert raw.count("SUMMARY:") == 1


def test_syn9_unchanged_times_keep_their_lines() -> None:
    raw = stored().replace("DTSTART:20260302T090000Z", "DTSTART;TZID=Europe/Berlin:20260302T100000")
    assert "DTSTART;TZID=Europe/Berlin:20260302T100000" in rewrite(raw, outgoing())


def test_syn2_an_end_is_written_also_where_there_was_a_length() -> None:
    raw = stored().replace("DTEND:20260302T093000Z", "DURATION:PT30M")
    changed = rewrite(raw, outgoing())
    assert "DTEND:20260302T093000Z\r\n" in changed
    assert "DURATION:PT30M" not in changed


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (START + timedelta(days=60), "DTSTART;TZID=Europe/Berlin:20260501T110000"),
        # The doubled hour: first as local time, second only as UTC.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "DTSTART;TZID=Europe/Berlin:20261025T023000"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "DTSTART:20261025T013000Z"),
    ],
)
def test_syn9_moved_times_stay_in_the_objects_zone(start: datetime, expected: str) -> None:
    raw = stored().replace("DTSTART:20260302T090000Z", "DTSTART;TZID=Europe/Berlin:20260302T100000")
    moved = outgoing(starts_at=start, ends_at=start + timedelta(minutes=15))
    changed = rewrite(raw, moved)
    assert expected in changed
    assert read_back(changed).starts_at == start
    assert read_back(changed).ends_at == start + timedelta(minutes=15)


def test_syn9_whole_day_becomes_a_timed_event() -> None:
    raw = calendar(event("DTSTART;VALUE=DATE:20260302", uid=outgoing().uid))
    assert read_back(rewrite(raw, outgoing())).starts_at == START


def test_syn9_answers_of_guests_survive_and_stay_quiet() -> None:
    raw = stored(
        "ORGANIZER:mailto:me@example.org",
        "ATTENDEE;X-FOO=1;PARTSTAT=ACCEPTED;CN=Ann:mailto:Ann@example.org",
        "ATTENDEE;CN=Gone:mailto:gone@example.org",
    )
    changed = rewrite(
        raw,
        outgoing(
            organizer=("me@example.org", "Me"),
            attendees=(("ann@example.org", "Ann"), ("new@example.org", "New")),
        ),
    )
    ann, new = properties(changed)["ATTENDEE"]
    assert (ann.params["PARTSTAT"], ann.params["X-FOO"]) == ("ACCEPTED", "1")
    assert ann.params["SCHEDULE-AGENT"] == "CLIENT"
    assert new.params["PARTSTAT"] == "NEEDS-ACTION"
    assert "gone@example.org" not in changed


def test_syn9_people_stay_when_nothing_is_said_about_them() -> None:
    raw = stored("ORGANIZER:mailto:me@example.org", "ATTENDEE:mailto:ann@example.org")
    assert "ATTENDEE:mailto:ann@example.org" in rewrite(raw, outgoing())


def test_syn9_what_would_contradict_us_goes() -> None:
    raw = stored("X-ALT-DESC;FMTTYPE=text/html:<b>Old</b>", "X-MICROSOFT-CDO-BUSYSTATUS:FREE")
    changed = rewrite(raw, outgoing(description="New"))
    assert "X-ALT-DESC" not in changed
    assert read_back(changed).blocks()


def test_syn9_exceptions_of_a_series_are_left_alone() -> None:
    override = event(
        "RECURRENCE-ID:20260309T090000Z", "DTSTART:20260310T090000Z", "SUMMARY:Moved",
        uid=outgoing().uid,
    )  # fmt: skip
    master = event("DTSTART:20260302T090000Z", "RRULE:FREQ=WEEKLY", uid=outgoing().uid)
    changed = rewrite(calendar(override, master), outgoing(summary="New"))
    assert "SUMMARY:Moved" in changed
    assert "RRULE:FREQ=WEEKLY" in changed


def test_syn9_another_event_is_never_rewritten() -> None:
    with pytest.raises(ValueError, match="UID"):
        rewrite(calendar(event("DTSTART:20260302T090000Z", uid="other")), outgoing())


SAME = {
    "line ends and folding": lambda raw: raw.replace("\r\n ", "").replace("\r\n", "\n"),
    "stamps": lambda raw: raw.replace("DTSTAMP:20260201", "DTSTAMP:20260202").replace(
        "SEQUENCE:0", "SEQUENCE:3"
    ),
    "product": lambda raw: raw.replace("Tandem CRM", "Other"),
    "zone of a single event": lambda raw: raw.replace(
        "DTSTART:20260302T090000Z", "DTSTART;TZID=Europe/Berlin:20260302T100000"
    ),
    "default written out": lambda raw: raw.replace("END:VEVENT", "CLASS:PUBLIC\r\nEND:VEVENT"),
    "duration instead of an end": lambda raw: raw.replace("DTEND:20260302T093000Z", "DURATION:PT30M"),
    "order": lambda raw: "\r\n".join(
        ["BEGIN:VCALENDAR", "BEGIN:VEVENT", *sorted(raw.replace("\r\n ", "").split("\r\n")[5:-3]), "END:VEVENT", "END:VCALENDAR"]
    ),
    "blanks at line ends": lambda raw: raw.replace("first\\n", "first  \\n"),
}  # fmt: skip


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_syn9_rewriting_by_a_server_is_no_change(change: object) -> None:
    raw = write(outgoing(description="first\nsecond " + "x" * 90))
    changed = change(raw)
    assert changed != raw
    assert fingerprint(changed) == fingerprint(raw)


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "Other"},
        {"starts_at": START + timedelta(minutes=5)},
        {"ends_at": START + timedelta(minutes=5)},
        {"location": "There"},
        {"status": EventStatus.CANCELLED},
        {"busy": False},
        {"private": True},
        {"organizer": ("me@example.org", "")},
    ],
)
def test_syn9_real_changes_are_seen(change: dict[str, object]) -> None:
    assert fingerprint(write(outgoing(**change))) != fingerprint(write(outgoing()))


def test_syn9_fingerprint_of_rubbish() -> None:
    assert fingerprint("rubbish") == fingerprint("rubbish\r\n")
    assert fingerprint("DTSTART") != fingerprint("")
    assert fingerprint(calendar(event("DTSTART:99991231T235959Z", "DURATION:P99999D")))
