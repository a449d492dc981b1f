"""Conditions of branches and of triggers' filters: which fields, which comparisons, and do they hold.

Pure. A condition is ``{"field", "op", "value"}``. What it is asked about is a *view*: a plain mapping
from field to value (a text, a set of texts, a bool, a number), which the campaigns and the triggers
fill each in their way; a field that the view lacks is empty. Texts are compared without regard to
case and accents. ``FIELDS`` are those of a contact; triggers add those of their event.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from crm_app.contacts.names import folded
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_

Type = Literal["text", "choice", "number", "tags", "flag", "user", "calendar", "campaign", "form"]
View = Mapping[str, Any]
CUSTOM = "custom."


@dataclass(frozen=True, slots=True)
class Condition:
    """A field, how it is compared, and with what."""

    field: str
    op: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that can be asked about; ``choices`` are values with their labels (message ids)."""

    label: str
    type: Type = "text"
    choices: Mapping[str, str] = field(default_factory=dict)


OPS: dict[str, str] = {
    "is": N_("is"),
    "is_not": N_("is not"),
    "contains": N_("contains"),
    "lacks": N_("does not contain"),
    "starts": N_("begins with"),
    "more": N_("is more than"),
    "less": N_("is less than"),
    "has": N_("has"),
    "has_not": N_("has not"),
    "filled": N_("is filled in"),
    "empty": N_("is empty"),
    "yes": N_("yes"),
    "no": N_("no"),
}
OPS_OF: dict[Type, tuple[str, ...]] = {
    "text": ("is", "is_not", "contains", "lacks", "starts", "more", "less", "filled", "empty"),
    "choice": ("is", "is_not", "filled", "empty"),
    "number": ("is", "is_not", "more", "less"),
    "tags": ("has", "has_not", "filled", "empty"),
    "flag": ("yes", "no"),
    "user": ("is", "is_not", "filled", "empty"),
    "calendar": ("is", "is_not"),
    "campaign": ("is", "is_not"),
    "form": ("is", "is_not"),
}
# These compare with nothing.
BARE = frozenset({"filled", "empty", "yes", "no"})

FIELDS: dict[str, Field] = {
    "kind": Field(
        N_("Kind of contact"),
        "choice",
        {"lead": N_("Lead"), "contact": N_("Contact"), "company": N_("Company")},
    ),
    "owner": Field(N_("Contact owner"), "user"),
    "tag": Field(N_("Tag"), "tags"),
    "name": Field(N_("Name")),
    "email": Field(N_("E-mail address")),
    "phone": Field(N_("Phone number")),
    "company": Field(N_("Company")),
    "locale": Field(
        N_("Language"),
        "choice",
        {"en": "English", "de": "Deutsch", "pl": "Polski", "it": "Italiano"},
    ),
    "time_zone": Field(N_("Time zone")),
    "source": Field(N_("Came in through")),
    "replied": Field(N_("Replied since entry"), "flag"),
    "clicked": Field(N_("Clicked a link since entry"), "flag"),
    "booked": Field(N_("Booked since entry"), "flag"),
    "appointment.status": Field(
        N_("Appointment status"),
        "choice",
        {
            "new": N_("New"),
            "confirmed": N_("Confirmed"),
            "showed": N_("Showed"),
            "no_show": N_("No-show"),
            "cancelled": N_("Cancelled"),
            "invalid": N_("Invalid"),
        },
    ),
    "appointment.calendar": Field(N_("Calendar of the appointment"), "calendar"),
}


def field_of(name: str, fields: Mapping[str, Field] = FIELDS) -> Field | None:
    """The field called ``name``; any ``custom.<key>`` is a text named by its key."""
    if name.startswith(CUSTOM) and len(name) > len(CUSTOM):
        return Field(name.removeprefix(CUSTOM))
    return fields.get(name)


def condition(row: Mapping[str, Any]) -> Condition:
    """A condition from JSON; ValueError when it is none. Unknown fields are left to ``mistake``."""
    op = str(row.get("op") or "is")
    if op not in OPS:
        raise ValueError(op)
    value = row.get("value")
    return Condition(str(row["field"]), op, "" if value is None else str(value).strip())


def conditions(rows: Any) -> tuple[Condition, ...]:
    """A list of conditions from JSON; Invalid when one cannot be understood."""
    try:
        return tuple(condition(row) for row in rows or ())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(
            N_("This condition cannot be understood. Remove it and make it anew.")
        ) from error


def as_json(each: Condition) -> dict[str, str]:
    """What ``condition`` reads."""
    return {"field": each.field, "op": each.op, "value": each.value}


def mistake(each: Condition, fields: Mapping[str, Field] = FIELDS) -> str:
    """What is wrong with a condition, as a message id; empty: nothing."""
    found = field_of(each.field, fields)
    if found is None:
        return N_("This field does not exist here. Choose another one.")
    if each.op not in OPS_OF[found.type]:
        return N_("This field cannot be compared like that. Choose another comparison.")
    if each.op not in BARE and not each.value:
        return N_("Say what the field is compared with.")
    if each.op in ("more", "less") and _number(each.value) is None:
        return N_("Compare with a number here.")
    return ""


def holds(each: Condition, view: View) -> bool:
    """Whether the condition holds for what the view says; an unknown comparison never does."""
    test = _TESTS.get(each.op)
    return bool(test and test(view.get(each.field), each.value))


def all_hold(each: Collection[Condition], view: View) -> bool:
    """Whether every one holds; there being none, they do."""
    return all(holds(one, view) for one in each)


def first_refused(each: Collection[Condition], view: View) -> Condition | None:
    """The first condition that does not hold."""
    return next((one for one in each if not holds(one, view)), None)


def _texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, bool) or value is None:
        return ()
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(folded(str(one)) for one in value)
    return (folded(str(value)),)


def _is(value: Any, wanted: str) -> bool:
    return folded(wanted) in _texts(value)


def _contains(value: Any, wanted: str) -> bool:
    return any(folded(wanted) in text for text in _texts(value))


def _starts(value: Any, wanted: str) -> bool:
    return any(text.startswith(folded(wanted)) for text in _texts(value))


def _filled(value: Any, _: str) -> bool:
    return any(_texts(value)) or value is True


def _number(value: Any) -> float | None:
    try:
        return float(str(value).replace(",", "."))
    except ValueError:
        return None


def _more(value: Any, wanted: str) -> bool:
    left, right = _number(value), _number(wanted)
    return left is not None and right is not None and left > right


def _less(value: Any, wanted: str) -> bool:
    left, right = _number(value), _number(wanted)
    return left is not None and right is not None and left < right


def _not(test: Callable[[Any, str], bool]) -> Callable[[Any, str], bool]:
    return lambda value, wanted: not test(value, wanted)


_TESTS: dict[str, Callable[[Any, str], bool]] = {
    "is": _is,
    "is_not": _not(_is),
    "contains": _contains,
    "lacks": _not(_contains),
    "starts": _starts,
    "more": _more,
    "less": _less,
    "has": _is,
    "has_not": _not(_is),
    "filled": _filled,
    "empty": _not(_filled),
    "yes": lambda value, _: value is True,
    "no": lambda value, _: value is not True,
}
