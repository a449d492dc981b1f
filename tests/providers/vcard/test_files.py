"""Whole files of cards, in and out (CON-3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.providers.address_book_port import Card, CardEmail, CardKind, CardPhone
from crm_app.providers.vcard.files import Trouble, read_file, write_file
from tests.providers.vcard import cards
from tests.providers.vcard.cards import card


def read_all(content: str | bytes) -> tuple[list[Card], list[Trouble]]:
    found = list(read_file(content))
    read = [each for each in found if isinstance(each, Card)]
    return read, [each for each in found if isinstance(each, Trouble)]


def test_con3_row_87_one_broken_card_among_500() -> None:
    many = [card(f"FN:Person {number}", "UID:all-the-same") for number in range(500)]
    many[7] = cards.BROKEN + "\r\n"
    many[8] = cards.GROUP
    many[9] = cards.with_photo()
    read, (trouble,) = read_all("".join(many))
    assert [each.name for each in read[-2:]] == ["Person 498", "Person 499"]
    assert len(read) == 499
    assert [each.kind for each in read].count(CardKind.GROUP) == 1
    assert (trouble.line, trouble.text.splitlines()[2]) == (7 * 5 + 1, "FN:Cut off")
    assert trouble.reason


def test_con3_a_file_that_ends_in_a_card_or_is_none() -> None:
    read, troubles = read_all(card("FN:Ann") + cards.BROKEN)
    assert ([each.name for each in read], len(troubles)) == (["Ann"], 1)
    assert read_all("") == ([], [])
    assert read_all(b"\x89PNG\r\n\x1a\n\x00\x00") == ([], [])
    read, troubles = read_all(card("X-A:1"))
    assert (read, len(troubles)) == ([], 1)


def test_con3_the_agents_card_is_part_of_his_principals() -> None:
    agent = "AGENT:\r\n\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nFN:Agent\r\nEND:VCARD"
    read, troubles = read_all(card("FN:Ann", agent, version="2.1") + card("FN:Bob"))
    assert ([each.name for each in read], troubles) == (["Ann", "Bob"], [])


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (card("FN:Zoë").encode(), "Zoë"),
        (card("FN:Zoë").encode("utf-8-sig"), "Zoë"),
        (card("FN:Zoë").encode("utf-16"), "Zoë"),
        (card("FN:Zoë – “Z”").encode("cp1252"), "Zoë – “Z”"),
        (card("FN;CHARSET=windows-1251:Зоя").encode("cp1251"), "Зоя"),
        (card("FN;CHARSET=KLINGON:Zoë").encode("latin-1"), "Zoë"),
        (card("FN;CHARSET=UTF-8:Zoë").encode("latin-1"), "Zoë"),
        (card("FN:ゾーイ", "NOTE:\x81").encode(), "ゾーイ"),
        (card("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-2:Zo=EB", version="2.1"), "Zoë"),
    ],
)
def test_con3_alphabets_of_old_programs(content: str | bytes, name: str) -> None:
    (found,), troubles = read_all(content)
    assert (found.name, troubles) == (name, [])


def test_con3_what_is_written_is_read_again() -> None:
    people = [
        Card(
            "Ann Lee",
            first_name="Ann",
            last_name="Lee",
            organization="Lee; Sons, Ltd",
            emails=(CardEmail("ann@lee.example", "work"), CardEmail("a@x.example", "Stables")),
            phones=(CardPhone("+49 228 1", "home fax"),),
            note="=HYPERLINK(1)\nEND:VCARD\nBEGIN:VCARD",
            labels=("VIP", "a,b"),
        ),
        Card("Lee Ltd", CardKind.COMPANY, organization="Lee Ltd"),
    ]
    assert read_all(write_file(people)) == (people, [])
    assert write_file([]) == ""


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_con3_row_87_no_text_is_too_odd(content: str | bytes) -> None:
    list(read_file(content))
    if isinstance(content, str):
        list(read_file(f"BEGIN:VCARD\r\n{content}\r\nEND:VCARD"))
