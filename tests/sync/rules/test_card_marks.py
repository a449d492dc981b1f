"""Rules that say what a card is: SCT-3."""

import pytest

from crm_app.core.kinds import ContactKind
from crm_app.providers.address_book_port import Card, CardAddress, CardEmail, CardKind, CardPhone
from crm_app.sync.rules import card_marks
from crm_app.sync.rules.card_marks import FIELDS, Rule, Verdict

ANNA = Card(
    name="Dr. Anna Müller",
    first_name="Anna",
    last_name="Müller",
    organization="Bäckerei Sonne",
    emails=(CardEmail("anna@Mail.Sonne.example"),),
    phones=(CardPhone("+49 30 123456"),),
    note="met at the fair",
    labels=("Kunden",),
)
SONNE = Card(name="Bäckerei Sonne", kind=CardKind.COMPANY, addresses=(CardAddress(city="Ulm"),))
TEAM = Card(name="Kunden", kind=CardKind.GROUP)


@pytest.mark.parametrize(
    ("field", "value", "anna", "sonne"),
    [
        ("kind", "person", True, False),
        ("kind", "company", False, True),
        ("label", "KUNDEN", True, False),
        ("label", "Kund", False, False),
        ("email", "sonne.example", True, False),
        ("email", "mail.sonne.example", True, False),
        ("email", "onne.example", False, False),
        ("organization", "backerei", True, True),
        ("name", "dr.", True, False),
        ("note", "FAIR", True, False),
        ("without", "email", False, True),
        ("without", "phone", False, True),
        ("without", "address", True, False),
        ("without", "email_or_phone", False, True),
        ("any", "", True, True),
        ("shoe size", "44", False, False),
        ("without", "shoes", False, False),
    ],
)
def test_sct3_what_a_rule_asks_for(field: str, value: str, anna: bool, sonne: bool) -> None:
    assert card_marks.fits(ANNA, field, value) is anna
    assert card_marks.fits(SONNE, field, value) is sonne


def test_sct3_the_first_rule_that_fits_decides() -> None:
    rules = [
        Rule(1, "label", "Friends", None),
        Rule(2, "kind", "company", ContactKind.COMPANY),
        Rule(3, "any", "", ContactKind.LEAD),
        Rule(4, "name", "Anna", ContactKind.CONTACT),
    ]
    assert card_marks.verdict(ANNA, rules) == Verdict(3, ContactKind.LEAD)
    assert card_marks.verdict(SONNE, rules) == Verdict(2, ContactKind.COMPANY)
    assert card_marks.verdict(ANNA, []) is None


def test_sct3_a_rule_without_a_mark_leaves_out() -> None:
    said = card_marks.verdict(ANNA, [Rule(7, "label", "kunden", None)])
    assert said is not None
    assert said.ignored


def test_trap87_a_group_is_never_marked() -> None:
    assert card_marks.verdict(TEAM, [Rule(1, "any", "", ContactKind.COMPANY)]) is None


@pytest.mark.parametrize(
    ("field", "typed", "kept"),
    [
        ("email", " ann@Example.COM ", "example.com"),
        ("email", "@münchen.example", "xn--mnchen-3ya.example"),
        ("email", "no domain", None),
        ("kind", "company", "company"),
        ("kind", "group", None),
        ("without", "email", "email"),
        ("name", "  Dr.\n", "Dr."),
        ("name", " \u0301 ", None),
        ("any", "whatever", ""),
        ("shoe size", "44", None),
    ],
)
def test_sct3_a_value_that_can_never_fit_is_refused(
    field: str, typed: str, kept: str | None
) -> None:
    assert card_marks.checked_value(field, typed) == kept


def test_every_field_can_be_asked() -> None:
    for field in FIELDS:
        value = next(iter(field.choices), field.example)
        kept = card_marks.checked_value(field.key, value)
        assert kept is not None
        assert isinstance(card_marks.fits(ANNA, field.key, kept), bool)
