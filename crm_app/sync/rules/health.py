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
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of one external calendar and its account."""

    used: bool
    account: AccountState
    complete: bool
    error: str
    gone: bool
    deletions_waiting: int
    last_success_at: datetime | None


LIGHTS: dict[Condition, Light] = {
    Condition.IN_STEP: Light.GOOD,
    Condition.LATE: Light.WARN,
    Condition.LISTING: Light.BUSY,
    Condition.WAITING: Light.WARN,
    Condition.GONE: Light.BAD,
    Condition.TROUBLE: Light.WARN,
    Condition.LOCKED_OUT: Light.BAD,
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
    Condition.UNUSED: N_("Choose below what it is to be used for."),
}
# Worst first: an account is as well as the worst of its calendars.
_ORDER = (
    Condition.LOCKED_OUT,
    Condition.GONE,
    Condition.WAITING,
    Condition.TROUBLE,
    Condition.LATE,
    Condition.LISTING,
    Condition.IN_STEP,
    Condition.UNUSED,
)


def condition(signs: Signs, *, now: datetime) -> Condition:
    """The first thing that matters about a calendar."""
    if signs.account is AccountState.NEEDS_RECONNECT:
        return Condition.LOCKED_OUT
    if not signs.used:
        return Condition.UNUSED
    if signs.gone:
        return Condition.GONE
    if signs.deletions_waiting:
        return Condition.WAITING
    if signs.error:
        return Condition.TROUBLE
    if not signs.complete or signs.last_success_at is None:
        return Condition.LISTING
    return Condition.LATE if now - signs.last_success_at > LATE else Condition.IN_STEP


def worst(conditions: list[Condition]) -> Condition:
    """What stands for the whole account."""
    return min(conditions, key=_ORDER.index, default=Condition.UNUSED)
