"""A form as its author laid it out: pages of fields, and what happens once it was sent. Pure.

The layout is plain data, kept as JSON in drafts and published forms (FRM-1). Reading is tolerant of
what a draft may lack and strict about shapes: kinds that are not known, ids that come twice and
whatever is longer than a form may be are refused, so that a public page never shows what the
program does not know.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from crm_app.campaigns.forms import shapes
from crm_app.core.errors import Invalid
from crm_app.core.i18n import LOCALES, N_

MOST_PAGES, MOST_FIELDS, MOST_CHOICES = 12, 60, 30
LONGEST_LABEL, LONGEST_TEXT, LONGEST_URL = 500, 4000, 2000
_PARAMETER = re.compile(r"[A-Za-z0-9_.-]{0,60}")


class FieldKind(StrEnum):
    """What a field asks for; ``heading`` asks nothing, ``hidden`` is filled by the address."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    EMAIL = "email"
    PHONE = "phone"
    CHOICE = "choice"
    CHOICES = "choices"
    CHECKBOX = "checkbox"
    DATE = "date"
    NUMBER = "number"
    HEADING = "heading"
    HIDDEN = "hidden"
    CONSENT = "consent"


# Kinds with answers of the author's own, and kinds that are a single box.
WITH_CHOICES = (FieldKind.CHOICE, FieldKind.CHOICES)
BOXES = (FieldKind.CHECKBOX, FieldKind.CONSENT)

# Fields of a contact that an answer can fill; "custom.<name>" is a field of the team's own.
NAMES = ("name", "first_name", "last_name")
PLACES = ("street", "postal_code", "city", "region", "country")
TARGETS = (*NAMES, "email", "phone", "company", "time_zone", "note", "tag", *PLACES)
CUSTOM = "custom."

Operator = Literal["is", "is_not", "filled", "empty"]
OPERATORS: tuple[Operator, ...] = ("is", "is_not", "filled", "empty")
Ending = Literal["message", "redirect", "booking", "form"]
ENDINGS: tuple[Ending, ...] = ("message", "redirect", "booking", "form")
Assigning = Literal["none", "user", "round_robin"]
ASSIGNINGS: tuple[Assigning, ...] = ("none", "user", "round_robin")


@dataclass(frozen=True, slots=True)
class ShowIf:
    """A field is only asked when an earlier answer is, or is not, ``value``; or is given, or is not."""

    field: str
    op: Operator = "is"
    value: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``maps_to`` is a target or "custom.<name>", "" when the answer is only kept.

    A hidden field takes its value from the address's ``parameter``, else it is ``value``. The label
    of a consent is the text that is agreed to.
    """

    id: str
    kind: FieldKind
    label: str = ""
    help: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    maps_to: str = ""
    show_if: ShowIf | None = None
    parameter: str = ""
    value: str = ""

    @property
    def name(self) -> str:
        """The name of its control, the same however fields are reordered."""
        return f"a-{self.id}"

    @property
    def asks(self) -> bool:
        """Whether there is an answer to it."""
        return self.kind is not FieldKind.HEADING


@dataclass(frozen=True, slots=True)
class Page:
    """One step of a survey; a form has one."""

    id: str
    title: str = ""
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class After:
    """What a visitor sees once he sent: a text, another site, a booking page or the next survey."""

    kind: Ending = "message"
    text: str = ""
    url: str = ""
    calendar_id: int | None = None
    form_id: int | None = None


@dataclass(frozen=True, slots=True)
class Assign:
    """Whose the contact becomes: nobody's by default, so that a campaign can decide later."""

    mode: Assigning = "none"
    user_id: int | None = None
    user_ids: tuple[int, ...] = ()
    # Leave contacts alone that somebody owns already.
    only_unassigned: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole form. ``button`` "" means the house's own word, ``language`` "" the visitor's."""

    title: str = ""
    intro: str = ""
    pages: tuple[Page, ...] = ()
    button: str = ""
    after: After = After()
    assign: Assign = Assign()
    campaign_id: int | None = None
    tags: tuple[str, ...] = ()
    language: str = ""

    def fields(self) -> Iterator[Field]:
        """All fields, in the order in which they are asked."""
        for page in self.pages:
            yield from page.fields

    def field(self, field_id: str) -> Field | None:
        """The field with that id."""
        return next((field for field in self.fields() if field.id == field_id), None)

    def page(self, page_id: str) -> Page | None:
        """The page with that id."""
        return next((page for page in self.pages if page.id == page_id), None)


def parse(data: Mapping[str, Any]) -> Layout:
    """The layout in stored or received JSON; Invalid when it is none."""
    try:
        made = Layout(
            title=shapes.text(data.get("title"), LONGEST_LABEL),
            intro=shapes.text(data.get("intro"), LONGEST_TEXT),
            pages=tuple(_page(row) for row in data.get("pages") or ()),
            button=shapes.text(data.get("button"), 60),
            after=_after(data.get("after") or {}),
            assign=_assign(data.get("assign") or {}),
            campaign_id=shapes.row_id(data.get("campaign_id")),
            tags=tuple(shapes.text(tag, 60) for tag in data.get("tags") or ()),
            language=shapes.one_of(data.get("language") or "", ("", *LOCALES)),
        )
        _bounded(made)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(N_("This is not a form that can be shown.")) from error
    return made


def field(row: Mapping[str, Any]) -> Field:
    """A field in JSON; ValueError, KeyError or TypeError when it is none."""
    target = str(row.get("maps_to") or "")
    if target and target not in TARGETS and not (target.startswith(CUSTOM) and target[7:].strip()):
        raise ValueError(target)
    return Field(
        id=shapes.short_id(row["id"]),
        kind=FieldKind(row["kind"]),
        label=shapes.text(row.get("label"), LONGEST_TEXT),
        help=shapes.text(row.get("help"), LONGEST_LABEL),
        required=bool(row.get("required")),
        choices=tuple(shapes.text(choice, LONGEST_LABEL) for choice in row.get("choices") or ()),
        maps_to=shapes.text(target, 120),
        show_if=_show_if(row.get("show_if")),
        parameter=shapes.matching(row.get("parameter") or "", _PARAMETER),
        value=shapes.text(row.get("value"), LONGEST_LABEL),
    )


def as_json(layout: Layout) -> dict[str, Any]:
    """What ``parse`` reads."""
    after, assign = layout.after, layout.assign
    return {
        "title": layout.title,
        "intro": layout.intro,
        "pages": [
            {"id": page.id, "title": page.title, "fields": [field_json(f) for f in page.fields]}
            for page in layout.pages
        ],
        "button": layout.button,
        "after": {
            "kind": after.kind,
            "text": after.text,
            "url": after.url,
            "calendar_id": after.calendar_id,
            "form_id": after.form_id,
        },
        "assign": {
            "mode": assign.mode,
            "user_id": assign.user_id,
            "user_ids": list(assign.user_ids),
            "only_unassigned": assign.only_unassigned,
        },
        "campaign_id": layout.campaign_id,
        "tags": list(layout.tags),
        "language": layout.language,
    }


def field_json(field: Field) -> dict[str, Any]:
    """A field as JSON; what is empty is left out."""
    row: dict[str, Any] = {"id": field.id, "kind": field.kind.value, "label": field.label}
    plain = {
        "help": field.help,
        "required": field.required,
        "choices": list(field.choices),
        "maps_to": field.maps_to,
        "parameter": field.parameter,
        "value": field.value,
    }
    row |= {name: value for name, value in plain.items() if value}
    if field.show_if is not None:
        asked = field.show_if
        row["show_if"] = {"field": asked.field, "op": asked.op, "value": asked.value}
    return row


def _page(row: Mapping[str, Any]) -> Page:
    return Page(
        id=shapes.short_id(row["id"]),
        title=shapes.text(row.get("title"), LONGEST_LABEL),
        fields=tuple(field(inner) for inner in row.get("fields") or ()),
    )


def _show_if(row: Mapping[str, Any] | None) -> ShowIf | None:
    if not row:
        return None
    op: Operator = shapes.one_of(row.get("op") or "is", OPERATORS)
    return ShowIf(shapes.short_id(row["field"]), op, shapes.text(row.get("value"), LONGEST_LABEL))


def _after(row: Mapping[str, Any]) -> After:
    kind: Ending = shapes.one_of(row.get("kind") or "message", ENDINGS)
    return After(
        kind=kind,
        text=shapes.text(row.get("text"), LONGEST_TEXT),
        url=shapes.text(row.get("url"), LONGEST_URL),
        calendar_id=shapes.row_id(row.get("calendar_id")),
        form_id=shapes.row_id(row.get("form_id")),
    )


def _assign(row: Mapping[str, Any]) -> Assign:
    mode: Assigning = shapes.one_of(row.get("mode") or "none", ASSIGNINGS)
    return Assign(
        mode=mode,
        user_id=shapes.row_id(row.get("user_id")),
        user_ids=tuple(int(each) for each in row.get("user_ids") or ()),
        only_unassigned=bool(row.get("only_unassigned", True)),
    )


def _bounded(layout: Layout) -> None:
    fields = list(layout.fields())
    ids = [page.id for page in layout.pages] + [each.id for each in fields]
    if len(ids) != len(set(ids)):
        raise ValueError("an id comes twice")
    most_choices = max((len(each.choices) for each in fields), default=0)
    if len(layout.pages) > MOST_PAGES or len(fields) > MOST_FIELDS or most_choices > MOST_CHOICES:
        raise ValueError("too large")
