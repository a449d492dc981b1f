"""Which times must be offered, found minute by minute and apart from the product's own search."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crm_app.booking.rules import Busy, BusyKind, MemberTime, SlotRules
from crm_app.core.hours import Hours
from tests.booking import brute_force
from tests.browser.journey.engagements import Taken

# The calendar of the story, in minutes.
LENGTH, EVERY, AFTERWARDS, NOTICE, DAYS_AHEAD = 45, 30, 15, 240, 60
RULES = SlotRules(
    duration=LENGTH,
    interval=EVERY,
    buffer_after=AFTERWARDS,
    minimum_notice=NOTICE,
    horizon_days=DAYS_AHEAD,
)


@dataclass(frozen=True)
class Working:
    """A member's week: zone, hours in minutes of the local day from Monday to Friday, and what
    stands against it outside of the product."""

    zone: str
    opens: int
    closes: int
    engaged: Sequence[Taken] = ()


def offered(
    team: Mapping[int, Working],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    booked: Iterable[tuple[int, Taken]] = (),
) -> list[datetime]:
    """The times that start in [since, until) at which anybody of ``team`` is free.

    ``booked`` are appointments, each with whose it is.
    """
    held = list(booked)
    members = [
        MemberTime(
            member_id=number,
            zone=working.zone,
            hours=Hours(dict.fromkeys(range(5), ((working.opens, working.closes),))),
            busy=[
                *(Busy.of(start, end) for start, end in working.engaged),
                *(
                    Busy.of(start, end, after=AFTERWARDS, kind=BusyKind.BOOKED)
                    for whose, (start, end) in held
                    if whose == number
                ),
            ],
        )
        for number, working in team.items()
    ]
    found = brute_force.slots(RULES, members, since, until, now)
    return sorted({slot.starts_at for slot in found})
