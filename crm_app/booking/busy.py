"""What takes a member's time, turned into the starts that it refuses.

Pure. A block keeps its core time and its buffers apart, because buffers of two bookings that
meet are merged and never added: a buffer may lie on another's buffer, but on nobody's core time
(CAL-2). Solved for the start of a new booking, that is one interval of refused starts per block,
and the union of those intervals is all that the search looks at.
"""

from collections.abc import Iterable

from crm_app.booking.minutes import Interval
from crm_app.booking.rules import Busy, BusyKind, MemberTime, SlotRules

NEVER = (1 << 60, 1 << 60)


def refused_starts(
    rules: SlotRules, blocks: Iterable[Busy], time_off: Iterable[Interval]
) -> list[Interval]:
    """Per block the starts at which a new booking, or its buffers, would meet it. Unsorted.

    With s the start: the booking with its own buffers stays clear of the block's core, and the
    booking itself of the block's buffers. So on each side the longer of the two buffers counts.
    """
    duration, before, after = rules.duration, rules.buffer_before, rules.buffer_after
    lead = duration - 1
    refused = [
        (
            start - lead - (after if after > own_before else own_before),
            end + (before if before > own_after else own_after),
        )
        for start, end, own_before, own_after, _, _, _ in blocks
        if start < end
    ]
    refused += [(start - lead - after, end + before) for start, end in time_off if start < end]
    return refused


def meets(start: int, end: int, block: Busy) -> bool:
    """Whether the time itself, without any buffer, overlaps the block's core."""
    return start < block.end and block.start < end and block.start < block.end


def crowds(start: int, end: int, before: int, after: int, block: Busy) -> bool:
    """Whether a booking and a block overlap when the buffers of either are counted."""
    if block.start >= block.end:
        return False
    buffered = block._replace(start=block.start - block.before, end=block.end + block.after)
    return meets(start - before, end + after, block) or meets(start, end, buffered)


def session_at(member: MemberTime, start: int) -> Busy | None:
    """The member's own booked block that starts then; the longest, should its seats differ."""
    blocks = [
        block
        for block in member.busy
        if block.kind is BusyKind.BOOKED and block.start == start < block.end
    ]
    return max(blocks, key=lambda block: block.end, default=None)


def same_session(block: Busy, session: Busy | None) -> bool:
    """Whether the block is a seat of that session, which then does not stand in its way."""
    return session is not None and block.kind is BusyKind.BOOKED and block.start == session.start


def outside(runs: Iterable[range], refused: Iterable[Interval]) -> list[int]:
    """The members of the ascending `runs` that lie in no refused interval.

    Two pointers, one over the runs and one over the refused intervals by their beginning. These
    need no merging first: whichever the second pointer leaves behind has ended.
    """
    ordered = iter(sorted(refused))
    low, high = next(ordered, NEVER)
    found: list[int] = []
    for run in runs:
        if run.stop <= low:
            found += run
            continue
        for start in run:
            if start >= low:
                while high <= start:
                    low, high = next(ordered, NEVER)
                if start >= low:
                    continue
            found.append(start)
    return found
