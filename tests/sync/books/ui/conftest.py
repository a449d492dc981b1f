"""Kate's address books in memory, read once, and people who have no business with them."""

from typing import Any

import pytest
from sqlmodel import col, select

from crm_app import models
from crm_app.core import db
from crm_app.core.kinds import ContactKind
from crm_app.providers.address_book_port import Card, CardKind
from tests import factories
from tests.sync.books import rig
from tests.sync.books.rig import Holder, person

PAGE = "/settings/accounts"


@pytest.fixture
def kate(lite: str) -> Holder:
    """Kate connected two address books; four cards wait. Lea is a contact of hers already."""
    kate = rig.connect(books=2, name="Kate Miller", slug="kate", email="kate@team.example")
    rig.contact("Lea Lind", "lea@kunde.example", kind=ContactKind.LEAD, owner_id=kate.user.id)
    kate.put("hedwig", person("Hedwig Ek", "hedwig@x.example", "+49 30 1"))
    kate.put("lea", person("Lea Lind", "lea@kunde.example", "+49 171 2"))
    kate.put("firm", Card(name="Ek & Partner", kind=CardKind.COMPANY))
    kate.put("zoe", person("Zoë Ek", "zoe@x.example"), which=1)
    kate.run()
    kate.run(1)
    return kate


@pytest.fixture
def paul(kate: Holder) -> models.User:
    """A colleague without rights over what is Kate's."""
    with db.unit_of_work() as session:
        return factories.user(session, name="Paul", slug="paul", email="paul@team.example")


@pytest.fixture
def boss(kate: Holder) -> models.User:
    """An administrator."""
    with db.unit_of_work() as session:
        return factories.admin(session, name="Ada Byron", slug="boss", email="boss@team.example")


def stored() -> list[dict[str, Any]]:
    """All that is known of accounts, address books, cards, links and rules."""
    tables = (
        models.ConnectedAccount,
        models.AddressBook,
        models.ExternalCard,
        models.CardLink,
        models.CardRule,
    )
    with db.reading() as session:
        return [
            row.model_dump()
            for table in tables
            for row in session.exec(select(table).order_by(col(table.id)))
        ]


def card_id(name: str) -> int:
    """The card of that name."""
    with db.reading() as session:
        query = select(models.ExternalCard.id).where(models.ExternalCard.name == name)
        return session.exec(query).one() or 0


def contacts() -> dict[str, str]:
    """All contacts with their kinds."""
    with db.reading() as session:
        return {row.name: row.kind.value for row in session.exec(select(models.Contact))}


def contact_id(name: str) -> int:
    """The contact of that name."""
    with db.reading() as session:
        query = select(models.Contact.id).where(models.Contact.name == name)
        return session.exec(query).one() or 0


def nothing_of(tab: Any, state: Any) -> bool:
    """Whether the browser holds nothing at all of a state."""
    return not tab.held.get(state.get_full_name())
