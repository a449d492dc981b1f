"""What Google is told of an entry, and nothing else (SCT-5, SCT-7)."""

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
from crm_app.providers.google.people.reading import card_of
from crm_app.providers.google.people.writing import changed_person, changes, new_person
from tests.providers.google.people.people import of_contact, of_profile, person

Json = dict[str, Any]
MAIN = {"sourcePrimary": True}


def emails(*addresses: str) -> Wanted:
    return Wanted(emails=tuple(CardEmail(address, "home") for address in addresses))


def told(wanted: WantedNames, **fields: Any) -> Json:
    return changes(Wanted(names=wanted), person(**fields))


def test_sct7_what_says_so_already_is_not_told() -> None:
    there = person(
        names=[of_contact({"givenName": "Ann", "familyName": "Lee"})],
        organizations=[{"name": "Lee Ltd"}],
        emailAddresses=[of_contact({"value": "a@x.example", "type": "home"})],
        phoneNumbers=[{"value": "+49 1", "type": "mobile"}],
        addresses=[{"city": "Bonn", "countryCode": "DE"}],
    )
    card = card_of(there)
    names = WantedNames(card.name, card.kind, card.first_name, card.last_name, card.organization)
    assert changes(Wanted(names, card.emails, card.phones, card.addresses), there) == {}
    assert changes(Wanted(), there) == {}
    untidy = (CardPhone(" +49 1\x00", "Mobile"), CardPhone(" +49 1\x00", "Mobile"), CardPhone(""))
    assert changes(Wanted(phones=untidy), there) == {}


def test_sct7_lines_keep_what_tandem_does_not_know() -> None:
    there = person(
        emailAddresses=[
            of_contact(
                {"value": "A@x.example", "type": "home", "displayName": "Ann", "formattedType": "H"}
            ),
            of_contact({"value": "b@x.example", "type": "home"}),
        ]
    )
    assert changes(emails("b@x.example", "a@x.example"), there) == {
        "emailAddresses": [
            {"value": "b@x.example", "type": "home", "metadata": MAIN},
            {"value": "a@x.example", "type": "home", "displayName": "Ann"},
        ]
    }


def test_sct7_the_same_number_in_another_spelling_keeps_its_place() -> None:
    there = person(phoneNumbers=[{"value": "+49 228 1", "type": "Stables", "canonicalForm": "x"}])
    said = changes(Wanted(phones=(CardPhone("+49 (228) 1", "work mobile"),)), there)
    assert said == {"phoneNumbers": [{"value": "+49 (228) 1", "type": "workMobile"}]}
    said = changes(Wanted(phones=(CardPhone("+49 228 1", ""),)), there)
    assert said == {"phoneNumbers": [{"value": "+49 228 1"}]}


def test_sct7_one_number_under_two_labels_stays_two() -> None:
    there = person(
        phoneNumbers=[{"value": "1", "type": "home"}, {"value": "1", "type": "work"}],
    )
    wanted = (CardPhone("1", "work"), CardPhone("1", "home"), CardPhone("2"))
    said = changes(Wanted(phones=wanted), there)
    assert [(one["value"], one.get("type")) for one in said["phoneNumbers"]] == [
        ("1", "work"),
        ("1", "home"),
        ("2", None),
    ]


def test_sct7_an_address_stays_in_its_parts_or_is_told_anew() -> None:
    there = person(
        addresses=[
            {"streetAddress": "S 1", "poBox": "7", "city": "Bonn", "formattedValue": "x"},
            {"formattedValue": "Somewhere", "type": "home"},
            {"city": "Köln", "countryCode": "DE"},
        ]
    )
    first, second, _ = card_of(there).addresses
    wanted = (first, second, CardAddress(city="Köln", country="Germany"), CardAddress())
    assert changes(Wanted(addresses=wanted), there)["addresses"] == [
        {"streetAddress": "S 1", "poBox": "7", "city": "Bonn", "metadata": MAIN},
        {"formattedValue": "Somewhere", "type": "home"},
        {"city": "Köln", "country": "Germany"},
    ]


def test_sct7_what_is_the_persons_own_is_not_written_into_the_entry() -> None:
    there = person(emailAddresses=[of_profile({"value": "hers@x.example"})])
    assert changes(emails("a@x.example"), there) == {
        "emailAddresses": [{"value": "a@x.example", "type": "home"}]
    }


def test_sct5_a_persons_name_keeps_its_other_parts() -> None:
    there = {
        "givenName": "Ann",
        "middleName": "B.",
        "familyName": "Lee",
        "honorificPrefix": "Dr.",
        "displayName": "Dr. Ann B. Lee",
        "unstructuredName": "Dr. Ann B. Lee",
    }
    married = WantedNames("Ann B. Li", first_name="Ann B.", last_name="Li")
    assert told(married, names=[of_contact(there)]) == {
        "names": [
            {
                "givenName": "Ann",
                "middleName": "B.",
                "familyName": "Li",
                "honorificPrefix": "Dr.",
            }
        ]
    }
    renamed = WantedNames("Anna", first_name="Anna")
    assert told(renamed, names=[of_contact(there)]) == {
        "names": [{"givenName": "Anna", "honorificPrefix": "Dr."}]
    }


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (WantedNames("Ann Lee", first_name="Ann", last_name="Lee"), [("Ann", "Lee")]),
        (WantedNames("Lee", last_name="Lee"), [(None, "Lee")]),
        (WantedNames("Ann"), [("Ann", None)]),
        (WantedNames("ann@lee.example"), None),
        (WantedNames("Lee Ltd", CardKind.COMPANY, "Ann", "Lee"), None),
    ],
)
def test_sct5_names_of_a_new_entry(
    wanted: WantedNames, names: list[tuple[str | None, str | None]] | None
) -> None:
    said = new_person(Wanted(names=wanted), key="a-key").get("names")
    found = said and [(one.get("givenName"), one.get("familyName")) for one in said]
    assert found == names


def test_sct5_a_place_in_a_company_is_kept_and_a_company_has_no_first_name() -> None:
    there = {
        "names": [{"givenName": "Ann"}],
        "organizations": [
            {"title": "Friend"},
            {"name": "Lee Ltd", "title": "Buyer", "domain": "lee.example", "type": "work"},
        ],
    }
    moved = WantedNames("Ann", first_name="Ann", organization="Li Inc")
    assert told(moved, **there) == {
        "organizations": [
            {"title": "Friend"},
            {"name": "Li Inc", "title": "Buyer", "type": "work"},
        ]
    }
    company = WantedNames("Lee Ltd", CardKind.COMPANY)
    assert told(company, **there) == {"names": []}
    left = WantedNames("Ann", first_name="Ann")
    assert told(left, names=there["names"], organizations=[{"name": "Lee", "type": "work"}]) == {
        "organizations": []
    }
    joined = WantedNames("Ann", first_name="Ann", organization="Lee")
    assert told(joined, names=there["names"], organizations=[{"title": "Buyer"}]) == {
        "organizations": [{"title": "Buyer", "name": "Lee"}]
    }


def test_sct7_a_change_names_the_entrys_version_and_no_other() -> None:
    assert changed_person({"names": []}, person()) == {
        "metadata": {"sources": [{"type": "CONTACT", "id": "4f1a", "etag": "#c1="}]},
        "names": [],
    }


def test_sct5_an_entry_that_comes_back_has_all_that_may_be_written() -> None:
    group = {"contactGroupResourceName": "contactGroups/known"}
    former = person(
        names=[of_contact({"givenName": "Ann", "displayName": "Ann"})],
        birthdays=[of_contact({"date": {"year": 1980, "month": 5, "day": 5}})],
        genders=[of_contact({"value": "female"}), of_contact({"value": "male"})],
        photos=[of_contact({"url": "https://photos.example/1"})],
        urls=[of_profile({"value": "https://hers.example"})],
        memberships=[
            of_contact({"contactGroupMembership": group}),
            of_contact({"contactGroupMembership": {"contactGroupResourceName": "x"}}),
            of_contact({"domainMembership": {"inViewerDomain": True}}),
        ],
        clientData=[{"key": "tandem", "value": "old"}, {"key": "other", "value": "x"}],
    )
    made = new_person(
        emails("new@x.example"),
        key="a-key",
        raw=json.dumps(former),
        groups={"contactGroups/known"},
    )
    assert made == {
        "names": [{"givenName": "Ann"}],
        "birthdays": [{"date": {"year": 1980, "month": 5, "day": 5}}],
        "genders": [{"value": "female"}],
        "memberships": [{"contactGroupMembership": group}],
        "emailAddresses": [{"value": "new@x.example", "type": "home"}],
        "clientData": [{"key": "other", "value": "x"}, {"key": "tandem", "value": "a-key"}],
    }


@pytest.mark.parametrize("raw", ["", "BEGIN:VCARD", "[1]", "null"])
def test_sct5_what_no_entry_of_googles_says_is_left_out(raw: str) -> None:
    assert set(new_person(emails("a@x.example"), key="a-key", raw=raw)) == {
        "emailAddresses",
        "clientData",
    }
