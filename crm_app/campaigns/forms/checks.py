"""What keeps a form from being published, and what its author should look at. Pure.

Errors refuse the publishing; warnings only speak. Each names the field, page or setting that it is
about, so that the builder can lead there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from crm_app.campaigns.forms.layout import (
    BOXES,
    WITH_CHOICES,
    Field,
    FieldKind,
    Layout,
)
from crm_app.core.i18n import N_

# Which kinds of field can fill what; anything else takes any kind with an answer.
FITTING: dict[str, tuple[FieldKind, ...]] = {
    "email": (FieldKind.EMAIL,),
    "phone": (FieldKind.PHONE,),
    "tag": WITH_CHOICES,
    "time_zone": (FieldKind.TEXT,),
}
_MOST_CONTROLS = 120


@dataclass(frozen=True, slots=True)
class Mistake:
    """``about`` is the id of a field or page, or "after", "assign", "campaign"; ``message`` an id."""

    about: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class Known:
    """What exists: the ids that settings may name; ``running`` are the campaigns that take people in,
    ``forms`` those that strangers see."""

    users: frozenset[int] = frozenset()
    campaigns: frozenset[int] = frozenset()
    running: frozenset[int] = frozenset()
    calendars: frozenset[int] = frozenset()
    forms: frozenset[int] = frozenset()


def check(layout: Layout, known: Known) -> list[Mistake]:
    """All mistakes, in reading order."""
    return [*_whole(layout), *_pages(layout), *_fields(layout), *_settings(layout, known)]


def is_web_address(url: str) -> bool:
    """Whether ``url`` leads to another site by http or https, and to nothing else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = not any(letter.isspace() or not letter.isprintable() for letter in url)
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname)


def fits(kind: FieldKind, target: str) -> bool:
    """Whether an answer of that kind can fill the target."""
    if not target:
        return True
    if kind is FieldKind.HEADING:
        return False
    return kind in FITTING.get(target, tuple(FieldKind)) and (
        kind not in BOXES or target.startswith("custom.")
    )


def _whole(layout: Layout) -> Iterator[Mistake]:
    if not layout.title.strip():
        yield Mistake("title", N_("Give the form a title."))
    emails = [f for f in layout.fields() if f.maps_to == "email" and f.kind is FieldKind.EMAIL]
    if not any(f.required and f.show_if is None for f in emails):
        yield Mistake(
            emails[0].id if emails else "",
            N_("Ask for the e-mail address, always and as a required field: it says who it is."),
        )


def _pages(layout: Layout) -> Iterator[Mistake]:
    for page in layout.pages:
        visible = [field for field in page.fields if field.kind is not FieldKind.HIDDEN]
        if not visible:
            yield Mistake(page.id, N_("This page is empty. Put a field on it, or remove it."))
        if sum(max(1, len(field.choices)) for field in page.fields) > _MOST_CONTROLS:
            yield Mistake(page.id, N_("This page is too long. Move some fields to the next one."))


def _fields(layout: Layout) -> Iterator[Mistake]:
    earlier: dict[str, Field] = {}
    filled: set[str] = set()
    for each in layout.fields():
        if each.kind is FieldKind.HIDDEN:
            if not each.parameter and not each.value:
                yield Mistake(each.id, N_("Say which parameter of the address fills this field."))
        elif not each.label.strip():
            yield Mistake(each.id, N_("This field has no label."))
        if each.kind in WITH_CHOICES:
            yield from _choices(each)
        if not fits(each.kind, each.maps_to):
            yield Mistake(each.id, N_("An answer of this kind cannot be kept there."))
        elif each.maps_to and each.maps_to != "tag" and each.maps_to in filled:
            yield Mistake(
                each.id,
                N_("Two fields fill the same field of the contact; the first answer counts."),
                severity="warning",
            )
        yield from _condition(each, earlier)
        filled.add(each.maps_to)
        earlier[each.id] = each


def _choices(each: Field) -> Iterator[Mistake]:
    choices = [choice.strip() for choice in each.choices]
    if len([choice for choice in choices if choice]) < 2:
        yield Mistake(each.id, N_("Give at least two answers to choose from."))
    elif "" in choices or len(set(choices)) < len(choices):
        yield Mistake(each.id, N_("Each answer needs words of its own."))


def _condition(each: Field, earlier: dict[str, Field]) -> Iterator[Mistake]:
    if each.show_if is None:
        return
    asked = earlier.get(each.show_if.field)
    if asked is None:
        yield Mistake(each.id, N_("The question that decides whether this is asked comes later."))
    elif (
        each.show_if.op in ("is", "is_not")
        and asked.kind in WITH_CHOICES
        and each.show_if.value not in asked.choices
    ):
        yield Mistake(each.id, N_("The answer that decides whether this is asked does not exist."))


def _settings(layout: Layout, known: Known) -> Iterator[Mistake]:
    after, assign = layout.after, layout.assign
    if after.kind == "redirect" and not is_web_address(after.url):
        yield Mistake("after", N_("Enter the whole address of a page, such as https://example.com"))
    if after.kind == "booking" and after.calendar_id not in known.calendars:
        yield Mistake("after", N_("Choose the calendar whose booking page follows."))
    if after.kind == "form" and after.form_id not in known.forms:
        yield Mistake("after", N_("Choose a published form or survey that follows."))
    if layout.campaign_id is not None and layout.campaign_id not in known.campaigns:
        yield Mistake("campaign", N_("The campaign does not exist any more. Choose another one."))
    elif layout.campaign_id is not None and layout.campaign_id not in known.running:
        yield Mistake(
            "campaign",
            N_("The campaign does not run yet. Nobody enters it before it is published."),
            severity="warning",
        )
    if assign.mode == "user" and assign.user_id not in known.users:
        yield Mistake("assign", N_("Choose who becomes the owner."))
    if assign.mode == "round_robin" and not set(assign.user_ids) & known.users:
        yield Mistake("assign", N_("Choose among whom the contacts are shared out."))
