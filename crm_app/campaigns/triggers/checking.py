"""What is missing or wrong in a trigger, told beside its field. Pure.

An error keeps it from being switched on; a warning is worth a look. ``where`` names the field:
"event", "options.amount", "filters.0", "actions.2.campaign_id".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from crm_app.campaigns.plans import conditions, merge
from crm_app.campaigns.plans.conditions import Condition
from crm_app.campaigns.triggers.actions import ACTIONS, MOST_ACTIONS, STATUSES, number, numbers, who
from crm_app.campaigns.triggers.catalogue import EVENTS, FILTERS, SINCE
from crm_app.campaigns.triggers.filters import CONTACT_FIELDS
from crm_app.campaigns.triggers.rule import LONGEST_SHORT, Rule
from crm_app.core.i18n import N_

# Names of what exists, by "campaign", "form", "calendar", "user" and "tag", and in it by id as text.
Known = Mapping[str, Mapping[str, str]]
_URL = re.compile(r"https?://[^\s/]+", re.IGNORECASE)
GONE = N_("This does not exist any more. Choose another.")
_NEEDED: dict[str, str] = {
    "campaign_id": N_("Choose a campaign."),
    "tag": N_("Enter a tag."),
    "text": N_("Write what is to be told."),
    "who": N_("Choose who is told."),
    "subject": N_("Enter a subject."),
    "body": N_("Write the message."),
    "title": N_("Say what is to be done."),
    "url": N_("Enter the address."),
    "status": N_("Choose a status."),
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong at ``where``; ``message`` is a message id that ``params`` fill."""

    where: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"


def check(rule: Rule, known: Known) -> list[Mistake]:
    """All mistakes, in the order of the page. Loops are found by ``loops``."""
    if rule.event not in EVENTS:
        return [Mistake("event", N_("Choose what sets it off."))]
    return [*_options(rule), *_filters(rule, known), *_actions(rule, known)]


def _options(rule: Rule) -> Iterator[Mistake]:
    if not EVENTS[rule.event].waits:
        return
    if not rule.length.length:
        yield Mistake("options.amount", N_("Enter how long, 1 or more."))
    elif rule.length.length > LONGEST_SHORT:
        yield Mistake("options.amount", N_("A year is the longest."))
    if rule.event == "not_booked" and rule.since not in SINCE:
        yield Mistake("options.since", N_("Choose from when the time counts."))


def _filters(rule: Rule, known: Known) -> Iterator[Mistake]:
    fitting = EVENTS[rule.event].filters
    for index, condition in enumerate(rule.filters):
        where = f"filters.{index}"
        if condition.field in FILTERS:
            if condition.field not in fitting:
                yield Mistake(where, N_("This condition does not fit the event. Remove it."))
            else:
                yield from _event_filter(where, condition, known)
        elif wrong := conditions.mistake(condition, CONTACT_FIELDS):
            yield Mistake(where, wrong)


def _event_filter(where: str, condition: Condition, known: Known) -> Iterator[Mistake]:
    asked = FILTERS[condition.field]
    value = condition.value
    if not value:
        yield Mistake(where, N_("Choose or enter a value, or remove the condition."))
    elif asked.what in ("campaign", "form", "calendar") and value not in known.get(asked.what, {}):
        yield Mistake(where, GONE)


def _actions(rule: Rule, known: Known) -> Iterator[Mistake]:
    if not rule.actions:
        yield Mistake("actions", N_("Add at least one thing to do."))
    if len(rule.actions) > MOST_ACTIONS:
        yield Mistake("actions", N_("That are too many. Part them into two triggers."))
    for index, action in enumerate(rule.actions):
        where = f"actions.{index}"
        kind = ACTIONS.get(str(action.get("kind")))
        if kind is None:
            yield Mistake(where, N_("Choose what is to be done."))
            continue
        for name in kind.required:
            if not action.get(name):
                yield Mistake(f"{where}.{name}", _NEEDED[name])
        yield from _texts(where, kind.texts, action)
        yield from _one(where, kind.kind, action, known)
        if kind.kind == "set_status" and not EVENTS[rule.event].appointment:
            yield Mistake(where, N_("Only events about an appointment can set its status."))


def _texts(where: str, names: tuple[str, ...], action: Mapping[str, Any]) -> Iterator[Mistake]:
    for name in names:
        for mistake in merge.check_text(str(action.get(name) or "")):
            yield Mistake(f"{where}.{name}", mistake.message, dict(mistake.params))


def _one(where: str, kind: str, action: Mapping[str, Any], known: Known) -> Iterator[Mistake]:
    campaign = action.get("campaign_id")
    if "campaign_id" in action and campaign and str(campaign) not in known.get("campaign", {}):
        yield Mistake(f"{where}.campaign_id", GONE)
    if kind == "assign":
        yield from _assign(where, action, known.get("user", {}))
    if kind == "webhook" and action.get("url") and not _URL.match(str(action["url"])):
        yield Mistake(f"{where}.url", N_("Enter an address that begins with https://."))
    if kind == "set_status" and action.get("status") and action["status"] not in STATUSES:
        yield Mistake(f"{where}.status", _NEEDED["status"])
    if "who" in ACTIONS[kind].fields:
        for one in who(action):
            head, _, user = one.partition(":")
            if head == "user" and user not in known.get("user", {}):
                yield Mistake(f"{where}.who", GONE)


def _assign(where: str, action: Mapping[str, Any], users: Mapping[str, str]) -> Iterator[Mistake]:
    mode = action.get("mode")
    if mode == "user":
        if not number(action.get("user_id")):
            yield Mistake(f"{where}.user_id", N_("Choose a user."))
        elif str(action["user_id"]) not in users:
            yield Mistake(f"{where}.user_id", GONE)
    elif mode == "round_robin":
        chosen = numbers(action.get("user_ids"))
        if not chosen:
            yield Mistake(f"{where}.user_ids", N_("Choose at least one user."))
        elif any(str(one) not in users for one in chosen):
            yield Mistake(f"{where}.user_ids", GONE)
    elif mode != "none":
        yield Mistake(f"{where}.mode", N_("Choose who gets the contact."))
