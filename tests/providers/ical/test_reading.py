"""SYN-3, SYN-8, SYN-12: what an external event means for the owner's time."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from crm_app.providers.ical.reading import Reading, read, read_occurrences
from crm_app.providers.occurrence import EventStatus, Occurrence, Transparency, Trouble
from tests.providers.ical.texts import OUTLOOK_ZONE, calendar, event, single

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)


def looked_at(
    raw: str,
    *,
    zone: str = "Europe/Berlin",
    since: datetime = SINCE,
    until: datetime = UNTIL,
    own: tuple[str, ...] = ("me@example.org",),
) -> Reading:
    return read(raw, since=since, until=until, calendar_zone=zone, own_addresses=own)


def only(raw: str, **options: object) -> Occurrence:
    reading = looked_at(raw, **options)
    assert len(reading.occurrences) == 1, reading
    return reading.occurrences[0]


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


TIMES = {
    "utc": ("DTSTART:20260301T090000Z", "2026-03-01 09:00"),
    "iana zone": ("DTSTART;TZID=Europe/Berlin:20260301T090000", "2026-03-01 08:00"),
    "iana zone in quotes": ('DTSTART;TZID="Europe/Berlin":20260301T090000', "2026-03-01 08:00"),
    "windows zone": ("DTSTART;TZID=W. Europe Standard Time:20260701T090000", "2026-07-01 07:00"),
    "vendor's path": (
        "DTSTART;TZID=/vendor.example/Asia/Tokyo:20260301T090000",
        "2026-03-01 00:00",
    ),
    "utc with a zone beside": ("DTSTART;TZID=Asia/Tokyo:20260301T090000Z", "2026-03-01 09:00"),
    "floating": ("DTSTART:20260301T090000", "2026-03-01 08:00"),
    "skipped by the clock change": (
        "DTSTART;TZID=Europe/Berlin:20260329T023000",
        "2026-03-29 01:30",
    ),
    "repeated by the clock change": (
        "DTSTART;TZID=Europe/Berlin:20261025T023000",
        "2026-10-25 00:30",
    ),
    "leap second": ("DTSTART:20260630T235960Z", "2026-06-30 23:59"),
}


@pytest.mark.parametrize(("line", "expected"), TIMES.values(), ids=TIMES.keys())
def test_syn8_start_times(line: str, expected: str) -> None:
    found = only(single(line, "DURATION:PT1H"))
    assert found.starts_at.replace(second=0) == at(expected)
    assert found.starts_at.tzinfo is UTC
    assert found.ends_at - found.starts_at == timedelta(hours=1)
    assert found.warnings == ()


def test_syn8_unknown_zone_is_the_calendars_zone_and_warns() -> None:
    for tzid in ("tzone://Microsoft/Custom", "Nowhere/Land", "localtime"):
        found = only(single(f"DTSTART;TZID={tzid}:20260301T090000", "DURATION:PT1H"))
        assert found.starts_at == at("2026-03-01 08:00")
        assert found.warnings == (Trouble.UNKNOWN_ZONE,)


def test_syn8_same_custom_zone_name_means_each_objects_own_zone() -> None:
    start = event("DTSTART;TZID=Customized Time Zone:20260701T090000", "DURATION:PT1H")
    berlin = calendar(OUTLOOK_ZONE.format(winter="+0100", summer="+0200"), start)
    helsinki = calendar(OUTLOOK_ZONE.format(winter="+0200", summer="+0300"), start)
    assert only(berlin).starts_at == at("2026-07-01 07:00")
    assert only(helsinki).starts_at == at("2026-07-01 06:00")
    assert only(calendar(start)).warnings == (Trouble.UNKNOWN_ZONE,)


@pytest.mark.parametrize(
    ("wall", "expected"),
    [
        ("20260329T015959", "2026-03-29 00:59"),
        ("20260329T023000", "2026-03-29 01:30"),
        ("20260329T030000", "2026-03-29 01:00"),
        ("20261025T023000", "2026-10-25 00:30"),
    ],
)
def test_syn8_a_zone_of_the_objects_own_skips_and_repeats_by_the_same_rule(
    wall: str, expected: str
) -> None:
    zone = OUTLOOK_ZONE.format(summer="+0200", winter="+0100")
    found = only(calendar(zone, event(f"DTSTART;TZID=Customized Time Zone:{wall}")))
    assert f"{found.starts_at:%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    ("zone", "starts", "ends"),
    [
        ("Europe/Berlin", "2026-05-03 22:00", "2026-05-04 22:00"),
        ("America/Los_Angeles", "2026-05-04 07:00", "2026-05-05 07:00"),
    ],
)
def test_syn12_all_day_is_the_same_date_and_blocks_the_local_day(
    zone: str, starts: str, ends: str
) -> None:
    raw = single("DTSTART;VALUE=DATE:20260504", "DTEND;VALUE=DATE:20260505")
    found = only(raw, zone=zone)
    assert (found.starts_at, found.ends_at) == (at(starts), at(ends))
    assert (found.local_start_date, found.local_end_date) == (date(2026, 5, 4), date(2026, 5, 5))
    assert found.all_day
    assert found.blocks()


@pytest.mark.parametrize("end", ["DTEND;VALUE=DATE:20260504", "DURATION:P1D", "DURATION:PT2H", ""])
def test_syn12_all_day_without_a_proper_end_is_one_day(end: str) -> None:
    found = only(single("DTSTART;VALUE=DATE:20260504", *([end] if end else [])))
    assert (found.local_start_date, found.local_end_date) == (date(2026, 5, 4), date(2026, 5, 5))


def test_syn12_days_over_a_clock_change_stay_days() -> None:
    found = only(single("DTSTART;VALUE=DATE:20260327", "DTEND;VALUE=DATE:20260331"))
    assert found.local_end_date - found.local_start_date == timedelta(days=4)
    assert found.ends_at - found.starts_at == timedelta(hours=4 * 24 - 1)


def test_syn12_day_that_starts_without_a_midnight() -> None:
    # In Cairo clocks go from 00:00 to 01:00 on 24 April 2026.
    found = only(single("DTSTART;VALUE=DATE:20260424"), zone="Africa/Cairo")
    assert (found.starts_at, found.ends_at) == (at("2026-04-23 22:00"), at("2026-04-24 21:00"))


def test_syn12_outlooks_midnights_are_dates() -> None:
    raw = single(
        "DTSTART;TZID=Pacific Standard Time:20260504T000000",
        "DTEND;TZID=Pacific Standard Time:20260505T000000",
        "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
    )
    assert only(raw).local_start_date == date(2026, 5, 4)
    assert only(raw).starts_at == at("2026-05-03 22:00")


@pytest.mark.parametrize(
    ("lines", "warnings"),
    [
        (["DTSTART:20260301T090000Z", "DTEND:20260301T090000Z"], ()),
        (["DTSTART:20260301T090000Z"], ()),
        (["DTSTART:20260301T090000Z", "DTEND:20260301T080000Z"], (Trouble.END_BEFORE_START,)),
        (["DTSTART:20260301T090000Z", "DURATION:-PT1H"], (Trouble.END_BEFORE_START,)),
        (["DTSTART:20260301T090000Z", "DURATION:nonsense"], ()),
    ],
)
def test_syn12_events_without_length_are_kept_and_block_nothing(
    lines: list[str], warnings: tuple[Trouble, ...]
) -> None:
    found = only(single(*lines))
    assert found.starts_at == found.ends_at == at("2026-03-01 09:00")
    assert not found.blocks()
    assert found.warnings == warnings


def test_syn8_end_in_another_zone_and_end_as_a_date() -> None:
    flight = only(
        single(
            "DTSTART;TZID=Europe/Berlin:20260301T100000",
            "DTEND;TZID=America/New_York:20260301T130000",
        )
    )
    assert flight.ends_at - flight.starts_at == timedelta(hours=9)
    mixed = only(single("DTSTART;TZID=Europe/Berlin:20260301T100000", "DTEND;VALUE=DATE:20260302"))
    assert mixed.ends_at == at("2026-03-01 23:00")
    days = only(single("DTSTART;VALUE=DATE:20260301", "DTEND:20260302T100000"))
    assert days.local_end_date == date(2026, 3, 3)


BUSY, FREE = Transparency.BUSY, Transparency.FREE
STATES = {
    "nothing said": ([], BUSY, EventStatus.CONFIRMED, True),
    "opaque": (["TRANSP:OPAQUE"], BUSY, EventStatus.CONFIRMED, True),
    "transparent": (["TRANSP:TRANSPARENT"], FREE, EventStatus.CONFIRMED, False),
    "tentative": (["STATUS:TENTATIVE"], BUSY, EventStatus.TENTATIVE, True),
    "cancelled": (["STATUS:cancelled"], BUSY, EventStatus.CANCELLED, False),
    "microsoft free": (["X-MICROSOFT-CDO-BUSYSTATUS:FREE"], FREE, EventStatus.CONFIRMED, False),
    "microsoft elsewhere": (
        ["X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"], FREE, EventStatus.CONFIRMED, False,
    ),
    "microsoft tentative": (
        ["X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"], BUSY, EventStatus.TENTATIVE, True,
    ),
    "microsoft oof": (["X-MICROSOFT-CDO-BUSYSTATUS:OOF"], BUSY, EventStatus.CONFIRMED, True),
    "microsoft unknown": (["X-MICROSOFT-CDO-BUSYSTATUS:FOO"], BUSY, EventStatus.CONFIRMED, True),
}  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "transparency", "status", "blocks"), STATES.values(), ids=STATES.keys()
)
def test_syn3_what_blocks(
    lines: list[str], transparency: Transparency, status: EventStatus, blocks: bool
) -> None:
    found = only(single("DTSTART:20260301T090000Z", "DURATION:PT1H", *lines))
    assert (found.transparency, found.status, found.blocks()) == (transparency, status, blocks)


def test_syn3_tentative_and_out_of_office_follow_their_settings() -> None:
    tentative = only(single("DTSTART:20260301T090000Z", "DURATION:PT1H", "STATUS:TENTATIVE"))
    away = only(
        single("DTSTART:20260301T090000Z", "DURATION:PT1H", "X-MICROSOFT-CDO-BUSYSTATUS:OOF")
    )
    assert away.out_of_office
    assert not tentative.blocks(tentative=False)
    assert tentative.blocks(out_of_office=False)
    assert not away.blocks(out_of_office=False)
    assert away.blocks(tentative=False)


@pytest.mark.parametrize(
    ("attendee", "declined"),
    [
        ("ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.org", True),
        ("ATTENDEE;PARTSTAT=declined:MAILTO:Me@Example.org", True),
        ("ATTENDEE;PARTSTAT=DECLINED;EMAIL=me@example.org:/123/principal/", True),
        ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.org", False),
        ("ATTENDEE;PARTSTAT=DECLINED:mailto:other@example.org", False),
    ],
)
def test_syn12_what_the_owner_declined_never_blocks(attendee: str, declined: bool) -> None:
    found = only(single("DTSTART:20260301T090000Z", "DURATION:PT1H", attendee))
    assert found.declined_by_owner is declined
    assert found.blocks() is not declined


@pytest.mark.parametrize("level", ["PRIVATE", "CONFIDENTIAL", "private"])
def test_syn12_private_events_are_marked(level: str) -> None:
    assert only(single("DTSTART:20260301T090000Z", f"CLASS:{level}")).private
    assert not only(single("DTSTART:20260301T090000Z", "CLASS:PUBLIC")).private


def test_syn7_people_rooms_and_texts() -> None:
    found = only(
        single(
            "DTSTART:20260301T090000Z",
            "SUMMARY;LANGUAGE=de:Kaffee\\, Kuchen\\; Gespr",
            " äch\\nzweite Zeile",
            "LOCATION:Haus: 1",
            'ORGANIZER;CN="Boss, The":mailto:Boss@example.org',
            "ATTENDEE;CN=Ann;PARTSTAT=ACCEPTED:mailto:ann@example.org",
            "ATTENDEE;CN=Ann again:mailto:ANN@example.org",
            "ATTENDEE;CUTYPE=ROOM;CN=Blue room:mailto:blue@example.org",
            'ATTENDEE;CN=Bob "B" Smith:mailto:bob@example.org',
            "ATTENDEE:urn:uuid:1234",
            "X-TANDEM-ID:apt_1",
        )
    )
    assert found.summary == "Kaffee, Kuchen; Gespräch\nzweite Zeile"
    assert found.location == "Haus: 1"
    assert (found.organizer, found.organizer_name) == ("boss@example.org", "Boss, The")
    assert [(one.email, one.is_resource) for one in found.attendees] == [
        ("ann@example.org", False),
        ("blue@example.org", True),
        ("bob@example.org", False),
    ]
    assert found.attendees[0].partstat == "ACCEPTED"
    assert found.tandem_id == "apt_1"


def starts(raw: str, **options: object) -> list[str]:
    return [f"{one.starts_at:%m-%d %H:%M}" for one in looked_at(raw, **options).occurrences]


WEEKLY = ("DTSTART;TZID=Europe/Berlin:20260316T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY")
APRIL = {"since": datetime(2026, 3, 15, tzinfo=UTC), "until": datetime(2026, 4, 15, tzinfo=UTC)}


def test_syn8_endless_series_keeps_its_wall_clock_over_a_clock_change() -> None:
    assert starts(single(*WEEKLY), **APRIL) == [
        "03-16 08:00", "03-23 08:00", "03-30 07:00", "04-06 07:00", "04-13 07:00",
    ]  # fmt: skip


def test_syn8_nightly_series_keeps_its_length_in_the_night_of_a_clock_change() -> None:
    for start, end in (("013000", "023000"), ("023000", "033000"), ("223000", "043000")):
        raw = single(
            f"DTSTART;TZID=Europe/Berlin:20260101T{start}",
            f"DTEND;TZID=Europe/Berlin:202601{'02' if start > end else '01'}T{end}",
            "RRULE:FREQ=DAILY",
        )
        lengths = {one.ends_at - one.starts_at for one in looked_at(raw).occurrences}
        assert len(lengths) == 1


def test_syn8_series_of_days_keeps_its_wall_clock() -> None:
    raw = single(
        "DTSTART;TZID=Europe/Berlin:20260306T170000",
        "DTEND;TZID=Europe/Berlin:20260308T120000",
        "RRULE:FREQ=WEEKLY",
    )
    found = [one for one in looked_at(raw, **APRIL).occurrences if one.starts_at.day == 27]
    assert [f"{one.ends_at:%m-%d %H:%M}" for one in found] == ["03-29 10:00"]


def test_syn8_instances_are_named_by_their_original_start() -> None:
    found = looked_at(single(*WEEKLY), **APRIL).occurrences
    assert [one.recurrence_id for one in found][:2] == ["20260316T080000Z", "20260323T080000Z"]
    assert all(one.recurring for one in found)
    assert only(single("DTSTART:20260301T090000Z")).recurrence_id is None


def test_syn8_moved_instance() -> None:
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20260323T090000",
        "DTSTART;TZID=Europe/Berlin:20260325T140000",
        "DURATION:PT2H",
        "SUMMARY:Moved",
    )
    found = looked_at(calendar(event(*WEEKLY), moved), **APRIL).occurrences
    assert [f"{one.starts_at:%m-%d %H:%M}" for one in found] == [
        "03-16 08:00", "03-25 13:00", "03-30 07:00", "04-06 07:00", "04-13 07:00",
    ]  # fmt: skip
    assert found[1].recurrence_id == "20260323T080000Z"
    assert found[1].summary == "Moved"
    assert found[1].ends_at - found[1].starts_at == timedelta(hours=2)


def test_syn8_instance_moved_into_the_window_from_far_away() -> None:
    moved = event("RECURRENCE-ID:20261207T080000Z", "DTSTART:20260320T100000Z", "DURATION:PT1H")
    assert "03-20 10:00" in starts(calendar(event(*WEEKLY), moved), **APRIL)


@pytest.mark.parametrize(
    "cancelled",
    [
        ["STATUS:CANCELLED", "DTSTART;TZID=Europe/Berlin:20260323T090000"],
        ["STATUS:CANCELLED"],
    ],
)
def test_syn8_cancelled_instance_frees_only_its_slot(cancelled: list[str]) -> None:
    override = event("RECURRENCE-ID;TZID=Europe/Berlin:20260323T090000", *cancelled)
    found = looked_at(calendar(event(*WEEKLY), override), **APRIL).occurrences
    assert [one.blocks() for one in found] == [True, False, True, True, True]
    assert found[1].status is EventStatus.CANCELLED


@pytest.mark.parametrize(
    "exdate",
    [
        "EXDATE;TZID=Europe/Berlin:20260323T090000",
        "EXDATE:20260323T080000Z",
        "EXDATE;VALUE=DATE:20260323",
        "EXDATE;TZID=Europe/Berlin:rubbish,20260323T090000",
        "EXDATE;TZID=W. Europe Standard Time:20260323T090000",
    ],
)
def test_syn8_excluded_instance(exdate: str) -> None:
    assert starts(single(*WEEKLY, exdate), **APRIL) == [
        "03-16 08:00", "03-30 07:00", "04-06 07:00", "04-13 07:00",
    ]  # fmt: skip


def test_syn8_added_instances() -> None:
    raw = single(
        "DTSTART:20260316T090000Z",
        "DURATION:PT1H",
        "RDATE:20260318T090000Z,20260319T100000Z",
        "RDATE;VALUE=PERIOD:20260320T090000Z/PT1H",
    )
    assert starts(raw) == ["03-16 09:00", "03-18 09:00", "03-19 10:00", "03-20 09:00"]


def test_syn8_this_and_future_moves_the_rest() -> None:
    later = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260330T090000",
        "DTSTART;TZID=Europe/Berlin:20260330T110000",
        "DURATION:PT1H",
    )
    found = looked_at(calendar(event(*WEEKLY), later), **APRIL).occurrences
    assert [f"{one.starts_at:%m-%d %H:%M}" for one in found] == [
        "03-16 08:00", "03-23 08:00", "03-30 09:00", "04-06 09:00", "04-13 09:00",
    ]  # fmt: skip
    names = [one.recurrence_id for one in found]
    assert len(set(names)) == 5
    assert names[-1] == "20260413T070000Z"


def test_syn8_instance_of_a_series_that_is_not_here() -> None:
    raw = single("RECURRENCE-ID:20260323T080000Z", "DTSTART:20260323T100000Z", "DURATION:PT1H")
    found = only(raw)
    assert found.recurring
    assert found.recurrence_id == "20260323T080000Z"


def test_syn8_yearly_whole_day_since_1604() -> None:
    found = only(single("DTSTART;VALUE=DATE:16040229", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"))
    assert found.local_start_date == date(2026, 2, 28)
    assert found.recurrence_id == "20260228"


def test_syn8_until_as_a_date_and_odd_counts() -> None:
    assert len(starts(single(*WEEKLY[:2], "RRULE:FREQ=WEEKLY;UNTIL=20260401"))) == 3
    assert len(starts(single(*WEEKLY[:2], "RRULE:FREQ=WEEKLY;COUNT=2"))) == 2
    assert len(starts(single(*WEEKLY[:2], "RRULE:FREQ=WEEKLY;COUNT=-1;INTERVAL=0"), **APRIL)) == 5


HEAVY = {
    "every second": "FREQ=SECONDLY",
    "every second by parts": "FREQ=YEARLY;BYHOUR=" + ",".join(map(str, range(24)))
    + ";BYMINUTE=" + ",".join(map(str, range(60))) + ";BYSECOND=" + ",".join(map(str, range(60))),
    "30 February": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    "never, by the second": "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "a position that does not exist": "FREQ=SECONDLY;BYSETPOS=3",
    "Mondays on Tuesdays": "FREQ=HOURLY;INTERVAL=168;BYDAY=TU",
    "no such second": "FREQ=DAILY;BYSECOND=61",
    "not a rule": "EVERY DAY",
    "not a frequency": "FREQ=OFTEN",
}  # fmt: skip


@pytest.mark.parametrize("rule", HEAVY.values(), ids=HEAVY.keys())
def test_syn8_hostile_rules_end_at_once_with_their_first_instance(rule: str) -> None:
    began = time.process_time()
    found = only(single("DTSTART:20260302T090000Z", "DURATION:PT1H", f"RRULE:{rule}"))
    assert time.process_time() - began < 2
    assert found.starts_at == at("2026-03-02 09:00")
    assert found.warnings == (Trouble.TOO_DENSE,)


def test_syn8_many_hostile_rules_share_one_budget() -> None:
    rule = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    feed = calendar(*(event("DTSTART:20260302T090000Z", rule, uid=str(n)) for n in range(400)))
    began = time.process_time()
    assert len(looked_at(feed).occurrences) == 400
    assert time.process_time() - began < 8


def test_syn8_dense_series_end_at_a_limit_and_say_so() -> None:
    reading = looked_at(
        single("DTSTART:20260101T000000Z", "DURATION:PT1M", "RRULE:FREQ=MINUTELY;INTERVAL=30")
    )
    assert 4_900 < len(reading.occurrences) < 5_300
    assert reading.warnings == (Trouble.TOO_MANY,)


def test_syn8_short_dense_series_is_complete() -> None:
    assert len(starts(single("DTSTART:20260301T000000Z", "RRULE:FREQ=SECONDLY;COUNT=3"))) == 3


def test_syn8_event_of_many_years_is_cut_and_still_blocks() -> None:
    found = only(single("DTSTART:20200101T000000Z", "DTEND:99991231T235959Z"))
    assert found.blocks()
    assert only(
        single("DTSTART:20260101T000000Z", "DTEND:99991231T235959Z", "RRULE:FREQ=YEARLY")
    ).blocks()


BROKEN = {
    "empty": "",
    "noise": "garbage\x00",
    "html": "<html><body>Sign in</body></html>",
    "cut off": "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:2026",
    "no start": single("SUMMARY:x"),
    "impossible start": single("DTSTART:20261301T090000"),
    "start is text": single("DTSTART:tomorrow"),
    "year nought": single("DTSTART:00000101T000000Z", "RRULE:FREQ=DAILY"),
    "edge of time": single("DTSTART:99991231T235959Z", "DURATION:P999999D", "RRULE:FREQ=DAILY"),
    "edge of dates": single("DTSTART;VALUE=DATE:99991231"),
    "END without BEGIN": "END:VEVENT\r\nEND:VCALENDAR\r\n",
    "unicode digits": single("DTSTART:٢٠٢٦٠٣٠١T٠٩٠٠٠٠Z"),
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN.keys())
def test_syn8_broken_objects_never_raise(raw: str) -> None:
    reading = looked_at(raw)
    assert all(one.starts_at < UNTIL for one in reading.occurrences)


def test_syn8_one_broken_event_among_others_costs_only_itself() -> None:
    feed = calendar(
        event("DTSTART:20260301T090000Z", uid="a"),
        event("DTSTART:whenever", uid="b"),
        event("DTSTART:20260302T090000Z", "NO COLON", "SUMMARY;X:broken", uid="c"),
        event("DTSTART:20260303T090000Z", uid=None),
    )
    reading = looked_at(feed)
    assert len(reading.occurrences) == 3
    assert reading.warnings == (Trouble.BROKEN,)


def test_syn8_too_large_an_object_is_left_out() -> None:
    raw = single("DTSTART:20260301T090000Z", "ATTACH:" + "A" * 2_000_000)
    assert looked_at(raw) == Reading((), (Trouble.TOO_LARGE,))


def test_syn8_only_the_window_counts() -> None:
    raw = single("DTSTART:20260301T090000Z", "DTEND:20260301T100000Z")

    def touched(since: str, until: str) -> bool:
        return bool(read_occurrences(raw, since=at(since), until=at(until), calendar_zone="UTC"))

    assert touched("2026-03-01 09:59", "2026-03-01 12:00")
    assert not touched("2026-03-01 10:00", "2026-03-01 12:00")
    assert touched("2026-03-01 08:00", "2026-03-01 09:01")
    assert not touched("2026-03-01 08:00", "2026-03-01 09:00")


def test_syn8_alarms_and_tasks_are_not_events() -> None:
    alarm = "BEGIN:VALARM\nTRIGGER:-PT5M\nSUMMARY:Alarm\nEND:VALARM"
    task = "BEGIN:VTODO\nUID:t\nDTSTART:20260301T090000Z\nEND:VTODO\n"
    found = only(calendar(event("DTSTART:20260301T090000Z", alarm, "SUMMARY:Event"), task))
    assert found.summary == "Event"
