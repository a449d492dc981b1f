"""Which field a column is, by its heading in four languages and by a look at its cells (CON-3)."""

import pytest

from crm_app.contacts import sheet
from crm_app.contacts.importing import columns
from crm_app.core.i18n import LOCALES

GOOGLE = (
    "First Name,Last Name,Organization Name,Organization Title,Notes,Photo,Labels,E-mail 1 - Label,"
    "E-mail 1 - Value,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,"
    "Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - Postal Code,"
    "Address 1 - Country,Address 2 - Street,Address 2 - City"
)
OUTLOOK = (
    "First Name,Last Name,Company,Business Street,Business City,Business Postal Code,Home Street,"
    "Business Phone,Home Phone,Mobile Phone,Business Fax,E-mail Address,E-mail 2 Address,Categories"
)


def _guessed(headings: list[str], cell: str = "x") -> list[str]:
    return columns.guess(headings, [[cell]] * len(headings))


def test_con3_googles_table_is_understood() -> None:
    assert _guessed(GOOGLE.split(",")) == [
        "first_name",
        "last_name",
        "company",
        "custom/Organization Title",
        "note",
        "",
        "tags",
        "label",
        "email",
        "email",
        "label",
        "phone",
        "label",
        "",
        "street",
        "city",
        "postal_code",
        "country",
        "street/2",
        "city/2",
    ]


def test_con3_outlooks_table_is_understood() -> None:
    assert _guessed(OUTLOOK.split(",")) == [
        "first_name",
        "last_name",
        "company",
        "street/work",
        "city/work",
        "postal_code/work",
        "street/home",
        "phone/work",
        "phone/home",
        "phone/mobile",
        "phone/fax",
        "email",
        "email",
        "tags",
    ]


@pytest.mark.parametrize(
    ("headings", "targets"),
    [
        (
            "Vorname;Name;Firma;E-Mail geschäftlich;Handy;Straße;PLZ;Ort;Land;Kontaktinhaber;Sprache",
            "first_name;last_name;company;email/work;phone/mobile;street;postal_code;city;country;owner;locale",
        ),
        (
            "Imię i nazwisko;Adres e-mail;Telefon komórkowy;Telefon służbowy;Ulica;Kod pocztowy;Miasto;Właściciel",
            "name;email;phone/mobile;phone/work;street;postal_code;city;owner",
        ),
        (
            "Nome;Cognome;Azienda;E-mail privata;Cellulare;Indirizzo;CAP;Città;Provincia;Assegnatario",
            "first_name;last_name;company;email/home;phone/mobile;street;postal_code;city;region;owner",
        ),
        ("NAME;Name;name", "name;custom/Name;custom/name"),
    ],
)
def test_con3_headings_are_known_in_four_languages(headings: str, targets: str) -> None:
    assert _guessed(headings.split(";")) == targets.split(";")


def test_con3_a_column_that_nobody_knows_becomes_a_field_of_its_own() -> None:
    assert _guessed(["Shoe size", "  Favourite\tcolour "]) == [
        "custom/Shoe size",
        "custom/Favourite colour",
    ]


def test_con3_cells_tell_what_a_heading_does_not() -> None:
    headings = ["", "Column 2", "", ""]
    samples = [["a@x.example", "", "b@y.example"], ["+49 30 123456"], ["red"], []]
    assert columns.guess(headings, samples) == ["email", "phone", "", ""]


def test_con3_an_empty_column_is_left_out() -> None:
    assert columns.guess(["E-mail", "City"], [["a@x.example"], ["", " "]]) == ["email", ""]


@pytest.mark.parametrize("locale", LOCALES)
def test_con3_a_table_of_ours_is_understood_in_every_language(locale: str) -> None:
    shape = sheet.Shape(emails=2, phones=2, places=2, custom=("Shoe size",))
    found = _guessed(sheet.head(locale, shape))
    place = ["street", "postal_code", "city", "region", "country"]
    assert found == [
        *["name", "first_name", "last_name", "kind", "company"],
        *["email", "email", "phone", "phone"],
        *place,
        *(f"{part}/2" for part in place),
        *["tags", "owner", "time_zone", "locale", "do_not_disturb", "note"],
        *["", "", "", "custom/Shoe size"],
    ]


def test_con3_two_columns_may_share_some_fields_only() -> None:
    targets = [
        "email",
        "email",
        "tags",
        "tags",
        "city",
        "city",
        "city/work",
        "",
        "",
        "custom/a",
        "custom/a",
    ]
    assert columns.clashes(targets) == {5, 10}


@pytest.mark.parametrize(
    ("target", "known"),
    [
        ("", True),
        ("email/work", True),
        ("street/2", True),
        ("custom/Shoe", True),
        ("custom/", False),
        ("custom/" + "x" * 200, False),
        ("owner_id", False),
        ("email/mars", False),
        ("__class__", False),
    ],
)
def test_q1_only_our_targets_are_taken(target: str, known: bool) -> None:
    assert columns.is_target(target) is known
