"""In whose calendars an appointment is to stand. Pure.

Each holder of an appointment has one copy of it. A copy stays in the calendar where it is, also
when its owner carried it to another one of his; a new one is made in the linked calendar. What
nobody holds any more is removed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from crm_app.core.kinds import LinkState

_ALIVE = (LinkState.WANTED, LinkState.WRITTEN)


@dataclass(frozen=True, slots=True)
class Placed:
    """A copy that exists or is on its way; ``user_id`` is whose calendar it is in."""

    link_id: int
    user_id: int
    state: LinkState


@dataclass(frozen=True, slots=True)
class Placing:
    """Calendars that get a (new) copy, copies to bring up to date, copies to take away."""

    write: tuple[int, ...]
    refresh: tuple[int, ...]
    remove: tuple[int, ...]


def place(
    holders: Collection[int], linked: Mapping[int, int], copies: Collection[Placed]
) -> Placing:
    """``holders`` are users (none when the appointment does not stand); ``linked`` maps users to
    their linked calendars."""
    alive = [copy for copy in copies if copy.state in _ALIVE]
    refresh = [copy.link_id for copy in alive if copy.user_id in holders]
    served = {copy.user_id for copy in alive if copy.user_id in holders}
    return Placing(
        write=tuple(
            dict.fromkeys(linked[user] for user in holders if user in linked and user not in served)
        ),
        refresh=tuple(refresh),
        remove=tuple(copy.link_id for copy in alive if copy.user_id not in holders),
    )
