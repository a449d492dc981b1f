"""What an appointment says in its member's own calendar, in his language. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crm_app.core.i18n import N_, translate

_LONGEST_ANSWER = 500


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an appointment. ``fields`` are the calendar's form fields, as stored."""

    calendar: str
    contact: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    fields: tuple[Mapping[str, Any], ...] = ()
    answers: Mapping[str, Any] | None = None
    note: str = ""


def description(locale: str, about: Facts) -> str:
    """The text of the event: who, how to reach him, what he answered, what he wrote."""
    lines = [
        translate(locale, N_("Booked on: {calendar}"), calendar=about.calendar),
        _named(locale, N_("With: {names}"), [about.contact]),
        _named(locale, N_("E-mail: {names}"), about.emails),
        _named(locale, N_("Phone: {names}"), about.phones),
        _named(locale, N_("Guests: {names}"), about.guests),
        *_answers(about),
    ]
    text = "\n".join(line for line in lines if line)
    return f"{text}\n\n{about.note.strip()}" if about.note.strip() else text


def _named(locale: str, message: str, names: Iterable[str]) -> str:
    present = [name.strip() for name in names if name.strip()]
    return translate(locale, message, names=", ".join(present)) if present else ""


def _answers(about: Facts) -> Iterable[str]:
    answers = about.answers or {}
    labels = {str(field.get("key")): str(field.get("label", "")) for field in about.fields}
    for key, label in labels.items():
        value = answers.get(key)
        if value not in (None, "", False, []):
            yield f"{label}: {_plain(value)}"


def _plain(value: object) -> str:
    if value is True:
        return "✓"
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)[:_LONGEST_ANSWER]
    return str(value)[:_LONGEST_ANSWER]
