"""The sentences of the mails, by occasion and reader. Pure.

Each is a message id; ``{name}`` is the reader, ``{member}`` serves the appointment and ``{previous}``
did before, ``{what}`` and ``{when}`` say which one it is.
"""

from dataclasses import dataclass
from typing import Literal

from crm_app.appointments.mail.occasion import Kind
from crm_app.core.i18n import N_


@dataclass(frozen=True, slots=True)
class Words:
    """``way_on`` is the button below: change it, book (another one), or nothing."""

    subject: str
    heading: str
    opening: str
    way_on: Literal["manage", "again", "book", ""] = ""


CANCELLED_BY_YOU = N_("You cancelled this appointment. Nothing more is needed.")
CANCELLED_BY_LEAD = N_("{lead} cancelled it. Your time is free again.")

LEAD: dict[Kind, Words] = {
    Kind.RECEIVED: Words(
        N_("Request received: {what}, {when}"),
        N_("We have your request"),
        N_(
            "The time is held for you. You will get an e-mail as soon as {member} has confirmed it."
        ),
        "manage",
    ),
    Kind.BOOKED: Words(
        N_("Booked: {what}, {when}"),
        N_("Your appointment is booked"),
        N_("{member} looks forward to meeting you."),
        "manage",
    ),
    Kind.CONFIRMED: Words(
        N_("Confirmed: {what}, {when}"),
        N_("Your appointment is confirmed"),
        N_("{member} has confirmed the time and looks forward to meeting you."),
        "manage",
    ),
    Kind.RESCHEDULED: Words(
        N_("New time: {what}, {when}"),
        N_("Your appointment has a new time"),
        N_("Please note the new time below."),
        "manage",
    ),
    Kind.MEMBER_CHANGED: Words(
        N_("{member} will meet you: {what}, {when}"),
        N_("{member} will meet you"),
        N_("{member} takes over from {previous}. Date and time stay as they are."),
        "manage",
    ),
    Kind.EDITED: Words(
        N_("Changed: {what}, {when}"),
        N_("Details of your appointment have changed"),
        N_("Title or place is new. Date and time stay as they are."),
        "manage",
    ),
    Kind.CANCELLED: Words(
        N_("Cancelled: {what}, {when}"),
        N_("Your appointment is cancelled"),
        N_("We are sorry: this appointment cannot take place."),
        "again",
    ),
    Kind.RESTORED: Words(
        N_("Takes place after all: {what}, {when}"),
        N_("Your appointment takes place after all"),
        N_("It had been cancelled. Now it stands again, at the same time."),
        "manage",
    ),
    Kind.REMINDER: Words(
        N_("Reminder: {what}, {when}"),
        N_("Your appointment is coming up"),
        N_("This is a reminder of your appointment with {member}."),
        "manage",
    ),
    Kind.SHOWED: Words(
        N_("Thank you: {what}"),
        N_("Thank you for your time"),
        N_("It was good to meet you. If you would like to go on, choose the next time."),
        "book",
    ),
    Kind.NO_SHOW: Words(
        N_("We missed you: {what}, {when}"),
        N_("We missed you"),
        N_(
            "{member} waited for you at the agreed time. That happens; if you would still like to "
            "talk, choose another time."
        ),
        "again",
    ),
    Kind.INVALID: Words(
        N_("Not accepted: {what}, {when}"),
        N_("Your booking was not accepted"),
        N_(
            "This appointment does not take place. If you think that this is a mistake, reply to "
            "this e-mail."
        ),
        "again",
    ),
}

_GUEST_INVITED = Words(
    N_("Invitation: {what}, {when}"),
    N_("You are invited"),
    N_("{lead} invites you to this appointment with {member}."),
)
GUEST: dict[Kind, Words] = {
    Kind.BOOKED: _GUEST_INVITED,
    Kind.CONFIRMED: _GUEST_INVITED,
    Kind.RESCHEDULED: Words(
        N_("New time: {what}, {when}"),
        N_("The appointment has a new time"),
        N_("Please note the new time below."),
    ),
    Kind.MEMBER_CHANGED: Words(
        N_("{member} takes over: {what}, {when}"),
        N_("{member} takes over"),
        N_("{member} takes over from {previous}. Date and time stay as they are."),
    ),
    Kind.EDITED: Words(
        N_("Changed: {what}, {when}"),
        N_("Details of the appointment have changed"),
        N_("Title or place is new. Date and time stay as they are."),
    ),
    Kind.CANCELLED: Words(
        N_("Cancelled: {what}, {when}"),
        N_("The appointment is cancelled"),
        N_("This appointment does not take place."),
    ),
    Kind.RESTORED: Words(
        N_("Takes place after all: {what}, {when}"),
        N_("The appointment takes place after all"),
        N_("It had been cancelled. Now it stands again, at the same time."),
    ),
    Kind.REMINDER: Words(
        N_("Reminder: {what}, {when}"),
        N_("The appointment is coming up"),
        N_("This is a reminder of the appointment with {lead} and {member}."),
    ),
}

MEMBER: dict[Kind, Words] = {
    Kind.RECEIVED: Words(
        N_("Please confirm: {lead}, {when}"),
        N_("{lead} asks for an appointment"),
        N_("The time is held. Confirm it in your calendar, or choose another one."),
    ),
    Kind.BOOKED: Words(
        N_("New appointment: {lead}, {when}"),
        N_("New appointment with {lead}"),
        N_("It is in your calendar."),
    ),
    Kind.CONFIRMED: Words(
        N_("Confirmed: {lead}, {when}"),
        N_("The appointment with {lead} is confirmed"),
        N_("It is in your calendar."),
    ),
    Kind.RESCHEDULED: Words(
        N_("New time: {lead}, {when}"),
        N_("The appointment with {lead} has a new time"),
        N_("Your calendar shows the new time."),
    ),
    Kind.MEMBER_CHANGED: Words(
        N_("Now yours: {lead}, {when}"),
        N_("You take over the appointment with {lead}"),
        N_("Until now it was with {previous}."),
    ),
    Kind.HANDED_OVER: Words(
        N_("No longer yours: {lead}, {when}"),
        N_("{member} takes over the appointment with {lead}"),
        N_("Your time is free again."),
    ),
    Kind.EDITED: Words(
        N_("Changed: {lead}, {when}"),
        N_("The appointment with {lead} has changed"),
        N_("Title or place is new. Date and time stay as they are."),
    ),
    Kind.CANCELLED: Words(
        N_("Cancelled: {lead}, {when}"),
        N_("The appointment with {lead} is cancelled"),
        N_("Your time is free again."),
    ),
    Kind.RESTORED: Words(
        N_("Takes place after all: {lead}, {when}"),
        N_("The appointment with {lead} takes place after all"),
        N_("It is in your calendar."),
    ),
}
