"""Series and their exceptions, in one object or in several (SYN-8)."""

from crm_app.providers.calendar_port import CalendarProvider
from tests.contracts.calendars import ReadableWorld
from tests.contracts.events import (
    MONDAYS,
    everything,
    happens,
    held,
    moved,
    occurrences,
    pulled,
    simple,
    starts,
    weekly,
)

CANCELLED = "EXDATE;TZID=Europe/Berlin:20260330T090000"
EXCEPTION = moved("20260323", "20260324T120000Z")


def test_syn8_exceptions_are_found_under_their_series_name(
    readable: ReadableWorld, reader: CalendarProvider
) -> None:
    href = readable.put_outside("weekly.ics", weekly(EXCEPTION, lines=(CANCELLED,)))
    other = readable.put_outside("a.ics", simple("a"))
    found = held(reader, readable.ref)
    assert {each.belongs_to for each in found.values()} == {href, other}
    assert href in found
    assert {each.uid for each in found.values() if each.belongs_to == href} == {"weekly"}
    assert len({each.href for each in found.values()}) == len(found)


def test_syn8_read_together_they_give_the_right_instances(
    readable: ReadableWorld, reader: CalendarProvider
) -> None:
    readable.put_outside("weekly.ics", weekly(EXCEPTION, lines=(CANCELLED,)))
    found = happens(reader, readable.ref)
    assert starts(found) == [MONDAYS[0], "20260324T120000Z", MONDAYS[3]]
    assert [one.recurrence_id for one in found] == [MONDAYS[0], MONDAYS[1], MONDAYS[3]]
    assert [one.summary for one in found] == ["Weekly", "Moved", "Weekly"]
    assert all(one.recurring for one in found)


def test_syn8_what_happens_to_an_exception_comes_by_cursor(
    readable: ReadableWorld, reader: CalendarProvider
) -> None:
    href = readable.put_outside("weekly.ics", weekly())
    pages = pulled(reader, readable.ref)
    objects = everything(pages)
    for components, expected in (
        ([EXCEPTION], [MONDAYS[0], "20260324T120000Z", *MONDAYS[2:]]),
        (
            [moved("20260323", "20260326T120000Z")],
            [MONDAYS[0], "20260326T120000Z", *MONDAYS[2:]],
        ),
        ([], list(MONDAYS)),
    ):
        assert readable.put_outside("weekly.ics", weekly(*components)) == href
        pages = pulled(reader, readable.ref, pages[-1].cursor)
        assert not any(page.full for page in pages)
        for page in pages:
            objects |= {each.href: each for each in page.changed}
            for gone in page.removed:
                del objects[gone]
        assert {each.belongs_to for each in objects.values()} == {href}
        assert starts(occurrences(objects.values())) == expected


def test_syn8_with_its_rule_the_whole_series_is_gone(
    readable: ReadableWorld, reader: CalendarProvider
) -> None:
    href = readable.put_outside("weekly.ics", weekly(EXCEPTION))
    readable.put_outside("a.ics", simple("a"))
    cursor = pulled(reader, readable.ref)[-1].cursor
    readable.remove_outside(href)
    pages = pulled(reader, readable.ref, cursor)
    assert href in {gone for page in pages for gone in page.removed}
    assert [one.uid for one in happens(reader, readable.ref)] == ["a"]


def test_syn3_free_busy_of_a_series(readable: ReadableWorld, reader: CalendarProvider) -> None:
    readable.put_outside("weekly.ics", weekly(EXCEPTION, lines=(CANCELLED,)))
    found = happens(reader, readable.ref)
    busy = reader.free_busy(
        readable.ref,
        found[0].starts_at,
        found[-1].ends_at,
        calendar_zone="Europe/Berlin",
        time_limit=20,
    )
    assert [(one.starts_at, one.ends_at) for one in busy] == [
        (one.starts_at, one.ends_at) for one in found
    ]
