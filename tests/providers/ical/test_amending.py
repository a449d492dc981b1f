"""SYN-8, SYN-9: what others made, changed in one thing and in nothing else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import icalendar
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crm_app.providers.calendar_port import Amendment, WholeSeries
from crm_app.providers.ical.amending import amend, override
from crm_app.providers.ical.objects import parted, uid_of
from crm_app.providers.ical.reading import read_occurrences
from crm_app.providers.occurrence import EventStatus, Occurrence
from tests.providers.ical.texts import OUTLOOK_ZONE, calendar, event, single

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
AT = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 25, 14, 0, tzinfo=UTC)
MOVE = Amendment(starts_at=LATER, ends_at=LATER + timedelta(minutes=45))
CANCEL = Amendment(cancelled=True)
ONCE = Amendment(summary="Once")


def read(raw: str, zone: str = "Europe/Berlin") -> list[Occurrence]:
    found = read_occurrences(
        raw,
        since=datetime(2025, 1, 1, tzinfo=UTC),
        until=datetime(2028, 1, 1, tzinfo=UTC),
        calendar_zone=zone,
    )
    return [one for one in found if one.status is not EventStatus.CANCELLED]


def amended(raw: str, amendment: Amendment, recurrence_id: str | None = None) -> str:
    found = amend(raw, amendment, recurrence_id=recurrence_id, at=AT)
    assert found is not None
    return found


def weekly(*lines: str, start: str = "DTSTART;TZID=Europe/Berlin:20260316T090000") -> str:
    return single(start, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=4", "SUMMARY:Weekly", *lines)


# Every way of repeating, in zones whose clocks change at odd hours, by odd amounts, or never.
ZONES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata",
    "Africa/Casablanca", "Pacific/Apia", "Asia/Kathmandu", "UTC",
)  # fmt: skip
RULES = (
    "FREQ=DAILY;COUNT=12", "FREQ=WEEKLY;COUNT=8", "FREQ=WEEKLY;BYDAY=MO,WE,SU;COUNT=9",
    "FREQ=MONTHLY;COUNT=6", "FREQ=MONTHLY;BYDAY=-1SU;COUNT=5", "FREQ=DAILY;INTERVAL=3;UNTIL=20261130",
    "FREQ=YEARLY;COUNT=2",
)  # fmt: skip
# Around the clock changes of both hemispheres.
DAYS = st.sampled_from(
    [date(2026, 3, 6), date(2026, 3, 27), date(2026, 4, 3), date(2026, 10, 2), date(2026, 10, 23), date(2026, 10, 30)]
)  # fmt: skip
TIMES = st.sampled_from(
    ["000000", "003000", "013000", "020000", "023000", "025959", "030000", "090000", "234500"]
)
FORMS = st.sampled_from(["zone", "utc", "date", "midnights"])
LENGTHS = st.sampled_from(["PT30M", "PT1H", "P1D", "PT26H", "P1DT2H"])


@st.composite
def series(draw: st.DrawFn) -> str:
    zone, day, time = draw(st.sampled_from(ZONES)), draw(DAYS), draw(TIMES)
    rule, form = draw(st.sampled_from(RULES)), draw(FORMS)
    start, last = {
        "zone": (f"DTSTART;TZID={zone}:{day:%Y%m%d}T{time}", f"DURATION:{draw(LENGTHS)}"),
        "utc": (f"DTSTART:{day:%Y%m%d}T{time}Z", f"DURATION:{draw(LENGTHS)}"),
        "date": (f"DTSTART;VALUE=DATE:{day:%Y%m%d}", "DURATION:P2D"),
        "midnights": (f"DTSTART;TZID={zone}:{day:%Y%m%d}T000000", "DURATION:P1D"),
    }[form]
    lines = [start, last, f"RRULE:{rule}", "SUMMARY:Series", "LOCATION:Here"]
    if form == "midnights":
        lines.append("X-MICROSOFT-CDO-ALLDAYEVENT:TRUE")
    return single(*lines, "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nEND:VALARM")


amendments = st.one_of(
    st.just(ONCE),
    st.just(CANCEL),
    st.just(Amendment(location="")),
    st.builds(
        lambda start, length, summary: Amendment(
            starts_at=start, ends_at=start + length, summary=summary
        ),
        st.integers(0, 270 * 24 * 60).map(lambda minutes: MARCH + timedelta(minutes=minutes)),
        st.sampled_from([timedelta(minutes=15), timedelta(hours=3), timedelta(days=2)]),
        st.sampled_from([None, "Moved; far, away", "Ümläut"]),
    ),
)


def expected_after(before: list[Occurrence], which: int, amendment: Amendment) -> list[Occurrence]:
    others = before[:which] + before[which + 1 :]
    if amendment.cancelled:
        return others
    changes: dict[str, object] = {}
    if amendment.starts_at is not None:
        changes |= {
            "starts_at": amendment.starts_at,
            "ends_at": amendment.ends_at,
            "all_day": False,
            "local_start_date": None,
            "local_end_date": None,
        }
    changes |= {
        name: value
        for name in ("summary", "location")
        if (value := getattr(amendment, name)) is not None
    }
    return [*others, replace(before[which], **changes)]


def told(found: list[Occurrence]) -> list[Occurrence]:
    return sorted(
        (replace(one, warnings=()) for one in found),
        key=lambda one: (one.recurrence_id or "", one.starts_at),
    )


@settings(max_examples=60, deadline=None)
@given(series(), st.data(), st.sampled_from(ZONES))
def test_syn8_one_instance_changes_and_no_other(raw: str, data: st.DataObject, home: str) -> None:
    # Several changes one after the other, each on what the last one left.
    for _ in range(3):
        before = read(raw, home)
        assume(before)
        which = data.draw(st.integers(0, len(before) - 1))
        amendment = data.draw(amendments)
        name = before[which].recurrence_id
        changed = amend(raw, amendment, recurrence_id=name, at=AT)
        assert changed is not None
        assert told(read(changed, home)) == told(expected_after(before, which, amendment))
        assert icalendar.Calendar.from_ical(changed).events
        raw = changed


@settings(max_examples=60, deadline=None)
@given(series(), st.data())
def test_syn8_the_same_where_exceptions_are_kept_apart(raw: str, data: st.DataObject) -> None:
    before = read(raw)
    which = data.draw(st.integers(0, len(before) - 1))
    amendment = data.draw(amendments)
    apart = override(raw, amendment, recurrence_id=before[which].recurrence_id or "", at=AT)
    assert uid_of(apart) == uid_of(raw)
    assert told(read(raw + apart)) == told(expected_after(before, which, amendment))


def test_syn8_the_exception_is_spelt_like_its_series() -> None:
    for start, named in {
        "DTSTART;TZID=Europe/Berlin:20260316T090000": ";TZID=Europe/Berlin:20260330T090000",
        'DTSTART;TZID="W. Europe Standard Time":20260316T090000': (
            ';TZID="W. Europe Standard Time":20260330T090000'
        ),
        "DTSTART;VALUE=DATE:20260316": ";VALUE=DATE:20260330",
        "DTSTART:20260316T090000Z": ":20260330T090000Z",
        "DTSTART:20260316T090000": ":20260330T090000",
        "DTSTART;TZID=Nowhere/Land:20260316T090000": ";TZID=Nowhere/Land:20260330T090000",
        "DTSTART;TZID=tzone://Microsoft/Custom:20260316T090000": (
            ";TZID=tzone://Microsoft/Custom:20260330T090000"
        ),
    }.items():
        raw = weekly(start=start)
        name = read(raw)[2].recurrence_id
        assert f"RECURRENCE-ID{named}\r\n" in amended(raw, MOVE, name)
        assert f"EXDATE{named}\r\n" in amended(raw, CANCEL, name)
        assert [one.recurrence_id for one in read(amended(raw, CANCEL, name))] == [
            one.recurrence_id for number, one in enumerate(read(raw)) if number != 2
        ]


@pytest.mark.parametrize(
    "zone", ["Pacific/Honolulu", "Asia/Tokyo", "Europe/London", "Asia/Kolkata"]
)
@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=9", "FREQ=WEEKLY;COUNT=3"])
def test_syn8_floating_times_are_found_from_any_zone(zone: str, rule: str) -> None:
    raw = weekly(start="DTSTART:20260326T090000").replace("FREQ=WEEKLY;COUNT=4", rule)
    before = read(raw, zone)
    for which in (0, 2):
        changed = amended(raw, ONCE, before[which].recurrence_id)
        assert [one.summary for one in read(changed, zone)].index("Once") == which
        moved = amended(changed, MOVE, before[which].recurrence_id)
        assert told(read(moved, zone)) == told(
            expected_after(before, which, replace(MOVE, summary="Once"))
        )


def test_syn8_a_zone_of_the_objects_own() -> None:
    zone = OUTLOOK_ZONE.format(summer="-0900", winter="-1000")
    body = event(
        "DTSTART;TZID=Customized Time Zone:20260316T090000",
        "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY;COUNT=4",
    )
    raw = calendar(zone, body)
    before = read(raw)
    changed = amended(raw, MOVE, before[2].recurrence_id)
    assert told(read(changed)) == told(expected_after(before, 2, MOVE))
    assert changed.count("BEGIN:VTIMEZONE") == 1
    apart = override(raw, MOVE, recurrence_id=before[2].recurrence_id or "", at=AT)
    assert told(read(apart)) == told([replace(before[2], **times(MOVE))])
    whole, exceptions = parted(changed)
    assert told(read(whole + "".join(exceptions.values()))) == told(read(changed))


def times(amendment: Amendment) -> dict[str, object]:
    return {"starts_at": amendment.starts_at, "ends_at": amendment.ends_at}


def test_syn9_stamps_rise_and_come_from_outside() -> None:
    raw = weekly("SEQUENCE:4", "DTSTAMP:20200101T000000Z")
    changed = amended(raw, MOVE, "20260323T080000Z")
    series_, exception = icalendar.Calendar.from_ical(changed).events
    assert (series_["SEQUENCE"], exception["SEQUENCE"]) == (4, 5)
    assert exception["DTSTAMP"].dt == exception["LAST-MODIFIED"].dt == AT
    again = icalendar.Calendar.from_ical(amended(changed, ONCE, "20260323T080000Z")).events
    assert [each["SEQUENCE"] for each in again] == [4, 6]
    (cancelled,) = icalendar.Calendar.from_ical(amended(changed, CANCEL, "20260323T080000Z")).events
    assert cancelled["SEQUENCE"] == 5
    assert changed.count("DTSTAMP") == 2


def test_syn9_the_exception_is_a_copy_without_the_rule() -> None:
    raw = weekly(
        "EXDATE;TZID=Europe/Berlin:20260406T090000",
        "RDATE;TZID=Europe/Berlin:20260410T090000",
        "X-APPLE-TRAVEL-TIME;VALUE=DURATION:PT15M",
        "ATTENDEE;X-FOO=1;PARTSTAT=ACCEPTED:mailto:ann@example.org",
        "BEGIN:VALARM\nACTION:DISPLAY\nSUMMARY:Alarm\nTRIGGER:-PT5M\nEND:VALARM",
    )
    changed = amended(raw, replace(MOVE, summary=""), "20260323T080000Z")
    series_, exception = icalendar.Calendar.from_ical(changed).events
    assert not {"RRULE", "EXDATE", "RDATE", "SUMMARY", "DURATION"} & set(exception)
    assert {"RRULE", "EXDATE", "RDATE", "SUMMARY", "DURATION"} <= set(series_)
    assert exception["ATTENDEE"].params == series_["ATTENDEE"].params
    assert exception.walk("VALARM")[0]["SUMMARY"] == "Alarm"
    assert changed.count("X-APPLE-TRAVEL-TIME;VALUE=DURATION:PT15M\r\n") == 2
    assert changed.replace("\r\n ", "").startswith(raw[: raw.index("END:VEVENT")].split("SEQ")[0])


def test_syn9_a_new_place_takes_the_old_ones_map_along() -> None:
    raw = single(
        "DTSTART:20260302T100000Z",
        "DTEND:20260302T110000Z",
        "LOCATION;ALTREP=x:Old",
        "GEO:52.5;13.4",
        "X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE=Old:geo:52.5,13.4",
    )
    changed = amended(raw, Amendment(location="New"))
    assert "Old" not in changed
    assert "GEO" not in changed
    assert amended(raw, ONCE).count("Old") == 2


@pytest.mark.parametrize("start", ["DTSTART:20260302T100000Z", "DTSTART;VALUE=DATE:20260302"])
@pytest.mark.parametrize("end", [(), ("DURATION:P3D",)])
def test_syn9_an_end_is_always_written(start: str, end: tuple[str, ...]) -> None:
    raw = single(start, *end)
    changed = amended(raw, ONCE)
    assert changed.count("DTEND") == 1
    assert "DURATION" not in changed
    assert told(read(changed)) == [replace(read(raw)[0], summary="Once")]


def test_syn9_a_moved_event_stays_in_its_zone_and_says_its_hour_once() -> None:
    raw = single("DTSTART;TZID=Europe/Berlin:20260302T100000", "DURATION:PT1H")
    assert "DTSTART;TZID=Europe/Berlin:20260325T150000\r\n" in amended(raw, MOVE)
    # 02:30 comes twice that night, and only the first can be written with a zone.
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    twice = Amendment(starts_at=second, ends_at=second + timedelta(hours=1))
    assert "DTSTART:20261025T013000Z\r\n" in amended(raw, twice)
    floating = single("DTSTART:20260302T100000", "DURATION:PT1H")
    assert "DTSTART:20260325T140000Z\r\n" in amended(floating, MOVE)


def test_syn8_instances_added_by_date() -> None:
    raw = weekly("RDATE;TZID=America/New_York:20260320T120000")
    before = read(raw)
    assert before[1].recurrence_id == "20260320T160000Z"
    changed = amended(raw, MOVE, "20260320T160000Z")
    assert told(read(changed)) == told(expected_after(before, 1, MOVE))
    assert len(read(amended(raw, CANCEL, "20260320T160000Z"))) == 4


THIS_AND_FUTURE = event(
    "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260323T090000",
    "DTSTART;TZID=Europe/Berlin:20260323T110000",
    "DTEND;TZID=Europe/Berlin:20260323T120000",
    "SUMMARY:Later",
)


def test_syn8_after_a_change_of_this_and_all_later_ones() -> None:
    raw = weekly().replace("END:VCALENDAR", THIS_AND_FUTURE.replace("\n", "\r\n") + "END:VCALENDAR")
    before = read(raw)
    assert [one.summary for one in before] == ["Weekly", "Later", "Later", "Later"]
    changed = amended(raw, ONCE, before[2].recurrence_id)
    assert told(read(changed)) == told(expected_after(before, 2, ONCE))
    # The one that carries the change of all later ones cannot be changed alone.
    with pytest.raises(WholeSeries):
        amend(raw, MOVE, recurrence_id=before[1].recurrence_id, at=AT)


def test_syn8_an_instance_without_its_series() -> None:
    raw = calendar(
        event("RECURRENCE-ID:20260323T080000Z", "DTSTART:20260323T080000Z", "DURATION:PT1H")
    )
    (before,) = read(raw)
    assert told(read(amended(raw, MOVE, before.recurrence_id))) == [replace(before, **times(MOVE))]
    assert amend(raw, CANCEL, recurrence_id=before.recurrence_id, at=AT) is None
    with pytest.raises(LookupError):
        amend(raw, MOVE, at=AT)


def test_syn8_old_versions_of_a_cancelled_exception_do_not_come_back() -> None:
    old, new = (
        event(
            "RECURRENCE-ID;TZID=Europe/Berlin:20260323T090000",
            f"DTSTART;TZID=Europe/Berlin:20260324T{hour}0000",
            "DURATION:PT1H",
            f"SEQUENCE:{sequence}",
        )
        for hour, sequence in (("10", 1), ("11", 2))
    )
    raw = weekly().replace("END:VCALENDAR", (new + old).replace("\n", "\r\n") + "END:VCALENDAR")
    assert len(read(raw)) == 4
    assert len(read(amended(raw, CANCEL, "20260323T080000Z"))) == 3
    moved = read(amended(raw, MOVE, "20260323T080000Z"))
    assert LATER in {one.starts_at for one in moved}
    assert len(moved) == 4


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("", None),
        ("rubbish", "20260323T080000Z"),
        (weekly(), "rubbish"),
        (weekly(), "20260323"),
        (weekly(), "20260323T080001Z"),
        (weekly(), "99991231T235959Z"),
        (weekly(), "00010101T000000Z"),
        (single("DTSTART:20260323T080000Z"), "20260323T080000Z"),
        (single("SUMMARY:No start"), None),
        (weekly().replace("END:VEVENT\r\n", ""), None),
    ],
)
def test_syn9_what_is_not_there_is_not_changed(raw: str, name: str | None) -> None:
    for amendment in (MOVE, CANCEL):
        with pytest.raises(LookupError):
            amend(raw, amendment, recurrence_id=name, at=AT)


def test_syn8_a_cancelled_instance_is_gone() -> None:
    exception = event("RECURRENCE-ID;TZID=Europe/Berlin:20260323T090000", "STATUS:CANCELLED")
    raw = weekly().replace("END:VCALENDAR", exception.replace("\n", "\r\n") + "END:VCALENDAR")
    with pytest.raises(LookupError):
        amend(raw, MOVE, recurrence_id="20260323T080000Z", at=AT)


@given(st.text(max_size=200))
def test_syn9_no_text_can_add_properties(text: str) -> None:
    before = set(icalendar.Calendar.from_ical(weekly()).events[0])
    changed = amended(weekly(), Amendment(summary=text, location=text))
    (found,) = icalendar.Calendar.from_ical(changed).events
    assert set(found) <= before | {
        "DTEND", "LOCATION", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "SUMMARY",
    }  # fmt: skip
    assert found.errors == []


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Customized Time Zone"])
def test_syn8_the_skipped_hour_keeps_its_name(zone: str) -> None:
    body = event(
        f"DTSTART;TZID={zone}:20260327T023000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4"
    )
    raw = calendar(OUTLOOK_ZONE.format(summer="+0200", winter="+0100"), body)
    before = read(raw)
    assert before[2].starts_at == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    changed = amended(raw, MOVE, before[2].recurrence_id)
    assert f"RECURRENCE-ID;TZID={zone}:20260329T023000\r\n" in changed
    assert told(read(changed)) == told(expected_after(before, 2, MOVE))
