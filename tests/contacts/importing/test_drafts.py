"""What a row says about a contact, and why nobody can keep it (CON-3)."""

import time

import pytest

from crm_app.contacts.fields import CHANNELS, Address, Email, Phone
from crm_app.contacts.importing import drafts
from crm_app.contacts.importing.drafts import Draft
from crm_app.contacts.importing.table import Row
from crm_app.core.kinds import ContactKind
from crm_app.providers.address_book_port import Card, CardAddress, CardEmail, CardKind, CardPhone


def _draft(**cells: str) -> Draft:
    """A row whose columns are named by their targets, ``__`` for the slash."""
    targets = [name.replace("__", "/") for name in cells]
    return drafts.of_row(Row(7, tuple(cells.values())), targets, list(targets), region="DE")


def test_con3_a_row_becomes_a_draft() -> None:
    draft = _draft(
        first_name="Anna",
        last_name="van Ek",
        email="Anna <anna@x.example>; a@y.example",
        phone__mobile="0170 1234567",
        street="Weg 1",
        postal_code="50667",
        city="Köln",
        tags="VIP; Fair",
        note="Hello",
        custom__Shoe="38",
        company="Weber",
        owner="Ada",
    )
    assert draft.trouble is None
    assert draft.fields == {
        "first_name": "Anna",
        "last_name": "van Ek",
        "name": "Anna van Ek",
        "emails": [Email("anna@x.example"), Email("a@y.example")],
        "phones": [Phone("0170 1234567", "mobile", "+491701234567")],
        "addresses": [Address("Weg 1", "50667", "Köln")],
        "tags": ["VIP", "Fair"],
        "note": "Hello",
        "custom": {"Shoe": "38"},
    }
    assert (draft.company, draft.owner, draft.title) == ("Weber", "Ada", "Anna van Ek")


def test_con3_a_full_name_is_split() -> None:
    assert _draft(name="Kowalska, Anna").fields["last_name"] == "Kowalska"


def test_con3_labels_of_googles_table_belong_to_the_column_behind_them() -> None:
    row = Row(2, ("* Work", "a@x.example ::: b@x.example", "Mobile", "+49 170 1", "Home", "Weg 1"))
    targets = ["label", "email", "label", "phone", "label", "street"]
    draft = drafts.of_row(row, ["name", *targets], [""] * 7, region=None)
    assert draft.trouble is not None
    draft = drafts.of_row(
        Row(2, (*row.cells[:3], "+49 170 1234567", *row.cells[4:])), targets, [""] * 6
    )
    assert [email.label for email in draft.fields["emails"]] == ["work", "work"]
    assert draft.fields["phones"][0].label == "mobile"
    assert draft.fields["addresses"][0].label == "home"


def test_con3_a_number_without_a_country_is_one_of_where_the_contact_lives() -> None:
    draft = _draft(name="A", phone="06 6982", time_zone="Europe/Rome")
    assert draft.fields["phones"][0].e164 == "+39066982"


def test_con3_addresses_of_several_places_stay_apart() -> None:
    draft = _draft(name="A", city__work="Bonn", street__work="Weg 1", city="Köln", city__2="Ulm")
    assert draft.fields["addresses"] == [
        Address("Weg 1", city="Bonn", label="work"),
        Address(city="Köln"),
        Address(city="Ulm"),
    ]


@pytest.mark.parametrize("nothing", ["", " ", "-", "n/a", "N/A", "k.A.", "brak", "null", "?"])
def test_con3_what_people_put_into_empty_cells_is_nothing(nothing: str) -> None:
    draft = _draft(name="Anna", email=nothing, phone=nothing, city=nothing, custom__x=nothing)
    assert set(draft.fields) == {"name", "first_name", "last_name"}


@pytest.mark.parametrize(
    ("cells", "column", "value", "words"),
    [
        ({"name": "A", "email": "nobody"}, "email", "nobody", "not an e-mail"),
        (
            {"name": "A", "email": "a@x.example", "phone": "call me"},
            "phone",
            "call me",
            "not a phone",
        ),
        ({"name": "A", "kind": "alien"}, "kind", "alien", "company, contact or lead"),
        ({"name": "A", "time_zone": "Mars/Olympus"}, "time_zone", "Mars/Olympus", "time zone"),
    ],
)
def test_q1_a_refused_row_names_column_and_text(
    cells: dict[str, str], column: str, value: str, words: str
) -> None:
    trouble = _draft(**cells).trouble
    assert trouble is not None
    assert trouble.message == drafts.IN_COLUMN
    assert (trouble.params["column"], trouble.params["value"]) == (column, value)
    assert words in trouble.params["problem"]


def test_q1_a_row_without_a_name_is_refused() -> None:
    assert _draft(phone="+49 30 123456", city="Köln").trouble == drafts.Trouble(drafts.NAMELESS)


def test_q1_broken_rows_are_refused() -> None:
    broken = drafts.of_row(Row(3, (), broken=True), ["name"], ["Name"])
    wide = drafts.of_row(Row(4, ("A", "", "x")), ["name"], ["Name"])
    assert broken.trouble == drafts.Trouble(drafts.BROKEN)
    assert wide.trouble == drafts.Trouble(drafts.TOO_WIDE)
    assert drafts.of_row(Row(5, ("A", "", " ")), ["name"], ["Name"]).trouble is None


def test_con3_a_row_with_a_companys_name_alone_is_that_company() -> None:
    draft = _draft(company="Weber GmbH", email="info@weber.example")
    assert (draft.fields["kind"], draft.fields["name"]) == (ContactKind.COMPANY, "Weber GmbH")
    assert draft.company == ""


@pytest.mark.parametrize(
    ("word", "kind"),
    [("Firma", "company"), ("AZIENDA", "company"), ("Osoba", "contact"), ("Lead", "lead")],
)
def test_con3_kinds_are_known_in_four_languages(word: str, kind: str) -> None:
    assert _draft(name="A", kind=word).fields["kind"] == kind


@pytest.mark.parametrize(
    ("word", "locale"), [("Deutsch", "de"), ("de-AT", "de"), ("Polish", "pl"), ("italiano", "it")]
)
def test_con3_languages_are_known_by_many_names(word: str, locale: str) -> None:
    assert _draft(name="A", locale=word).fields["locale"] == locale


def test_con3_a_language_that_we_do_not_speak_is_kept_beside() -> None:
    fields = _draft(name="A", locale="Klingon").fields
    assert fields["custom"] == {"language": "Klingon"}
    assert "locale" not in fields


@pytest.mark.parametrize(
    ("word", "channels"),
    [
        ("yes", list(CHANNELS)),
        ("Tak", list(CHANNELS)),
        ("e-mail; sms", ["email", "sms"]),
        ("no", []),
    ],
)
def test_con3_silence_is_understood(word: str, channels: list[str]) -> None:
    assert _draft(name="A", do_not_disturb=word).fields.get("do_not_disturb", []) == channels


def test_con3_a_card_becomes_a_draft() -> None:
    card = Card(
        name="Zoë Saldaña",
        first_name="Zoë",
        last_name="Saldaña",
        organization="Weber",
        emails=(CardEmail("zoe@x.example", "work"),),
        phones=(CardPhone("030 123456", "home"),),
        addresses=(CardAddress("Weg 1", city="Köln"),),
        note="Hi",
        labels=("VIP",),
    )
    draft = drafts.of_card(3, card, region="DE")
    assert (draft.number, draft.company) == (3, "Weber")
    assert draft.fields["phones"] == [Phone("030 123456", "home", "+4930123456")]
    assert draft.fields["tags"] == ["VIP"]
    firm = drafts.of_card(4, Card(name="Weber", kind=CardKind.COMPANY, organization="Weber"))
    assert (firm.fields["kind"], firm.company) == (ContactKind.COMPANY, "")


@pytest.mark.parametrize(
    ("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_con3_columns_without_a_name_have_the_spreadsheets(place: int, name: str) -> None:
    assert drafts.letters(place) == name


@pytest.mark.parametrize("column", ["email", "phone", "tags"])
@pytest.mark.parametrize("filler", ["a", " ", "<@", "@", '"', "<", ","])
def test_q1_a_cell_as_long_as_a_table_allows_takes_no_time(column: str, filler: str) -> None:
    cell = "x" + filler * (130_000 // len(filler)) + "y"
    begun = time.monotonic()
    _draft(name="Anna", **{column: cell})
    # Trying again from every letter took minutes.
    assert time.monotonic() - begun < 5


def test_con3_addresses_lose_the_names_before_them_and_nothing_else() -> None:
    assert drafts._bare('"Ek, Anna" <a@x.example>, Ben <b@x.example>') == "a@x.example,b@x.example"
    assert drafts._bare("c@x.example; Dora <d@x.example> <none>") == (
        "c@x.example;d@x.example <none>"
    )
