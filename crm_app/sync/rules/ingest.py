"""What an external event means here: the rules of SYN-3, SYN-4, SYN-7, SYN-8 and SYN-12 in one place. Pure.

``decide`` judges one instance: what it does to its owner's time, how it looks, and who becomes a
contact by it; ``docs/sync-rules.md`` shows it as a table. What always holds: nothing that stands in
an event makes this raise; an instance whose end is not after its start never blocks; without an
appointment no contact is made and nothing fires.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm_app.core.kinds import ContactCreation
from crm_app.providers.occurrence import EventStatus, Occurrence, Transparency
from crm_app.sync.rules.guests import Guest
from crm_app.sync.rules.options import Option


class Verdict(StrEnum):
    """What becomes of an instance."""

    BLOCKS = "blocks"
    FREE = "free"
    IGNORED = "ignored"


class Reason(StrEnum):
    """Why. The first one that applies, in this order."""

    OWN = "own"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    MARKED_FREE = "marked_free"
    NO_LENGTH = "no_length"
    TENTATIVE = "tentative"
    OUT_OF_OFFICE = "out_of_office"
    BUSY = "busy"


class Look(StrEnum):
    """How an instance is drawn in the CRM's calendar."""

    HIDDEN = "hidden"
    GREY = "grey"
    COLOUR = "colour"


class Why(StrEnum):
    """Why an instance becomes an appointment or not. The first one that applies, in this order."""

    CONFLICT_CALENDAR = "conflict_calendar"
    OWN = "own"
    GONE = "gone"
    SPECIAL = "special"
    PRIVATE = "private"
    NO_LENGTH = "no_length"
    OPTION = "option"
    NO_GUESTS = "no_guests"
    HISTORY = "history"
    UNKNOWN_GUESTS = "unknown_guests"
    WAITS = "waits"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of an external calendar that decide (SYN-3, SYN-4). Without ``linked`` it is a
    conflict calendar, of which nothing is ever made."""

    tentative_blocks: bool = True
    out_of_office_blocks: bool = True
    linked: bool = False
    creation: ContactCreation = ContactCreation.NEVER
    triggers: bool = False
    review: bool = False
    triggers_per_instance: bool = False

    @classmethod
    def of(
        cls, option: Option, *, linked: bool, tentative_blocks: bool, out_of_office_blocks: bool
    ) -> "Policy":
        """The policy of a calendar with the given option."""
        return cls(
            tentative_blocks,
            out_of_office_blocks,
            linked,
            option.creation,
            option.triggers,
            option.reviews,
            option.triggers_per_instance,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about an instance.

    ``verdict`` and ``reason`` are about the owner's time; ``private``: others may read no more of
    it than "Busy". ``takes``: it becomes an appointment, or the one that it is stays, with new
    contacts for ``make`` and with the known ones of ``link``. ``review`` wait for somebody's
    decision, also beside known ones who are linked at once. ``fires``: the booking triggers.
    """

    verdict: Verdict
    reason: Reason
    private: bool = False
    look: Look = Look.HIDDEN
    takes: bool = False
    make: tuple[Guest, ...] = ()
    link: tuple[Guest, ...] = ()
    review: tuple[Guest, ...] = ()
    fires: bool = False
    why: Why = Why.CONFLICT_CALENDAR


def decide(
    occurrence: Occurrence,
    policy: Policy,
    *,
    own: bool = False,
    guests: tuple[Guest, ...] = (),
    known: Collection[str] = frozenset(),
    now: datetime | None = None,
    history: bool = False,
    first_of_series: bool = True,
    accepted: bool = False,
    silent: bool = False,
    declined: Collection[str] = frozenset(),
) -> Decision:
    """What ``occurrence`` means in the calendar of its owner.

    ``own``: it is our copy of an appointment that holds this time already. ``guests`` are those of
    ``guests_of``, ``known`` the keys of those who are in the CRM, ``declined`` the keys of those
    whom somebody decided against for this event. ``history``: it was here before the option was
    chosen and has not changed since; it is taken only if a person ``accepted`` its guests, and
    never fires. ``silent``: it is taken as the option says, but does not fire. ``first_of_series``
    is true for single events. ``now`` (UTC): what is over then does not fire; None: nothing does.
    """
    reason = _reason(occurrence, own)
    verdict = _verdict(reason, policy)
    make, link, review = _people(policy, guests, known, declined, accepted=accepted)
    why = _why(occurrence, reason, policy, guests, (make, link, review), history, accepted)
    takes = why is Why.TAKEN
    may_fire = policy.triggers and not (history or silent)
    once = first_of_series or policy.triggers_per_instance
    return Decision(
        verdict,
        reason,
        occurrence.private,
        look=_look(verdict, policy, takes),
        takes=takes,
        make=make if takes else (),
        link=link if takes else (),
        review=review if why in (Why.TAKEN, Why.WAITS) else (),
        fires=takes and may_fire and once and now is not None and now < occurrence.ends_at,
        why=why,
    )


def verdict_on(occurrence: Occurrence, policy: Policy) -> Verdict:
    """What ``decide`` says about the owner's time alone, of an event that is not our copy."""
    return _verdict(_reason(occurrence, own=False), policy)


def _reason(occurrence: Occurrence, own: bool) -> Reason:
    if own:
        return Reason.OWN
    if occurrence.status is EventStatus.CANCELLED:
        return Reason.CANCELLED
    if occurrence.declined_by_owner:
        return Reason.DECLINED
    if occurrence.transparency is Transparency.FREE:
        return Reason.MARKED_FREE
    if occurrence.ends_at <= occurrence.starts_at:
        return Reason.NO_LENGTH
    if occurrence.out_of_office:
        return Reason.OUT_OF_OFFICE
    if occurrence.status is EventStatus.TENTATIVE:
        return Reason.TENTATIVE
    return Reason.BUSY


def _verdict(reason: Reason, policy: Policy) -> Verdict:
    if reason in (Reason.OWN, Reason.CANCELLED, Reason.DECLINED):
        return Verdict.IGNORED
    if reason in (Reason.MARKED_FREE, Reason.NO_LENGTH):
        return Verdict.FREE
    if reason is Reason.TENTATIVE and not policy.tentative_blocks:
        return Verdict.FREE
    if reason is Reason.OUT_OF_OFFICE and not policy.out_of_office_blocks:
        return Verdict.FREE
    return Verdict.BLOCKS


_Guests = tuple[Guest, ...]


def _people(
    policy: Policy,
    guests: _Guests,
    known: Collection[str],
    declined: Collection[str],
    *,
    accepted: bool,
) -> tuple[_Guests, _Guests, _Guests]:
    """Whom to make, whom to link, who waits. What a person accepted does not ask the option."""
    link = tuple(guest for guest in guests if guest.key in known)
    unknown = tuple(g for g in guests if g.key not in known and g.key not in declined)
    if accepted or (policy.creation is ContactCreation.ALWAYS and not policy.review):
        return unknown, link, ()
    if policy.creation is ContactCreation.ALWAYS:
        return (), link, unknown
    return (), link, ()


def _why(
    occurrence: Occurrence,
    reason: Reason,
    policy: Policy,
    guests: _Guests,
    people: tuple[_Guests, _Guests, _Guests],
    history: bool,
    accepted: bool,
) -> Why:
    make, link, review = people
    never = policy.creation is ContactCreation.NEVER
    first = (
        (not policy.linked, Why.CONFLICT_CALENDAR),
        (reason is Reason.OWN, Why.OWN),
        (reason in (Reason.CANCELLED, Reason.DECLINED), Why.GONE),
        (occurrence.special or occurrence.out_of_office, Why.SPECIAL),
        (occurrence.private, Why.PRIVATE),
        (occurrence.ends_at <= occurrence.starts_at, Why.NO_LENGTH),
        (never and not accepted, Why.OPTION),
        (not guests, Why.NO_GUESTS),
        (history and not accepted, Why.HISTORY),
        (bool(make or link), Why.TAKEN),
        (bool(review), Why.WAITS),
    )
    return next((why for holds, why in first if holds), Why.UNKNOWN_GUESTS)


def _look(verdict: Verdict, policy: Policy, takes: bool) -> Look:
    if verdict is Verdict.IGNORED:
        return Look.HIDDEN
    all_in_colour = policy.linked and policy.creation is ContactCreation.ALWAYS
    return Look.COLOUR if takes or all_in_colour else Look.GREY
