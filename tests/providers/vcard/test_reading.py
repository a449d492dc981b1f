"""What is read of a card, in whatever way it is written (SCT-2, SCT-6)."""

import time

import pytest

from crm_app.providers.address_book_port import (
    Card,
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
)
from crm_app.providers.vcard.reading import read
from tests.providers.vcard import cards
from tests.providers.vcard.cards import card


def test_sct6_row_85_apples_grouped_lines_are_read_with_their_labels() -> None:
    found = read(cards.APPLE)
    assert found.card == Card(
        "Dr. Deniz Can Öztürk",
        first_name="Deniz",
        last_name="Öztürk",
        organization="Kornblume GmbH",
        emails=(
            CardEmail("deniz@kornblume.example", "home"),
            CardEmail("pferde@kornblume.example", "Stall"),
        ),
        phones=(
            CardPhone("+49 171 5550101", "mobile"),
            CardPhone("+49 228 5550102", "home fax"),
        ),
        addresses=(
            CardAddress("Hauptstr. 1\nHinterhaus", "53111", "Bonn", "NRW", "Deutschland", "home"),
            CardAddress("Am Hafen 9", "50668", "Köln", "", "Deutschland", "work"),
        ),
        note="Mag Tee, keinen Kaffee;\n2. Zeile",
        labels=("Kunden", "Stall"),
    )
    assert found.uid == "5C2B0B36-6C07-4B23-9F0E-3E0E7F8F6D11:ABPerson"
    assert (found.trouble, found.key) == ("", "")


def test_sct2_row_87_vcard_2_1() -> None:
    found = read(cards.OLD).card
    assert (found.name, found.first_name, found.last_name) == ("Jörg Müller", "Jörg", "Müller")
    assert found.phones == (
        CardPhone("0171 5550103", "mobile"),
        CardPhone("0228 5550104", "work fax"),
    )
    assert found.emails == (CardEmail("joerg@mueller.example"),)
    assert found.addresses == (
        CardAddress("Straße 3\nHof", "50667", "Köln", "", "Deutschland", "home"),
    )
    assert found.note == "Erste Zeile\nzweite Zeile = Ende"


def test_sct2_vcard_4_0() -> None:
    found = read(cards.NEW)
    assert found.card.name == "Siobhán Ní Bhriain"
    assert found.card.kind is CardKind.PERSON
    assert found.card.emails == (
        CardEmail("siobhan@brien.example", "home"),
        CardEmail("s@brien.example", "work"),
    )
    assert found.card.phones == (
        CardPhone("+353-1-5550100 ext. 42", "work"),
        CardPhone("+353-86-5550101", "mobile"),
    )
    assert found.card.addresses == (
        CardAddress("1 Cork St\nFlat 2", "D08", "Dublin", "", "Ireland", "home"),
    )
    assert found.uid == "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (cards.COMPANY, CardKind.COMPANY),
        (cards.GROUP, CardKind.GROUP),
        (card("KIND:group", "FN:All", version="4.0"), CardKind.GROUP),
        (card("FN:List", "X-EVOLUTION-LIST:TRUE"), CardKind.GROUP),
        (card("KIND:org", "FN:Lee Ltd", version="4.0"), CardKind.COMPANY),
        # An organization and nobody in it.
        (card("N:;;;;", "ORG:Lee Ltd", "FN:Lee Ltd"), CardKind.COMPANY),
        (card("ORG:Lee Ltd;Sales"), CardKind.COMPANY),
        (card("FN:Ann", "ORG:Lee Ltd"), CardKind.PERSON),
        (card("N:Lee;;;;", "ORG:Lee Ltd"), CardKind.PERSON),
        (cards.NAMELESS, CardKind.PERSON),
    ],
)
def test_sct3_row_87_people_companies_and_groups(raw: str, kind: CardKind) -> None:
    assert read(raw).card.kind is kind


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["FN:", "N:Lee;Ann;;;"], "Ann Lee"),
        (["FN:Lee, Ann"], "Lee, Ann"),
        (["ORG:Lee Ltd;Sales"], "Lee Ltd"),
        (["NICKNAME:Annie"], "Annie"),
        (["EMAIL:ann@lee.example"], "ann@lee.example"),
        (["TEL:+49 1"], "+49 1"),
        (["X-A:1"], "nameless"),
    ],
)
def test_sct2_row_87_a_card_without_fn_has_a_name(lines: list[str], name: str) -> None:
    found = read(card(*lines), fallback="nameless")
    assert (found.card.name, found.uid, found.trouble) == (name, "", "")


@pytest.mark.parametrize("raw", [cards.BROKEN, "", "<html>", "BEGIN:VCALENDAR\nEND:VCALENDAR"])
def test_sct2_row_87_a_broken_card_has_its_trouble_and_what_there_is(raw: str) -> None:
    found = read(raw, fallback="b.vcf")
    assert found.trouble
    assert found.card.name == ("Cut off" if raw is cards.BROKEN else "b.vcf")
    assert len(found.card.phones) == (raw is cards.BROKEN)


def test_sct2_row_87_one_unreadable_line_costs_only_itself() -> None:
    raw = card(
        "no colon here",
        'TEL;=;;"x:+49 2',
        'EMAIL;TYPE="home:open@quote.example',
        ":nothing",
        "NOTE;CHARSET=KLINGON;ENCODING=QUOTED-PRINTABLE:caf=E9",
        "FN:Ann",
        "EMAIL:ann@lee.example\\",
    )
    found = read(raw)
    assert (found.card.name, found.trouble) == ("Ann", "")
    assert found.card.emails == (CardEmail("ann@lee.example\\"),)
    assert found.card.note == "café"


def test_sct2_row_87_a_picture_of_2_mb_is_no_trouble() -> None:
    raw = cards.with_photo()
    assert len(raw) > 2_500_000
    begun = time.process_time()
    found = read(raw)
    assert found.card.emails == (CardEmail("berta@bild.example"),)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "line",
    ["EMAIL;A=" + "b=b" * 200 + " ", "EMAIL;T=" + ",b" * 200 + "; x y:z", "EMAIL" + ";a" * 500],
)
def test_sct2_row_91_a_line_that_is_none_takes_no_time(line: str) -> None:
    begun = time.process_time()
    assert read(card(line, "FN:Ann")).card.emails == ()
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("TEL;TYPE=HOME:1", "home"),
        ("TEL;TYPE=WORK,VOICE:1", "work"),
        ("TEL;TYPE=WORK;TYPE=CELL:1", "mobile"),
        ("TEL;TYPE=FAX:1", "fax"),
        ("TEL;TYPE=HOME,FAX:1", "home fax"),
        ("TEL;TYPE=PAGER:1", "pager"),
        ("TEL;TYPE=VOICE,pref:1", ""),
        ("TEL;TYPE=CAR:1", "car"),
        ("TEL;X-ASSISTANT:1", "assistant"),
        ("TEL:1", ""),
        ("G1.TEL;TYPE=HOME:1\r\ng1.X-ABLABEL:_$!<Work>!$_", "work"),
        ("a.TEL:1\r\na.X-ABLabel:_$!<School>!$_", "school"),
        ("a.TEL:1\r\na.X-ABLabel:Mobile", "mobile"),
        ("a.TEL:1\r\na.X-ABLabel:Mum\\, at work", "Mum, at work"),
        ("a.TEL;TYPE=HOME:1\r\na.X-ABLabel:", "home"),
    ],
)
def test_sct5_labels(line: str, label: str) -> None:
    assert read(card(line)).card.phones == (CardPhone("1", label),)


def test_sct2_the_agent_of_a_card_is_not_the_card() -> None:
    agent = "AGENT:\r\nBEGIN:VCARD\r\nFN:Agent\r\nEMAIL:agent@x.example\r\nEND:VCARD"
    found = read(card(agent, "FN:Ann", version="2.1"))
    assert (found.card.name, found.card.emails, found.trouble) == ("Ann", (), "")


def test_sct2_line_ends_and_folds_of_any_kind() -> None:
    lines = "BEGIN:VCARD\nVERSION:3.0\nFN:Ann\n  Lee\nNOTE:a\n\tb\n\nend:vcard\n"
    for raw in (lines, lines.replace("\n", "\r\n"), lines.replace("\n", "\r"), "\ufeff" + lines):
        found = read(raw)
        assert (found.card.name, found.card.note, found.trouble) == ("Ann Lee", "ab", "")


def test_sct2_a_comma_that_was_not_escaped_loses_nothing() -> None:
    found = read(card("FN:Ann", "ADR:;;Main St 1, Floor 2;St. Louis, MO;;63101;USA,Earth"))
    assert found.card.addresses == (
        CardAddress("Main St 1, Floor 2", "63101", "St. Louis, MO", "", "USA, Earth"),
    )


def test_sct2_lists_inside_a_part_are_one_text() -> None:
    found = read(card("N:Lee,Li;Ann,Marie;;;", "ORG:Lee,Li;Sales", "ADR:;;One,Two;;;;")).card
    assert (found.first_name, found.last_name) == ("Ann Marie", "Lee Li")
    assert (found.name, found.organization) == ("Ann Marie Lee Li", "Lee, Li")
    assert found.addresses == (CardAddress("One\nTwo"),)
