"""Three-way merge of our copy in somebody's calendar (SYN-9; traps 36, 38)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crm_app.sync import copies
from crm_app.sync.copies import Copy, Part

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
PLACED = replace(BASE, location="Room 2")


@pytest.mark.parametrize(
    ("name", "base", "ours", "theirs", "take", "conflicts"),
    [
        ("trap36 echo", BASE, BASE, BASE, set(), set()),
        ("moved there", BASE, BASE, MOVED, {Part.TIME}, set()),
        (
            "longer there",
            BASE,
            BASE,
            replace(BASE, ends_at=BASE.ends_at + HOUR),
            {Part.TIME},
            set(),
        ),
        ("renamed there", BASE, BASE, NAMED, {Part.TITLE}, set()),
        ("other room there", BASE, BASE, PLACED, {Part.PLACE}, set()),
        (
            "all there",
            BASE,
            BASE,
            replace(MOVED, title="x", location="y"),
            {Part.TIME, Part.TITLE, Part.PLACE},
            set(),
        ),
        ("moved here", BASE, MOVED, BASE, set(), set()),
        ("moved here, renamed there", BASE, MOVED, NAMED, {Part.TITLE}, set()),
        ("both moved to the same time", BASE, MOVED, MOVED, set(), set()),
        ("both moved apart", BASE, MOVED, MOVED_FAR, set(), {Part.TIME}),
        (
            "both moved apart, renamed there",
            BASE,
            MOVED,
            replace(MOVED_FAR, title="x"),
            {Part.TITLE},
            {Part.TIME},
        ),
        ("trap38 rewritten text", BASE, BASE, replace(BASE, title="  Ann\r\n"), set(), set()),
        ("description edited there", BASE, BASE, replace(BASE, description="mine"), set(), set()),
        ("no base: ours stays", None, BASE, MOVED, set(), set()),
    ],
)
def test_syn9_each_part_goes_to_the_side_that_did_not_change_it(
    name: str,
    base: Copy | None,
    ours: Copy,
    theirs: Copy,
    take: set[Part],
    conflicts: set[Part],
) -> None:
    found = copies.merge(base, ours, theirs)
    assert (set(found.take), set(found.conflicts)) == (take, conflicts)


def test_syn9_a_description_that_was_edited_there_is_left_alone_from_then_on() -> None:
    theirs = replace(BASE, description="Bring the contract")
    agreed = copies.agreed(BASE, theirs)
    later = copies.agreed(agreed, agreed)
    assert copies.outgoing(later, replace(MOVED, description="Ours, new")).description == (
        "Bring the contract"
    )
    assert copies.outgoing(BASE, replace(MOVED, description="Ours, new")).description == "Ours, new"


def test_syn9_private_and_free_are_theirs_to_say() -> None:
    agreed = copies.agreed(BASE, replace(BASE, private=True, busy=False))
    written = copies.outgoing(agreed, MOVED)
    assert (written.private, written.busy) == (True, False)


def test_trap38_a_rewritten_text_is_not_written_again() -> None:
    stored = replace(BASE, description="Ours  ", title="Ann ")
    assert copies.equal(copies.outgoing(copies.agreed(BASE, stored), BASE), stored)
    assert not copies.equal(MOVED, BASE)


def test_a_copy_survives_its_json() -> None:
    assert Copy.from_json(MOVED.to_json()) == MOVED
