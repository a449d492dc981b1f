"""SYN-8: whatever strangers write, reading it ends, and ends well."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.providers.calendar_port import Amendment, WholeSeries
from crm_app.providers.ical.amending import amend, override
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.objects import components_of, uid_of
from crm_app.providers.ical.reading import between, parse, read
from crm_app.providers.ical.writing import rewrite
from tests.factories.outgoing import outgoing

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2026, 4, 1, tzinfo=UTC)

moments = st.sampled_from(
    [
        "20260101T000000Z", "20260131T235959", "20260228", "00010101T000000Z", "99991231T235959Z",
        "99991231", "00000000", "20260229T000000", "20260329T023000", "20260101T000000+0100", "",
        "20260101T000000Z/PT1H", "20260101,20260102", "-1", "P1D",
    ]
)  # fmt: skip
zones = st.sampled_from(
    [
        "",
        ";TZID=Europe/Berlin",
        ";TZID=Nowhere",
        ";VALUE=DATE",
        ";TZID=",
        ';TZID="A;B"',
        ";TZID=X",
        ";",
    ]
)
rules = st.sampled_from(
    [
        "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,XX", "FREQ=MONTHLY;BYDAY=5MO;BYSETPOS=-1", "FREQ=YEARLY",
        "FREQ=DAILY;UNTIL=20260301", "FREQ=DAILY;UNTIL=20260301T000000Z;COUNT=3", "FREQ=", "COUNT=2",
        "FREQ=DAILY;INTERVAL=99999999999999999999", "FREQ=DAILY;COUNT=99999999999999999999",
        "FREQ=WEEKLY;WKST=MO;BYWEEKNO=1", "FREQ=YEARLY;BYYEARDAY=366", "FREQ=DAILY;;", "=;=",
        "FREQ=HOURLY;BYDAY=MO", "FREQ=DAILY;UNTIL=", "FREQ=MONTHLY;BYMONTHDAY=-31",
    ]
)  # fmt: skip
lines = st.one_of(
    st.builds(
        "{}{}:{}".format,
        st.sampled_from(["DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE", "dtstart"]),
        zones,
        moments,
    ),
    st.builds("RRULE:{}".format, rules),
    st.builds(
        "{}:{}".format,
        st.sampled_from(["DURATION", "SEQUENCE", "STATUS", "TRANSP", "ATTENDEE", "UID", "CLASS"]),
        st.sampled_from(["P1D", "-PT1H", "P", "PT99999999999H", "1", "x", "", "mailto:a@b.c", "TENTATIVE"]),
    ),
    st.sampled_from(
        [
            "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VALARM", "END:VALARM", "END:VCALENDAR", "BEGIN:",
            "BEGIN:VTIMEZONE", "TZID:X", "BEGIN:STANDARD", "TZOFFSETFROM:+0100", "TZOFFSETTO:+9999",
            "END:STANDARD", "END:VTIMEZONE", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20260228T000000Z",
        ]
    ),
    st.text(max_size=40),
)  # fmt: skip
events = st.lists(lines, max_size=12).map(
    lambda body: ["BEGIN:VEVENT", "UID:one", "DTSTART:20260105T100000Z", *body, "END:VEVENT"]
)
texts = st.lists(st.one_of(events, st.lists(lines, max_size=6)), max_size=4).map(
    lambda parts: "\r\n".join(line for part in parts for line in part)
)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_syn8_any_text_can_be_read(raw: str) -> None:
    reading = read(raw, since=SINCE, until=UNTIL, calendar_zone="Europe/Berlin")
    for one in reading.occurrences:
        assert one.starts_at.tzinfo is UTC
        assert one.starts_at <= one.ends_at
        assert one.starts_at < UNTIL
        assert one.ends_at >= SINCE
        assert one.all_day == (one.local_start_date is not None)
    assert len(fingerprint(raw)) == 64
    assert isinstance(uid_of(raw), str)
    assert components_of(raw) is not None


@settings(max_examples=200, deadline=None)
@given(texts.filter(lambda raw: "THISANDFUTURE" not in raw))
def test_syn8_a_text_taken_apart_once_says_the_same_for_every_window(raw: str) -> None:
    # Which of two overlapping "this and future" counts is left open by the library that expands.
    parsed = parse(raw, calendar_zone="Europe/Berlin")
    for since, until in ((UNTIL, UNTIL.replace(year=2027)), (SINCE, UNTIL), (UNTIL, UNTIL)):
        shared = between(parsed, since, until)
        alone = read(raw, since=since, until=until, calendar_zone="Europe/Berlin")
        assert sorted(map(repr, shared.occurrences)) == sorted(map(repr, alone.occurrences))
        assert shared.warnings == alone.warnings


@settings(max_examples=200, deadline=None)
@given(texts)
def test_syn8_a_text_that_was_read_before_says_the_same(raw: str) -> None:
    def found(text: str) -> str:
        return repr(read(text, since=SINCE, until=UNTIL, calendar_zone="Europe/Berlin"))

    # Too long to be remembered, so it is taken apart each time.
    anew = f"{raw}\r\nX-MORE:{'x' * 5000}"
    assert found(anew) == found(raw)
    fingerprint(raw)
    assert found(raw) == found(anew)


@settings(max_examples=200, deadline=None)
@given(events)
def test_syn9_whatever_stands_there_is_rewritten_to_our_time(body: list[str]) -> None:
    ours = outgoing(uid="one")
    if any(name in line.upper() for line in body for name in ("RRULE", "DATE:", "DATE;", "RECURR")):
        return
    raw = "\r\n".join(["BEGIN:VCALENDAR", *body, "END:VCALENDAR"])
    try:
        changed = rewrite(raw, ours)
    except ValueError:
        return
    reading = read(changed, since=SINCE, until=UNTIL, calendar_zone="UTC")
    assert any(
        (one.starts_at, one.ends_at) == (ours.starts_at, ours.ends_at)
        for one in reading.occurrences
        if one.tandem_id == ours.tandem_id
    )


@settings(max_examples=300, deadline=None)
@given(events, st.data())
def test_syn9_whatever_stands_there_is_amended_or_refused(
    body: list[str], data: st.DataObject
) -> None:
    raw = "\r\n".join(["BEGIN:VCALENDAR", *body, "END:VCALENDAR"])
    found = read(raw, since=SINCE, until=UNTIL, calendar_zone="UTC").occurrences
    names = [one.recurrence_id for one in found if one.uid == "one"]
    name = data.draw(st.sampled_from([None, *names]))
    start = datetime(2026, 2, 14, 15, tzinfo=UTC)
    change = Amendment(starts_at=start, ends_at=start + timedelta(hours=1), summary="Ours")
    try:
        changed = amend(raw, change, recurrence_id=name, at=SINCE)
        amend(raw, Amendment(cancelled=True), recurrence_id=name, at=SINCE)
        if name is not None:
            override(raw, change, recurrence_id=name, at=SINCE)
    except (LookupError, WholeSeries):
        return
    after = read(changed or "", since=SINCE, until=UNTIL, calendar_zone="UTC").occurrences
    assert [one for one in after if (one.starts_at, one.summary) == (start, "Ours")]
