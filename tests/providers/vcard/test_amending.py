"""A card with other details: what it is about changes, every other line stays (SCT-7)."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.providers.address_book_port import (
    Card,
    CardAddress,
    CardEmail,
    CardKind,
    CardPhone,
    Wanted,
    WantedNames,
)
from crm_app.providers.vcard.amending import amend
from crm_app.providers.vcard.lines import NoCard, card_lines
from crm_app.providers.vcard.reading import read
from crm_app.providers.vcard.writing import create
from tests.providers.vcard import cards
from tests.providers.vcard.cards import card

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ODD = {"apple": cards.APPLE, "2.1": cards.OLD, "4.0": cards.NEW, "company": cards.COMPANY}


def physical(raw: str) -> list[str]:
    """The lines of a card as they stand."""
    return [line.physical for line in card_lines(raw).lines]


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that are gone, and those that are new."""
    old, new = (Counter(line.text for line in card_lines(raw).lines) for raw in (before, after))
    return list((old - new).elements()), list((new - old).elements())


def read_of(raw: str, wanted: Wanted) -> Card:
    return read(amend(raw, wanted, at=AT)).card


def all_of(found: Card) -> Wanted:
    names = WantedNames(
        found.name, found.kind, found.first_name, found.last_name, found.organization
    )
    return Wanted(names, found.emails, found.phones, found.addresses)


@pytest.mark.parametrize("raw", ODD.values(), ids=ODD)
def test_sct7_a_card_that_says_it_already_stays_to_the_byte(raw: str) -> None:
    for wanted in (Wanted(), all_of(read(raw).card)):
        gone, new = changed(raw, amend(raw, wanted, at=AT))
        assert [each.partition(":")[0] for each in gone + new] in ([], ["REV", "REV"])


def test_sct7_row_85_an_address_keeps_its_group_and_apples_country() -> None:
    home, work = read(cards.APPLE).card.addresses
    moved = replace(home, street="Neue Str. 5", city="Bonn-Beuel")
    gone, new = changed(cards.APPLE, amend(cards.APPLE, Wanted(addresses=(moved, work)), at=AT))
    assert new == [
        "item3.ADR;TYPE=HOME,pref:;;Neue Str. 5;Bonn-Beuel;NRW;53111;Deutschland",
        "REV:20260302T090000Z",
    ]
    assert len(gone) == 2
    after = read_of(cards.APPLE, Wanted(addresses=(moved, work)))
    assert after == replace(read(cards.APPLE).card, addresses=(moved, work))


def test_sct7_row_85_an_address_that_goes_takes_its_companions_along() -> None:
    _, work = read(cards.APPLE).card.addresses
    after = amend(cards.APPLE, Wanted(addresses=(work,)), at=AT)
    gone, _ = changed(cards.APPLE, after)
    assert [each.partition(";")[0] for each in gone[:2]] == ["item3.ADR", "item3.X-ABADR:de"]
    assert read(after).card.addresses == (work,)
    assert "item5.X-ABDATE;type=pref:2011-07-09" in physical(after)


def test_sct7_labels_that_have_no_type_hang_on_a_group() -> None:
    emails = read(cards.APPLE).card.emails
    wanted = (replace(emails[0], label="Büro"), replace(emails[1], label="work"))
    after = amend(cards.APPLE, Wanted(emails=wanted), at=AT)
    assert read(after).card.emails == wanted
    lines = physical(after)
    assert "item7.X-ABLabel:Büro" in lines
    assert "item1.EMAIL;TYPE=WORK,INTERNET:pferde@kornblume.example" in lines
    assert not any(each.startswith("item1.X-ABLabel") for each in lines)


def test_sct7_a_group_with_two_lines_keeps_the_label_of_the_other() -> None:
    raw = card("FN:Ann", "a.TEL:1", "a.EMAIL:a@x.example", "a.X-ABLabel:Boat")
    after = amend(raw, Wanted(emails=(CardEmail("a@x.example", "home"),), phones=None), at=AT)
    found = read(after).card
    assert found.emails == (CardEmail("a@x.example", "home"),)
    assert found.phones == (CardPhone("1", "Boat"),)
    found = read(amend(raw, Wanted(emails=()), at=AT)).card
    assert (found.emails, found.phones) == ((), (CardPhone("1", "Boat"),))


def test_sct7_another_order_is_another_preference() -> None:
    first, second = read(cards.NEW).card.emails
    after = read_of(cards.NEW, Wanted(emails=(second, first)))
    assert after.emails == (second, first)
    new = CardEmail("new@brien.example", "other")
    assert read_of(cards.NEW, Wanted(emails=(new, first, second))).emails == (new, first, second)
    # Where the order stays, so does the preference.
    after_text = amend(cards.NEW, Wanted(emails=(first, second, new)), at=AT)
    assert "EMAIL;TYPE=work;PREF=50:s@brien.example" in physical(after_text)


def test_sct7_version_4_loses_what_spoke_of_the_former_value() -> None:
    (home,) = read(cards.NEW).card.addresses
    after = amend(
        cards.NEW,
        Wanted(
            addresses=(replace(home, street="2 Cork St"),), phones=(CardPhone("+353 1", "work"),)
        ),
        at=AT,
    )
    _, new = changed(cards.NEW, after)
    assert new == [
        "TEL;TYPE=voice,work:+353 1",
        "ADR;TYPE=home:;;2 Cork St;Dublin;;D08;Ireland",
    ]


def test_sct7_labels_on_paper_go_with_their_address() -> None:
    raw = card(
        "FN:Ann",
        "ADR;TYPE=HOME:;;Old 1;Bonn;;;",
        "ADR;TYPE=WORK:;;Work 1;Bonn;;;",
        "LABEL;TYPE=HOME:Old 1\\nBonn",
        "LABEL;TYPE=WORK:Work 1\\nBonn",
    )
    home, work = read(raw).card.addresses
    after = amend(raw, Wanted(addresses=(replace(home, street="New 1"), work)), at=AT)
    assert [each for each in physical(after) if each.startswith("LABEL")] == [
        "LABEL;TYPE=WORK:Work 1\\nBonn"
    ]


def test_sct7_version_2_1_is_written_as_such() -> None:
    (there,) = read(cards.OLD).card.addresses
    away = CardAddress("Große Gasse 1\nHof; hinten", "01067", "Dresden", "", "", "work")
    after = amend(cards.OLD, Wanted(addresses=(there, away)), at=AT)
    assert read(after).card.addresses == (there, away)
    _, (new,) = changed(cards.OLD, after)
    assert new.startswith("ADR;TYPE=WORK;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;;Gro=C3=9Fe")
    assert new.isascii()


def test_sct7_quoted_printable_where_it_does_not_belong_is_written_as_it_should() -> None:
    raw = card("FN:Ann", "ADR;TYPE=HOME;ENCODING=QUOTED-PRINTABLE:;;Eins=0D=0AZwei;Bonn;;;")
    (there,) = read(raw).card.addresses
    for version in ("2.1", "3.0"):
        labelled = replace(there, label="work")
        text = amend(raw.replace("3.0", version), Wanted(addresses=(labelled,)), at=AT)
        assert read(text).card.addresses == (labelled,)
        assert read(text).card.addresses[0].street == "Eins\nZwei"
    assert "ADR;TYPE=WORK:;;Eins\\nZwei;Bonn;;;" in physical(text)


def test_sct5_names_go_out_and_middle_names_stay() -> None:
    wanted = WantedNames("Denise Ozturk", CardKind.PERSON, "Denise", "Ozturk", "Kornblume AG")
    gone, new = changed(cards.APPLE, amend(cards.APPLE, Wanted(names=wanted), at=AT))
    assert new == [
        "N:Ozturk;Denise;Can;Dr.;",
        "FN:Denise Ozturk",
        "ORG:Kornblume AG;Einkauf",
        "REV:20260302T090000Z",
    ]
    assert len(gone) == 4


@pytest.mark.parametrize("raw", [cards.APPLE, cards.NEW, cards.OLD], ids=["3.0", "4.0", "2.1"])
def test_sct5_a_person_becomes_a_company_and_back(raw: str) -> None:
    company = Wanted(names=WantedNames("Lee Ltd", CardKind.COMPANY))
    text = amend(raw, company, at=AT)
    found = read(text).card
    assert (found.kind, found.name, found.organization) == (CardKind.COMPANY, "Lee Ltd", "Lee Ltd")
    assert (found.first_name, found.last_name) == ("", "")
    person = Wanted(names=WantedNames("Ann Lee", CardKind.PERSON, "Ann", "Lee", ""))
    found = read(amend(text, person, at=AT)).card
    assert (found.kind, found.name, found.organization) == (CardKind.PERSON, "Ann Lee", "")


def test_sct2_row_87_what_servers_insist_on_is_added() -> None:
    after = amend(cards.NAMELESS, Wanted(phones=(CardPhone("+49 1"),)), at=AT, uid="made-up")
    assert {"FN:who@nobody.example", "UID:made-up", "TEL:+49 1"} <= set(physical(after))
    for broken in ("no card", cards.BROKEN):
        with pytest.raises(NoCard):
            amend(broken, Wanted(), at=AT)


def test_sct7_a_picture_stays_to_the_byte() -> None:
    raw = cards.with_photo()
    after = amend(raw, Wanted(emails=()), at=AT)
    gone, new = changed(raw, after)
    assert (gone, new) == (["EMAIL:berta@bild.example"], [])


def test_sct5_a_new_card_and_one_that_comes_back() -> None:
    wanted = Wanted(WantedNames("Ann Lee", CardKind.PERSON, "Ann", "Lee"), phones=(CardPhone("1"),))
    made = create(wanted, key="k-1", raw="", at=AT)
    assert physical(made) == [
        "VERSION:3.0",
        "PRODID:-//Tandem//Tandem//EN",
        "N:Lee;Ann;;;",
        "X-TANDEM-KEY:k-1",
        "FN:Ann Lee",
        "TEL:1",
        "UID:k-1",
    ]
    found = read(create(wanted, key="k-2", raw=cards.APPLE, at=AT))
    assert (found.key, found.uid) == ("k-2", read(cards.APPLE).uid)
    assert found.card.note == read(cards.APPLE).card.note
    again = create(wanted, key="k-3", raw=create(wanted, key="k-2", raw="", at=AT), at=AT)
    assert (read(again).key, again.count("X-TANDEM-KEY")) == ("k-3", 1)


TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"]) | st.just("\n"),
    max_size=12,
).map(str.strip)
WORDS = TEXTS.filter(bool)
LABELS = st.sampled_from(["", "home", "work", "other", "Stables", "Mum, at work; or so"])
PHONE_LABELS = LABELS | st.sampled_from(["mobile", "main", "home fax", "fax", "pager"])
EMAILS = st.builds(CardEmail, WORDS.filter(lambda t: not t.lower().startswith("mailto:")), LABELS)
PHONES = st.builds(
    CardPhone, WORDS.filter(lambda t: not t.lower().startswith("tel:")), PHONE_LABELS
)
ADDRESSES = st.builds(CardAddress, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, LABELS).filter(
    lambda address: not address.empty
)
WANTED = st.builds(
    Wanted,
    names=st.none(),
    emails=st.none() | st.lists(EMAILS, max_size=5).map(tuple),
    phones=st.none() | st.lists(PHONES, max_size=5).map(tuple),
    addresses=st.none() | st.lists(ADDRESSES, max_size=4).map(tuple),
)
OWN = ("EMAIL", "TEL", "ADR", "LABEL", "X-ABLABEL", "X-ABADR", "REV")


def unknown(raw: str) -> list[str]:
    return [line.physical for line in card_lines(raw).lines if line.name not in OWN]


@given(st.sampled_from(list(ODD.values())), st.lists(WANTED, min_size=1, max_size=3))
def test_sct7_whatever_is_wanted_is_read_back_and_the_rest_stays(
    raw: str, changes: list[Wanted]
) -> None:
    text, expected = raw, read(raw).card
    for wanted in changes:
        text = amend(text, wanted, at=AT)
        expected = replace(
            expected,
            emails=expected.emails if wanted.emails is None else wanted.emails,
            phones=expected.phones if wanted.phones is None else wanted.phones,
            addresses=expected.addresses if wanted.addresses is None else wanted.addresses,
        )
        assert read(text).card == expected
        assert unknown(text) == unknown(raw)
        assert amend(text, wanted, at=AT) == text


GROUPS = st.sampled_from(["", "", "item1.", "ITEM2.", "a."])
NAMES = st.sampled_from(["EMAIL", "tel", "ADR", "LABEL", "X-ABLabel", "X-ABADR", "X-FOO", "NOTE"])
PARAMS = st.lists(
    st.sampled_from(
        ["TYPE=HOME", "type=work,pref", 'TYPE="fax,home"', "CELL", "PREF=3", "X-P=q", "VALUE=uri"]
    ),
    max_size=3,
).map(lambda params: "".join(f";{each}" for each in params))
VALUES = st.sampled_from(
    [
        "",
        ";;;;;;",
        "a@x.example",
        "tel:+49-1;ext=2",
        "a\\,b\\;c\\n",
        ";;Str 1;Bonn;;53111;",
        "end\\",
    ]
) | TEXTS.map(lambda text: text.replace("\n", ""))
LINES = st.builds("{}{}{}:{}".format, GROUPS, NAMES, PARAMS, VALUES) | st.sampled_from(
    ["no line", "EMAIL;broken", "BEGIN:VCARD", "END:VOTHER", "TEL;X=a=b=c:7"]
)
ANY_CARD = st.builds(
    lambda lines, version: card("FN:Ann", *lines, version=version),
    st.lists(LINES, max_size=8),
    st.sampled_from(["2.1", "3.0", "4.0"]),
)


@given(ANY_CARD, WANTED)
def test_sct7_row_87_any_card_takes_any_change(raw: str, wanted: Wanted) -> None:
    if read(raw).trouble:
        with pytest.raises(NoCard):
            amend(raw, wanted, at=AT)
        return
    after = amend(raw, wanted, at=AT)
    found, before = read(after).card, read(raw).card
    for part in ("emails", "phones", "addresses"):
        given_ = getattr(wanted, part)
        assert getattr(found, part) == (getattr(before, part) if given_ is None else given_)
    assert unknown(after) == unknown(raw)
    assert amend(after, wanted, at=AT) == after


@given(WORDS, TEXTS, TEXTS, TEXTS, st.sampled_from(["3.0", "4.0", "2.1"]))
def test_sct5_row_92_names_are_only_texts(
    name: str, first: str, last: str, organization: str, version: str
) -> None:
    wanted = WantedNames(name, CardKind.PERSON, first, last, organization)
    found = read_of(card("FN:Old", "UID:1", version=version), Wanted(names=wanted))
    assert (found.name, found.first_name, found.last_name) == (name, first, last)
    assert (found.organization, found.emails, found.note) == (organization, (), "")
