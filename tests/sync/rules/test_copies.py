"""Three-way merge of our copy in somebody's calendar (SYN-9; traps 36, 38)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crm_app.sync.rules import copies
from crm_app.sync.rules.copies import Copy, Part, Past

HOUR = timedelta(hours=1)
BASE = Copy(
    title="Ann",
    starts_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
    ends_at=datetime(2026, 11, 23, 10, tzinfo=UTC),
    location="Room 1",
    description="Ours",
)
MOVED = replace(BASE, starts_at=BASE.starts_at + HOUR, ends_at=BASE.ends_at + HOUR)
MOVED_FAR = replace(BASE, starts_at=BASE.starts_at + 5 * HOUR, ends_at=BASE.ends_at + 5 * HOUR)
NAMED = replace(BASE, title="Ann and Bob")
LONGER = replace(BASE, ends_at=BASE.ends_at + HOUR)
ALL = replace(MOVED, title="x", location="y")
ALL_FAR = replace(MOVED_FAR, title="x", location="y")
PLACED = replace(BASE, location="Room 2")


CASES = [
    ("trap36 echo", BASE, BASE, BASE, set(), set()),
    ("moved there", BASE, BASE, MOVED, {Part.TIME}, set()),
    ("longer there", BASE, BASE, LONGER, {Part.TIME}, set()),
    ("renamed there", BASE, BASE, NAMED, {Part.TITLE}, set()),
    ("other room there", BASE, BASE, PLACED, {Part.PLACE}, set()),
    ("all there", BASE, BASE, ALL, {Part.TIME, Part.TITLE, Part.PLACE}, set()),
    ("moved here", BASE, MOVED, BASE, set(), set()),
    ("moved here, renamed there", BASE, MOVED, NAMED, {Part.TITLE}, set()),
    ("both moved to the same time", BASE, MOVED, MOVED, set(), set()),
    ("both moved apart", BASE, MOVED, MOVED_FAR, set(), {Part.TIME}),
    ("both moved apart, all there", BASE, MOVED, ALL_FAR, {Part.TITLE, Part.PLACE}, {Part.TIME}),
    ("trap38 rewritten text", BASE, BASE, replace(BASE, title="  Ann\r\n"), set(), set()),
    ("edited description", BASE, BASE, replace(BASE, description="mine"), set(), set()),
    ("private there", BASE, BASE, replace(BASE, private=True), set(), set()),
]


@pytest.mark.parametrize(("name", "past", "ours", "theirs", "take", "conflicts"), CASES)
def test_syn9_each_part_goes_to_the_side_that_did_not_change_it(
    name: str, past: Copy, ours: Copy, theirs: Copy, take: set[Part], conflicts: set[Part]
) -> None:
    found = copies.merge(Past(past, past), ours, theirs)
    assert (set(found.take), set(found.conflicts)) == (take, conflicts)


@pytest.mark.parametrize(("name", "past", "ours", "theirs", "take", "conflicts"), CASES)
def test_syn9_after_a_merge_only_what_is_ours_alone_is_written(
    name: str, past: Copy, ours: Copy, theirs: Copy, take: set[Part], conflicts: set[Part]
) -> None:
    merged = copies.taken(ours, theirs, take)
    after = copies.accounted(Past(past, past), merged, theirs)
    still_ours = any(not copies.same(part, merged, theirs) for part in Part)
    assert copies.due(after.written, after.kept, merged) is still_ours
    # Reading the same once more changes nothing.
    assert copies.merge(after, merged, theirs) == copies.Merge()


def test_syn9_without_a_past_nothing_is_taken_over() -> None:
    assert copies.merge(None, BASE, ALL) == copies.Merge()
    assert copies.due(None, BASE, BASE)


def test_trap38_a_title_that_the_service_shortens_is_neither_taken_nor_written_again() -> None:
    shortened = replace(BASE, title="A")
    past = Past(written=BASE, kept=shortened)
    assert copies.merge(past, BASE, replace(shortened, location="Room 9")).take == {Part.PLACE}
    assert not copies.due(past.written, past.kept, BASE)


def test_syn9_a_description_that_was_edited_there_is_left_alone_from_then_on() -> None:
    theirs = replace(BASE, description="Bring the contract")
    kept = copies.agreed(copies.agreed(BASE, theirs), theirs)
    news = replace(BASE, description="Ours, new")
    assert copies.outgoing(kept, news).description == "Bring the contract"
    assert copies.outgoing(BASE, news).description == "Ours, new"
    assert copies.outgoing(None, news) == news
    assert not copies.due(BASE, kept, news)
    assert copies.due(BASE, BASE, news)


def test_syn9_private_and_free_are_theirs_to_say() -> None:
    kept = copies.agreed(BASE, replace(BASE, private=True, busy=False))
    written = copies.outgoing(kept, MOVED)
    assert (written.private, written.busy) == (True, False)
    assert not copies.due(BASE, kept, BASE)


def test_cal8_a_confirmation_is_written() -> None:
    assert copies.due(replace(BASE, tentative=True), BASE, BASE)


def test_a_copy_survives_its_json() -> None:
    assert Copy.from_json(MOVED.to_json()) == MOVED
