"""What the audit log's entries read like. Pure.

Actions are codes in the log, so that it can be searched and kept for years; here they become
sentences. A code without a sentence is shown as it stands.
"""

from collections.abc import Mapping
from typing import Any

from crm_app.core.i18n import N_, translate

WORDS: dict[str, str] = {
    "workspace.set_up": N_("Set the workspace up"),
    "workspace.changed": N_("Changed the workspace's settings"),
    "user.created": N_("Added a user"),
    "user.invited": N_("Invited a user"),
    "user.invite_used": N_("Accepted an invitation"),
    "user.role": N_("Changed a role"),
    "user.deactivated": N_("Deactivated a user"),
    "user.activated": N_("Let a user back in"),
    "user.email": N_("Changed an e-mail address"),
    "user.password": N_("Changed a password"),
    "user.profile": N_("Changed a profile"),
    "user.reset_sent": N_("Sent a link to a new password"),
    "user.reset_used": N_("Set a new password by a link"),
    "user.signed_in": N_("Signed in"),
    "user.signed_out": N_("Signed out"),
    "user.sign_in_failed": N_("Failed to sign in"),
    "session.revoked": N_("Signed a browser out"),
    "session.revoked_others": N_("Signed all other browsers out"),
    "identity.connected": N_("Connected an account for signing in"),
    "identity.disconnected": N_("Disconnected an account for signing in"),
    "sign_in_provider.changed": N_("Changed a sign-in app"),
    "sign_in_provider.removed": N_("Removed a sign-in app"),
    "time_off.added": N_("Noted a time off"),
    "time_off.removed": N_("Removed a time off"),
    "appointment.created": N_("Booked an appointment"),
    "appointment.moved": N_("Moved an appointment"),
    "appointment.member_changed": N_("Changed an appointment's member"),
    "appointment.edited": N_("Changed an appointment"),
    "appointment.cancelled": N_("Cancelled an appointment"),
    "appointment.restored": N_("Restored an appointment"),
    "appointment.status": N_("Changed an appointment's status"),
    "calendar.created": N_("Made a calendar"),
    "calendar.changed": N_("Changed a calendar"),
    "calendar.members": N_("Changed a calendar's members"),
    "calendar.right": N_("Changed a right on a calendar"),
    "contact.created": N_("Made a contact"),
    "contact.changed": N_("Changed a contact"),
    "contact.deleted": N_("Deleted a contact"),
    "contact.restored": N_("Brought a contact back"),
    "contact.assigned": N_("Changed a contact's owner"),
    "contact.sync_mobile_on": N_("Switched “Sync mobile” on for a contact"),
    "contact.sync_mobile_off": N_("Switched “Sync mobile” off for a contact"),
    "contact.purged": N_("Removed a deleted contact for good"),
    "contact.merged": N_("Merged two contacts"),
    "contact.merge_undone": N_("Made two contacts again of a merged one"),
    "contact.bulk_owner": N_("Gave many contacts to somebody"),
    "contact.bulk_tag": N_("Added a tag to many contacts"),
    "contact.bulk_untag": N_("Removed a tag from many contacts"),
    "contact.bulk_kind": N_("Changed the kind of many contacts"),
    "contact.bulk_quiet": N_("Changed whom messages may reach, for many contacts"),
    "contact.bulk_delete": N_("Deleted many contacts"),
    "contact.bulk_restore": N_("Brought many contacts back"),
    "contact.bulk_campaign": N_("Added many contacts to a campaign"),
    "contact.bulk_undone": N_("Undid a change of many contacts"),
    "layout.changed": N_("Arranged the contact card anew"),
    "campaign.created": N_("Made a campaign"),
    "campaign.published": N_("Published a campaign"),
    "campaign.unpublished": N_("Took the publishing of a campaign back"),
    "campaign.paused": N_("Paused a campaign"),
    "campaign.resumed": N_("Let a campaign go on"),
    "campaign.archived": N_("Archived a campaign"),
    "campaign.restored": N_("Took a campaign out of the archive"),
    "campaign.contact_added": N_("Added a contact to a campaign"),
    "campaign.contact_removed": N_("Took a contact out of a campaign"),
    "campaign.contact_resumed": N_("Had a campaign's step tried again"),
    "campaign.step_skipped": N_("Had a contact go on without a step"),
    "form.created": N_("Made a form"),
    "form.changed": N_("Changed a form"),
    "form.renamed": N_("Renamed a form"),
    "form.published": N_("Published a form"),
    "form.unpublished": N_("Took a form off the web"),
    "form.archived": N_("Archived a form"),
    "form.restored": N_("Took a form out of the archive"),
    "trigger.created": N_("Made a trigger"),
    "trigger.saved": N_("Changed a trigger"),
    "trigger.on": N_("Switched a trigger on"),
    "trigger.off": N_("Switched a trigger off"),
    "trigger.deleted": N_("Deleted a trigger"),
    "trigger.restored": N_("Brought a trigger back"),
    "trigger.address": N_("Gave a trigger a new address"),
    "activity.added": N_("Added a task"),
    "connection.added": N_("Connected an account"),
    "connection.renewed": N_("Connected an account anew"),
    "connection.renamed": N_("Renamed a connected account"),
    "connection.removed": N_("Removed a connected account"),
    "connection.needs_reconnect": N_("An outside account let us in no more"),
    "connection.linked_calendar": N_("Chose the linked calendar"),
    "connection.paused": N_("Paused a connected account"),
    "connection.resumed": N_("Let a connected account go on"),
    "connection.address_book": N_("Chose which address books are used"),
    "connection.main_book": N_("Chose the main address book"),
    "connection.deletions_confirmed": N_("Confirmed deletions that came from outside"),
    "channel.changed": N_("Changed how messages are sent"),
    "work.retried": N_("Had background work tried again"),
    "work.dismissed": N_("Gave background work up"),
}
# The parts of the log that one can choose: the beginning of an action, and its name.
GROUPS: tuple[tuple[str, str], ...] = (
    ("", N_("Everything")),
    ("user.signed", N_("Sign-ins")),
    ("user.sign_in_failed", N_("Failed sign-ins")),
    ("user.", N_("Users")),
    ("session.", N_("Sessions")),
    ("workspace.", N_("Workspace")),
    ("sign_in_provider.", N_("Sign-in apps")),
    ("calendar.", N_("Calendars")),
    ("appointment.", N_("Appointments")),
    ("contact.", N_("Contacts")),
    ("layout.", N_("Layout studio")),
    ("campaign.", N_("Campaigns")),
    ("form.", N_("Forms")),
    ("trigger.", N_("Triggers")),
    ("activity.", N_("Tasks")),
    ("channel.", N_("Messages")),
    ("connection.", N_("Connections")),
    ("work.", N_("Background work")),
)
_PAGES = {
    "contact": "/contacts/{}",
    "appointment": "/calendar?appointment={}",
    "calendar": "/settings/calendars",
    "user": "/settings/users",
    "account": "/settings/connections",
    "campaign": "/campaigns/{}",
    "form": "/forms/{}",
    "trigger": "/triggers/{}",
    "activity": "/tasks",
}
# Written by the program where no person acts.
SYSTEM = N_("By itself")
VISITOR = N_("Visitor")


def sentence(locale: str, action: str) -> str:
    """What was done."""
    return translate(locale, WORDS[action]) if action in WORDS else action


def page_of(subject_kind: str, subject_id: int | None) -> str:
    """Where one finds what it was done to; empty when there is no page for it."""
    return _PAGES[subject_kind].format(subject_id) if subject_id and subject_kind in _PAGES else ""


def about(subject_kind: str, subject_id: int | None, names: Mapping[int, str]) -> str:
    """What it was done to, by name where that is a user."""
    if subject_id is None:
        return ""
    if subject_kind == "user" and subject_id in names:
        return names[subject_id]
    return f"{subject_kind} {subject_id}"


def details(detail: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """The entry's values on one line: ``fields: name, slug · way: google``."""
    return " · ".join(
        f"{_plain(name)}: {_value(name, value, names)}"
        for name, value in detail.items()
        if value not in ("", [], None)
    )


def _plain(name: str) -> str:
    return name.removesuffix("_user_id").removesuffix("_id").replace("_", " ")


def _value(name: str, value: Any, names: Mapping[int, str]) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(str(one)) for one in value)
    if isinstance(value, bool):
        return "✓" if value else "–"
    if name.endswith("user_id") and value in names:
        return names[value]
    return str(value)[:200]
