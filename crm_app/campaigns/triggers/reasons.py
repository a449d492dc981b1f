"""Why a trigger did or did not act, as codes with their sentences. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm_app.core.i18n import N_, translate
from crm_app.ui import moments

REASONS: Mapping[str, str] = {
    "acted": N_("All conditions held."),
    "off": N_("The trigger was off."),
    "filter": N_("A condition did not hold: {condition}"),
    "gone": N_("The contact was deleted."),
    "waits": N_("It looks again at {until}."),
    "starts_in": N_("The appointment's time counts: it looks again at {until}."),
    "booked": N_("The contact has booked."),
    "has_appointment": N_("The contact has an appointment ahead already."),
    "cap": N_("It acted {most} times for this contact, which is the most that it may."),
    "loop": N_(
        "Triggers acted {count} times for this contact within half an hour. That looks like a circle,"
        " so this one was stopped."
    ),
    "past": N_("There was no time left: it would have been at {until}."),
    "over": N_("The appointment does not stand any more."),
    "moved": N_("The appointment was moved."),
    "left": N_("The contact was removed from the campaign."),
    "changed": N_("The trigger was changed."),
    "failed": N_("Step {number} did not work: {why} Nothing was done."),
}
# Sentences of actions that find nothing to do; the others are those of the rooms that refused.
NO_OWNER = N_("The contact has no owner.")
NOBODY = N_("There is nobody to choose from.")
NO_EMAIL = N_("The contact has no e-mail address.")
NO_PHONE = N_("The contact has no phone number.")
UNWANTED = N_("The contact wants no messages on this channel.")
BOUNCED = N_("Mail to the contact came back.")
NO_APPOINTMENT = N_("There is no appointment to change.")
UNFILLED = N_("The text needs what is not known of this contact: {names}.")
NO_CAMPAIGN = N_("The campaign was deleted.")
NO_SUCH_ACTION = N_("This version of Tandem does not know the action.")


def explain(
    locale: str, time_zone: str, code: str, detail: Mapping[str, Any], now: datetime
) -> str:
    """The sentence of ``code``. ``detail`` may hold ``until`` (ISO 8601) and ``why`` (a message id,
    filled from ``params``); ``condition`` is given as words already."""
    shown = dict(detail)
    if "until" in shown:
        at = datetime.fromisoformat(str(shown["until"]))
        shown["until"] = moments.moment(locale, time_zone, at, now)
    if "why" in shown:
        shown["why"] = filled(locale, str(shown["why"]), shown.get("params") or {})
    return filled(locale, REASONS.get(code, code), shown)


def filled(locale: str, message: str, params: Mapping[str, Any]) -> str:
    """``message`` in ``locale`` with ``params``; unfilled where they do not fit."""
    template = translate(locale, message)
    try:
        return template.format(**params)
    except (KeyError, IndexError, ValueError):
        return template
