"""From what an entry is to say to Graph's contacts (SCT-5, SCT-7)."""

import json
from typing import Any

import pytest

from crm_app.providers.address_book_port import (
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
    Wanted,
    WantedNames,
)
from crm_app.providers.microsoft.contact_reading import card_of, remote_card
from crm_app.providers.microsoft.contact_writing import changes, created
from crm_app.providers.microsoft.marks import CARD_KEY
from tests.providers.microsoft.outlook import Outlook

ANN = WantedNames("Ann Lee", CardKind.PERSON, "Ann", "Lee", "Lee Ltd")
BONN = CardAddress("Main St 1\nFloor 2", "53111", "Bonn", "NRW", "Germany", "work")


@pytest.fixture
def outlook() -> Outlook:
    return Outlook()


def entered(outlook: Outlook, **more: Any) -> dict[str, Any]:
    """A contact that somebody made in Outlook."""
    given: dict[str, Any] = {
        "displayName": "Annie",
        "givenName": "Ann",
        "surname": "Lee",
        "companyName": "Lee Ltd",
        "emailAddresses": [{"name": "Ann at home", "address": "ann@lee.example"}],
        "mobilePhone": "+49 171 5",
        "businessPhones": ["+49 228 1"],
        "businessAddress": {"street": "Main St 1\r\nFloor 2", "city": "Bonn"},
        "birthday": "1980-05-05T11:59:00Z",
        "jobTitle": "Head",
    }
    return outlook.enter(**given | more)


def test_sct5_a_whole_contact() -> None:
    wanted = Wanted(ANN, (CardEmail("a@b.example", "work"),), (CardPhone("1", "mobile"),), (BONN,))
    assert created(wanted, "key-1") == {
        "displayName": "Ann Lee",
        "givenName": "Ann",
        "surname": "Lee",
        "companyName": "Lee Ltd",
        "fileAs": "Lee, Ann",
        "emailAddresses": [{"name": "Ann Lee", "address": "a@b.example"}],
        "mobilePhone": "1",
        "businessAddress": {
            "street": "Main St 1\nFloor 2",
            "postalCode": "53111",
            "city": "Bonn",
            "state": "NRW",
            "countryOrRegion": "Germany",
        },
        "singleValueExtendedProperties": [{"id": CARD_KEY, "value": "key-1"}],
    }


def test_sct5_a_company_has_no_names_of_a_person() -> None:
    names = WantedNames("Lee Ltd", CardKind.COMPANY, "Ann", "Lee", "Other")
    body = created(Wanted(names), "key")
    assert (body["displayName"], body["companyName"], body["fileAs"]) == ("Lee Ltd",) * 3
    assert not {"givenName", "surname"} & set(body)


def test_sct7_nothing_is_written_where_nothing_is_new(outlook: Outlook) -> None:
    contact = entered(outlook)
    card = card_of(contact)
    names = WantedNames(card.name, card.kind, card.first_name, card.last_name, card.organization)
    assert changes(contact, Wanted(names, card.emails, card.phones, card.addresses)) == {}
    assert changes(contact, Wanted()) == {}


def test_sct7_only_what_is_meant_is_written_and_the_name_goes_along(outlook: Outlook) -> None:
    contact = entered(outlook)
    asked = Wanted(phones=(CardPhone("+49 171 5", "mobile"), CardPhone("+49 228 2", "work")))
    assert changes(contact, asked) == {"displayName": "Annie", "businessPhones": ["+49 228 2"]}
    # Without it Exchange would call her something else.
    told = outlook.write(contact, asked)
    assert (told["displayName"], told["jobTitle"]) == ("Annie", "Head")


def test_sct7_a_line_that_stays_keeps_the_name_that_it_has(outlook: Outlook) -> None:
    contact = entered(outlook)
    asked = Wanted(emails=(CardEmail("new@lee.example"), CardEmail("Ann@lee.example")))
    assert changes(contact, asked)["emailAddresses"] == [
        {"name": "Annie", "address": "new@lee.example"},
        {"name": "Ann at home", "address": "Ann@lee.example"},
    ]


def test_sct7_what_exchange_cannot_take_stays_as_it_left_it(outlook: Outlook) -> None:
    contact = entered(outlook, emailAddresses=[{"name": "bbb@msn.com,"}])
    asked = Wanted(emails=(*card_of(contact).emails, CardEmail("new@lee.example")))
    told = outlook.write(contact, asked)
    assert [each.address for each in card_of(told).emails] == ["bbb@msn.com,", "new@lee.example"]
    assert outlook.write(told, asked) is told


def test_sct7_an_address_is_changed_in_its_place_and_emptied_whole(outlook: Outlook) -> None:
    contact = entered(outlook, otherAddress={"city": "Rome"})
    rome = CardAddress(city="Rome", label="other")
    told = outlook.write(contact, Wanted(addresses=(CardAddress(city="Köln", label="work"), rome)))
    assert told["businessAddress"] == {"city": "Köln"}
    assert told["otherAddress"] == {"city": "Rome"}
    told = outlook.write(told, Wanted(addresses=(rome,)))
    assert (told["businessAddress"], told["otherAddress"]) == ({}, {"city": "Rome"})
    assert len(outlook.writes) == 2
    assert "otherAddress" not in outlook.writes[0] | outlook.writes[1]


def test_sct7_everything_can_be_emptied(outlook: Outlook) -> None:
    contact = entered(outlook, homePhones=["+49 228 9"])
    told = outlook.write(contact, Wanted(emails=(), phones=(), addresses=()))
    card = card_of(told)
    assert (card.emails, card.phones, card.addresses) == ((), (), ())
    assert (told["birthday"], card.name) == ("1980-05-05T11:59:00Z", "Annie")


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        ("Lee, Ann", "Li, Anna"),
        ("Ann Lee", "Anna Li"),
        ("Annie", "Anna Li-Lee"),
        (None, "Li, Anna"),
        ("The one from Bonn", "The one from Bonn"),
    ],
)
def test_sct7_a_new_name_is_filed_as_the_old_one_was(
    outlook: Outlook, filed: str | None, expected: str
) -> None:
    contact = entered(outlook, fileAs=filed)
    names = WantedNames("Anna Li-Lee", CardKind.PERSON, "Anna", "Li", "Lee Ltd")
    told = outlook.write(contact, Wanted(names))
    assert (told["displayName"], told["givenName"], told["surname"]) == (
        "Anna Li-Lee",
        "Anna",
        "Li",
    )
    assert told["fileAs"] == expected
    assert "companyName" not in outlook.writes[0]


def test_sct7_a_person_becomes_a_company(outlook: Outlook) -> None:
    contact = entered(outlook)
    told = outlook.write(contact, Wanted(WantedNames("Lee Ltd", CardKind.COMPANY)))
    assert (card_of(told).kind, card_of(told).name) == (CardKind.COMPANY, "Lee Ltd")
    assert told["fileAs"] == "Lee Ltd"


def test_sct5_an_entry_made_anew_has_all_that_it_had(outlook: Outlook) -> None:
    contact = entered(outlook, categories=["VIP"], children=["Bo"], homePhones=["+49 228 9"])
    raw = remote_card(contact).raw
    told = outlook.create(Wanted(emails=(CardEmail("new@lee.example"),)), raw)
    assert told["id"] != contact["id"]
    same = ("displayName", "birthday", "jobTitle", "categories", "children", "homePhones")
    assert {name: told[name] for name in same} == {name: contact[name] for name in same}
    assert told["businessAddress"] == contact["businessAddress"]
    assert [each["address"] for each in told["emailAddresses"]] == ["new@lee.example"]


@pytest.mark.parametrize("raw", ["", "BEGIN:VCARD", "[]", "7", json.dumps({"id": "x", "odd": 1})])
def test_sct5_a_text_of_something_else_is_no_former_entry(raw: str) -> None:
    assert created(Wanted(ANN), "key", raw) == created(Wanted(ANN), "key")


def test_sct7_row_92_line_ends_in_names_and_numbers(outlook: Outlook) -> None:
    names = WantedNames("Ann\r\nLee", CardKind.PERSON, "Ann\x00", "Lee\ud800", "")
    asked = Wanted(names, (CardEmail("a@b.example\n"),), (CardPhone("1\r\n2", ""), CardPhone(" ")))
    told = outlook.create(asked)
    assert (told["displayName"], told["givenName"], told["surname"]) == ("AnnLee", "Ann", "Lee?")
    assert told["businessPhones"] == ["12"]
    assert outlook.write(told, asked) is told
