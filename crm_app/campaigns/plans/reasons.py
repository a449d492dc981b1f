"""Why a step did or did not do something, and why somebody left a campaign: codes and sentences.

Pure. A code is what the tables keep; its sentence is a message id whose ``{fields}`` the row's
``detail`` fills: an instant (ISO 8601 with its offset) is shown in the reader's zone, an ``{"amount",
"unit"}`` as a length of time. An unknown code is shown as it is, so that nothing is ever hidden.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm_app.campaigns.plans.lengths import length
from crm_app.campaigns.plans.plan import delay
from crm_app.core.i18n import N_, translate
from crm_app.messaging.when import short_line

_UNKNOWN = "…"

REASONS: dict[str, str] = {
    # What a step did.
    "entered": N_("Entered the campaign."),
    "waited": N_("The waiting time is over."),
    "timed_out": N_("It did not happen within {span}, so the contact goes on."),
    "replied_meanwhile": N_("The contact replied, so the waiting is over."),
    "clicked_meanwhile": N_("The contact opened a link, so the waiting is over."),
    "booked_meanwhile": N_("The contact booked, so the waiting is over."),
    "already_past": N_("That time was past already, so the contact goes on at once."),
    "late_skip": N_("That time was past already, so the steps up to the next wait are left out."),
    "no_appointment": N_("There is no appointment to wait for, so the contact goes on."),
    "retimed": N_("The appointment was moved, and the waiting time with it."),
    "waits": N_("Waits until {until}."),
    "waits_for_reply": N_("Waits for a reply, until {until} at the longest."),
    "waits_for_booking": N_("Waits for a booking, until {until} at the longest."),
    "waits_for_click": N_("Waits for a click, until {until} at the longest."),
    "waits_for_goal": N_("Waits until the goal is reached."),
    "window": N_("The sending window is closed. It opens {until}."),
    "condition_yes": N_("The conditions hold: on to “yes”."),
    "condition_no": N_("Not all conditions hold: on to “no”."),
    "condition_none": N_("None of the conditions holds: on to “no”."),
    "drawn": N_("Drawn into “{arm}” of the split."),
    "goal_reached": N_("The goal is reached."),
    "goal_jump": N_("The goal was reached, so the contact went there at once."),
    "goal_unmet": N_("The goal is not reached."),
    "tag_there": N_("The contact had this tag already."),
    "tag_not_there": N_("The contact did not have this tag."),
    "moved": N_("Went on to another campaign."),
    # Silent waits (CAM-3).
    "step_off": N_("This step is off: it waited, and did nothing."),
    "google_business_ended": N_(
        "Google ended Business messages in July 2024, so this step only waits."
    ),
    # Why nothing was done.
    "do_not_disturb": N_("The contact does not want to be reached on this channel ({channel})."),
    "unsubscribed": N_("The contact unsubscribed."),
    "bounced": N_("Mail to the contact's address came back, so nothing is sent there."),
    "no_email": N_("The contact has no e-mail address."),
    "no_phone": N_("The contact has no phone number that can be reached."),
    "no_messenger": N_("The contact never wrote to your page, and Messenger only lets it answer."),
    "messenger_closed": N_(
        "Messenger lets a page answer for 24 hours after the contact wrote. That time is over."
    ),
    "channel_off": N_("This channel is not set up."),
    "has_owner": N_("The contact has an owner already."),
    "nobody_to_assign": N_("Nobody can be assigned."),
    "nobody_to_tell": N_("The contact has no owner who could be told."),
    "no_campaign": N_("The campaign to go on in does not exist any more, or is not running."),
    "skipped_by_hand": N_("{who} left this step out."),
    "paused": N_("The campaign is not running, so the contact waits."),
    # What waits for a person.
    "unfilled": N_("Nothing was sent, because these merge fields are empty: {fields}."),
    "bad_step": N_("This step's settings cannot be understood. Correct it, then try again."),
    "step_gone": N_("The step at which the contact stood is gone. Choose where it goes on."),
    "window_never_opens": N_("The sending window never opens. Correct it, then try again."),
    "failed": N_("This did not work. {error}"),
    "loop": N_("Stopped, because the contact went in circles."),
    # Why somebody left.
    "replied": N_("Left the campaign, because the contact replied."),
    "booked": N_("Left the campaign, because the contact booked."),
    "appointment_cancelled": N_("Left the campaign, because the appointment was cancelled."),
    "appointment_no_show": N_("Left the campaign, because the contact did not come."),
    "goal_missed": N_("Left the campaign, because the goal was not reached."),
    "by_hand": N_("Removed by {who}."),
    "by_trigger": N_("Removed by a trigger."),
    "published_exit": N_("Left the campaign when it was published anew."),
    "published_move": N_("Moved to another step when the campaign was published anew."),
    "archived": N_("Left the campaign, because it was archived."),
    "contact_deleted": N_("Left the campaign, because the contact was deleted."),
    # Why nobody enters.
    "not_live": N_("The campaign is not running."),
    "inside": N_("The contact is in this campaign already."),
    "no_reentry": N_("The contact was in this campaign before, and it lets nobody in twice."),
    "contact_gone": N_("The contact does not exist any more."),
    # Of a rehearsal only.
    "limit": N_("The rehearsal ends here, because it has too many steps. Is there a loop?"),
}

CHANNEL_NAMES: dict[str, str] = {
    "email": N_("E-mail"),
    "sms": N_("SMS"),
    "messenger": N_("Messenger"),
    "call": N_("Call"),
}


def explain(locale: str, code: str, detail: Mapping[str, Any], time_zone: str) -> str:
    """The sentence of a reason in the reader's language and zone (IANA); "" for none."""
    sentence = REASONS.get(code)
    if sentence is None:
        return code
    params = {name: _shown(locale, name, value, time_zone) for name, value in detail.items()}
    # A row of an older release may lack what its sentence asks for today.
    return translate(locale, sentence).format_map(defaultdict(lambda: _UNKNOWN, params))


def _shown(locale: str, name: str, value: Any, time_zone: str) -> str:
    if isinstance(value, Mapping):
        return _length(locale, value)
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    text = str(value)
    if name == "error":
        # A sentence of ours, or the name of what broke.
        return translate(locale, text)
    if name == "channel":
        return translate(locale, CHANNEL_NAMES.get(text, text))
    instant = _instant(text)
    return short_line(locale, time_zone, instant) if instant else text


def _length(locale: str, value: Mapping[str, Any]) -> str:
    try:
        return length(locale, delay(value))
    except ValueError:
        return _UNKNOWN


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
