"""Merge fields: typed, listed, with defaults, and never sent unfilled (CAM-5)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.campaigns.plans import merge

MODEST = settings(max_examples=300, derandomize=True, database=None)
VALUES = {
    "contact.first_name": "Anna",
    "contact.custom.size": "12",
    "user.calendar_link": "https://crm.example/cal/team/kate",
    "user.slug": "kate",
}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Hello {{contact.first_name}}.", "Hello Anna."),
        ("Hello {{ contact.first_name | there }}.", "Hello Anna."),
        ("Hello {{contact.last_name|there}}.", "Hello there."),
        ("Hello{{contact.last_name|}}.", "Hello."),
        ("{{contact.custom.size}} pieces", "12 pieces"),
        ("https://crm.example/cal/team/{{user.slug}}", "https://crm.example/cal/team/kate"),
        ("{{user.calendar_link}}", "https://crm.example/cal/team/kate"),
        ("{contact.first_name} {5}", "{contact.first_name} {5}"),
        ("", ""),
    ],
)
def test_cam5_fields_and_their_defaults(text: str, written: str) -> None:
    assert merge.render(text, VALUES) == merge.Rendered(written)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("{{contact.last_name}}", ("contact.last_name",)),
        ("{{user.name}} {{contact.email}} {{user.name}}", ("user.name", "contact.email")),
        ("{{no.such.field}}", ("no.such.field",)),
        ("{{}}", ("",)),
        ("{{contact.first_name", ("{{",)),
        ("contact.first_name}}", ("{{",)),
    ],
)
def test_cam5_what_cannot_be_filled_is_said(text: str, missing: tuple[str, ...]) -> None:
    assert merge.render(text, VALUES).missing == missing


def test_cam5_a_blank_stands_in_for_what_is_missing() -> None:
    assert merge.render("Call {{contact.phone}}", VALUES, blank="–").text == "Call –"


def test_cam5_what_a_value_contains_is_never_read_as_a_field() -> None:
    sly = {"contact.first_name": "{{user.email}}", "user.email": "kate@team.example"}
    rendered = merge.render("Hello {{contact.first_name}}", sly)
    assert "kate@team.example" not in rendered.text
    assert "{{" not in rendered.text


@MODEST
@given(
    st.text(alphabet="ab {}|._", max_size=40),
    st.dictionaries(st.sampled_from(["a.b", "b.a", "a.a"]), st.text("x{}|", max_size=6)),
)
def test_cam5_nothing_that_looks_like_a_field_is_left(text: str, values: dict[str, str]) -> None:
    rendered = merge.render(text, values)
    assert "{{" not in rendered.text
    assert "}}" not in rendered.text


@MODEST
@given(st.text(alphabet="ab {}|._", max_size=40))
def test_cam5_what_is_checked_can_be_sent(text: str) -> None:
    if not merge.check_text(text):
        full = dict.fromkeys(merge.used(text), "value")
        assert not merge.render(text, full).missing


def test_cam5_a_text_is_checked_while_it_is_written() -> None:
    assert merge.check_text("Hello {{contact.first_name|there}}, {{contact.custom.any}}") == []
    unknown = merge.check_text("{{contact.nickname}}")
    assert [mistake.params for mistake in unknown] == [{"name": "contact.nickname"}]
    assert len(merge.check_text("{{contact.first_name}")) == 1
    assert len(merge.check_text("{{contact.custom.}}")) == 1


def test_cam5_which_fields_have_to_be_filled() -> None:
    text = "{{contact.first_name|there}} {{user.calendar_link}} {{user.name|}}"
    assert merge.used(text) == ("contact.first_name", "user.calendar_link", "user.name")
    assert merge.without_default(text) == ("user.calendar_link",)


def test_cam5_every_field_has_a_label_and_a_group() -> None:
    for name, field in merge.FIELDS.items():
        assert merge.is_field(name)
        assert field.label
        assert field.group
