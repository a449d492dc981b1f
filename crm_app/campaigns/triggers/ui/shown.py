"""A trigger that is edited, as rows of its form: texts in the reader's language. Pure."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_app.campaigns.plans import conditions
from crm_app.campaigns.plans.conditions import Condition
from crm_app.campaigns.triggers import draft as drafts
from crm_app.campaigns.triggers.actions import ACTIONS, STATUSES, numbers, who
from crm_app.campaigns.triggers.catalogue import EVENTS, FILTERS, GROUPS
from crm_app.campaigns.triggers.checking import Known, Mistake
from crm_app.campaigns.triggers.filters import CONTACT_FIELDS
from crm_app.contacts.timeline import FIELD_NAMES
from crm_app.core.i18n import N_, translate

Options = list[dict[str, str]]
_LISTED = ("campaign", "form", "calendar", "user")


@dataclass
class FilterRow:
    """A condition. ``choices`` are what it can be compared with, where that is a list."""

    field: str
    op: str
    value: str
    bare: bool
    listed: bool
    ops: Options = dataclasses.field(default_factory=list)
    choices: Options = dataclasses.field(default_factory=list)
    error: str = ""


@dataclass
class Person:
    """Somebody who can be ticked."""

    value: str
    label: str
    on: bool


@dataclass
class ActionRow:
    """Something to do. ``texts`` are the fields; a switch is "true" or ""."""

    kind: str
    label: str
    icon: str
    number: str
    first: bool
    last: bool
    texts: dict[str, str] = dataclasses.field(default_factory=dict)
    errors: dict[str, str] = dataclasses.field(default_factory=dict)
    people: list[Person] = dataclasses.field(default_factory=list)


@dataclass
class Note:
    """Something that the check has to say: ``tone`` is bad or warn."""

    text: str
    tone: str


def filters(
    draft: Mapping[str, Any], known: Known, mistakes: Sequence[Mistake], locale: str
) -> list[FilterRow]:
    """The conditions."""
    found = []
    for index, row in enumerate(draft["filters"]):
        one = Condition(str(row["field"]), str(row["op"]), str(row.get("value") or ""))
        choices = _choices(one.field, known, locale)
        found.append(
            FilterRow(
                field=one.field,
                op=one.op,
                value=one.value,
                bare=one.op in conditions.BARE,
                listed=bool(choices) or _what(one.field) in _LISTED,
                ops=[
                    {"value": op, "label": translate(locale, conditions.OPS[op])}
                    for op in drafts.ops_of(one.field)
                ],
                choices=choices,
                error=_error(mistakes, f"filters.{index}", locale),
            )
        )
    return found


def actions(
    draft: Mapping[str, Any], known: Known, mistakes: Sequence[Mistake], locale: str
) -> list[ActionRow]:
    """What is done."""
    rows = draft["actions"]
    return [
        ActionRow(
            kind=row["kind"],
            label=translate(locale, ACTIONS[row["kind"]].label),
            icon=ACTIONS[row["kind"]].icon,
            number=str(index + 1),
            first=index == 0,
            last=index == len(rows) - 1,
            texts={name: _text(row.get(name)) for name in ACTIONS[row["kind"]].fields},
            errors={
                name: _error(mistakes, f"actions.{index}.{name}", locale)
                or (_error(mistakes, f"actions.{index}", locale) if position == 0 else "")
                for position, name in enumerate(ACTIONS[row["kind"]].fields)
            },
            people=_people(row, known, locale),
        )
        for index, row in enumerate(rows)
        if row.get("kind") in ACTIONS
    ]


def notes(mistakes: Sequence[Mistake], locale: str) -> list[Note]:
    """What belongs to no field of the form, and all warnings."""
    return [
        Note(
            translate(locale, one.message, **one.params)
            if one.params
            else translate(locale, one.message),
            "bad" if one.severity == "error" else "warn",
        )
        for one in mistakes
        if not one.where or one.where == "actions" or one.severity == "warning"
    ]


def events(locale: str) -> Options:
    """All events, told apart by their group."""
    return [
        {
            "value": event.key,
            "label": f"{translate(locale, group)}: {translate(locale, event.label)}",
        }
        for group in GROUPS
        for event in EVENTS.values()
        if event.group == group
    ]


def fields(event: str, locale: str) -> Options:
    """What can be asked about: the event's own questions first."""
    own = EVENTS[event].filters if event in EVENTS else ()
    labels = {key: FILTERS[key].label for key in own}
    labels |= {name: one.label for name, one in CONTACT_FIELDS.items()}
    return [{"value": name, "label": translate(locale, label)} for name, label in labels.items()]


def action_kinds(locale: str) -> Options:
    """All kinds of actions."""
    return [
        {"value": one.kind, "label": translate(locale, one.label), "icon": one.icon}
        for one in ACTIONS.values()
    ]


def listed(names: Mapping[str, str], first: str = "") -> Options:
    """Names by id as options; ``first`` stands for none."""
    rows = [{"value": row_id, "label": name} for row_id, name in names.items()]
    return [{"value": "", "label": first}, *rows] if first else rows


def statuses(locale: str) -> Options:
    """The statuses that can be set."""
    return [{"value": key, "label": translate(locale, label)} for key, label in STATUSES.items()]


def _what(name: str) -> str:
    if name in FILTERS:
        return FILTERS[name].what
    known = conditions.field_of(name, CONTACT_FIELDS)
    return known.type if known else "text"


def _choices(name: str, known: Known, locale: str) -> Options:
    what = _what(name)
    if what in _LISTED:
        return listed(known.get(what, {}))
    if what == "field":
        shown = {key: label for key, label in FIELD_NAMES.items() if key != "tags"}
        return listed({key: translate(locale, label) for key, label in shown.items()})
    own = FILTERS[name].choices if name in FILTERS else None
    field_of = conditions.field_of(name, CONTACT_FIELDS)
    choices = own or (field_of.choices if field_of else {})
    return listed({key: translate(locale, label) for key, label in choices.items()})


def _people(row: Mapping[str, Any], known: Known, locale: str) -> list[Person]:
    users = known.get("user", {})
    if row["kind"] == "assign":
        chosen = {str(one) for one in numbers(row.get("user_ids"))}
        return [Person(user_id, name, user_id in chosen) for user_id, name in users.items()]
    if row["kind"] not in ("notify", "task"):
        return []
    told = set(who(row))
    everybody = {"owner": translate(locale, N_("Contact owner"))}
    if row["kind"] == "notify":
        everybody["admins"] = translate(locale, N_("All administrators"))
    everybody |= {f"user:{user_id}": name for user_id, name in users.items()}
    return [Person(value, label, value in told) for value, label in everybody.items()]


def _error(mistakes: Sequence[Mistake], where: str, locale: str) -> str:
    for one in mistakes:
        if one.where == where and one.severity == "error":
            text = translate(locale, one.message)
            return text.format(**one.params) if one.params else text
    return ""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, list):
        return ",".join(str(one) for one in value)
    return "" if value is None else str(value)
