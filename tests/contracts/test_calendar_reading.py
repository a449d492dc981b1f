"""What every calendar can be asked, also one that can only be read (SYN-1, SYN-3, SYN-10)."""

from datetime import UTC, datetime

import pytest

from crm_app.core.errors import CursorExpired, LoginExpired, RemoteError
from crm_app.providers.calendar_port import CalendarGone, CalendarProvider
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.reading import read_occurrences
from crm_app.providers.ical.writing import write
from tests.contracts.calendars import ReadableWorld
from tests.contracts.events import everything, pulled, simple
from tests.factories.outgoing import outgoing
from tests.providers.ical.texts import calendar, event


def test_syn1_discover(readable: ReadableWorld, reader: CalendarProvider) -> None:
    (found,) = reader.discover()
    assert (found.ref, found.name, found.colour) == (readable.ref, readable.name, "#33aa55")
    assert found.writable is readable.writable


def test_syn11_wrong_password(readable: ReadableWorld) -> None:
    with pytest.raises(LoginExpired):
        readable.open_with_wrong_password().discover()
    with pytest.raises(LoginExpired):
        list(readable.open_with_wrong_password().pull(readable.ref, None))


def test_syn10_empty_calendar(readable: ReadableWorld, reader: CalendarProvider) -> None:
    (page,) = pulled(reader, readable.ref)
    assert (page.changed, page.removed, page.full) == ((), (), True)
    (again,) = pulled(reader, readable.ref, page.cursor)
    assert (again.changed, again.removed, again.full) == ((), (), False)


def test_syn10_changes_come_once(readable: ReadableWorld, reader: CalendarProvider) -> None:
    first = readable.put_outside("a.ics", simple("a"))
    second = readable.put_outside("b%20b@%C3%BC.ics", simple("b"))
    pages = pulled(reader, readable.ref)
    found = everything(pages)
    assert {each.uid for each in found.values()} == {"a", "b"}
    assert all(page.full for page in pages)
    assert found[first].content_hash == fingerprint(found[first].raw)
    assert all(each.belongs_to == href for href, each in found.items())
    cursor = pages[-1].cursor

    changed = readable.put_outside("a.ics", simple("a", "LOCATION:Here"))
    readable.remove_outside(second)
    third = readable.put_outside("c.ics", simple("c"))
    pages = pulled(reader, readable.ref, cursor)
    assert set(everything(pages)) == {changed, third}
    assert [href for page in pages for href in page.removed] == [
        href for href in found if href not in {first}
    ]
    assert not any(page.full for page in pages)

    (page,) = pulled(reader, readable.ref, pages[-1].cursor)
    assert (page.changed, page.removed) == ((), ())


def test_syn10_the_last_event_is_named_or_everything_is_listed_anew(
    readable: ReadableWorld, reader: CalendarProvider
) -> None:
    href = readable.put_outside("a.ics", simple("a"))
    cursor = pulled(reader, readable.ref)[-1].cursor
    readable.remove_outside(href)
    try:
        pages = pulled(reader, readable.ref, cursor)
        assert [gone for page in pages for gone in page.removed] == [href]
    except CursorExpired:
        pages = pulled(reader, readable.ref)
        assert all(page.full and not page.removed for page in pages)
    assert everything(pages) == {}
    (again,) = pulled(reader, readable.ref, pages[-1].cursor)
    assert (again.changed, again.removed) == ((), ())


def test_syn10_an_interrupted_first_listing_goes_on(
    readable: ReadableWorld, reader: CalendarProvider
) -> None:
    for number in range(120):
        readable.put_outside(f"{number:03}.ics", simple(f"u{number}"))
    pages = reader.pull(readable.ref, None)
    begun = next(pages)
    assert not begun.complete
    pages.close()
    # Meanwhile an event that was done changes, another goes, and one comes.
    changed = readable.put_outside("000.ics", simple("u0", "LOCATION:New"))
    readable.remove_outside(begun.changed[1].href)
    added = readable.put_outside("000a.ics", simple("late"))

    rest = pulled(reader, readable.ref, begun.cursor)
    assert all(page.full for page in rest)
    seen = everything([begun, *rest])
    assert {f"u{number}" for number in range(120)} <= {each.uid for each in seen.values()}
    assert sum(len(page.changed) for page in rest) < 120

    after = [*rest, *pulled(reader, readable.ref, rest[-1].cursor)]
    assert everything(after)[changed].raw.count("LOCATION:New") == 1
    assert added in everything(after)
    assert begun.changed[1].href in {href for page in after for href in page.removed}


def test_syn10_expired_cursor(readable: ReadableWorld, reader: CalendarProvider) -> None:
    readable.put_outside("a.ics", simple("a"))
    cursor = pulled(reader, readable.ref)[-1].cursor
    assert cursor is not None
    with pytest.raises(CursorExpired):
        list(reader.pull(readable.ref, readable.spoil(cursor)))
    with pytest.raises(CursorExpired):
        list(reader.pull(readable.ref, "rubbish"))
    assert len(everything(pulled(reader, readable.ref))) == 1


def test_syn10_a_calendar_that_is_gone(readable: ReadableWorld, reader: CalendarProvider) -> None:
    cursor = pulled(reader, readable.ref)[-1].cursor
    for attempt in (None, cursor):
        with pytest.raises(CalendarGone):
            list(reader.pull(readable.absent_ref, attempt))


def test_syn3_free_busy_is_what_the_occurrences_say(
    readable: ReadableWorld, reader: CalendarProvider
) -> None:
    raws = {
        "ours": write(outgoing()),
        "day": calendar(
            event("DTSTART;VALUE=DATE:20260304", "DTEND;VALUE=DATE:20260305", uid="day")
        ),
        "free": simple("free", "TRANSP:TRANSPARENT"),
        "maybe": simple("maybe", "STATUS:TENTATIVE"),
        "no": simple("no", "ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.org"),
        "series": calendar(
            event(
                "DTSTART:20250106T070000Z",
                "DTEND:20250106T080000Z",
                "RRULE:FREQ=WEEKLY",
                uid="series",
            )
        ),
        "far": simple("far").replace("202603", "202705"),
    }
    for entry, raw in raws.items():
        readable.put_outside(f"{entry}.ics", raw)
    since = datetime(2026, 3, 1, tzinfo=UTC)
    until = datetime(2026, 3, 15, tzinfo=UTC)
    asked = {"calendar_zone": "Europe/Berlin", "own_addresses": ("me@example.org",)}
    busy = reader.free_busy(readable.ref, since, until, time_limit=20, **asked)
    expected = [
        (one.starts_at, one.ends_at, one.uid)
        for found in everything(pulled(reader, readable.ref)).values()
        for one in read_occurrences(found.raw, since=since, until=until, **asked)
        if one.blocks()
    ]
    assert [(one.starts_at, one.ends_at, one.uid) for one in busy] == sorted(expected)
    assert {one.uid for one in busy} == {outgoing().uid, "day", "maybe", "series"}
    assert [one.tandem_id for one in busy if one.uid == outgoing().uid] == ["apt_1"]
    assert [one.uid for one in busy if one.tentative] == ["maybe"]
    assert [one.uid for one in busy if one.all_day] == ["day"]


def test_syn13_nothing_shows_the_password(readable: ReadableWorld) -> None:
    provider = readable.open_with_wrong_password()
    with pytest.raises(RemoteError) as caught:
        provider.discover()
    assert "wrong" not in repr(provider) + repr(caught.value) + str(caught.value)
