"""SYN-3, SYN-8: what an object comes to as time, by whichever way it is read."""

from datetime import UTC, datetime, timedelta

import pytest

from crm_app.sync.rules.ingest import Policy
from crm_app.sync.rules.laying import Laid, lay_out
from tests.sync import objects

SINCE, UNTIL = datetime(2026, 11, 21, tzinfo=UTC), datetime(2028, 5, 24, tzinfo=UTC)
HOUR = timedelta(hours=1)


def laid(raw: str) -> Laid:
    return lay_out(
        raw,
        Policy(),
        since=SINCE,
        until=UNTIL,
        zone="Europe/Berlin",
        own_addresses={"me@x.example"},
    )


def entry(starts_at: datetime, *lines: str, lasts: timedelta = HOUR, summary: str = "Call") -> str:
    return objects.event(
        *lines,
        start=f"DTSTART:{starts_at:%Y%m%dT%H%M%SZ}",
        end=f"DTEND:{starts_at + lasts:%Y%m%dT%H%M%SZ}",
        summary=summary,
    )


@pytest.mark.parametrize(
    ("starts_at", "instances", "continues"),
    [
        (SINCE - HOUR, 0, False),
        (SINCE - HOUR / 2, 1, False),
        (SINCE + HOUR, 1, False),
        (UNTIL - HOUR / 2, 1, False),
        (UNTIL, 0, True),
        (UNTIL + timedelta(days=4000), 0, False),
    ],
)
def test_syn8_a_plain_event_is_laid_out_as_one_that_has_to_be_read(
    starts_at: datetime, instances: int, continues: bool
) -> None:
    guest = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:nora@new.example"
    plain = laid(entry(starts_at, guest, summary="Call\\, then lunch"))
    # A line that nobody knows makes a reader of whoever has to tell.
    read = laid(entry(starts_at, guest, "X-UNKNOWN:yes", summary="Call\\, then lunch"))
    assert plain == read
    assert (len(plain.spans), plain.continues) == (instances, continues)
    assert all(span.blocks and span.summary == "Call, then lunch" for span in plain.spans)


def test_syn3_what_an_event_says_against_taking_time_is_heard() -> None:
    soon = SINCE + HOUR
    assert [span.blocks for span in laid(entry(soon)).spans] == [True]
    assert [span.blocks for span in laid(entry(soon, "TRANSP:TRANSPARENT")).spans] == [False]
    assert laid(entry(soon, "STATUS:CANCELLED")).spans == ()
    assert laid(entry(soon, "ATTENDEE;PARTSTAT=DECLINED:mailto:me@x.example")).spans == ()
    (private,) = laid(entry(soon, "CLASS:PRIVATE")).spans
    assert private.private


def test_syn8_a_title_is_cut_at_what_a_row_holds() -> None:
    (span,) = laid(entry(SINCE + HOUR, summary="x" * 900)).spans
    assert span.summary == "x" * 500


def test_syn8_a_series_that_is_over_leaves_nothing_and_does_not_continue() -> None:
    raw = objects.event(
        "RRULE:FREQ=WEEKLY;COUNT=4",
        start="DTSTART;TZID=Europe/Berlin:20260901T090000",
        end="DTEND;TZID=Europe/Berlin:20260901T100000",
    )
    assert laid(raw) == Laid((), continues=False, trouble=None)
    assert laid(raw.replace("RRULE", "X-UNKNOWN:yes\r\nRRULE")) == laid(raw)
