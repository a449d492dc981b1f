"""Events that people made outside, changed from here, and nothing else of them (SYN-8, SYN-9)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from crm_app.core.errors import PreconditionFailed
from crm_app.providers.calendar_port import (
    AccessLost,
    Amendment,
    CalendarProvider,
    RemoteEvent,
    WholeSeries,
)
from crm_app.providers.occurrence import Occurrence
from tests.contracts.calendars import CalendarWorld
from tests.contracts.events import MONDAYS, happens, held, moved, simple, starts, weekly
from tests.providers.ical.texts import calendar, event

HOUR = timedelta(hours=1)
LATER = datetime.fromisoformat("2026-03-25T14:00:00Z")
MOVE = Amendment(starts_at=LATER, ends_at=LATER + HOUR)
GUESTS = (
    "DESCRIPTION:Bring the plans",
    "ORGANIZER:mailto:me@example.org",
    "ATTENDEE;PARTSTAT=ACCEPTED;CN=Ann:mailto:ann@example.org",
)


def current(provider: CalendarProvider, ref: str, href: str) -> RemoteEvent:
    return held(provider, ref)[href]


def bare(one: Occurrence) -> Occurrence:
    """``one`` without what belongs to the object and not to the instance."""
    return replace(one, warnings=())


def test_syn9_a_single_event_is_moved_and_renamed(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    href = world.put_outside("a.ics", simple("a", "LOCATION:Here", *GUESTS))
    world.put_outside("b.ics", simple("b"))
    found = current(provider, world.ref, href)
    (before, _) = happens(provider, world.ref)

    amendment = replace(MOVE, summary="New; name", location="Café, 2nd floor")
    stored = provider.amend(world.ref, href, found.etag, amendment)

    assert stored is not None
    now = current(provider, world.ref, href)
    assert (stored.href, stored.etag, stored.content_hash) == (href, now.etag, now.content_hash)
    assert now.etag != found.etag
    assert now.uid == found.uid
    (other, after) = happens(provider, world.ref)
    assert bare(after) == replace(
        bare(before),
        starts_at=LATER,
        ends_at=LATER + HOUR,
        summary="New; name",
        location="Café, 2nd floor",
    )
    assert other.summary == "b"


@pytest.mark.parametrize(
    ("amendment", "changed"),
    [
        (Amendment(summary="New"), {"summary": "New"}),
        (Amendment(location="There"), {"location": "There"}),
        (Amendment(location=""), {"location": ""}),
    ],
)
def test_syn9_only_what_is_named_changes(
    world: CalendarWorld,
    provider: CalendarProvider,
    amendment: Amendment,
    changed: dict[str, str],
) -> None:
    href = world.put_outside("a.ics", simple("a", "LOCATION:Here", *GUESTS))
    (before,) = happens(provider, world.ref)
    provider.amend(world.ref, href, None, amendment)
    (after,) = happens(provider, world.ref)
    assert bare(after) == replace(bare(before), **changed)


def test_syn9_a_whole_day_becomes_a_time(world: CalendarWorld, provider: CalendarProvider) -> None:
    raw = event("DTSTART;VALUE=DATE:20260304", "DTEND;VALUE=DATE:20260305", "SUMMARY:a", uid="a")
    href = world.put_outside("a.ics", calendar(raw))
    assert happens(provider, world.ref)[0].all_day
    provider.amend(world.ref, href, None, MOVE)
    (after,) = happens(provider, world.ref)
    assert (after.starts_at, after.ends_at, after.all_day) == (LATER, LATER + HOUR, False)


def test_syn9_a_single_event_is_cancelled(world: CalendarWorld, provider: CalendarProvider) -> None:
    href = world.put_outside("a.ics", simple("a", *GUESTS))
    found = current(provider, world.ref, href)
    assert provider.amend(world.ref, href, found.etag, Amendment(cancelled=True)) is None
    assert happens(provider, world.ref) == []


def test_syn8_one_instance_is_moved(world: CalendarWorld, provider: CalendarProvider) -> None:
    href = world.put_outside("weekly.ics", weekly(lines=GUESTS))
    before = happens(provider, world.ref)
    assert starts(before) == list(MONDAYS)

    provider.amend(
        world.ref,
        href,
        current(provider, world.ref, href).etag,
        replace(MOVE, summary="Once", location="There"),
        recurrence_id=MONDAYS[1],
    )

    after = happens(provider, world.ref)
    expected = [bare(one) for one in before]
    expected[1] = replace(
        expected[1], starts_at=LATER, ends_at=LATER + HOUR, summary="Once", location="There"
    )
    assert [bare(one) for one in after] == expected


def test_syn8_an_instance_after_the_clock_changed_keeps_its_name(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    href = world.put_outside("weekly.ics", weekly())
    before = happens(provider, world.ref)
    provider.amend(world.ref, href, None, Amendment(summary="Once"), recurrence_id=MONDAYS[2])
    after = happens(provider, world.ref)
    assert [one.summary for one in after] == ["Weekly", "Weekly", "Once", "Weekly"]
    assert [one.recurrence_id for one in after] == list(MONDAYS)
    assert starts(after) == starts(before)


def test_syn8_an_instance_that_was_moved_is_moved_on(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    href = world.put_outside(
        "weekly.ics", weekly(moved("20260323", "20260324T120000Z", "DESCRIPTION:Kept"))
    )
    for amendment in (Amendment(location="There"), MOVE):
        provider.amend(world.ref, href, None, amendment, recurrence_id=MONDAYS[1])
    after = happens(provider, world.ref)
    assert starts(after) == [MONDAYS[0], "20260325T140000Z", MONDAYS[2], MONDAYS[3]]
    assert (after[1].summary, after[1].location, after[1].description) == ("Moved", "There", "Kept")


@pytest.mark.parametrize("before", [[], [moved("20260323", "20260324T120000Z")]])
def test_syn8_one_instance_is_cancelled(
    world: CalendarWorld, provider: CalendarProvider, before: list[str]
) -> None:
    href = world.put_outside("weekly.ics", weekly(*before))
    provider.amend(
        world.ref,
        href,
        current(provider, world.ref, href).etag,
        Amendment(cancelled=True),
        recurrence_id=MONDAYS[1],
    )
    assert starts(happens(provider, world.ref)) == [MONDAYS[0], MONDAYS[2], MONDAYS[3]]


def test_syn8_an_instance_that_is_gone_is_refused(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    href = world.put_outside("weekly.ics", weekly())
    provider.amend(world.ref, href, None, Amendment(cancelled=True), recurrence_id=MONDAYS[1])
    for name in (MONDAYS[1], "20260317T080000Z", "20260504T070000Z"):
        with pytest.raises(PreconditionFailed):
            provider.amend(world.ref, href, None, MOVE, recurrence_id=name)
    single = world.put_outside("a.ics", simple("a"))
    with pytest.raises(PreconditionFailed):
        provider.amend(world.ref, single, None, MOVE, recurrence_id="20260301T100000Z")
    assert len(happens(provider, world.ref)) == 4


def test_syn8_an_instance_of_whole_days(world: CalendarWorld, provider: CalendarProvider) -> None:
    raw = event(
        "DTSTART;VALUE=DATE:20260304",
        "DTEND;VALUE=DATE:20260306",
        "RRULE:FREQ=MONTHLY;COUNT=3",
        "SUMMARY:Fair",
        uid="fair",
    )
    href = world.put_outside("fair.ics", calendar(raw))
    days = [one.recurrence_id for one in happens(provider, world.ref)]
    assert days == ["20260304", "20260404", "20260504"]
    provider.amend(world.ref, href, None, Amendment(summary="Big fair"), recurrence_id="20260404")
    provider.amend(world.ref, href, None, Amendment(cancelled=True), recurrence_id="20260504")
    first, second = happens(provider, world.ref)
    assert (first.summary, second.summary) == ("Fair", "Big fair")
    assert second.all_day
    assert [second.local_start_date, second.local_end_date] == [
        datetime(2026, 4, 4).date(),  # noqa: DTZ001
        datetime(2026, 4, 6).date(),  # noqa: DTZ001
    ]
    provider.amend(world.ref, href, None, MOVE, recurrence_id="20260404")
    _, second = happens(provider, world.ref)
    assert (second.starts_at, second.ends_at, second.all_day) == (LATER, LATER + HOUR, False)
    assert second.recurrence_id == "20260404"


def test_syn8_a_whole_series_is_renamed_or_removed_but_not_moved(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    href = world.put_outside("weekly.ics", weekly(moved("20260323", "20260324T120000Z")))
    provider.amend(world.ref, href, None, Amendment(summary="New"))
    after = happens(provider, world.ref)
    assert [one.summary for one in after] == ["New", "Moved", "New", "New"]
    with pytest.raises(WholeSeries):
        provider.amend(world.ref, href, None, MOVE)
    assert happens(provider, world.ref) == after
    assert provider.amend(world.ref, href, None, Amendment(cancelled=True)) is None
    assert happens(provider, world.ref) == []


def test_syn9_what_changed_meanwhile_is_not_overwritten(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    href = world.put_outside("a.ics", simple("a"))
    old = current(provider, world.ref, href).etag
    world.replace_outside(href, simple("a", "LOCATION:Theirs"))
    for amendment in (MOVE, Amendment(cancelled=True)):
        with pytest.raises(PreconditionFailed):
            provider.amend(world.ref, href, old, amendment)
    (after,) = happens(provider, world.ref)
    assert (after.location, after.starts_at) == ("Theirs", after.starts_at)
    # Whoever has no etag changes what is there now.
    provider.amend(world.ref, href, None, MOVE)
    (after,) = happens(provider, world.ref)
    assert (after.location, after.starts_at) == ("Theirs", LATER)


def test_syn8_a_series_that_changed_meanwhile_is_not_overwritten(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    href = world.put_outside("weekly.ics", weekly())
    old = current(provider, world.ref, href).etag
    world.replace_outside(href, weekly(lines=("LOCATION:Theirs",)))
    for amendment in (MOVE, Amendment(cancelled=True)):
        with pytest.raises(PreconditionFailed):
            provider.amend(world.ref, href, old, amendment, recurrence_id=MONDAYS[1])
    assert starts(happens(provider, world.ref)) == list(MONDAYS)


@pytest.mark.parametrize("name", [None, MONDAYS[1]])
def test_syn9_what_is_gone_is_refused(
    world: CalendarWorld, provider: CalendarProvider, name: str | None
) -> None:
    href = world.put_outside("a.ics", weekly() if name else simple("a"))
    etag = current(provider, world.ref, href).etag
    world.remove_outside(href)
    for known in (etag, None):
        for amendment in (MOVE, Amendment(cancelled=True)):
            with pytest.raises(PreconditionFailed):
                provider.amend(world.ref, href, known, amendment, recurrence_id=name)
    assert happens(provider, world.ref) == []


@pytest.mark.parametrize("amendment", [MOVE, Amendment(cancelled=True)])
def test_syn9_whoever_may_only_read_changes_nothing(
    world: CalendarWorld, amendment: Amendment
) -> None:
    single = world.put_outside("a.ics", simple("a"))
    series = world.put_outside("weekly.ics", weekly())
    reader = world.open_as_reader()
    for href, name in ((single, None), (series, MONDAYS[1])):
        with pytest.raises(AccessLost):
            reader.amend(world.ref, href, None, amendment, recurrence_id=name)
    assert len(happens(reader, world.ref)) == 5
    reader.close()


def test_syn9_what_is_unknown_stays(
    ical_world: CalendarWorld, ical_provider: CalendarProvider
) -> None:
    own = (
        *GUESTS,
        "X-APPLE-TRAVEL-TIME;VALUE=DURATION:PT15M",
        "CATEGORIES:Blue",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT5M",
        "DESCRIPTION:Mine",
        "END:VALARM",
    )
    href = ical_world.put_outside("weekly.ics", weekly(lines=own))
    ical_provider.amend(ical_world.ref, href, None, MOVE, recurrence_id=MONDAYS[1])
    ical_provider.amend(ical_world.ref, href, None, Amendment(summary="New"))
    text = ical_world.text_of(href)
    # In the series and in the instance that was taken out of it.
    for kept in ("X-APPLE-TRAVEL-TIME;VALUE=DURATION:PT15M", "CATEGORIES:Blue", "TRIGGER:-PT5M"):
        assert text.count(kept) == 2
    # RFC 6638 §3.2.1.2: a guest whose line is turned over to us would get a cancellation.
    assert text.count("ATTENDEE;") == 2
    assert "SCHEDULE-AGENT" not in text
