"""Series of Google's: zones, exceptions, and instances of which nothing but an id comes (SYN-8)."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from crm_app.providers.google.reading import is_gone, remote_event, series_of
from crm_app.providers.occurrence import EventStatus, Trouble
from tests.providers.google.events import ME, TEN, event, occurrences, one

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


def test_syn8_a_floating_date_left_out_is_of_the_series_zone() -> None:
    lines = [*WEEKLY["recurrence"], "EXDATE:20260323T090000"]
    found = occurrences(event(**{**WEEKLY, "recurrence": lines}), zone="America/New_York")
    assert [f"{each.starts_at:%Y%m%dT%H%M%SZ}" for each in found] == [MONDAYS[0], *MONDAYS[2:]]


@pytest.mark.parametrize("offset", ["+02:00", "+01:00"])
def test_syn8_an_instance_in_the_doubled_hour(offset: str) -> None:
    moved = exception(
        start={"dateTime": f"2026-10-25T02:30:00{offset}", "timeZone": "Europe/Berlin"},
        end={"dateTime": "2026-10-25T04:00:00+01:00", "timeZone": "Europe/Berlin"},
    )
    found = occurrences(event(**WEEKLY), moved)[-1]
    assert found.starts_at == datetime.fromisoformat(f"2026-10-25T02:30:00{offset}")


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
