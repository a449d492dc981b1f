"""What every calendar that can be written owes us (SYN-2, SYN-9)."""

from datetime import timedelta

import pytest

from crm_app.core.errors import PreconditionFailed
from crm_app.providers.calendar_port import CalendarGone, CalendarProvider
from crm_app.providers.ical.fingerprint import fingerprint
from crm_app.providers.ical.writing import write
from tests.contracts.calendars import CalendarWorld
from tests.contracts.events import held, occurrences, simple
from tests.factories.outgoing import START, outgoing

DAY = timedelta(days=1)


def test_syn10_tasks_are_not_events(
    ical_world: CalendarWorld, ical_provider: CalendarProvider
) -> None:
    task = simple("t").replace("VEVENT", "VTODO").replace("DTEND", "DUE")
    ical_world.put_outside("t.ics", task)
    assert held(ical_provider, ical_world.ref) == {}


def test_syn2_create_and_read_back(world: CalendarWorld, provider: CalendarProvider) -> None:
    wanted = outgoing(description="Line\nline", location="Café", url="https://crm.example/a")
    stored = provider.create(world.ref, wanted)
    (found,) = held(provider, world.ref).values()
    assert (found.href, found.etag) == (stored.href, stored.etag)
    assert found.content_hash == stored.content_hash == fingerprint(found.raw)
    assert found.uid == wanted.uid
    (one,) = occurrences([found])
    assert (one.starts_at, one.ends_at) == (wanted.starts_at, wanted.ends_at)
    assert (one.summary, one.description, one.location) == (
        wanted.summary,
        wanted.description,
        wanted.location,
    )
    assert (one.uid, one.tandem_id) == (wanted.uid, wanted.tandem_id)


def test_syn2_text_is_kept_as_it_was_written(
    ical_world: CalendarWorld, ical_provider: CalendarProvider
) -> None:
    wanted = outgoing(description="Line\nline", location="Café", url="https://crm.example/a")
    stored = ical_provider.create(ical_world.ref, wanted)
    assert stored.content_hash == fingerprint(write(wanted))


def test_syn10_nothing_is_written_into_a_calendar_that_is_gone(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    with pytest.raises(CalendarGone):
        provider.create(world.absent_ref, outgoing())


def test_syn9_creating_twice_makes_one_event(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    first = provider.create(world.ref, outgoing())
    second = provider.create(world.ref, outgoing())
    assert first == second
    assert len(held(provider, world.ref)) == 1


def test_syn9_creating_again_where_the_event_was_moved_by_hand(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    first = provider.create(world.ref, outgoing())
    moved = world.text_of(first.href).replace("20260302T09", "20260303T09")
    world.replace_outside(first.href, moved)
    again = provider.create(world.ref, outgoing())
    # Ours, but not as we wrote it: without an etag the next pull brings the change.
    assert (again.href, again.etag) == (first.href, None)


def test_syn9_creating_where_the_uid_has_another_name(
    ical_world: CalendarWorld, ical_provider: CalendarProvider
) -> None:
    href = ical_world.put_outside("other-name.ics", write(outgoing()))
    assert ical_provider.create(ical_world.ref, outgoing()).href == href
    assert len(held(ical_provider, ical_world.ref)) == 1


def test_syn2_update_and_read_back(world: CalendarWorld, provider: CalendarProvider) -> None:
    stored = provider.create(world.ref, outgoing(location="Here"))
    wanted = outgoing(
        starts_at=START + DAY, ends_at=START + DAY + DAY / 24, summary="New", sequence=1
    )
    changed = provider.update(world.ref, stored.href, stored.etag, wanted)
    (found,) = held(provider, world.ref).values()
    assert (found.href, found.etag) == (changed.href, changed.etag)
    assert found.href == stored.href
    assert found.etag != stored.etag
    assert found.content_hash == changed.content_hash
    (one,) = occurrences([found])
    assert (one.starts_at, one.ends_at) == (wanted.starts_at, wanted.ends_at)
    assert (one.summary, one.location, one.tandem_id) == ("New", "", wanted.tandem_id)


def test_syn9_update_keeps_what_is_unknown(
    ical_world: CalendarWorld, ical_provider: CalendarProvider
) -> None:
    stored = ical_provider.create(ical_world.ref, outgoing())
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:Mine\r\nEND:VALARM\r\n"
    theirs = ical_world.text_of(stored.href).replace(
        "END:VEVENT", f"X-APPLE-TRAVEL-TIME:PT15M\r\nCATEGORIES:Blue\r\n{alarm}END:VEVENT"
    )
    ical_world.replace_outside(stored.href, theirs)
    (current,) = held(ical_provider, ical_world.ref).values()

    moved = outgoing(starts_at=START + DAY, ends_at=START + DAY + DAY / 24, sequence=1)
    changed = ical_provider.update(ical_world.ref, stored.href, current.etag, moved)
    text = ical_world.text_of(changed.href)
    for kept in ("X-APPLE-TRAVEL-TIME:PT15M", "CATEGORIES:Blue", "TRIGGER:-PT5M"):
        assert kept in text
    assert "20260303T090000Z" in text
    (found,) = held(ical_provider, ical_world.ref).values()
    assert (found.etag, found.content_hash) == (changed.etag, changed.content_hash)


def test_syn9_update_of_a_changed_event_is_refused(
    world: CalendarWorld, provider: CalendarProvider
) -> None:
    stored = provider.create(world.ref, outgoing())
    theirs = world.text_of(stored.href).replace("Call with Ann", "Theirs")
    world.replace_outside(stored.href, theirs)
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
    assert held(provider, world.ref) == {}
    # And the same appointment can be written again.
    provider.create(world.ref, outgoing())
    assert len(held(provider, world.ref)) == 1
