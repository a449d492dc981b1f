"""Contacts that are made at once leave what those leave that are made one by one (CON-1, CON-5)."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select

from crm_app.contacts import service
from crm_app.contacts.fields import Address, ContactFields, Email, Phone, checked, named
from crm_app.contacts.making_many import make_many
from crm_app.core.access import Actor
from crm_app.core.facts import FactRow
from crm_app.core.jobs import Job
from crm_app.core.kinds import ContactKind
from crm_app.models import (
    AuditEntry,
    Contact,
    ContactAddress,
    ContactEmail,
    ContactPhone,
    ContactTag,
    OwnerChange,
    TimelineEntry,
)
from tests import factories

_TABLES = (
    Contact,
    ContactEmail,
    ContactPhone,
    ContactAddress,
    ContactTag,
    OwnerChange,
    TimelineEntry,
    FactRow,
    AuditEntry,
)
_NUMBERS = {"id", "contact_id", "subject_id", "tag_id"}
_MOMENTS = {"at", "created_at", "changed_at"}


@pytest.fixture
def ada(session: Session) -> Actor:
    factories.workspace(session)
    return factories.actor(factories.admin(session, name="Ada"))


def _wanted(session: Session, owner_id: int | None) -> list[ContactFields]:
    firm = factories.contact(session, name="Weber", kind=ContactKind.COMPANY)
    given: list[ContactFields] = [
        {
            "name": "Zoë van Ek",
            "emails": [Email("Zoe@Bücher.example", "work"), Email("z@x.example")],
        },
        {
            "kind": ContactKind.CONTACT,
            "first_name": "Ben",
            "last_name": "Ode",
            "phones": [Phone("030 123456", "home")],
            "addresses": [Address("Weg 1", city="Köln")],
            "company_id": firm.id,
            "tags": ["VIP", "Äpfel", "vip"],
            "owner_id": owner_id,
            "time_zone": "Europe/Rome",
            "locale": "it",
            "do_not_disturb": ["sms"],
            "note": "Two\nlines",
            "custom": {"size": "M"},
        },
        {"emails": [Email("nameless@x.example")]},
        {"kind": ContactKind.COMPANY, "name": "Nowak", "tags": ["vip"]},
    ]
    return [named(checked(each, region="IT"), each.get("kind", ContactKind.LEAD)) for each in given]


def _left(session: Session, table: Any, first: int) -> list[dict[str, Any]]:
    """The rows behind the first ``first``, without what differs from run to run."""
    rows = session.exec(select(table)).all()[first:]
    found = [
        {k: v for k, v in row.model_dump().items() if k not in _NUMBERS | _MOMENTS} for row in rows
    ]
    for row in found:
        if "data" in row:
            row["data"] = {k: v for k, v in row["data"].items() if k != "contact_id"}
    return sorted(found, key=lambda row: str(sorted(row.items())))


def _counted(session: Session) -> dict[Any, int]:
    return {table: len(session.exec(select(table)).all()) for table in _TABLES}


@pytest.mark.parametrize("silent", [True, False])
def test_con1_many_at_once_are_as_many_one_by_one(
    session: Session, ada: Actor, silent: bool
) -> None:
    actor = replace(ada, silent=silent)
    wanted = _wanted(session, ada.user_id)
    before = _counted(session)
    for each in wanted:
        fields: ContactFields = {**each}
        owner_id = fields.pop("owner_id", None)
        contact = service.create(session, actor, source="import", **fields)
        if owner_id:
            service.set_owner(session, actor, contact, owner_id, rule="import")
    session.flush()
    singly = {table: _left(session, table, before[table]) for table in _TABLES}
    middle = _counted(session)
    ids = make_many(session, actor, "import", wanted, rule="import")
    session.expire_all()
    at_once = {table: _left(session, table, middle[table]) for table in _TABLES}
    assert at_once == singly
    names = [session.get_one(Contact, number).name for number in ids]
    assert names == ["Zoë van Ek", "Ben Ode", "nameless@x.example", "Nowak"]


def test_trg4_nobody_is_told_of_those_who_come_in_silence(session: Session, ada: Actor) -> None:
    wanted = _wanted(session, ada.user_id)
    make_many(session, replace(ada, silent=True), "import", wanted, rule="import")
    assert session.exec(select(Job)).all() == []
    make_many(session, ada, "import", wanted, rule="import")
    assert session.exec(select(Job)).all()


def test_con1_nobody_is_nobody(session: Session, ada: Actor) -> None:
    assert make_many(session, ada, "import", [], rule="import") == []
