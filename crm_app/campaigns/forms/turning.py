"""From page to page of a survey: which one is shown next, and when the form is complete. Pure.

Nothing is remembered on our side until the form is sent; whatever a visitor pressed, he sees a page
that exists with all that he typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_app.campaigns.forms import checking
from crm_app.campaigns.forms.answers import Values, asked, steps
from crm_app.campaigns.forms.layout import FieldKind, Layout, Page

PAGE, GO, SEEN = "page", "go", "seen"
BACK = "back"


@dataclass(frozen=True, slots=True)
class Turn:
    """What to show. ``done``: nothing is missing and the form may be taken.

    ``number`` counts from 1 among the ``of`` pages that these answers lead to. ``more`` says that an
    answer brought a question onto the same page.
    """

    page: Page
    number: int
    of: int
    values: Values
    errors: Mapping[str, str] = field(default_factory=dict)
    done: bool = False
    more: bool = False


def first(layout: Layout, values: Values) -> Turn:
    """The page that a visitor sees first."""
    return _at(layout, values, 0)


def turn(layout: Layout, form: Mapping[str, str]) -> Turn:
    """Where a posted form leads: on, back, the same page with its errors, or to the end."""
    values = checking.read(layout, form)
    shown = steps(layout, values)
    ids = [page.id for page in shown]
    here = ids.index(form[PAGE]) if form.get(PAGE) in ids else 0
    if form.get(GO) == BACK:
        return _at(layout, values, max(0, here - 1))
    if errors := checking.check(layout, shown[here], values):
        unseen = _unseen(layout, shown[here], form, values)
        told = {name: text for name, text in errors.items() if name not in unseen}
        return _at(layout, values, here, told, more=not told)
    if _unseen(layout, shown[here], form, values):
        return _at(layout, values, here, more=True)
    if here + 1 < len(shown):
        return _at(layout, values, here + 1)
    return _whole(layout, values, shown)


def _whole(layout: Layout, values: Values, shown: list[Page]) -> Turn:
    """The last page is good: so must be all before it, which may have been changed on the way."""
    for number, page in enumerate(shown):
        if errors := checking.check(layout, page, values):
            return _at(layout, values, number, errors)
    return _at(layout, values, len(shown) - 1, done=True)


def _at(
    layout: Layout,
    values: Values,
    index: int,
    errors: Mapping[str, str] | None = None,
    *,
    done: bool = False,
    more: bool = False,
) -> Turn:
    shown = steps(layout, values)
    index = min(index, len(shown) - 1)
    return Turn(
        page=shown[index],
        number=index + 1,
        of=len(shown),
        values=values,
        errors=dict(errors or {}),
        done=done,
        more=more,
    )


def _unseen(layout: Layout, page: Page, form: Mapping[str, str], values: Values) -> set[str]:
    """The names of fields that are asked by now, but were not in view when the page was sent.

    Without a script a question that depends on another one of its page appears only then.
    """
    if SEEN not in form:
        return set()
    seen = set(form[SEEN].split(","))
    here = {each.id for each in page.fields if each.asks and each.kind is not FieldKind.HIDDEN}
    return {each.name for each in asked(layout, values) if each.id in here and each.id not in seen}
