"""Who owns the contact after an appointment came to be: the table of SPEC §4 (OWN-1).

Pure. The two switches of the team calendar configuration go in, a decision with its reason comes
out; writing it, and telling the timeline, is the caller's work. What always holds: the owner is
either the one before or the appointment owner, and `changed` says which.
"""

from dataclasses import dataclass
from enum import StrEnum


class OwnerRule(StrEnum):
    """Why the contact has the owner that it has now."""

    ASSIGNING_OFF = "assigning_off"
    """Bookings on this calendar leave the contact's owner alone."""
    EXISTING_KEPT = "existing_kept"
    """The contact had an owner, and the calendar skips contacts that have one."""
    WAS_UNOWNED = "was_unowned"
    """The contact had no owner, so the appointment owner became it."""
    REPLACED = "replaced"
    """The appointment owner took the contact over from another owner."""
    SAME_OWNER = "same_owner"
    """The appointment owner owned the contact already."""


@dataclass(frozen=True, slots=True)
class OwnerDecision:
    """The contact's owner from now on (None: nobody), whether that is new, and why."""

    owner: int | None
    changed: bool
    rule: OwnerRule


def decide(
    assign: bool, keep_existing: bool, current_owner: int | None, appointment_owner: int
) -> OwnerDecision:
    """Apply the switches A (`assign`) and B (`keep_existing`) of OWN-1.

    A = "Assign the contact to the calendar's team member each time an appointment is booked",
    B = "Skip assigning the contact if the contact already has an assigned user".
    """
    if not assign:
        return OwnerDecision(current_owner, False, OwnerRule.ASSIGNING_OFF)
    if current_owner is None:
        return OwnerDecision(appointment_owner, True, OwnerRule.WAS_UNOWNED)
    if current_owner == appointment_owner:
        return OwnerDecision(current_owner, False, OwnerRule.SAME_OWNER)
    if keep_existing:
        return OwnerDecision(current_owner, False, OwnerRule.EXISTING_KEPT)
    return OwnerDecision(appointment_owner, True, OwnerRule.REPLACED)
