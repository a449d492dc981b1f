"""The dialog "New contact" (CON-1, CON-2, Q-1)."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from crm_app.contacts.ui.making_state import NewContact
from crm_app.core import db
from crm_app.models import Contact, User
from tests import factories
from tests.ui.tabs import Tab

Open = Callable[..., Tab]


@pytest.fixture
def ben(lite: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.user(session, name="Ben Berg")


def _contacts() -> list[Contact]:
    with db.reading() as session:
        return list(session.exec(select(Contact).order_by(Contact.id)))  # type: ignore[arg-type]


def test_con1_a_contact_is_made_and_opened(ben: User, open_tab: Open) -> None:
    tab = open_tab(ben, "/contacts").fire(NewContact.begin)
    seen = tab.see(NewContact)
    assert (seen.adding, seen.owner_id) == (True, str(ben.id))
    assert [choice["label"] for choice in seen.owners] == ["Nobody", "Ben Berg"]
    form = {
        "name": "Anna Ek",
        "email": "anna@x.example",
        "phone": "030 123456",
        "kind": "contact",
        "owner": str(ben.id),
    }
    tab.fire(NewContact.save, form=form)
    (made,) = _contacts()
    assert (made.name, made.kind, made.owner_id) == ("Anna Ek", "contact", ben.id)
    assert f"/contacts/{made.id}" in tab.said
    assert not tab.see(NewContact).adding


@pytest.mark.parametrize(
    ("form", "where"),
    [
        ({}, "name"),
        ({"name": "Anna", "email": "nonsense"}, "email"),
        ({"name": "Anna", "phone": "call me"}, "phone"),
        ({"name": "Anna", "owner": "999"}, "owner"),
    ],
)
def test_q1_mistakes_are_shown_beside_the_field(
    ben: User, open_tab: Open, form: dict[str, str], where: str
) -> None:
    tab = open_tab(ben, "/contacts").fire(NewContact.begin).fire(NewContact.save, form=form)
    assert list(tab.see(NewContact).errors) == [where]
    assert tab.see(NewContact).adding
    assert _contacts() == []


def test_con2_somebody_with_the_address_is_shown_first(ben: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        known = factories.contact(session, name="Anna Ek", email="anna@x.example")
    form = {"name": "Anna", "email": "ANNA@X.example"}
    tab = open_tab(ben, "/contacts").fire(NewContact.begin).fire(NewContact.save, form=form)
    assert (tab.see(NewContact).twin_id, tab.see(NewContact).twin_name) == (known.id, "Anna Ek")
    assert len(_contacts()) == 1
    assert f"/contacts/{known.id}" in tab.fire(NewContact.open_twin).said
    tab.fire(NewContact.begin).fire(NewContact.save, form=form).fire(NewContact.save, form=form)
    assert len(_contacts()) == 2


def test_con2_another_address_is_looked_up_anew(ben: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        factories.contact(session, name="Anna Ek", email="anna@x.example")
        factories.contact(session, name="Other", email="other@x.example")
    tab = open_tab(ben, "/contacts").fire(NewContact.begin)
    tab.fire(NewContact.save, form={"email": "anna@x.example"}).fire(NewContact.forget_twin)
    tab.fire(NewContact.save, form={"email": "other@x.example"})
    assert tab.see(NewContact).twin_name == "Other"


def test_usr3_a_hidden_contact_is_not_revealed_by_its_address(ben: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        ada = factories.admin(session)
        factories.contact(session, name="Secret", email="anna@x.example", owner_id=ada.id)
    tab = open_tab(ben, "/contacts").fire(NewContact.begin)
    tab.fire(NewContact.save, form={"name": "Anna", "email": "anna@x.example"})
    assert "Secret" not in str(tab.held)
    assert len(_contacts()) == 2


def test_usr3_strangers_make_nothing(ben: User, open_tab: Open) -> None:
    open_tab(None, "/contacts").fire(NewContact.save, form={"name": "Mallory"})
    assert _contacts() == []
