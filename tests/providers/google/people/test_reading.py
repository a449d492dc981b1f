"""What a person of Google's says as a card (SCT-2, SCT-7)."""

import json
from typing import Any

import pytest

from crm_app.providers.address_book_port import (
    UNREADABLE,
    Card,
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
)
from crm_app.providers.google.people.reading import card_of, is_gone, remote_card
from tests.providers.google.people.people import SOURCE, of_contact, of_profile, person


def test_sct2_the_parts_of_a_card() -> None:
    found = card_of(
        person(
            names=[of_contact({"givenName": "Ann", "familyName": "Lee", "displayName": "Ann Lee"})],
            organizations=[{"title": "Buyer"}, {"name": "Lee Ltd", "type": "work"}],
            emailAddresses=[{"value": " ann@lee.example ", "type": "home"}, {"type": "work"}],
            phoneNumbers=[{"value": "+49 1", "type": "workFax"}, {"value": "2", "type": "Stables"}],
            addresses=[
                {
                    "streetAddress": "Hauptstr. 1",
                    "extendedAddress": "2. Stock",
                    "poBox": "PF 7",
                    "postalCode": "53111",
                    "city": "Bonn",
                    "region": "NRW",
                    "country": "Germany",
                    "countryCode": "DE",
                    "type": "work",
                    "formattedValue": "all of it",
                },
                {"type": "home"},
            ],
            biographies=[{"value": "Met at the fair.", "contentType": "TEXT_PLAIN"}],
        ),
        ["Customers"],
    )
    assert found == Card(
        "Ann Lee",
        first_name="Ann",
        last_name="Lee",
        organization="Lee Ltd",
        emails=(CardEmail("ann@lee.example", "home"),),
        phones=(CardPhone("+49 1", "work fax"), CardPhone("2", "Stables")),
        addresses=(
            CardAddress("PF 7\nHauptstr. 1\n2. Stock", "53111", "Bonn", "NRW", "Germany", "work"),
        ),
        note="Met at the fair.",
        labels=("Customers",),
    )


@pytest.mark.parametrize(
    ("fields", "name", "kind"),
    [
        ({"names": [{"unstructuredName": "Ann"}]}, "Ann", CardKind.PERSON),
        ({"names": [{"givenName": "Ann", "familyName": "Lee"}]}, "Ann Lee", CardKind.PERSON),
        ({"organizations": [{"name": "Lee Ltd"}]}, "Lee Ltd", CardKind.COMPANY),
        ({"nicknames": [{"value": "Annie"}]}, "Annie", CardKind.PERSON),
        ({"emailAddresses": [{"value": "a@x.example"}]}, "a@x.example", CardKind.PERSON),
        ({"phoneNumbers": [{"value": "+49 1"}]}, "+49 1", CardKind.PERSON),
        ({"names": [{"honorificPrefix": "Dr."}]}, "?", CardKind.PERSON),
        ({}, "?", CardKind.PERSON),
    ],
)
def test_sct2_every_entry_has_a_name(fields: dict[str, Any], name: str, kind: CardKind) -> None:
    found = card_of(person(**fields))
    assert (found.name, found.kind) == (name, kind)


def test_sct2_middle_names_go_with_the_first() -> None:
    found = card_of(person(names=[{"givenName": "Ann", "middleName": "B.", "familyName": "Lee"}]))
    assert (found.first_name, found.last_name) == ("Ann B.", "Lee")


def test_sct2_an_address_that_is_told_in_no_parts() -> None:
    found = card_of(person(addresses=[{"formattedValue": "Hauptstr. 1\n53111 Bonn"}]))
    assert found.addresses == (CardAddress("Hauptstr. 1\n53111 Bonn"),)


def test_sct2_the_main_line_comes_first() -> None:
    emails = [
        of_contact({"value": "a@x.example"}),
        of_contact({"value": "b@x.example"}, primary=True, sourcePrimary=True),
        of_contact({"value": "c@x.example"}),
    ]
    found = card_of(person(emailAddresses=emails))
    assert [each.address for each in found.emails] == ["b@x.example", "a@x.example", "c@x.example"]


def test_sct7_what_google_knows_from_elsewhere_is_not_in_the_entry() -> None:
    known = person(
        names=[of_profile({"displayName": "Annabel"}), of_contact({"displayName": "Ann"})],
        emailAddresses=[of_profile({"value": "hers@x.example"})],
    )
    found = card_of(known)
    assert (found.name, found.emails) == ("Ann", ())


def test_sct2_notes_without_marks() -> None:
    note = {"value": "<b>Met</b><br>at the fair", "contentType": "TEXT_HTML"}
    assert card_of(person(biographies=[note])).note == "Met\nat the fair"


def test_sct7_row_92_texts_that_no_database_takes() -> None:
    found = card_of(person(names=[{"displayName": "A\x00n\ud83dn\u0085", "givenName": "A\x00"}]))
    assert (found.name, found.first_name) == ("An?n", "A")


def test_sct7_the_entrys_own_etag_and_number() -> None:
    found = remote_card(person(clientData=[{"key": "other", "value": "x"}]))
    assert (found.href, found.etag, found.uid, found.key) == ("people/c20250", "#c1=", "4f1a", "")
    assert json.loads(found.raw)["resourceName"] == "people/c20250"


def test_sct5_the_key_of_an_entry_of_ours() -> None:
    noted = [{"key": "other", "value": "x"}, {"key": "tandem", "value": "a-key"}]
    assert remote_card(person(clientData=noted)).key == "a-key"


@pytest.mark.parametrize(
    "fields",
    [
        {"names": "Ann"},
        {"names": [7]},
        {"emailAddresses": {"value": "a@x.example"}},
        {"phoneNumbers": [{"value": "1", "metadata": ["x"]}]},
        {"metadata": {"sources": [7]}},
        {"clientData": [None]},
    ],
)
def test_sct2_row_87_an_entry_that_cannot_be_read_is_told_of(fields: dict[str, Any]) -> None:
    found = remote_card(person(**fields))
    assert found.trouble == UNREADABLE
    assert (found.href, found.card.name) == ("people/c20250", "people/c20250")


@pytest.mark.parametrize(
    ("metadata", "gone"),
    [
        ({"deleted": True}, True),
        ({"sources": [{"type": "PROFILE", "id": "1001"}]}, True),
        ({"sources": [{"type": "PROFILE", "id": "1001"}, {"type": "CONTACT"}]}, False),
        ({}, False),
    ],
)
def test_sct2_who_is_no_contact_any_more_is_gone(metadata: dict[str, Any], gone: bool) -> None:
    assert is_gone({"resourceName": "people/c1", "metadata": metadata}) is gone


@pytest.mark.parametrize(
    ("name", "told", "former"),
    [
        ("people/c20250", [], ()),
        ("people/c20250", ["people/107"], ("people/107",)),
        # As it was called before it was linked with a profile, told or not.
        ("people/107", [], ("people/c20250",)),
        ("people/107", ["people/c20250", "people/106"], ("people/c20250", "people/106")),
    ],
)
def test_sct7_the_names_that_an_entry_had(
    name: str, told: list[str], former: tuple[str, ...]
) -> None:
    metadata = {"sources": [SOURCE], "previousResourceNames": told}
    found = remote_card({**person(metadata=metadata), "resourceName": name})
    assert (found.former, found.uid) == (former, "4f1a")


def test_sct7_an_entry_with_an_odd_number_had_no_name_that_we_know() -> None:
    metadata = {"sources": [{**SOURCE, "id": "x-1"}]}
    assert remote_card(person(metadata=metadata)).former == ()
