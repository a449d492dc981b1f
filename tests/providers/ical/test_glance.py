"""What is told of an object at a glance is what reading it tells (SYN-8)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.providers.ical.glance import is_over
from crm_app.providers.ical.reading import between, parse

SINCE = datetime(2026, 11, 21, tzinfo=UTC)
EVER = datetime(2099, 1, 1, tzinfo=UTC)

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
            "DESCRIPTION:a\rRRULE:FREQ=DAILY", "DESCRIPTION:a\nRRULE:FREQ=DAILY", "SUMMARY:\u2028RRULE:X",
        ]
    ),
    st.text(max_size=12),
)  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    """An event nearly in the plainest form."""
    few = st.lists(lines, max_size=2)
    return "\r\n".join(
        [
            *draw(st.one_of(st.just([]), few)),
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:one",
            *draw(st.one_of(st.just([]), few)),
            f"DTSTART:{draw(moments)}", f"DTEND:{draw(moments)}",
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


@settings(max_examples=3000, deadline=None)
@given(texts(), st.timedeltas(timedelta(0), timedelta(days=1)))
def test_syn8_what_looks_over_has_no_instance_from_then_on(raw: str, later: timedelta) -> None:
    since = SINCE + later
    if is_over(raw, since):
        parsed = parse(raw, calendar_zone="Europe/Berlin")
        assert len(parsed.series) == 1
        found = between(parsed, since, EVER)
        assert (found.occurrences, found.warnings) == ((), ())


def test_syn8_only_an_event_that_ended_looks_over() -> None:
    assert is_over(plain("20261120T090000Z", "20261120T100000Z", "SUMMARY:Over", " folded"), SINCE)
    assert is_over(plain("20261120T230000Z", "20261121T000000Z"), SINCE)
    assert not is_over(plain("20261120T230000Z", "20261121T000001Z"), SINCE)
    assert not is_over(plain("20261120T100000Z", "20261120T090000Z"), SINCE)
    assert not is_over(plain("20261131T100000Z", "20261132T090000Z"), SINCE)
    assert not is_over(plain("20261120T090000Z", "20261120T100000Z", "RRULE:FREQ=DAILY"), SINCE)
    assert not is_over(
        plain("20261120T090000Z", "20261120T100000Z", "RDATE:20271120T090000Z"), SINCE
    )
