"""How a connection is, in words that say what to do (SYN-11). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountState

# Longer without a word from the service means that something is wrong, even without an error.
LATE = timedelta(minutes=15)


class Light(StrEnum):
    """The dot beside a connection; never without words."""

    GOOD = "good"
    BUSY = "busy"
    WARN = "warn"
    BAD = "bad"
    OFF = "off"


class Condition(StrEnum):
    """What a connection or a calendar is in."""

    IN_STEP = "in_step"
    LATE = "late"
    LISTING = "listing"
    WAITING = "waiting"
    GONE = "gone"
    TROUBLE = "trouble"
    LOCKED_OUT = "locked_out"
    PAUSED = "paused"
    STOPPED = "stopped"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of one external calendar or address book and its account.

    ``stopped``: somebody stopped the first listing."""

    used: bool
    account: AccountState
    complete: bool
    error: str
    gone: bool
    deletions_waiting: int
    last_success_at: datetime | None
    stopped: bool = False


LIGHTS: dict[Condition, Light] = {
    Condition.IN_STEP: Light.GOOD,
    Condition.LATE: Light.WARN,
    Condition.LISTING: Light.BUSY,
    Condition.WAITING: Light.WARN,
    Condition.GONE: Light.BAD,
    Condition.TROUBLE: Light.WARN,
    Condition.LOCKED_OUT: Light.BAD,
    Condition.PAUSED: Light.OFF,
    Condition.STOPPED: Light.OFF,
    Condition.UNUSED: Light.OFF,
}
# What to do about it; empty where nothing is.
ADVICE: dict[Condition, str] = {
    Condition.IN_STEP: "",
    Condition.LATE: N_("It is tried again by itself. “Sync now” tries it at once."),
    Condition.LISTING: N_("You can leave this page; it goes on in the background."),
    Condition.WAITING: N_("Check the calendar, then delete them here too or list it anew."),
    Condition.GONE: N_("Choose another calendar, or bring it back in the other service."),
    Condition.TROUBLE: N_("It is tried again by itself. “Sync now” tries it at once."),
    Condition.LOCKED_OUT: N_(
        "Reconnect the account: sign in there again, or enter a new app password."
    ),
    Condition.PAUSED: N_("Nothing is read or written until you let it go on."),
    Condition.STOPPED: N_("What came so far is kept. Let it go on when you like."),
    Condition.UNUSED: N_("Choose below what it is to be used for."),
}
# Where the words are other ones for address books.
BOOK_ADVICE: dict[Condition, str] = ADVICE | {
    Condition.WAITING: N_("Check the address book, then confirm the deletions or list it anew."),
    Condition.GONE: N_("Stop using it, or bring it back in the other service."),
    Condition.UNUSED: N_("Switch an address book on to use it."),
}
# Worst first: an account is as well as the worst of its calendars.
_ORDER = (
    Condition.LOCKED_OUT,
    Condition.GONE,
    Condition.WAITING,
    Condition.TROUBLE,
    Condition.LATE,
    Condition.PAUSED,
    Condition.STOPPED,
    Condition.LISTING,
    Condition.IN_STEP,
    Condition.UNUSED,
)


def condition(signs: Signs, *, now: datetime) -> Condition:
    """The first thing that matters about a calendar or an address book."""
    if signs.account is AccountState.NEEDS_RECONNECT:
        return Condition.LOCKED_OUT
    if not signs.used:
        return Condition.UNUSED
    if signs.account is AccountState.PAUSED:
        return Condition.PAUSED
    if signs.gone:
        return Condition.GONE
    if signs.deletions_waiting:
        return Condition.WAITING
    if signs.stopped:
        return Condition.STOPPED
    if signs.error:
        return Condition.TROUBLE
    if not signs.complete or signs.last_success_at is None:
        return Condition.LISTING
    return Condition.LATE if now - signs.last_success_at > LATE else Condition.IN_STEP


def worst(conditions: list[Condition]) -> Condition:
    """What stands for the whole account."""
    return min(conditions, key=_ORDER.index, default=Condition.UNUSED)
