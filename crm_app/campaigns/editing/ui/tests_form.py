"""The conditions of a branch as rows of a form. Pure."""

from dataclasses import dataclass, replace
from typing import Any

from crm_app.campaigns.plans import conditions
from crm_app.campaigns.plans.conditions import Field
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.plan import Step
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import StepKind

MOST = 20
LONGEST = 200
Options = list[dict[str, str]]


@dataclass
class TestRow:
    """A condition. ``choices`` are what it can be compared with, where that is a list."""

    __test__ = False

    field: str
    op: str
    value: str
    bare: bool
    ops: Options
    choices: Options


def rows(step: Step, known: Known, locale: str) -> list[TestRow]:
    """The conditions of a branch; none for other steps."""
    if step.kind is not StepKind.BRANCH:
        return []
    return [_row(test, known, locale) for test in _tests(step)]


def added(step: Step) -> Step:
    """One more condition, on the contact's tag to begin with."""
    tests = _tests(step)
    if step.kind is not StepKind.BRANCH or len(tests) >= MOST:
        raise Invalid(N_("A step has at most {count} conditions."), count=MOST)
    return _with(step, [*tests, {"field": "tag", "op": "has", "value": ""}])


def removed(step: Step, index: int) -> Step:
    """One condition less."""
    return _with(step, [test for i, test in enumerate(_tests(step)) if i != index])


def changed(step: Step, index: int, part: str, value: str) -> Step:
    """Another field, comparison or value; a comparison that does not fit the field is replaced."""
    tests = _tests(step)
    if not 0 <= index < len(tests) or part not in ("field", "op", "value"):
        raise Invalid
    test = {**tests[index], part: value[:LONGEST]}
    field = conditions.field_of(str(test["field"]))
    if field is None or test["op"] not in conditions.OPS:
        raise Invalid
    allowed = conditions.OPS_OF[field.type]
    if part == "field":
        test = {**test, "value": "", "op": test["op"] if test["op"] in allowed else allowed[0]}
    return _with(step, [*tests[:index], test, *tests[index + 1 :]])


def fields(locale: str) -> Options:
    """What can be asked about."""
    return [
        {"value": name, "label": translate(locale, field.label)}
        for name, field in conditions.FIELDS.items()
    ]


def _tests(step: Step) -> list[dict[str, Any]]:
    return [dict(test) for test in step.config.get("tests") or ()]


def _with(step: Step, tests: list[dict[str, Any]]) -> Step:
    return replace(step, config={**step.config, "tests": tests})


def _row(test: dict[str, Any], known: Known, locale: str) -> TestRow:
    field = conditions.field_of(str(test.get("field"))) or Field("?")
    op = str(test.get("op") or "")
    return TestRow(
        field=str(test.get("field")),
        op=op,
        value=str(test.get("value") or ""),
        bare=op in conditions.BARE,
        ops=[
            {"value": name, "label": translate(locale, conditions.OPS[name])}
            for name in conditions.OPS_OF[field.type]
        ],
        choices=_choices(field, known, locale),
    )


def _choices(field: Field, known: Known, locale: str) -> Options:
    if field.choices:
        return [
            {"value": value, "label": translate(locale, label)}
            for value, label in field.choices.items()
        ]
    names = {"user": known.users, "calendar": known.calendars, "campaign": known.campaigns}
    listed = names.get(field.type)
    if listed is not None:
        return [{"value": str(key), "label": name} for key, name in listed.items()]
    if field.type == "tags":
        return [{"value": name, "label": name} for name in sorted(known.tags)]
    return []
