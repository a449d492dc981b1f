"""One contract for every calendar service (SYN-1, SYN-2, SYN-9, SYN-10)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crm_app.core.errors import CursorExpired, LoginExpired, PreconditionFailed, Rejected
from crm_app.providers.calendar_port import CalendarGone, CalendarProvider, Page, RemoteEvent
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.reading import read_occurrences
from crm_app.providers.ical.writing import write
from tests.contracts.calendars import CalendarWorld, DavWorld, ICloudWorld, MemoryWorld
from tests.factories.outgoing import START, outgoing
from tests.providers.ical.texts import calendar, event
from tests.servers.icloud import icloud

SERVER = pytest.mark.server
DAY = timedelta(days=1)


@pytest.fixture(
    params=[
        "memory",
        pytest.param("caldav by sync token", marks=SERVER),
        pytest.param("caldav by etags", marks=SERVER),
        pytest.param("icloud", marks=SERVER),
    ]
)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CalendarWorld]:
    if request.param == "memory":
        yield MemoryWorld.make()
        return
    server = request.getfixturevalue("radicale_server")
    if request.param == "icloud":
        with icloud(server.make_user(), tmp_path) as service:
            yield ICloudWorld.make(service)
        return
    yield DavWorld.make(server, sync_tokens=request.param == "caldav by sync token")


@pytest.fixture
def provider(world: CalendarWorld) -> Iterator[CalendarProvider]:
    opened = world.open()
    yield opened
    opened.close()
    opened.close()


def simple(uid: str, *lines: str) -> str:
    return calendar(
        event(
            "DTSTART:20260302T100000Z", "DTEND:20260302T110000Z", f"SUMMARY:{uid}", *lines, uid=uid
        )
    )


def everything(pages: list[Page]) -> dict[str, RemoteEvent]:
    return {each.href: each for page in pages for each in page.changed}


def pulled(provider: CalendarProvider, ref: str, cursor: str | None = None) -> list[Page]:
    pages = list(provider.pull(ref, cursor))
    assert [page.complete for page in pages] == [False] * (len(pages) - 1) + [True]
    return pages


def test_syn1_discover(world: CalendarWorld, provider: CalendarProvider) -> None:
    (found,) = provider.discover()
    assert (found.ref, found.name, found.colour) == (world.ref, world.name, "#33aa55")
    assert found.writable


def test_syn11_wrong_password(world: CalendarWorld) -> None:
    with pytest.raises(LoginExpired):
        world.open_with_wrong_password().discover()
    with pytest.raises(LoginExpired):
        list(world.open_with_wrong_password().pull(world.ref, None))


def test_syn10_empty_calendar(world: CalendarWorld, provider: CalendarProvider) -> None:
    (page,) = pulled(provider, world.ref)
    assert (page.changed, page.removed, page.full) == ((), (), True)
    (again,) = pulled(provider, world.ref, page.cursor)
    assert (again.changed, again.removed, again.full) == ((), (), False)


def test_syn10_changes_come_once(world: CalendarWorld, provider: CalendarProvider) -> None:
    first = world.put_outside("a.ics", simple("a"))
    second = world.put_outside("b b@ü.ics".replace("ü", "%C3%BC").replace(" ", "%20"), simple("b"))
    pages = pulled(provider, world.ref)
    found = everything(pages)
    assert {each.uid for each in found.values()} == {"a", "b"}
    assert all(page.full for page in pages)
    assert found[first].content_hash == fingerprint(simple("a"))
    cursor = pages[-1].cursor

    changed = world.put_outside("a.ics", simple("a", "LOCATION:Here"))
    world.remove_outside(second)
    third = world.put_outside("c.ics", simple("c"))
    pages = pulled(provider, world.ref, cursor)
    assert set(everything(pages)) == {changed, third}
    assert [href for page in pages for href in page.removed] == [
        href for href in found if href not in {first}
    ]
    assert not any(page.full for page in pages)

    (page,) = pulled(provider, world.ref, pages[-1].cursor)
    assert (page.changed, page.removed) == ((), ())


def test_syn10_tasks_are_not_events(world: CalendarWorld, provider: CalendarProvider) -> None:
    task = simple("t").replace("VEVENT", "VTODO").replace("DTEND", "DUE")
    world.put_outside("t.ics", task)
    assert everything(pulled(provider, world.ref)) == {}


def test_syn10_an_interrupted_first_listing_goes_on(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    for number in range(120):
        world.put_outside(f"{number:03}.ics", simple(f"u{number}"))
    pages = provider.pull(world.ref, None)
    begun = next(pages)
    assert not begun.complete
    pages.close()
    # Meanwhile an event that was done changes, another goes, and one comes.
    changed = world.put_outside("000.ics", simple("u0", "LOCATION:New"))
    world.remove_outside(begun.changed[1].href)
    added = world.put_outside("000a.ics", simple("late"))

    rest = pulled(provider, world.ref, begun.cursor)
    assert all(page.full for page in rest)
    seen = everything([begun, *rest])
    assert {f"u{number}" for number in range(120)} <= {each.uid for each in seen.values()}
    assert sum(len(page.changed) for page in rest) < 120

    after = [*rest, *pulled(provider, world.ref, rest[-1].cursor)]
    assert everything(after)[changed].raw.count("LOCATION:New") == 1
    assert added in everything(after)
    assert begun.changed[1].href in {href for page in after for href in page.removed}


def test_syn10_expired_cursor(world: CalendarWorld, provider: CalendarProvider) -> None:
    world.put_outside("a.ics", simple("a"))
    cursor = pulled(provider, world.ref)[-1].cursor
    assert cursor is not None
    with pytest.raises(CursorExpired):
        list(provider.pull(world.ref, world.spoil(cursor)))
    with pytest.raises(CursorExpired):
        list(provider.pull(world.ref, "rubbish"))
    assert len(everything(pulled(provider, world.ref))) == 1


def test_syn10_a_calendar_that_is_gone(world: CalendarWorld, provider: CalendarProvider) -> None:
    cursor = pulled(provider, world.ref)[-1].cursor
    gone = world.ref.replace("work", "gone").replace("memory:/1/", "memory:/9/")
    for attempt in (None, cursor):
        with pytest.raises(CalendarGone):
            list(provider.pull(gone, attempt))
    with pytest.raises(CalendarGone):
        provider.create(gone, outgoing())


def test_syn2_create_and_read_back(world: CalendarWorld, provider: CalendarProvider) -> None:
    wanted = outgoing(description="Line\nline", location="Café", url="https://crm.example/a")
    stored = provider.create(world.ref, wanted)
    (found,) = everything(pulled(provider, world.ref)).values()
    assert (found.href, found.etag) == (stored.href, stored.etag)
    assert found.content_hash == stored.content_hash == fingerprint(write(wanted))
    assert found.uid == wanted.uid


def test_syn9_creating_twice_makes_one_event(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    first = provider.create(world.ref, outgoing())
    second = provider.create(world.ref, outgoing())
    assert first == second
    assert len(everything(pulled(provider, world.ref))) == 1


def test_syn9_creating_again_where_the_event_was_moved_by_hand(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    first = provider.create(world.ref, outgoing())
    moved = world.text_of(first.href).replace("20260302T09", "20260303T09")
    world.put_outside(first.href.rpartition("/")[2], moved)
    again = provider.create(world.ref, outgoing())
    # Ours, but not as we wrote it: without an etag the next pull brings the change.
    assert (again.href, again.etag) == (first.href, None)


def test_syn9_creating_where_the_uid_has_another_name(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    href = world.put_outside("other-name.ics", write(outgoing()))
    assert provider.create(world.ref, outgoing()).href == href
    assert len(everything(pulled(provider, world.ref))) == 1


def test_syn9_update_keeps_what_is_unknown(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    stored = provider.create(world.ref, outgoing())
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:Mine\r\nEND:VALARM\r\n"
    theirs = world.text_of(stored.href).replace(
        "END:VEVENT", f"X-APPLE-TRAVEL-TIME:PT15M\r\nCATEGORIES:Blue\r\n{alarm}END:VEVENT"
    )
    world.put_outside(stored.href.rpartition("/")[2], theirs)
    (current,) = everything(pulled(provider, world.ref)).values()

    moved = outgoing(starts_at=START + DAY, ends_at=START + DAY + DAY / 24, sequence=1)
    changed = provider.update(world.ref, stored.href, current.etag, moved)
    text = world.text_of(changed.href)
    for kept in ("X-APPLE-TRAVEL-TIME:PT15M", "CATEGORIES:Blue", "TRIGGER:-PT5M"):
        assert kept in text
    assert "20260303T090000Z" in text
    (found,) = everything(pulled(provider, world.ref)).values()
    assert (found.etag, found.content_hash) == (changed.etag, changed.content_hash)


def test_syn9_update_of_a_changed_event_is_refused(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    stored = provider.create(world.ref, outgoing())
    theirs = world.text_of(stored.href).replace("Call with Ann", "Theirs")
    world.put_outside(stored.href.rpartition("/")[2], theirs)
    with pytest.raises(PreconditionFailed):
        provider.update(world.ref, stored.href, stored.etag, outgoing(summary="Ours"))
    with pytest.raises(PreconditionFailed):
        provider.delete(world.ref, stored.href, stored.etag)
    assert "Theirs" in world.text_of(stored.href)
    # Whoever has no etag changes what is there now.
    provider.update(world.ref, stored.href, None, outgoing(summary="Ours"))
    assert "Ours" in world.text_of(stored.href)


def test_syn9_update_of_a_deleted_or_foreign_event_is_refused(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    stored = provider.create(world.ref, outgoing())
    world.remove_outside(stored.href)
    for etag in (stored.etag, None):
        with pytest.raises(PreconditionFailed):
            provider.update(world.ref, stored.href, etag, outgoing())
    foreign = world.put_outside("foreign.ics", simple("foreign"))
    with pytest.raises(PreconditionFailed):
        provider.update(world.ref, foreign, None, outgoing())


def test_syn2_deleting_twice_is_fine(world: CalendarWorld, provider: CalendarProvider) -> None:
    stored = provider.create(world.ref, outgoing())
    provider.delete(world.ref, stored.href, stored.etag)
    provider.delete(world.ref, stored.href, stored.etag)
    provider.delete(world.ref, stored.href, None)
    assert everything(pulled(provider, world.ref)) == {}
    # And the same appointment can be written again.
    provider.create(world.ref, outgoing())
    assert len(everything(pulled(provider, world.ref))) == 1


def test_syn3_free_busy_is_what_the_occurrences_say(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    provider.create(world.ref, outgoing())
    raws = {
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
        world.put_outside(f"{entry}.ics", raw)
    since = datetime(2026, 3, 1, tzinfo=UTC)
    until = datetime(2026, 3, 15, tzinfo=UTC)
    asked = {"calendar_zone": "Europe/Berlin", "own_addresses": ("me@example.org",)}
    busy = provider.free_busy(world.ref, since, until, time_limit=20, **asked)
    expected = [
        (one.starts_at, one.ends_at, one.uid)
        for found in everything(pulled(provider, world.ref)).values()
        for one in read_occurrences(found.raw, since=since, until=until, **asked)
        if one.blocks()
    ]
    assert [(one.starts_at, one.ends_at, one.uid) for one in busy] == sorted(expected)
    assert {one.uid for one in busy} == {outgoing().uid, "day", "maybe", "series"}
    assert [one.tandem_id for one in busy if one.uid == outgoing().uid] == ["apt_1"]
    assert [one.uid for one in busy if one.tentative] == ["maybe"]
    assert [one.uid for one in busy if one.all_day] == ["day"]


def test_syn13_nothing_shows_the_password(world: CalendarWorld) -> None:
    provider = world.open_with_wrong_password()
    with pytest.raises(Rejected.__base__) as caught:
        provider.discover()
    assert "wrong" not in repr(provider) + repr(caught.value) + str(caught.value)
