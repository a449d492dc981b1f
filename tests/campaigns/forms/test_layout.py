"""Layouts: what is read is what was written, and what is no form is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.campaigns.forms import layout
from crm_app.campaigns.forms.layout import (
    After,
    Assign,
    Field,
    FieldKind,
    Layout,
    Page,
    ShowIf,
)
from crm_app.core.errors import Invalid
from crm_app.core.i18n import LOCALES
from tests.campaigns.forms.laid import EMAIL, NAME, laid_out

_words = st.text(max_size=40)
_ids = st.one_of(st.none(), st.integers(1, 2**31 - 1))
_targets = st.sampled_from(("", *layout.TARGETS, "custom.Roof"))
_conditions = st.one_of(
    st.none(),
    st.builds(ShowIf, st.just("f0"), st.sampled_from(layout.OPERATORS), _words),
)


@st.composite
def layouts(draw: Any) -> Layout:
    """Any layout that fits."""
    number = 0
    pages = []
    for page in range(draw(st.integers(0, 4))):
        fields = []
        for _ in range(draw(st.integers(0, 4))):
            fields.append(
                Field(
                    id=f"f{number}",
                    kind=draw(st.sampled_from(FieldKind)),
                    label=draw(_words),
                    help=draw(_words),
                    required=draw(st.booleans()),
                    choices=tuple(draw(st.lists(_words, max_size=4))),
                    maps_to=draw(_targets),
                    show_if=draw(_conditions),
                    parameter=draw(st.sampled_from(("", "utm_source"))),
                    value=draw(_words),
                )
            )
            number += 1
        pages.append(Page(f"p{page}", draw(_words), tuple(fields)))
    return Layout(
        title=draw(_words),
        intro=draw(_words),
        pages=tuple(pages),
        button=draw(_words),
        after=draw(st.builds(After, st.sampled_from(layout.ENDINGS), _words, _words, _ids, _ids)),
        assign=draw(
            st.builds(
                Assign,
                st.sampled_from(layout.ASSIGNINGS),
                _ids,
                st.lists(st.integers(1, 99), max_size=3).map(tuple),
                st.booleans(),
            )
        ),
        campaign_id=draw(_ids),
        tags=tuple(draw(st.lists(_words, max_size=3))),
        language=draw(st.sampled_from(("", *LOCALES))),
    )


@given(layouts())
def test_frm1_a_layout_survives_being_written_and_read(made: Layout) -> None:
    assert layout.parse(layout.as_json(made)) == made


def test_frm1_what_a_draft_lacks_has_the_seeds_defaults() -> None:
    made = layout.parse({})
    assert (made.assign.mode, made.campaign_id, made.after.kind) == ("none", None, "message")
    assert layout.parse(laid_out(assign={"mode": "user"})).assign.only_unassigned


def _with(**changes: Any) -> dict[str, Any]:
    return laid_out([NAME, {**EMAIL, **changes}])


@pytest.mark.parametrize(
    "data",
    [
        _with(kind="password"),
        _with(id="f1"),
        _with(id="a b"),
        _with(id="f2\n"),
        _with(label="x" * 5000),
        _with(label=7),
        _with(maps_to="owner_id"),
        _with(maps_to="custom."),
        _with(show_if={"field": "f1", "op": "matches"}),
        _with(choices=["x"] * 31),
        _with(parameter="a&b"),
        laid_out([{"kind": "text"}]),
        laid_out(after={"kind": "script"}),
        laid_out(after={"calendar_id": "7"}),
        laid_out(assign={"mode": "calendar"}),
        laid_out(language="xx"),
        laid_out([{**NAME, "id": f"f{n}"} for n in range(61)]),
        laid_out(*[[{**NAME, "id": f"f{n}"}] for n in range(13)]),
        {"pages": "none"},
        {"pages": [7]},
    ],
)
def test_frm1_what_is_no_form_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        layout.parse(data)
