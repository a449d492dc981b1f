"""The sentences of a contact's timeline and the reasons for a change of owner. Pure.

An entry is stored as a message id with its values, so that each reader gets it in his language;
who did it stands beside it and is no part of the sentence. A value that is a list is shown with
commas; the list ``fields`` holds names of fields, which are translated.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_datetime_format

from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import AppointmentStatus

CREATED = N_("Created")
CREATED_FROM: dict[str, str] = {
    "calendar": N_("Came in through a booking page"),
    "sync": N_("Came in through a connected calendar"),
    "contact_sync": N_("Came in from an address book"),
    "import": N_("Came in with an import"),
    "form": N_("Came in through a form"),
    "api": N_("Came in through the interface for programs"),
}
CHANGED = N_("Changed: {fields}")
TAGS_ADDED = N_("Tags added: {tags}")
TAGS_REMOVED = N_("Tags removed: {tags}")
OWNER_FIRST = N_("{to_name} became the owner")
OWNER_CHANGED = N_("The owner changed from {from_name} to {to_name}")
OWNER_GONE = N_("{from_name} is no longer the owner")
OTHER_NAME = N_("Gave another name: {given}. The name on record was kept.")
OTHER_EMAIL = N_("Gave another e-mail address: {given}. The address on record was kept.")
OTHER_PHONE = N_("Gave another phone number: {given}. The number on record was kept.")
DELETED = N_("Deleted")
RESTORED = N_("Brought back")
NOTE = "{text}"

FIELD_NAMES: dict[str, str] = {
    "kind": N_("Kind"),
    "name": N_("Name"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "emails": N_("E-mail addresses"),
    "phones": N_("Phone numbers"),
    "addresses": N_("Addresses"),
    "tags": N_("Tags"),
    "company_id": N_("Company"),
    "time_zone": N_("Time zone"),
    "locale": N_("Language"),
    "do_not_disturb": N_("Do not disturb"),
    "messenger_id": N_("Messenger"),
    "note": N_("Note"),
    "custom": N_("Custom fields"),
}

STATUS_NAMES: dict[str, str] = {
    AppointmentStatus.NEW: N_("New"),
    AppointmentStatus.CONFIRMED: N_("Confirmed"),
    AppointmentStatus.SHOWED: N_("Showed"),
    AppointmentStatus.NO_SHOW: N_("No-show"),
    AppointmentStatus.CANCELLED: N_("Cancelled"),
    AppointmentStatus.INVALID: N_("Invalid"),
}

# Why an owner changed: the values that ``set_owner`` is given as its rule (CON-5).
BY_HAND = "by_hand"
AT_CREATION = "at_creation"
UNDO = "undo"
MERGE = "merge"
REASONS: dict[str, str] = {
    BY_HAND: N_("Changed by hand"),
    AT_CREATION: N_("Chosen when the contact was made"),
    UNDO: N_("An earlier change was undone"),
    MERGE: N_("Two records were merged, or made two again"),
    "was_unowned": N_(
        "Rule: the calendar's member was assigned when the appointment was booked; "
        "the contact had no owner"
    ),
    "replaced": N_(
        "Rule: the calendar's member was assigned when the appointment was booked, "
        "in place of the owner before"
    ),
    "handover": N_("Handed over because the owner before left the team"),
    "campaign": N_("Rule: assigned by a campaign"),
    "trigger": N_("Rule: assigned by a trigger"),
    "form": N_("Rule: assigned by a form"),
    "import": N_("Assigned by an import"),
}
_SOME_RULE = N_("Rule: {rule}")


def created_message(source: str) -> str:
    """The message id for a contact that came in through ``source``, a word or ``word:which``."""
    return CREATED_FROM.get(source.partition(":")[0], CREATED)


def owner_message(had_owner: bool, has_owner: bool) -> str:
    """The message id for a change of owner."""
    if not has_owner:
        return OWNER_GONE
    return OWNER_CHANGED if had_owner else OWNER_FIRST


def reason(locale: str, rule: str) -> str:
    """Why the owner changed, for people."""
    if rule in REASONS:
        return translate(locale, REASONS[rule])
    return translate(locale, _SOME_RULE, rule=rule.replace("_", " "))


def sentence(
    locale: str, message: str, params: Mapping[str, Any], *, time_zone: str = "UTC"
) -> str:
    """An entry's sentence in ``locale``; values that are missing leave the sentence unfilled.

    Values called ``…_at`` are ISO 8601 instants and are shown in ``time_zone``.
    """
    shown = {name: _shown(locale, time_zone, name, value) for name, value in params.items()}
    template = translate(locale, message)
    try:
        return template.format(**shown)
    except (KeyError, IndexError, ValueError):
        return template


def instant(locale: str, time_zone: str, at: datetime) -> str:
    """``at`` as people write it: date and time of day in ``time_zone``."""
    local = at.astimezone(ZoneInfo(time_zone))
    day = format_date(local.date(), "medium", locale=locale)
    clock = format_time(local, "short", tzinfo=local.tzinfo, locale=locale)
    pattern = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    return pattern.replace("{1}", day).replace("{0}", clock)


def _shown(locale: str, time_zone: str, name: str, value: object) -> str:
    if isinstance(value, list | tuple):
        items = [str(item) for item in value]
        names = FIELD_NAMES if name == "fields" else {}
        return ", ".join(translate(locale, names[i]) if i in names else i for i in items)
    if name.endswith("_at") and isinstance(value, str):
        return instant(locale, time_zone, datetime.fromisoformat(value))
    if name == "status" and value in STATUS_NAMES:
        return translate(locale, STATUS_NAMES[str(value)])
    return str(value)
