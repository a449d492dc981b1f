"""Conditions of branches and trigger filters (CAM-2, TRG-1)."""

from typing import Any

import pytest

from crm_app.campaigns.plans.conditions import (
    BARE,
    FIELDS,
    OPS,
    OPS_OF,
    Condition,
    Field,
    all_hold,
    as_json,
    condition,
    conditions,
    first_refused,
    holds,
    mistake,
)
from crm_app.core.errors import Invalid

VIEW: dict[str, Any] = {
    "kind": "lead",
    "owner": "7",
    "tag": frozenset({"vip", "fruhling"}),
    "name": "Zoë Müller",
    "email": "zoe@example.org",
    "source": "",
    "replied": True,
    "clicked": False,
    "custom.size": 12,
    "custom.list": ["Red", "Blue"],
    "custom.none": None,
}


@pytest.mark.parametrize(
    ("field", "op", "value", "holding"),
    [
        ("kind", "is", "lead", True),
        ("kind", "is", "Lead", True),
        ("kind", "is_not", "lead", False),
        ("name", "is", "zoe muller", True),
        ("name", "contains", "MÜLL", True),
        ("name", "lacks", "Schmidt", True),
        ("name", "starts", "zo", True),
        ("name", "starts", "Müller", False),
        ("email", "contains", "@example.", True),
        ("owner", "is", "7", True),
        ("owner", "filled", "", True),
        ("owner", "empty", "", False),
        ("source", "empty", "", True),
        ("source", "is_not", "web", True),
        ("tag", "has", "VIP", True),
        ("tag", "has", "Frühling", True),
        ("tag", "has_not", "VIP", False),
        ("tag", "has", "vi", False),
        ("replied", "yes", "", True),
        ("replied", "no", "", False),
        ("replied", "filled", "", True),
        ("clicked", "filled", "", False),
        ("clicked", "no", "", True),
        ("booked", "no", "", True),
        ("custom.size", "more", "11,5", True),
        ("custom.size", "less", "12", False),
        ("custom.size", "more", "many", False),
        ("custom.list", "contains", "blu", True),
        ("custom.none", "empty", "", True),
        ("custom.unknown", "is", "x", False),
        ("custom.unknown", "is_not", "x", True),
        ("kind", "resembles", "lead", False),
    ],
)
def test_cam2_a_condition_holds_or_not(field: str, op: str, value: str, holding: bool) -> None:
    assert holds(Condition(field, op, value), VIEW) is holding


def test_trg1_every_comparison_can_be_asked_of_what_is_not_there() -> None:
    for op in OPS:
        assert isinstance(holds(Condition("nothing", op, "1"), {}), bool)


def test_trg1_all_filters_must_hold_and_the_first_that_does_not_is_named() -> None:
    lead, replied = Condition("kind", "is", "lead"), Condition("replied", "no")
    assert all_hold([lead], VIEW)
    assert all_hold([], VIEW)
    assert not all_hold([lead, replied], VIEW)
    assert first_refused([lead, replied], VIEW) == replied
    assert first_refused([lead], VIEW) is None


def test_cam2_conditions_survive_being_stored() -> None:
    made = Condition("tag", "has", "VIP")
    assert conditions([as_json(made)]) == (made,)
    assert conditions(None) == ()
    assert condition({"field": "owner", "op": "is", "value": 7}) == Condition("owner", "is", "7")


@pytest.mark.parametrize("rows", [[{}], ["tag"], [{"field": "tag", "op": "smells"}], 5])
def test_q1_what_is_no_condition_is_refused(rows: object) -> None:
    with pytest.raises(Invalid):
        conditions(rows)


@pytest.mark.parametrize(
    ("made", "right"),
    [
        (Condition("tag", "has", "VIP"), True),
        (Condition("tag", "has"), False),
        (Condition("tag", "starts", "V"), False),
        (Condition("replied", "yes"), True),
        (Condition("shoe size", "is", "44"), False),
        (Condition("custom.shoes", "more", "44"), True),
        (Condition("custom.shoes", "more", "large"), False),
        (Condition("custom.", "is", "x"), False),
        (Condition("form", "is", "3"), False),
    ],
)
def test_cam5_conditions_are_checked_while_they_are_written(made: Condition, right: bool) -> None:
    assert (mistake(made) == "") is right


def test_trg1_triggers_add_fields_of_their_own() -> None:
    fields = {**FIELDS, "form": Field("Form", "form")}
    assert mistake(Condition("form", "is", "3"), fields) == ""


def test_cam2_the_catalogue_is_whole() -> None:
    for field in FIELDS.values():
        assert set(OPS_OF[field.type]) <= set(OPS)
    assert set(OPS) >= BARE
