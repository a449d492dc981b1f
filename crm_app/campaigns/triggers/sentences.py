"""A trigger in words, with its real names: when, if, then. Pure."""

from collections.abc import Mapping
from typing import Any

from crm_app.campaigns.plans import conditions
from crm_app.campaigns.plans.conditions import Condition
from crm_app.campaigns.plans.lengths import length
from crm_app.campaigns.triggers.actions import ACTIONS, STATUSES, numbers, who
from crm_app.campaigns.triggers.catalogue import EVENTS, FILTERS, SINCE
from crm_app.campaigns.triggers.checking import Known
from crm_app.campaigns.triggers.filters import CONTACT_FIELDS
from crm_app.campaigns.triggers.rule import Rule
from crm_app.contacts.timeline import FIELD_NAMES
from crm_app.core.i18n import N_, translate

DOTS = "…"
_LONGEST = 90
_NOT_BOOKED = N_("No appointment is booked within {length} after {since}, at most {most} times")
_STARTS_IN = N_("An appointment starts in {length}")
_TOLD = {"owner": N_("the contact owner"), "admins": N_("all administrators")}


def when(rule: Rule, locale: str) -> str:
    """What sets it off."""
    event = EVENTS.get(rule.event)
    if event is None:
        return DOTS
    if not event.waits:
        return translate(locale, event.label)
    words = length(locale, rule.length) if rule.length.length else DOTS
    if rule.event == "appointment_starts_in":
        return translate(locale, _STARTS_IN, length=words)
    since = translate(locale, SINCE.get(rule.since, DOTS))
    return translate(locale, _NOT_BOOKED, length=words, since=since, most=rule.most)


def condition(asked: Condition, known: Known, locale: str) -> str:
    """One condition: field, comparison, value."""
    own = FILTERS.get(asked.field)
    if own is not None:
        label, value = own.label, _value(own.what, asked.value, own.choices, known, locale)
    else:
        field = conditions.field_of(asked.field, CONTACT_FIELDS)
        label = field.label if field else asked.field
        kind = field.type if field else "text"
        value = _value(kind, asked.value, field.choices if field else {}, known, locale)
    words = [translate(locale, label), translate(locale, conditions.OPS.get(asked.op, asked.op))]
    if asked.op not in conditions.BARE:
        words.append(f"“{value}”" if value else DOTS)
    return " ".join(words)


def action(done: Mapping[str, Any], known: Known, locale: str) -> str:
    """One action with what it does it to."""
    kind = str(done.get("kind"))
    label = translate(locale, ACTIONS[kind].label) if kind in ACTIONS else DOTS
    detail = _detail(kind, done, known, locale)
    return f"{label}: {detail}" if detail else label


def whole(rule: Rule, known: Known, locale: str) -> str:
    """When, if → then, as lists show it."""
    acts = "; ".join(action(one, known, locale) for one in rule.actions)
    asked = [condition(one, known, locale) for one in rule.filters]
    return f"{', '.join([when(rule, locale), *asked])} → {acts or DOTS}"


def _value(kind: str, value: str, choices: Mapping[str, str], known: Known, locale: str) -> str:
    if kind == "field":
        return translate(locale, FIELD_NAMES.get(value, value))
    if kind in known:
        return known[kind].get(value, value)
    return translate(locale, choices[value]) if value in choices else value


def _detail(kind: str, done: Mapping[str, Any], known: Known, locale: str) -> str:
    if kind in ("add_to_campaign", "remove_from_campaign"):
        named = known.get("campaign", {}).get(str(done.get("campaign_id") or ""))
        every = translate(locale, N_("all")) if kind == "remove_from_campaign" else DOTS
        return named or (DOTS if done.get("campaign_id") else every)
    if kind == "assign":
        return _assigned(done, known.get("user", {}), locale)
    if kind == "set_status":
        return translate(locale, STATUSES.get(str(done.get("status")), DOTS))
    if kind == "notify":
        told = ", ".join(_person(one, known, locale) for one in who(done))
        return f"{told or DOTS}: {_short(done.get('text'))}"
    names = {"email": "subject", "sms": "body", "task": "title", "webhook": "url"}
    return _short(done.get(names.get(kind, "tag")))


def _assigned(done: Mapping[str, Any], users: Mapping[str, str], locale: str) -> str:
    mode = done.get("mode")
    if mode == "none":
        return translate(locale, N_("nobody"))
    if mode == "round_robin":
        names = [users.get(str(one), DOTS) for one in numbers(done.get("user_ids"))]
        return translate(locale, N_("in turn {names}"), names=", ".join(names) or DOTS)
    return users.get(str(done.get("user_id") or ""), DOTS)


def _person(one: str, known: Known, locale: str) -> str:
    if one in _TOLD:
        return translate(locale, _TOLD[one])
    return known.get("user", {}).get(one.partition(":")[2], DOTS)


def _short(text: object) -> str:
    words = " ".join(str(text or "").split())
    return (words[: _LONGEST - 1] + DOTS if len(words) > _LONGEST else words) or DOTS
