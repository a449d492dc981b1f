"""Typing into a form's settings: one named value at a time, as the builder sends it. Pure.

Everything arrives as text, since it comes from a browser; a name or a value that is not known
changes nothing. What does not fit a form any more raises Invalid.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crm_app.campaigns.forms import arranging, checks, layout
from crm_app.campaigns.forms.layout import (
    ASSIGNINGS,
    BOXES,
    CUSTOM,
    ENDINGS,
    OPERATORS,
    TARGETS,
    WITH_CHOICES,
    Field,
    Layout,
    ShowIf,
)
from crm_app.core.i18n import LOCALES

YES = "yes"
# The words that a box's condition compares with.
_TICKED = "yes"


def put_field(made: Layout, field_id: str, name: str, value: str) -> Layout:
    """The layout with one value of one field changed."""
    field, change = made.field(field_id), _FIELD.get(name)
    if field is None or change is None:
        return made
    return _sound(arranging.put(made, change(made, field, value)))


def put_setting(made: Layout, name: str, value: str) -> Layout:
    """The layout with one setting of the whole form changed."""
    change = _SETTINGS.get(name)
    return made if change is None else _sound(change(made, value))


def toggle_turn(made: Layout, user_id: int) -> Layout:
    """The user among those whose turn it can be, or not any more."""
    chosen = made.assign.user_ids
    kept = tuple(each for each in chosen if each != user_id)
    users = kept if user_id in chosen else (*chosen, user_id)
    return replace(made, assign=replace(made.assign, user_ids=users))


def earlier(made: Layout, field_id: str) -> list[Field]:
    """The questions on whose answers the field may depend."""
    found: list[Field] = []
    for field in made.fields():
        if field.id == field_id:
            return found
        if field.asks:
            found.append(field)
    return found


def _sound(made: Layout) -> Layout:
    return layout.parse(layout.as_json(made))


def _number(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 10 else None


def _text(name: str) -> Callable[[Layout, Field, str], Field]:
    def change(_made: Layout, field: Field, value: str) -> Field:
        changes: dict[str, Any] = {name: value}
        return replace(field, **changes)

    return change


def _target(_made: Layout, field: Field, value: str) -> Field:
    known = value in ("", *TARGETS) or value.startswith(CUSTOM)
    return replace(field, maps_to=value) if known and checks.fits(field.kind, value) else field


def _custom(_made: Layout, field: Field, value: str) -> Field:
    name = value.strip()
    return replace(field, maps_to=f"{CUSTOM}{name}" if name else "")


def _choices(_made: Layout, field: Field, value: str) -> Field:
    fits = field.kind in WITH_CHOICES
    return replace(field, choices=arranging.choices_from(value)) if fits else field


def _depends(made: Layout, field: Field, value: str) -> Field:
    decides = next((each for each in earlier(made, field.id) if each.id == value), None)
    if decides is None:
        return replace(field, show_if=None)
    if decides.kind in WITH_CHOICES:
        return replace(field, show_if=ShowIf(value, "is", next(iter(decides.choices), "")))
    if decides.kind in BOXES:
        return replace(field, show_if=ShowIf(value, "is", _TICKED))
    return replace(field, show_if=ShowIf(value, "filled"))


def _operator(_made: Layout, field: Field, value: str) -> Field:
    if field.show_if is None or value not in OPERATORS:
        return field
    op = next(each for each in OPERATORS if each == value)
    return replace(field, show_if=replace(field.show_if, op=op))


def _compared(_made: Layout, field: Field, value: str) -> Field:
    if field.show_if is None:
        return field
    return replace(field, show_if=replace(field.show_if, value=value))


_FIELD: dict[str, Callable[[Layout, Field, str], Field]] = {
    "label": _text("label"),
    "help": _text("help"),
    "value": _text("value"),
    "parameter": _text("parameter"),
    "required": lambda _made, field, value: replace(field, required=value == YES),
    "choices": _choices,
    "maps_to": _target,
    "custom": _custom,
    "depends": _depends,
    "operator": _operator,
    "compared": _compared,
}


def _after(made: Layout, **changes: Any) -> Layout:
    return replace(made, after=replace(made.after, **changes))


def _assign(made: Layout, **changes: Any) -> Layout:
    return replace(made, assign=replace(made.assign, **changes))


def _tags(value: str) -> tuple[str, ...]:
    words = (word.strip() for word in value.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


_SETTINGS: dict[str, Callable[[Layout, str], Layout]] = {
    "title": lambda made, value: replace(made, title=value),
    "intro": lambda made, value: replace(made, intro=value),
    "button": lambda made, value: replace(made, button=value),
    "language": lambda made, value: (
        replace(made, language=value) if value in ("", *LOCALES) else made
    ),
    "tags": lambda made, value: replace(made, tags=_tags(value)),
    "campaign": lambda made, value: replace(made, campaign_id=_number(value)),
    "after": lambda made, value: _after(made, kind=value) if value in ENDINGS else made,
    "after_text": lambda made, value: _after(made, text=value),
    "after_url": lambda made, value: _after(made, url=value.strip()),
    "after_calendar": lambda made, value: _after(made, calendar_id=_number(value)),
    "after_form": lambda made, value: _after(made, form_id=_number(value)),
    "assign": lambda made, value: _assign(made, mode=value) if value in ASSIGNINGS else made,
    "assign_user": lambda made, value: _assign(made, user_id=_number(value)),
    "only_unassigned": lambda made, value: _assign(made, only_unassigned=value == YES),
}
