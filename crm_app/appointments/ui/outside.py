"""What the connected calendars know of an appointment, for its dialog (SYN-9).

This room knows no sync. The map of the product gives it a ``Source``, which reads and writes in the
caller's session; without one, nothing is known and nothing is shown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlmodel import Session

from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_, translate
from crm_app.models import Appointment
from crm_app.ui import moments

_INVITED = N_("Somebody else invites to this, so it can only be changed in the calendar.")
_WHOLE_DAYS = N_("Whole days are moved in the connected calendar.")
_MOMENT = timedelta(seconds=1)
_YES = "yes"


@dataclass(frozen=True, slots=True)
class Version:
    """An appointment as one side has it; instants are UTC, None where nothing is known."""

    title: str
    starts_at: datetime | None
    ends_at: datetime | None
    location: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Both sides changed it, or a change there could not be taken over. ``message`` is a message id."""

    message: str
    at: datetime
    calendar: str
    ours: Version | None
    theirs: Version | None


@dataclass(frozen=True, slots=True)
class Outside:
    """``calendar`` is where the event stands, ``organizer`` who invites to it ("" when we do)."""

    calendar: str = ""
    organizer: str = ""
    clash: Clash | None = None


class Source(Protocol):
    """What sync gives. Callers have got the appointment through ``appointments.queries``."""

    def look(self, session: Session, actor: Actor, appointment: Appointment) -> Outside:
        """What is known of the appointment outside."""

    def keep_ours(self, session: Session, actor: Actor, appointment: Appointment) -> None:
        """The version here stands; the notice goes."""

    def take_theirs(self, session: Session, actor: Actor, appointment: Appointment) -> None:
        """Change the appointment to the version there; Conflict when the time is taken."""


class _Nothing:
    def look(self, session: Session, actor: Actor, appointment: Appointment) -> Outside:
        return Outside()

    def keep_ours(self, session: Session, actor: Actor, appointment: Appointment) -> None:
        return None

    def take_theirs(self, session: Session, actor: Actor, appointment: Appointment) -> None:
        return None


@dataclass(slots=True)
class _Injected:
    source: Source


_injected = _Injected(_Nothing())


def use(given: Source) -> None:
    """Ask ``given`` from now on; called once by the map of the product."""
    _injected.source = given


def source() -> Source:
    """Whom to ask."""
    return _injected.source


def refuse_to_move(appointment: Appointment) -> None:
    """Invalid for whole days, which have no time of a day; the rest the service decides."""
    if appointment.all_day:
        raise Invalid(_WHOLE_DAYS)


def about(session: Session, actor: Actor, appointment: Appointment) -> dict[str, str]:
    """The dialog's lines about where an appointment comes from; empty texts where there are none."""
    known = source().look(session, actor, appointment)
    origin = translate(actor.locale, N_("From “{calendar}”"), calendar=known.calendar)
    return {
        "fixed": _invited(known, actor) if appointment.organized_elsewhere else "",
        "origin": origin if known.calendar else "",
        "whole_days": _YES if appointment.all_day else "",
        # What the fields cannot show: days without times, and what is not ours to change.
        "when": _days(appointment, actor) if appointment.all_day else _time(appointment, actor),
    }


def _invited(known: Outside, actor: Actor) -> str:
    if not known.organizer:
        return translate(actor.locale, _INVITED)
    return translate(
        actor.locale,
        N_("{organizer} invites to it. Time, title and place change only in the calendar."),
        organizer=known.organizer,
    )


def _time(one: Appointment, actor: Actor) -> str:
    return _when(Version("", one.starts_at, one.ends_at, ""), actor, clock.now())


def _days(one: Appointment, actor: Actor) -> str:
    now, zone = clock.now(), one.time_zone
    first = moments.day(actor.locale, zone, one.starts_at, now)
    # The end is exclusive.
    last = moments.day(actor.locale, zone, max(one.starts_at, one.ends_at - _MOMENT), now)
    days = first if first == last else f"{first} – {last}"
    return translate(actor.locale, N_("All day, {days}"), days=days)


def clash_words(session: Session, actor: Actor, appointment: Appointment) -> dict[str, str]:
    """The notice of a conflict: what happened, when, where, and both versions; {} without one."""
    clash = source().look(session, actor, appointment).clash
    if clash is None:
        return {}
    now, zone = clock.now(), actor.time_zone
    return {
        "message": translate(actor.locale, clash.message),
        "when": translate(
            actor.locale,
            N_("{time}, in “{calendar}”"),
            time=moments.moment(actor.locale, zone, clash.at, now),
            calendar=clash.calendar,
        ),
        **_version("ours", clash.ours, clash.theirs, actor, now),
        **_version("theirs", clash.theirs, clash.ours, actor, now),
    }


def _version(
    side: str, one: Version | None, other: Version | None, actor: Actor, now: datetime
) -> dict[str, str]:
    """Title, time and place of one side; ``*_differs`` marks what the other side says otherwise."""
    if one is None:
        return {}
    found = {"title": one.title, "time": _when(one, actor, now), "place": one.location}
    against = (
        {}
        if other is None
        else {"title": other.title, "time": _when(other, actor, now), "place": other.location}
    )
    words = {f"{side}_{name}": text for name, text in found.items()}
    differs = {
        f"{side}_{name}_differs": _YES if other is not None and against[name] != text else ""
        for name, text in found.items()
    }
    return {side: _YES, **words, **differs}


def _when(one: Version, actor: Actor, now: datetime) -> str:
    if one.starts_at is None:
        return ""
    day = moments.day(actor.locale, actor.time_zone, one.starts_at, now)
    if one.ends_at is None:
        return f"{day}, {moments.clock_time(actor.locale, actor.time_zone, one.starts_at)}"
    return f"{day}, {moments.span(actor.locale, actor.time_zone, one.starts_at, one.ends_at)}"
