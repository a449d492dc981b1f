"""What is told of an object at a glance is what reading it tells (SYN-8)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.providers.ical.glance import Plain, Told, tell
from crm_app.providers.ical.reading import Parsed, any_between, between, parse
from crm_app.providers.occurrence import EventStatus, Occurrence, Transparency

SINCE = datetime(2026, 11, 21, tzinfo=UTC)
EVER = datetime(2099, 1, 1, tzinfo=UTC)
ME = "me@example.org"

moments = st.one_of(
    st.datetimes(datetime(2026, 11, 19), datetime(2026, 11, 23)).map("{:%Y%m%dT%H%M%SZ}".format),  # noqa: DTZ001 - written as UTC
    st.sampled_from(
        ["20261120T090000Z", "20261121T000000Z", "20261131T090000Z", "20261120T236060Z", "20261119"]
    ),
)
lines = st.one_of(
    st.sampled_from(
        [
            "SUMMARY:Over", "X-A;B=c:d", "rrule:FREQ=DAILY", "RRULE:FREQ=WEEKLY", "RR", " ULE:FREQ=DAILY",
            "DTSTART:20271201T090000Z", "dtend:20271201T090000Z", "DTEND;VALUE=DATE:20271201",
            "RECURRENCE-ID:20261119T090000Z", "RDATE:20271201T090000Z", "EXDATE:20261119T090000Z",
            "BEGIN:VALARM", "END:VALARM", "END:VEVENT", "BEGIN:VEVENT", "begin:vevent", "Dtstart:20271201",
            "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE", "DURATION:P9000D", "UID:two", " folded", "\tfolded", "",
            "no colon", "BEGIN :VEVENT", "BEGIN", "DTSTART :20271201", "RRULE\x0b:FREQ=DAILY",
            f"ATTENDEE;PARTSTAT=declined:mailto:{ME}", f"ATTENDEE;PARTSTAT=\"DECLINED\":mailto:{ME}",
            f"ATTENDEE;CN=Ann:mailto:{ME}", f"ATTENDEE;PARTSTAT=DECLI\r\n NED:mailto:{ME}", "STATUS:CANCELLED",
            "TRANSP:TRANSPARENT", "CLASS:CONFIDENTIAL", "SUMMARY;X=y:Other", "STATUS:CONFIRMED",
            "DESCRIPTION:a\rRRULE:FREQ=DAILY", "DESCRIPTION:a\nRRULE:FREQ=DAILY", "SUMMARY:\u2028RRULE:X",
        ]
    ),
    st.text(max_size=12),
)  # fmt: skip


rules = st.sampled_from(
    [
        "FREQ=DAILY;COUNT=2", "FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=2;BYDAY=MO,FR", "FREQ=MONTHLY;COUNT=2",
        "FREQ=DAILY", "FREQ=WEEKLY;UNTIL=20261101T000000Z", "FREQ=WEEKLY;UNTIL=20261101", "FREQ=DAILY;UNTIL=2026",
        "FREQ=YEARLY;COUNT=1", "FREQ=HOURLY;COUNT=3", "COUNT=3", "FREQ=DAILY;COUNT=2;COUNT=900",
    ]
)  # fmt: skip
zones = st.sampled_from(
    ["Europe/Berlin", "America/New_York", "Custom/Europe/Berlin", "Nowhere", "UTC"]
)
titles = st.one_of(
    st.sampled_from(["SUMMARY:One", "SUMMARY:a\\, b\\n", "SUMMARY: x \\", "SUMMARY;LANGUAGE=en:Two", "SUMMARY:"]),
    st.text(max_size=8).map("SUMMARY:{}".format),
)  # fmt: skip


@st.composite
def times(draw: st.DrawFn) -> list[str]:
    """When a single event is, or a series around the nights in which clocks change."""
    if draw(st.booleans()):
        return [f"DTSTART:{draw(moments)}", f"DTEND:{draw(moments)}"]
    zone, other = draw(zones), draw(zones)
    start = draw(
        st.sampled_from(
            ["20261020T090000", "20260329T023000", "20251026T023000", "20261115T233000"]
        )
    )
    end = draw(
        st.sampled_from(
            ["20261020T100000", "20260329T030000", "20251026T030000", "20261201T100000"]
        )
    )
    zone_of_end = other if draw(st.integers(0, 5)) == 0 else zone
    return [
        f"DTSTART;TZID={zone}:{start}",
        f"DTEND;TZID={zone_of_end}:{end}",
        f"RRULE:{draw(rules)}",
    ]


@st.composite
def texts(draw: st.DrawFn) -> str:
    """An event nearly in the plainest form."""
    few = st.lists(lines, max_size=2)
    return "\r\n".join(
        [
            *draw(st.one_of(st.just([]), few)),
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:one",
            *draw(st.one_of(st.just([]), few)),
            *draw(times()),
            *draw(st.one_of(st.just([]), st.lists(titles, max_size=2))),
            *draw(few),
            "END:VEVENT",
            *draw(st.one_of(st.just([]), few)),
            "END:VCALENDAR",
            *draw(st.one_of(st.just([""]), few)),
        ]
    )  # fmt: skip


def plain(start: str, end: str, *more: str) -> str:
    body = [f"DTSTART:{start}", f"DTEND:{end}", *more, "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "BEGIN:VEVENT", "UID:a", *body])


def over(raw: str, since: datetime = SINCE) -> bool:
    return tell(raw, since) is Told.OVER


@settings(max_examples=3000, deadline=None)
@given(texts(), st.timedeltas(timedelta(0), timedelta(days=1)))
def test_syn8_what_is_told_at_a_glance_is_what_reading_tells(raw: str, later: timedelta) -> None:
    since = SINCE + later
    told = tell(raw, since)
    if told is Told.NOTHING:
        return
    parsed = parse(raw, calendar_zone="Europe/Berlin")
    assert len(parsed.series) == 1
    found = between(parsed, since, EVER, own_addresses=[ME])
    assert found.warnings == ()
    if told is Told.OVER:
        assert found.occurrences == ()
    else:
        (one,) = found.occurrences
        _is_plain(one, told, parsed)


def _is_plain(one: Occurrence, told: object, parsed: Parsed) -> None:
    """It has nothing about it that the glance leaves out and that says whether it takes time."""
    assert told == Plain(one.starts_at, one.ends_at, one.summary)
    assert (one.status, one.transparency) == (EventStatus.CONFIRMED, Transparency.BUSY)
    odd = (one.all_day, one.private, one.recurring, one.out_of_office, one.declined_by_owner)
    assert not any(odd)
    assert one.starts_at < one.ends_at
    assert not any_between(parsed, max(one.ends_at, EVER), EVER + timedelta(days=3650))


def test_syn8_only_an_event_that_ended_is_over() -> None:
    assert over(plain("20261120T090000Z", "20261120T100000Z", "SUMMARY:Over", " folded"))
    assert over(plain("20261120T230000Z", "20261121T000000Z"))
    assert not over(plain("20261120T230000Z", "20261121T000001Z"))
    assert not over(plain("20261120T100000Z", "20261120T090000Z"))
    assert not over(plain("20261131T100000Z", "20261132T090000Z"))
    assert not over(plain("20261120T090000Z", "20261120T100000Z", "RRULE:FREQ=DAILY"))
    assert not over(plain("20261120T090000Z", "20261120T100000Z", "RDATE:20271120T090000Z"))


def weekly(rule: str, *more: str, zone: str = "Europe/Berlin") -> str:
    body = [f"DTSTART;TZID={zone}:20261001T090000", f"DTEND;TZID={zone}:20261001T100000", *more]
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "BEGIN:VEVENT",
            *body,
            f"RRULE:{rule}",
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )


def test_syn8_a_series_that_ended_long_ago_is_over() -> None:
    assert over(weekly("FREQ=WEEKLY;COUNT=4"))
    assert over(weekly("FREQ=DAILY;UNTIL=20261030T000000Z"))
    assert not over(weekly("FREQ=WEEKLY"))
    assert not over(weekly("FREQ=WEEKLY;COUNT=8"))
    assert not over(weekly("FREQ=HOURLY;COUNT=4"))
    assert not over(weekly("FREQ=WEEKLY;COUNT=4", zone="Nowhere"))
    assert not over(weekly("FREQ=WEEKLY;COUNT=4", "RDATE:20271120T090000Z"))


def test_syn3_a_plain_event_tells_its_time_and_title() -> None:
    told = tell(
        plain("20261121T090000Z", "20261121T100000Z", "SUMMARY:Call\\, then l", " unch"), SINCE
    )
    assert told == Plain(
        datetime(2026, 11, 21, 9, tzinfo=UTC),
        datetime(2026, 11, 21, 10, tzinfo=UTC),
        "Call, then lunch",
    )


def test_syn3_whatever_may_keep_it_from_taking_time_is_read() -> None:
    for line in (
        "STATUS:TENTATIVE", "TRANSP:TRANSPARENT", "CLASS:PRIVATE", "X-MICROSOFT-CDO-BUSYSTATUS:OOF",
        f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ME}", f"ATTENDEE;PARTSTAT=DECLI\r\n NED:mailto:{ME}",
    ):  # fmt: skip
        told = tell(plain("20261121T090000Z", "20261121T100000Z", "SUMMARY:x", line), SINCE)
        assert told is Told.NOTHING
