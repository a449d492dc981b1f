"""SYN-1, SYN-10: a whole calendar in one text."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.providers.ical.feeds import About, about, entries, is_whole
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.objects import uid_of
from crm_app.providers.ical.reading import read_occurrences
from tests.providers.ical.texts import OUTLOOK_ZONE, calendar, event, single

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def made(uid: str | None, *lines: str) -> str:
    return event("DTSTART:20260302T100000Z", *lines, uid=uid)


def test_syn10_one_entry_for_each_uid() -> None:
    exception = made("a", "RECURRENCE-ID:20260303T100000Z")
    found = entries(calendar(made("a", "RRULE:FREQ=DAILY"), made("b"), exception))
    assert [one.uid for one in found] == ["a", "b"]
    assert [one.raw.count("BEGIN:VEVENT") for one in found] == [2, 1]
    assert [uid_of(one.raw) for one in found] == ["a", "b"]
    assert fingerprint(found[1].raw) == fingerprint(calendar(made("b")))


def test_syn10_an_entry_takes_the_zones_that_it_names_along() -> None:
    def zoned(uid: str, zone: str) -> str:
        return event(f'DTSTART;TZID="{zone}":20260302T100000', uid=uid)

    zone = OUTLOOK_ZONE.format(summer="-0900", winter="-1000")
    other = zone.replace("Customized Time Zone", "Other: Zone")
    found = entries(
        calendar(zone, other, zoned("a", "Customized Time Zone"), zoned("b", "Europe/Rome"))
    )
    assert [one.raw.count("BEGIN:VTIMEZONE") for one in found] == [1, 0]
    (one,) = read_occurrences(found[0].raw, since=SINCE, until=UNTIL, calendar_zone="UTC")
    assert one.starts_at == datetime(2026, 3, 2, 20, 0, tzinfo=UTC)


def test_syn10_marks_move_with_what_an_entry_says_and_not_with_stamps_or_order() -> None:
    first = {
        one.uid: one for one in entries(calendar(made("a"), made("b", "DTSTAMP:20260101T000000Z")))
    }
    again = {
        one.uid: one for one in entries(calendar(made("b", "DTSTAMP:20260601T000000Z"), made("a")))
    }
    assert {uid: (one.name, one.mark) for uid, one in first.items()} == {
        uid: (one.name, one.mark) for uid, one in again.items()
    }
    (moved,) = entries(calendar(made("a").replace("T10", "T11")))
    assert (moved.name, moved.mark == first["a"].mark) == (first["a"].name, False)


def test_syn10_events_without_a_uid_keep_their_names() -> None:
    feed = calendar(made(None, "SUMMARY:x"), made("b"), made(None, "SUMMARY:y"))
    stamped = calendar(made("b"), made(None, "SUMMARY:y", "DTSTAMP:20260601T000000Z"))
    x, _, y = entries(feed)
    assert {x.uid, y.uid} == {uid_of(x.raw), uid_of(y.raw)}
    assert x.name != y.name
    assert y.name in {one.name for one in entries(stamped)}
    # The same said twice is one event.
    assert len(entries(calendar(made(None), made(None)))) == 1


def test_syn10_one_broken_entry_costs_only_itself() -> None:
    broken = (
        "BEGIN:VEVENT\nUID:open\nDTSTART:20260302T100000Z\n",
        "END:VEVENT\nEND:VEVENT\n",
        made("c", "DTSTART;;=:x", "RRULE:FREQ=", '"":', "\x00"),
        "BEGIN:VTODO\nUID:task\nEND:VTODO\n",
    )
    found = entries(calendar(made("a"), *broken, made("b")))
    assert {"a", "b"} <= {one.uid for one in found}
    assert "task" not in {one.uid for one in found}
    for one in found:
        read_occurrences(one.raw, since=SINCE, until=UNTIL, calendar_zone="UTC")


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (calendar(made("a")), True),
        (calendar(), True),
        (calendar() + calendar() + "\n\n", True),
        (calendar().rstrip().lower(), True),
        (calendar(made("a")).replace("END:VCALENDAR", ""), False),
        (calendar(made("a"))[:-20], False),
        (calendar() + "BEGIN:VCALENDAR\r\n", False),
        ("DESCRIPTION:END:VCALENDAR", False),
        ("", False),
    ],
)
def test_syn10_a_feed_that_was_cut_is_known(text: str, whole: bool) -> None:
    assert is_whole(text) is whole


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("X-WR-CALNAME:Fairs\\, and\n  more\nX-WR-TIMEZONE:Europe/Rome\n", About("Fairs, and more", "", "Europe/Rome")),
        ("NAME:New\nCOLOR:turquoise\n", About("New", "", None)),
        ("X-APPLE-CALENDAR-COLOR:#FF8800FF\nX-WR-TIMEZONE:W. Europe Standard Time\n", About("", "#ff8800", "Europe/Berlin")),
        ("X-WR-TIMEZONE:Nowhere\n", About("", "", None)),
    ],
)  # fmt: skip
def test_syn1_what_a_feed_says_of_itself(lines: str, expected: About) -> None:
    assert about(calendar(lines, made("a", "NAME:Not me"))) == expected
    assert about("rubbish") == About("", "", None)


moments = st.integers(0, 364 * 24).map(lambda hours: SINCE + timedelta(hours=hours))


@settings(max_examples=200, deadline=None)
@given(
    moments,
    st.sampled_from([None, timedelta(0), timedelta(hours=1), timedelta(days=40)]),
    moments,
    st.sampled_from(["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"]),
    st.sampled_from(["", "RRULE:FREQ=WEEKLY", "DURATION:P30D"]),
)
def test_syn3_what_is_left_unread_touches_nothing(
    start: datetime, length: timedelta | None, since: datetime, zone: str, more: str
) -> None:
    lines = [f"DTSTART:{start:%Y%m%dT%H%M%S}"]
    if length is not None and not more.startswith("DUR"):
        lines.append(f"DTEND:{start + length:%Y%m%dT%H%M%S}")
    (entry,) = entries(single(*lines, more))
    until = since + timedelta(days=2)
    read = read_occurrences(entry.raw, since=since, until=until, calendar_zone=zone)
    assert entry.may_touch(since, until) or not read


def test_syn3_far_events_are_left_unread() -> None:
    (entry,) = entries(single("DTSTART:20260302T100000Z", "DTEND:20260302T110000Z"))
    day = timedelta(days=1)
    assert not entry.may_touch(SINCE, SINCE + day)
    assert not entry.may_touch(UNTIL, UNTIL + day)
    assert entry.may_touch(SINCE, UNTIL)
