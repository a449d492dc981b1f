"""Merge fields: which there are, and texts with them filled in (CAM-5). Pure.

``{{contact.first_name}}`` stands for a value, ``{{contact.first_name|there}}`` says what stands there
when it is empty, be it nothing (``{{contact.first_name|}}``). What a text asks for and the values lack is *missing*, and such a message is not
sent. A text is gone through once: what a value contains is never read as a field, and nothing that
looks like one is left in the result.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from crm_app.core.i18n import N_

CUSTOM = "contact.custom."


class MergeField(NamedTuple):
    """A field's label and the heading under which it is listed (message ids)."""

    label: str
    group: str


_CONTACT, _USER = N_("Contact"), N_("Contact owner")
_APPOINTMENT, _OTHER = N_("Appointment"), N_("Other")

FIELDS: dict[str, MergeField] = {
    "contact.name": MergeField(N_("Full name"), _CONTACT),
    "contact.first_name": MergeField(N_("First name"), _CONTACT),
    "contact.last_name": MergeField(N_("Last name"), _CONTACT),
    "contact.company": MergeField(N_("Company"), _CONTACT),
    "contact.email": MergeField(N_("E-mail address"), _CONTACT),
    "contact.phone": MergeField(N_("Phone number"), _CONTACT),
    "user.name": MergeField(N_("Name of the owner"), _USER),
    "user.first_name": MergeField(N_("First name of the owner"), _USER),
    "user.email": MergeField(N_("E-mail address of the owner"), _USER),
    "user.signature": MergeField(N_("Signature of the owner"), _USER),
    "user.slug": MergeField(N_("Short name of the owner in links"), _USER),
    "user.calendar_link": MergeField(N_("Link to book with the owner"), _USER),
    "appointment.title": MergeField(N_("Appointment title"), _APPOINTMENT),
    "appointment.starts": MergeField(N_("Appointment date and time"), _APPOINTMENT),
    "appointment.date": MergeField(N_("Appointment date"), _APPOINTMENT),
    "appointment.time": MergeField(N_("Appointment time"), _APPOINTMENT),
    "appointment.user": MergeField(N_("Appointment owner"), _APPOINTMENT),
    "appointment.location": MergeField(N_("Appointment place or meeting link"), _APPOINTMENT),
    "appointment.calendar": MergeField(N_("Calendar of the appointment"), _APPOINTMENT),
    "appointment.reschedule_link": MergeField(N_("Link to reschedule"), _APPOINTMENT),
    "appointment.cancel_link": MergeField(N_("Link to cancel"), _APPOINTMENT),
    "calendar.link": MergeField(N_("Link to book with the team"), _OTHER),
    "workspace.name": MergeField(N_("Name of the workspace"), _OTHER),
}

_FIELD = re.compile(r"\{\{([^{}]*)\}\}")
_STRAY = re.compile(r"\{\{+|\}\}+")
_NAME = re.compile(r"[a-z_]+(?:\.\w[\w-]*)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished text, and the fields that it asked for and nobody could fill."""

    text: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something wrong with a text: a message id and what fills it."""

    message: str
    params: Mapping[str, str]


class _Part(NamedTuple):
    name: str
    default: str | None


class _Template(NamedTuple):
    """A text that was read: its beginning, each field with what stands behind it, and whether braces
    are left over."""

    before: str
    fields: tuple[tuple[_Part, str], ...]
    is_broken: bool


@functools.lru_cache(maxsize=256)
def _template(text: str) -> _Template:
    """Read once, for a step writes the same text to thousands."""
    before, *rest = _FIELD.split(text)
    parts = map(_part, rest[::2])
    broken = bool(_STRAY.search("".join([before, *rest[1::2]])))
    return _Template(before, tuple(zip(parts, rest[1::2], strict=True)), broken)


def render(text: str, values: Mapping[str, str], *, blank: str = "") -> Rendered:
    """``text`` with its fields filled from ``values``; ``blank`` stands where a value is missing."""
    template = _template(text)
    missing: dict[str, None] = {}
    written = [template.before]
    for part, following in template.fields:
        value = values.get(part.name) or part.default
        if value is None:
            missing[part.name] = None
            value = blank
        written += (value, following)
    if template.is_broken:
        missing["{{"] = None
    return Rendered(_STRAY.sub(" ", "".join(written)), tuple(missing))


def is_field(name: str) -> bool:
    """Whether there is such a merge field; any custom field of contacts may exist."""
    return name in FIELDS or (name.startswith(CUSTOM) and bool(_NAME.fullmatch(name)))


def used(text: str) -> tuple[str, ...]:
    """The names of the fields in a text, each once, in their order."""
    return tuple(dict.fromkeys(_part(inner).name for inner in _FIELD.findall(text)))


def without_default(text: str) -> tuple[str, ...]:
    """The names of the fields in a text that have to be filled for it to be sent."""
    parts = (_part(inner) for inner in _FIELD.findall(text))
    return tuple(dict.fromkeys(part.name for part in parts if part.default is None))


def check_text(text: str) -> list[Mistake]:
    """Fields that do not exist, and braces that close or open nothing."""
    return [*_unknown(text), *_broken(text)]


def _unknown(text: str) -> Iterator[Mistake]:
    for name in used(text):
        if not is_field(name):
            yield Mistake(
                N_("There is no merge field “{name}”. Choose one from the list."), {"name": name}
            )


def _broken(text: str) -> Iterator[Mistake]:
    if _STRAY.search(_FIELD.sub("", text)):
        yield Mistake(
            N_("A merge field is written like {example}. A brace too many or too few is left."),
            {"example": "{{contact.first_name|there}}"},
        )


def _part(inner: str) -> _Part:
    name, bar, default = inner.partition("|")
    return _Part(name.strip(), default.strip() if bar else None)
