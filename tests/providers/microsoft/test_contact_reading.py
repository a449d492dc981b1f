"""From Graph's contacts to cards (SCT-2, SCT-6, SCT-7)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.providers.address_book_port import (
    UNREADABLE,
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
)
from crm_app.providers.microsoft.contact_reading import card_of, remote_card
from crm_app.providers.microsoft.etags import etag_of
from crm_app.providers.microsoft.marks import CARD_KEY


def told(**changes: Any) -> dict[str, Any]:
    """A contact as Graph tells it."""
    return {
        "@odata.etag": 'W/"one=="',
        "@odata.context": "https://graph.example/v1.0/$metadata#contacts/$entity",
        "id": "AAMkone",
        "changeKey": "one==",
        "parentFolderId": "AAMkfolder",
        "displayName": "Ann Lee",
        "givenName": "Ann",
        "surname": "Lee",
        "companyName": "Lee Ltd",
        "emailAddresses": [{"name": "Ann", "address": "ann@lee.example"}],
        "mobilePhone": "+49 171 5",
        "businessPhones": ["+49 228 1", "+49 228 2"],
        "homePhones": ["+49 228 3"],
        "businessAddress": {
            "street": "Main St 1\r\nFloor 2",
            "city": "Bonn",
            "state": "NRW",
            "countryOrRegion": "Germany",
            "postalCode": "53111",
        },
        "homeAddress": {},
        "otherAddress": {"city": "Rome"},
        "categories": ["Friends", "VIP"],
        "personalNotes": "Likes tea\r\n",
        "birthday": "1980-05-05T11:59:00Z",
    } | changes


def test_sct2_all_that_tandem_reads() -> None:
    found = remote_card(told())
    card = found.card
    assert (found.href, found.uid, found.etag) == ("AAMkone", "AAMkone", 'W/"one=="')
    assert (card.name, card.first_name, card.last_name) == ("Ann Lee", "Ann", "Lee")
    assert (card.kind, card.organization) == (CardKind.PERSON, "Lee Ltd")
    assert card.emails == (CardEmail("ann@lee.example"),)
    assert card.phones == (
        CardPhone("+49 171 5", "mobile"),
        CardPhone("+49 228 1", "work"),
        CardPhone("+49 228 2", "work"),
        CardPhone("+49 228 3", "home"),
    )
    assert card.addresses == (
        CardAddress("Main St 1\nFloor 2", "53111", "Bonn", "NRW", "Germany", "work"),
        CardAddress(city="Rome", label="other"),
    )
    assert (card.note, card.labels) == ("Likes tea", ("Friends", "VIP"))
    assert (found.trouble, found.key, found.former) == ("", "", ())


def test_sct7_the_text_holds_all_of_the_entry_and_nothing_of_the_answer() -> None:
    raw = json.loads(remote_card(told()).raw)
    assert raw["birthday"] == "1980-05-05T11:59:00Z"
    assert not [name for name in raw if "@" in name]


def test_sct5_the_key_that_we_made_it_with() -> None:
    marked = told(
        singleValueExtendedProperties=[
            {"id": "other", "value": "x"},
            {"id": CARD_KEY, "value": "k"},
        ]
    )
    assert remote_card(marked).key == "k"
    assert remote_card(marked).raw == remote_card(told()).raw
    assert remote_card(told(), "known").key == "known"


@pytest.mark.parametrize(
    ("changes", "name", "kind"),
    [
        ({}, "Ann Lee", CardKind.PERSON),
        ({"displayName": "The boss"}, "The boss", CardKind.PERSON),
        ({"displayName": None}, "Ann Lee", CardKind.PERSON),
        ({"displayName": "", "givenName": None}, "Lee", CardKind.PERSON),
        # A company: its name and nobody's.
        ({"displayName": "Lee Ltd", "givenName": None, "surname": ""}, "Lee Ltd", CardKind.COMPANY),
        ({"displayName": None, "givenName": None, "surname": None}, "Lee Ltd", CardKind.COMPANY),
        # Somebody at a company, known by one name.
        ({"displayName": "Ann", "givenName": None, "surname": None}, "Ann", CardKind.PERSON),
    ],
)
def test_sct2_who_it_is(changes: dict[str, Any], name: str, kind: CardKind) -> None:
    card = card_of(told(**changes))
    assert (card.name, card.kind) == (name, kind)


def test_sct2_an_entry_without_any_name_has_one() -> None:
    bare = dict.fromkeys(told(), None) | {"id": "AAMkbare"}
    assert card_of(bare).name == "AAMkbare"
    assert card_of(bare | {"mobilePhone": "123"}).name == "123"
    emails = [{"address": "a@b.example"}]
    assert card_of(bare | {"mobilePhone": "123", "emailAddresses": emails}).name == "a@b.example"
    assert card_of(bare | {"fileAs": "Filed", "emailAddresses": emails}).name == "Filed"
    assert card_of(bare | {"nickName": "Nick", "fileAs": "Filed"}).name == "Nick"


def test_sct7_an_address_that_exchange_forgot_is_still_a_line() -> None:
    emails = [{"name": "bbb@msn.com,"}, {"name": "", "address": "a@b.example"}, {"name": None}]
    assert card_of(told(emailAddresses=emails)).emails == (
        CardEmail("bbb@msn.com,"),
        CardEmail("a@b.example"),
    )


def test_sct2_the_version_where_only_the_change_key_is_told() -> None:
    assert etag_of({"changeKey": "one=="}) == 'W/"one=="'
    assert etag_of({"id": "x"}) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"emailAddresses": "ann@lee.example"},
        {"emailAddresses": ["ann@lee.example"]},
        {"businessPhones": [7]},
        {"homePhones": {"number": "1"}, "surname": ["Lee"]},
        {"homeAddress": "Bonn"},
        {"categories": 7},
        {"personalNotes": {}},
    ],
)
def test_sct2_row_87_a_broken_entry_says_so_and_ends_nothing(changes: dict[str, Any]) -> None:
    found = remote_card(told(**changes))
    assert found.trouble == UNREADABLE
    assert found.card.name == "Ann Lee"
    assert json.loads(found.raw)["id"] == "AAMkone"


def test_sct2_row_87_a_broken_name() -> None:
    assert remote_card(told(displayName=7)).card.name == "AAMkone"


def test_sct7_row_92_texts_are_one_line_each() -> None:
    found = remote_card(
        told(givenName="Ann\r\nBCC: x", companyName="a\x00b\x85", surname="\ud800Lee")
    )
    card = found.card
    # Half of a letter is none, and no database would take it.
    assert found.raw.encode()
    assert (card.first_name, card.organization, card.last_name) == ("AnnBCC: x", "ab", "?Lee")


def test_sct7_what_a_server_rewrites_is_no_change() -> None:
    rewritten = told(personalNotes="Likes tea", categories=["VIP", "Friends"], changeKey="two==")
    rewritten["emailAddresses"] = [{"name": "From the directory", "address": "ann@lee.example"}]
    assert remote_card(rewritten).content_hash == remote_card(told()).content_hash
    assert remote_card(told(surname="Li")).content_hash != remote_card(told()).content_hash


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(told())), json_values))
def test_sct2_row_87_no_entry_is_too_odd(odd: dict[str, Any]) -> None:
    found = remote_card({**told(), **odd, "id": "AAMkodd"})
    assert found.card.name
    assert found.href == "AAMkodd"
