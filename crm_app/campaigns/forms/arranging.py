"""Changing a layout: fields and pages put in, moved, changed, doubled and taken out. Pure.

Every function gives a new layout and leaves the old one as it was, which is what undo keeps. What
names something that does not exist changes nothing.
"""

from collections.abc import Callable
from dataclasses import replace

from crm_app.campaigns.forms.layout import (
    MOST_CHOICES,
    MOST_FIELDS,
    MOST_PAGES,
    WITH_CHOICES,
    Field,
    FieldKind,
    Layout,
    Page,
)
from crm_app.core.i18n import N_

# What a new field of a kind fills at first.
_TARGETS = {FieldKind.EMAIL: "email", FieldKind.PHONE: "phone"}


def new_layout(title: str, words: Callable[[str], str]) -> Layout:
    """A form with name and e-mail; ``words`` translates the labels into the author's language."""
    fields = (
        Field("f1", FieldKind.TEXT, words(N_("Name")), required=True, maps_to="name"),
        Field("f2", FieldKind.EMAIL, words(N_("E-mail")), required=True, maps_to="email"),
    )
    return Layout(title=title, pages=(Page("p1", fields=fields),))


def fresh_id(layout: Layout, letter: str) -> str:
    """An id that nothing in the layout has: ``letter`` and a number."""
    taken = {page.id for page in layout.pages} | {field.id for field in layout.fields()}
    number = 1
    while f"{letter}{number}" in taken:
        number += 1
    return f"{letter}{number}"


def new_field(layout: Layout, kind: FieldKind, label: str, choices: tuple[str, ...] = ()) -> Field:
    """A field that can be put into the layout."""
    target = _TARGETS.get(kind, "")
    if any(field.maps_to == target for field in layout.fields()):
        target = ""
    return Field(
        id=fresh_id(layout, "f"),
        kind=kind,
        label=label,
        required=kind in (FieldKind.EMAIL, FieldKind.CONSENT),
        choices=choices if kind in WITH_CHOICES else (),
        maps_to=target,
    )


def insert(layout: Layout, page_id: str, index: int, field: Field) -> Layout:
    """``field`` before the ``index``-th one of the page."""
    if len(list(layout.fields())) >= MOST_FIELDS:
        return layout

    def put(page: Page) -> Page:
        at = max(0, min(index, len(page.fields)))
        return replace(page, fields=(*page.fields[:at], field, *page.fields[at:]))

    return _on_page(layout, page_id, put)


def move(layout: Layout, field_id: str, page_id: str, index: int) -> Layout:
    """The field to before the ``index``-th one of a page, counted as the pages stand now."""
    field, home = layout.field(field_id), page_of(layout, field_id)
    if field is None or home is None or layout.page(page_id) is None:
        return layout
    if home.id == page_id and [f.id for f in home.fields].index(field_id) < index:
        index -= 1
    return insert(remove(layout, field_id), page_id, index, field)


def step(layout: Layout, field_id: str, by: int) -> Layout:
    """The field one up or down, over the edge onto the page before or after."""
    home = page_of(layout, field_id)
    if home is None:
        return layout
    index = [field.id for field in home.fields].index(field_id) + by
    if 0 <= index < len(home.fields):
        return move(layout, field_id, home.id, index + (by > 0))
    pages = [page.id for page in layout.pages]
    other = pages.index(home.id) + by
    if not 0 <= other < len(pages):
        return layout
    return move(layout, field_id, pages[other], len(layout.pages[other].fields) if by < 0 else 0)


def put(layout: Layout, field: Field) -> Layout:
    """``field`` in place of the one with its id."""
    return _each_page(
        layout,
        lambda page: replace(
            page, fields=tuple(field if each.id == field.id else each for each in page.fields)
        ),
    )


def remove(layout: Layout, field_id: str) -> Layout:
    """Without the field."""
    return _each_page(
        layout,
        lambda page: replace(page, fields=tuple(f for f in page.fields if f.id != field_id)),
    )


def duplicate(layout: Layout, field_id: str) -> Layout:
    """A copy below the field; it fills nothing, since one field of a contact has one source."""
    field, home = layout.field(field_id), page_of(layout, field_id)
    if field is None or home is None:
        return layout
    kept = field.maps_to if field.maps_to == "tag" else ""
    copy = replace(field, id=fresh_id(layout, "f"), maps_to=kept)
    index = [each.id for each in home.fields].index(field_id)
    return insert(layout, home.id, index + 1, copy)


def add_page(layout: Layout) -> Layout:
    """One more page at the end."""
    if len(layout.pages) >= MOST_PAGES:
        return layout
    return replace(layout, pages=(*layout.pages, Page(fresh_id(layout, "p"))))


def remove_page(layout: Layout, page_id: str) -> Layout:
    """Without the page and what is on it; the last page stays."""
    if len(layout.pages) < 2:
        return layout
    return replace(layout, pages=tuple(page for page in layout.pages if page.id != page_id))


def move_page(layout: Layout, page_id: str, by: int) -> Layout:
    """The page one place earlier or later."""
    ids = [page.id for page in layout.pages]
    if page_id not in ids or not 0 <= (to := ids.index(page_id) + by) < len(ids):
        return layout
    pages = list(layout.pages)
    pages.insert(to, pages.pop(ids.index(page_id)))
    return replace(layout, pages=tuple(pages))


def name_page(layout: Layout, page_id: str, title: str) -> Layout:
    """The page with another title."""
    return _on_page(layout, page_id, lambda page: replace(page, title=title))


def page_of(layout: Layout, field_id: str) -> Page | None:
    """The page that the field is on."""
    return next((p for p in layout.pages if any(f.id == field_id for f in p.fields)), None)


def choices_from(text: str) -> tuple[str, ...]:
    """One answer a line, each once."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))[:MOST_CHOICES]


def _each_page(layout: Layout, change: Callable[[Page], Page]) -> Layout:
    return replace(layout, pages=tuple(change(page) for page in layout.pages))


def _on_page(layout: Layout, page_id: str, change: Callable[[Page], Page]) -> Layout:
    return _each_page(layout, lambda page: change(page) if page.id == page_id else page)
