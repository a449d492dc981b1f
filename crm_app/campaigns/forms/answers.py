"""What stands in a visitor's controls: answers by field, and which fields and pages they lead to. Pure.

``values`` is what came from the browser, by the names of controls. A field that is not asked has no
answer, whatever was typed before its condition changed; so nobody's answer to a question that he
never saw is kept.
"""

from collections.abc import Mapping, Sequence

from crm_app.campaigns.forms.layout import BOXES, Field, FieldKind, Layout, Page, ShowIf

Values = Mapping[str, str]
YES = "yes"


def controls(field: Field) -> tuple[str, ...]:
    """The names of the field's controls; each of several choices has its own."""
    if field.kind is FieldKind.CHOICES:
        return tuple(f"{field.name}-{number}" for number in range(len(field.choices)))
    return (field.name,) if field.asks else ()


def answer(field: Field, values: Values) -> tuple[str, ...]:
    """What was answered: nothing, one text, or several choices in the author's order."""
    given = {values.get(name, "") for name in controls(field)} - {""}
    if field.kind is FieldKind.CHOICES:
        # By their text, so that a form that changed meanwhile cannot turn one choice into another.
        return tuple(choice for choice in field.choices if choice in given)
    if field.kind in BOXES:
        return (YES,) if YES in given else ()
    return tuple(given)


def asked(layout: Layout, values: Values) -> list[Field]:
    """The fields whose conditions hold, in order."""
    found: list[Field] = []
    told: dict[str, tuple[str, ...]] = {}
    for field in layout.fields():
        if field.show_if is None or _holds(field.show_if, told):
            found.append(field)
            told[field.id] = answer(field, values)
    return found


def answers(layout: Layout, values: Values) -> dict[str, tuple[str, ...]]:
    """All that was answered, by the ids of the fields that are asked."""
    return {field.id: answer(field, values) for field in asked(layout, values) if field.asks}


def steps(layout: Layout, values: Values) -> list[Page]:
    """The pages that a visitor with these answers sees; the first one always."""
    shown = {field.id for field in asked(layout, values) if field.kind is not FieldKind.HIDDEN}
    kept = [page for page in layout.pages if any(field.id in shown for field in page.fields)]
    return kept or list(layout.pages[:1])


def written(layout: Layout, values: Values) -> list[dict[str, str]]:
    """The answers as they are kept: with the words that were asked, in the form's order."""
    return [
        {
            "field": field.id,
            "label": field.label or field.parameter,
            "value": ", ".join(answer(field, values)),
        }
        for field in asked(layout, values)
        if field.asks
    ]


def _holds(condition: ShowIf, told: Mapping[str, Sequence[str]]) -> bool:
    given = told.get(condition.field, ())
    if condition.op == "filled":
        return bool(given)
    if condition.op == "empty":
        return not given
    return (condition.value in given) == (condition.op == "is")
