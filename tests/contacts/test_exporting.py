"""Contacts that leave as files (CON-3): what is asked for, who may, and that they come back."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from crm_app.contacts import exporting
from crm_app.contacts import service as contacts
from crm_app.contacts.fields import Address, ContactFields, Email, Phone
from crm_app.contacts.importing import running, service
from crm_app.contacts.whole import whole
from crm_app.core import access, db
from crm_app.core.access import Actor
from crm_app.core.errors import NotAllowed, NotFound
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact, User
from crm_app.providers.address_book_port import Card
from crm_app.providers.vcard.files import read_file
from tests import factories

ROOT = access.system("test", silent=True)
FULL: ContactFields = {
    "kind": ContactKind.CONTACT,
    "name": "Anna van Ek",
    "emails": [Email("anna@x.example"), Email("ek@y.example")],
    "phones": [Phone("+49 30 1234567"), Phone("0170 1234567")],
    "addresses": [Address("Weg 1\nHinterhof", "50667", "Köln", "NRW", "DE"), Address(city="Ulm")],
    "tags": ["VIP", "Fair"],
    "time_zone": "Europe/Berlin",
    "locale": "de",
    "do_not_disturb": ["sms"],
    "note": "=cmd|'/c calc'!A0; \"quoted\"\nand more",
    "custom": {"Shoe": "38", "-x": "=1+1"},
}


@pytest.fixture
def ada(database: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session, name="Ada")


def _make(**fields: Any) -> int:
    with db.unit_of_work() as session:
        return contacts.create(session, ROOT, **fields).id or 0


def _table(actor: Actor, wanted: dict[str, Any], locale: str = "en") -> list[dict[str, str]]:
    pieces = exporting.table(db.reading, actor, exporting.wanted_of(wanted), locale=locale)
    text = b"".join(pieces).decode("utf-8-sig")
    between = ";" if locale == "de" else ","
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=between))


def _names(actor: Actor, wanted: dict[str, Any]) -> list[str]:
    return [row["Full name"] for row in _table(actor, wanted)]


def test_con3_a_table_holds_all_of_a_contact(ada: User) -> None:
    firm = _make(kind=ContactKind.COMPANY, name="Weber")
    _make(**{**FULL, "company_id": firm, "owner_id": ada.id})
    row, _ = _table(factories.actor(ada), {})
    assert (row["Full name"], row["Company"], row["Owner"]) == ("Anna van Ek", "Weber", "Ada")
    assert (row["E-mail"], row["E-mail 2"]) == ("anna@x.example", "ek@y.example")
    assert (row["Phone"], row["Phone 2"]) == ("+49 30 1234567", "0170 1234567")
    assert (row["City"], row["City 2"], row["Tags"]) == ("Köln", "Ulm", "Fair; VIP")
    assert (row["Kind"], row["Language"], row["Shoe"]) == ("Contact", "Deutsch", "38")


def test_con3_no_cell_of_it_is_a_formula(ada: User) -> None:
    _make(**FULL)
    (row,) = _table(factories.actor(ada), {})
    assert row["Note"].startswith("'=cmd")
    assert row["'-x"] == "'=1+1"


def test_con3_it_opens_well_where_the_reader_lives(ada: User) -> None:
    _make(**FULL)
    (row,) = _table(factories.actor(ada), {}, locale="de")
    assert row["Vorname"] == "Anna"


def test_con3_what_went_out_comes_back_as_it_was(ada: User) -> None:
    firm = _make(kind=ContactKind.COMPANY, name="Weber", phones=[Phone("+49 221 123456")])
    _make(**{**FULL, "company_id": firm, "owner_id": ada.id})
    actor = factories.actor(ada)
    pieces = exporting.table(db.reading, actor, exporting.wanted_of({}), locale="de")
    content = b"".join(pieces)
    before = _everything()
    with db.unit_of_work() as session:
        for contact in session.exec(select(Contact)).all():
            contacts.delete(session, ROOT, contact)
    with db.unit_of_work() as session:
        row = service.begin(session, actor, file_name="x.csv", content=content)
        service.choose(session, actor, row, {"owner_id": None})
        service.start(session, actor, row)
    running.run(row.id or 0, seconds=1_000)
    assert _everything() == before


def _everything() -> list[dict[str, Any]]:
    with db.reading() as session:
        present = select(Contact).where(col(Contact.deleted_at).is_(None))
        found = []
        for each in whole(session, session.exec(present.order_by(Contact.name)).all()):
            fields: dict[str, Any] = {**each.fields, "company_id": each.company}
            fields["addresses"] = [
                Address(**{n: " ".join(getattr(p, n).split()) for n in Address.__slots__})
                for p in fields["addresses"]
            ]
            found.append(fields)
        return found


def test_usr3_one_gets_only_what_one_may_see(ada: User) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session)
    hers, his = _make(name="Hers", owner_id=ada.id), _make(name="His", owner_id=ben.id)
    actor = factories.actor(ben)
    assert _names(actor, {}) == ["His"]
    assert _names(actor, {"ids": [hers, his]}) == ["His"]
    assert set(_table(actor, {"ids": [his]})[0]) >= {"Full name", "E-mail"}
    with pytest.raises(NotAllowed):
        exporting.address(Actor(kind="visitor"), {})


def test_con3_a_views_result_in_its_order(ada: User) -> None:
    for number in range(450):
        _make(name=f"Lead {number:03}", tags=["VIP"] if number % 2 else [])
    actor = factories.actor(ada)
    wanted = {"filters": {"tags_any": ["vip"]}, "sort": "-name"}
    names = _names(actor, wanted)
    assert (len(names), names[0], names[-1]) == (225, "Lead 449", "Lead 001")
    assert len(_names(actor, {})) == 450


def test_con3_vcards_go_out_whole(ada: User) -> None:
    firm = _make(kind=ContactKind.COMPANY, name="Weber")
    _make(**{**FULL, "company_id": firm})
    pieces = exporting.cards(db.reading, factories.actor(ada), exporting.wanted_of({}))
    anna, weber = list(read_file(b"".join(pieces)))
    assert isinstance(anna, Card)
    assert isinstance(weber, Card)
    assert (anna.name, anna.organization, weber.kind.value) == ("Anna van Ek", "Weber", "company")
    assert [each.address for each in anna.emails] == ["anna@x.example", "ek@y.example"]
    assert anna.note == FULL["note"]


@given(st.sets(st.integers(1, 10_000_000), max_size=200))
def test_con3_an_address_says_which_contacts_were_chosen(ids: set[int]) -> None:
    actor = Actor(kind="user", user_id=1)
    address = exporting.address(actor, {"ids": list(ids)}, form=exporting.VCARD)
    path, _, query = address.partition("?of=")
    assert path == "/contacts/export.vcf"
    assert exporting.asked_for(query).ids == tuple(sorted(ids))


def test_con3_an_address_says_what_a_view_finds() -> None:
    actor = Actor(kind="user", user_id=1)
    wanted = {"filters": {"text": "żółć", "owners": [0, 3]}, "sort": "-changed"}
    found = exporting.asked_for(exporting.address(actor, wanted).partition("?of=")[2])
    assert (found.filters, found.sort) == (wanted["filters"], "-changed")
    assert exporting.address(actor, {}) == "/contacts/export.csv"


def test_con3_many_chosen_contacts_fit_into_an_address() -> None:
    actor = Actor(kind="user", user_id=1)
    assert len(exporting.address(actor, {"ids": list(range(1, 100_000, 97))})) < 200


@pytest.mark.parametrize("text", ["x", "e30", "****", "eJw", "A" * 100_000])
def test_q1_a_made_up_address_is_not_found(text: str) -> None:
    with pytest.raises(NotFound):
        exporting.asked_for(text)


@pytest.mark.parametrize(
    "raw",
    [None, [], {"ids": "1"}, {"ids": [True, "1", -3, 0]}, {"filters": {"evil": 1}}, {"sort": 3}],
)
def test_q1_made_up_wishes_are_harmless(raw: Any) -> None:
    found = exporting.wanted_of(raw)
    assert found.ids in (None, ())
    assert not found.filters
