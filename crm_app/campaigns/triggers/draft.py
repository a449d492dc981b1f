"""Edits of a trigger that is being written: plain JSON in, plain JSON out. Pure.

``{"name", "event", "options", "filters", "actions"}``. What does not fit (an unknown field, a place
that is none) is Invalid; what is unfinished is allowed, ``checking`` tells of it.
"""

from collections.abc import Mapping
from typing import Any

from crm_app.campaigns.plans import conditions
from crm_app.campaigns.triggers.actions import ACTIONS, MOST_ACTIONS, new_action, number, who
from crm_app.campaigns.triggers.catalogue import EVENTS, FILTERS
from crm_app.campaigns.triggers.filters import CONTACT_FIELDS
from crm_app.campaigns.triggers.rule import Rule, rule_of
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_

Draft = dict[str, Any]
MOST_FILTERS, LONGEST = 20, 5000
_OPTIONS = ("amount", "unit", "since", "most")
_FLAGS = frozenset({"restart", "only_unassigned", "mail", "marketing"})
_IDS = frozenset({"campaign_id", "user_id"})


def blank() -> Draft:
    """A trigger of which nothing is decided."""
    return {"name": "", "event": "", "options": {}, "filters": [], "actions": []}


def rule(draft: Mapping[str, Any], *, trigger_id: int = 0, enabled: bool = False) -> Rule:
    """The draft as the rules see it."""
    return rule_of(
        str(draft["event"]),
        draft["options"],
        draft["filters"],
        draft["actions"],
        enabled=enabled,
        trigger_id=trigger_id,
        name=str(draft["name"]),
    )


def named(draft: Draft, name: str) -> Draft:
    """Another name."""
    return {**draft, "name": name[:120]}


def on_event(draft: Draft, event: str) -> Draft:
    """Another event: its own conditions go where they do not fit, and its question stands ready."""
    if event not in EVENTS:
        raise Invalid(fields={"event": N_("Choose what sets it off.")})
    fitting = EVENTS[event].filters
    kept = [f for f in draft["filters"] if f["field"] not in FILTERS or f["field"] in fitting]
    options = dict(draft["options"])
    if event == "not_booked":
        options = {"amount": 10, "unit": "minutes", "since": "campaign", "most": 3, **options}
    elif event == "appointment_starts_in":
        options = {"amount": 1, "unit": "hours", **options}
    return {**draft, "event": event, "options": options, "filters": kept}


def with_option(draft: Draft, name: str, value: str) -> Draft:
    """Another option of the event; numbers stay numbers."""
    if name.startswith("fields."):
        fields = dict(draft["options"].get("fields") or {})
        fields[name.removeprefix("fields.")[:40]] = value[:200]
        return {**draft, "options": {**draft["options"], "fields": fields}}
    if name not in _OPTIONS:
        raise Invalid
    given: Any = value[:20]
    if name in ("amount", "most"):
        given = int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 0
    return {**draft, "options": {**draft["options"], name: given}}


def ops_of(field: str) -> tuple[str, ...]:
    """The comparisons that a field allows; none for an unknown one."""
    if field in FILTERS:
        return FILTERS[field].ops
    known = conditions.field_of(field, CONTACT_FIELDS)
    return conditions.OPS_OF[known.type] if known else ()


def add_filter(draft: Draft, field: str) -> Draft:
    """One more condition."""
    if not ops_of(field) or len(draft["filters"]) >= MOST_FILTERS:
        raise Invalid(N_("A trigger has at most {count} conditions."), count=MOST_FILTERS)
    fresh = {"field": field, "op": ops_of(field)[0], "value": ""}
    return {**draft, "filters": [*draft["filters"], fresh]}


def change_filter(draft: Draft, index: int, part: str, value: str) -> Draft:
    """Another field, comparison or value of a condition."""
    row = _at(draft["filters"], index)
    if part == "field":
        if not ops_of(value):
            raise Invalid
        row = {"field": value, "op": ops_of(value)[0], "value": ""}
    elif part == "op" and value in ops_of(row["field"]):
        row = {**row, "op": value}
    elif part == "value":
        row = {**row, "value": value[:300]}
    else:
        raise Invalid
    return {**draft, "filters": _put(draft["filters"], index, row)}


def remove_filter(draft: Draft, index: int) -> Draft:
    """One condition less."""
    _at(draft["filters"], index)
    return {**draft, "filters": [f for i, f in enumerate(draft["filters"]) if i != index]}


def add_action(draft: Draft, kind: str) -> Draft:
    """One more thing to do, at the end."""
    if kind not in ACTIONS or len(draft["actions"]) >= MOST_ACTIONS:
        raise Invalid(N_("A trigger does at most {count} things."), count=MOST_ACTIONS)
    return {**draft, "actions": [*draft["actions"], new_action(kind)]}


def change_action(draft: Draft, index: int, name: str, value: str) -> Draft:
    """Another value of a field; ids and switches come as texts."""
    row = _at(draft["actions"], index)
    if name not in ACTIONS[row["kind"]].fields:
        raise Invalid
    given: Any = value[:LONGEST]
    if name in _FLAGS:
        given = value == "true"
    elif name in _IDS:
        given = number(value)
    return {**draft, "actions": _put(draft["actions"], index, {**row, name: given})}


def toggle(draft: Draft, index: int, name: str, value: str, on: bool) -> Draft:
    """Put one into a list of an action (``who``, ``user_ids``), or take it out."""
    row = _at(draft["actions"], index)
    if name == "who":
        listed: list[Any] = list(who(row))
        one: Any = value
    elif name == "user_ids" and number(value):
        listed, one = list(row.get("user_ids") or []), number(value)
    else:
        raise Invalid
    rest = [each for each in listed if each != one]
    return {
        **draft,
        "actions": _put(draft["actions"], index, {**row, name: [*rest, one] if on else rest}),
    }


def remove_action(draft: Draft, index: int) -> Draft:
    """One thing less to do."""
    _at(draft["actions"], index)
    return {**draft, "actions": [a for i, a in enumerate(draft["actions"]) if i != index]}


def move_action(draft: Draft, index: int, by: int) -> Draft:
    """Earlier or later; at the ends nothing happens."""
    actions = list(draft["actions"])
    row, to = _at(actions, index), index + by
    if not 0 <= to < len(actions):
        return draft
    del actions[index]
    actions.insert(to, row)
    return {**draft, "actions": actions}


def _at(rows: list[Any], index: int) -> Any:
    if not 0 <= index < len(rows):
        raise Invalid
    return rows[index]


def _put(rows: list[Any], index: int, row: Any) -> list[Any]:
    return [*rows[:index], row, *rows[index + 1 :]]
