"""What a message's state is called, and the tone in which it is shown."""

from crm_app.core.i18n import N_
from crm_app.core.kinds import MessageState

WORDS: dict[MessageState, str] = {
    MessageState.QUEUED: N_("On its way"),
    MessageState.OUTBOX: N_("Waits here"),
    MessageState.SENT: N_("Sent"),
    MessageState.UNKNOWN: N_("Please check"),
    MessageState.FAILED: N_("Failed"),
    MessageState.SKIPPED: N_("Not sent"),
}
TONES: dict[MessageState, str] = {
    MessageState.QUEUED: "accent",
    MessageState.OUTBOX: "warn",
    MessageState.SENT: "good",
    MessageState.UNKNOWN: "bad",
    MessageState.FAILED: "bad",
    MessageState.SKIPPED: "plain",
}
# By ``Message.kind``; what is not listed shows as a plain message.
KINDS: dict[str, str] = {
    "received": N_("Request"),
    "booked": N_("Booking"),
    "confirmed": N_("Confirmation"),
    "rescheduled": N_("New time"),
    "member_changed": N_("Change of member"),
    "handed_over": N_("Handed over"),
    "edited": N_("Change"),
    "cancelled": N_("Cancellation"),
    "restored": N_("Restored"),
    "reminder": N_("Reminder"),
    "showed": N_("Thanks"),
    "no_show": N_("Did not show"),
    "invalid": N_("Not accepted"),
    "password_reset": N_("New password"),
    "invitation": N_("Invitation"),
    "connection": N_("Connection"),
    "test": N_("Test message"),
    "campaign": N_("Campaign"),
    "trigger": N_("Trigger"),
    "notification": N_("Notification"),
}
# By ``Message.channel``: its name and its icon.
CHANNELS: dict[str, tuple[str, str]] = {
    "email": (N_("E-mail"), "mail"),
    "sms": (N_("SMS"), "message-square"),
    "messenger": (N_("Messenger"), "message-circle"),
    "webhook": (N_("Web address"), "webhook"),
}
MESSAGE = N_("Message")
