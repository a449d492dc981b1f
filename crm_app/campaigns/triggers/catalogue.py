"""What can set a trigger off: every event with its label, filters and facts. Pure.

``facts`` are the names of classes of ``core.facts``. ``FILTERS`` are those that look at
what happened; filters that look at the contact are conditions of ``plans.conditions`` and fit every
event. For those that wait (``not_booked``, ``appointment_starts_in``) a fact of ``facts`` begins a
time, and one of ``STOPS`` may end it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from crm_app.core.i18n import N_

What = Literal["campaign", "form", "calendar", "tag", "channel", "text", "choice", "field"]


@dataclass(frozen=True, slots=True)
class Filter:
    """A question about what happened. ``what`` says what its value is, ``choices`` closes the list."""

    key: str
    label: str
    what: What
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def ops(self) -> tuple[str, ...]:
        """The ways to ask."""
        return ("contains", "lacks") if self.what == "text" else ("is", "is_not")


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of happening. ``waits``: it acts after a time that a fact of ``facts`` begins."""

    key: str
    label: str
    group: str
    icon: str
    facts: tuple[str, ...]
    filters: tuple[str, ...] = ()
    waits: bool = False
    # Whether an appointment is what it is about, so that its status can be set.
    appointment: bool = False


CONTACTS, FORMS = N_("Contacts"), N_("Forms and web")
APPOINTMENTS, CAMPAIGNS, MESSAGES = N_("Appointments"), N_("Campaigns"), N_("Messages")

CHANNELS: Mapping[str, str] = {
    "email": N_("E-mail"),
    "sms": N_("SMS"),
    "messenger": N_("Facebook Messenger"),
}
# ``Actor.modified_by``, and what people call it.
MODIFIED_BY: Mapping[str, str] = {
    "customer": N_("the customer"),
    "user": N_("a user"),
    "sync": N_("a connected calendar"),
    "campaign": N_("a campaign"),
    "trigger": N_("a trigger"),
    "form": N_("a form"),
    "api": N_("the interface for programs"),
    "webhook": N_("an inbound webhook"),
}
YES_NO: Mapping[str, str] = {"yes": N_("yes"), "no": N_("no")}
SINCE: Mapping[str, str] = {
    "campaign": N_("the contact was added to a campaign"),
    "link": N_("a link to book was sent"),
    "form": N_("a form was submitted"),
}

FILTERS: Mapping[str, Filter] = {
    row.key: row
    for row in (
        Filter("campaign", N_("Campaign"), "campaign"),
        Filter("form", N_("Form"), "form"),
        Filter("calendar", N_("Calendar"), "calendar"),
        Filter("changed_tag", N_("The tag"), "tag"),
        Filter("changed_field", N_("The field"), "field"),
        Filter("channel", N_("Channel"), "choice", CHANNELS),
        Filter("text", N_("The text"), "text"),
        Filter("link", N_("The link"), "text"),
        Filter("modified_by", N_("Done by"), "choice", MODIFIED_BY),
        Filter("from_sync", N_("Came from a connected calendar"), "choice", YES_NO),
    )
}
_WHO = ("modified_by", "from_sync")
_MEETING = ("calendar", *_WHO)


def _contact(key: str, label: str, icon: str, fact: str, *filters: str) -> Event:
    return Event(key, label, CONTACTS, icon, (fact,), (*filters, *_WHO))


def _meeting(key: str, label: str, icon: str, *made_by: str) -> Event:
    return Event(key, label, APPOINTMENTS, icon, made_by, _MEETING, appointment=True)


_STATUS = "AppointmentStatusChanged"
EVENTS: Mapping[str, Event] = {
    row.key: row
    for row in (
        _contact("contact_created", N_("A contact is created"), "user-plus", "ContactCreated"),
        _contact(
            "contact_assigned", N_("A contact gets an owner"), "user-check", "ContactAssigned"
        ),
        _contact("tag_added", N_("A tag is added"), "tag", "ContactTagged", "changed_tag"),
        _contact("tag_removed", N_("A tag is removed"), "tag", "ContactTagged", "changed_tag"),
        _contact(
            "field_changed",
            N_("A field of a contact changes"),
            "pencil",
            "ContactChanged",
            "changed_field",
        ),
        Event(
            "form_submitted",
            N_("A form is submitted"),
            FORMS,
            "clipboard-check",
            ("FormSubmitted",),
            ("form",),
        ),
        Event(
            "inbound_webhook", N_("An inbound webhook is called"), FORMS, "webhook", (), ("text",)
        ),
        _meeting(
            "appointment_booked",
            N_("An appointment is booked"),
            "calendar-plus",
            "AppointmentBooked",
        ),
        _meeting(
            "appointment_rescheduled",
            N_("An appointment is moved"),
            "calendar-sync",
            "AppointmentRescheduled",
        ),
        _meeting(
            "appointment_cancelled",
            N_("An appointment is cancelled"),
            "calendar-x",
            "AppointmentCancelled",
        ),
        _meeting(
            "appointment_confirmed", N_("An appointment is confirmed"), "calendar-check", _STATUS
        ),
        _meeting("appointment_showed", N_("The contact showed up"), "user-check", _STATUS),
        _meeting("appointment_no_show", N_("The contact did not show up"), "user-x", _STATUS),
        Event(
            "appointment_starts_in",
            N_("An appointment starts soon"),
            APPOINTMENTS,
            "alarm-clock",
            (
                "AppointmentBooked",
                "AppointmentRescheduled",
                "AppointmentRestored",
                "AppointmentStatusChanged",
            ),
            ("calendar", "from_sync"),
            waits=True,
            appointment=True,
        ),
        Event(
            "not_booked",
            N_("No appointment is booked in time"),
            APPOINTMENTS,
            "hourglass",
            ("CampaignEntered", "MessageSent", "FormSubmitted"),
            ("campaign", "form", "channel"),
            waits=True,
        ),
        Event(
            "campaign_entered",
            N_("A contact is added to a campaign"),
            CAMPAIGNS,
            "log-in",
            ("CampaignEntered",),
            ("campaign", "modified_by"),
        ),
        Event(
            "campaign_finished",
            N_("A contact finishes a campaign"),
            CAMPAIGNS,
            "flag",
            ("CampaignLeft",),
            ("campaign",),
        ),
        Event(
            "campaign_left",
            N_("A contact leaves a campaign early"),
            CAMPAIGNS,
            "log-out",
            ("CampaignLeft",),
            ("campaign",),
        ),
        Event(
            "message_replied",
            N_("A contact replies"),
            MESSAGES,
            "reply",
            ("MessageReplied",),
            ("channel", "text", "campaign"),
        ),
        Event(
            "link_clicked",
            N_("A contact opens a link"),
            MESSAGES,
            "mouse-pointer-click",
            ("LinkClicked",),
            ("link", "campaign"),
        ),
        Event(
            "unsubscribed",
            N_("A contact unsubscribes"),
            MESSAGES,
            "bell-off",
            ("ContactUnsubscribed",),
            ("channel",),
        ),
    )
}
GROUPS: tuple[str, ...] = (CONTACTS, FORMS, APPOINTMENTS, CAMPAIGNS, MESSAGES)

# The statuses that are events, by the value of the fact.
STATUS_EVENTS: Mapping[str, str] = {
    "confirmed": "appointment_confirmed",
    "showed": "appointment_showed",
    "no_show": "appointment_no_show",
}
# Facts that end a time which runs.
STOPS: frozenset[str] = frozenset(
    {
        "AppointmentBooked",
        "AppointmentRescheduled",
        "AppointmentCancelled",
        "AppointmentStatusChanged",
        "CampaignLeft",
    }
)


def heard() -> frozenset[str]:
    """The names of all facts that triggers have to hear of."""
    return STOPS | {kind for event in EVENTS.values() for kind in event.facts}
