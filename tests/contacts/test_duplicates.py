"""Suggestions of who may be one: surest first, never by themselves, and "no" is remembered (CON-3)."""

import pytest
from sqlmodel import Session

from crm_app.contacts import duplicates, service
from crm_app.contacts.fields import Email, Phone
from crm_app.core import access
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact
from tests import factories

ROOT = access.system("test")


@pytest.fixture
def ada(session: Session) -> Actor:
    factories.workspace(session)
    return factories.actor(factories.admin(session))


def _make(session: Session, name: str, email: str = "", phone: str = "", **more: object) -> Contact:
    return service.create(
        session,
        ROOT,
        name=name,
        emails=[Email(email)],
        phones=[Phone(phone)],
        **more,  # type: ignore[arg-type]  # fields by name
    )


def _found(session: Session, actor: Actor) -> list[tuple[str, str, list[str]]]:
    return [
        (group.reason, group.shared, [row.name for row in group.rows])
        for group in duplicates.find(session, actor)
    ]


def test_con3_alike_by_address_number_or_name(session: Session, ada: Actor) -> None:
    _make(session, "Anna", "anna@x.example")
    _make(session, "A. Ek", "ANNA@x.example", "+49 30 123456")
    _make(session, "Reception", "desk@x.example", "+4930123456")
    _make(session, "Łukasz Özil", "l@x.example")
    _make(session, "Lukasz OZIL", "l@y.example")
    _make(session, "Ben")
    _make(session, "ben")
    assert _found(session, ada) == [
        ("email", "anna@x.example", ["Anna", "A. Ek"]),
        ("phone", "+4930123456", ["A. Ek", "Reception"]),
        ("name", "lukasz ozil", ["Łukasz Özil", "Lukasz OZIL"]),
    ]


def test_con3_a_pair_is_shown_once_with_its_surest_reason(session: Session, ada: Actor) -> None:
    _make(session, "Anna Ek", "anna@x.example", "+49 30 123456")
    _make(session, "Anna Ek", "anna@x.example", "+49 30 123456")
    assert [reason for reason, _, _ in _found(session, ada)] == ["email"]


def test_con3_companies_and_people_are_never_alike(session: Session, ada: Actor) -> None:
    _make(session, "Ek & Co", "info@x.example", kind=ContactKind.COMPANY)
    anna = _make(session, "Anna", "info@x.example")
    assert _found(session, ada) == []
    assert duplicates.alike(session, ada, anna.id or 0) == []


def test_con3_a_shared_mailbox_is_no_duplicate(session: Session, ada: Actor) -> None:
    for number in range(duplicates.MOST_ALIKE + 1):
        _make(session, f"N{number}", "office@x.example")
    assert _found(session, ada) == []


def test_usr3_nobody_hears_of_contacts_that_he_may_not_see(session: Session, ada: Actor) -> None:
    ben = factories.actor(factories.user(session))
    _make(session, "Hers", "a@x.example", owner_id=ada.user_id)
    open_one = _make(session, "Nobody's", "a@x.example")
    assert len(_found(session, ada)) == 1
    assert _found(session, ben) == []
    assert duplicates.alike(session, ben, open_one.id or 0) == []


def test_con3_two_that_are_two_are_suggested_no_more(session: Session, ada: Actor) -> None:
    three = [_make(session, name, "a@x.example") for name in ("Anna", "Ben", "Cleo")]
    ids = [contact.id or 0 for contact in three]
    duplicates.keep_apart(session, ada, ids[:2])
    duplicates.keep_apart(session, ada, ids[:2])
    assert [names for *_, names in _found(session, ada)] == [["Anna", "Ben", "Cleo"]]
    assert [row.name for row in duplicates.alike(session, ada, ids[0])] == ["Cleo"]
    duplicates.keep_apart(session, ada, ids)
    assert _found(session, ada) == []
    duplicates.suggest_again(session, ada, ids)
    assert len(_found(session, ada)) == 1
    with pytest.raises(NotFound):
        duplicates.keep_apart(session, ada, [ids[0], 10**6])


def test_con3_deleted_ones_are_not_alike(session: Session, ada: Actor) -> None:
    _make(session, "Anna Ek", "a@x.example")
    gone = _make(session, "Anna Ek", "a@x.example")
    service.delete(session, ROOT, gone)
    assert _found(session, ada) == []
