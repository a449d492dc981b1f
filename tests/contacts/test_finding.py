"""The contact behind an address: the match rule, its races, and what a visitor may change (CON-2)."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from crm_app.contacts import queries, service, timeline
from crm_app.core import access, db, facts
from crm_app.core.errors import Invalid
from crm_app.models import Contact, ContactEmail, TimelineEntry
from tests import factories

VISITOR = access.visitor()
SYSTEM = access.system("test")


def _entries(session: Session, contact: Contact) -> list[tuple[str, dict[str, object]]]:
    rows = session.exec(select(TimelineEntry).where(TimelineEntry.contact_id == contact.id))
    return [(row.message, row.params) for row in rows]


def test_con2_unknown_address_makes_a_lead(session: Session) -> None:
    factories.workspace(session)
    made, new = service.find_or_make(
        session,
        VISITOR,
        email=" Anna@Bücher.example ",
        name="Anna  Ek",
        phone="030 123456",
        locale="de",
        time_zone="Europe/Berlin",
        source="calendar:sales",
    )
    assert new
    card = queries.card(session, SYSTEM, made.id or 0)
    assert (card.kind, card.name, card.first_name, card.last_name) == (
        "lead",
        "Anna Ek",
        "Anna",
        "Ek",
    )
    assert [email.address for email in card.emails] == ["Anna@Bücher.example"]
    assert [phone.e164 for phone in card.phones] == ["+4930123456"]
    assert (card.locale, card.time_zone, card.owner_id) == ("de", "Europe/Berlin", None)
    assert _entries(session, made) == [(timeline.created_message("calendar"), {})]


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("anna@x.example", "ANNA@X.example"),
        ("Anna@Bücher.example", "anna@xn--bcher-kva.example"),
        ("jose\u0301@x.example", "JOSÉ@x.example"),
        ("straße@x.example", "STRASSE@x.example"),
    ],
)
def test_con2_spelling_of_the_address_does_not_matter(
    session: Session, stored: str, typed: str
) -> None:
    known, _ = service.find_or_make(session, SYSTEM, email=stored, name="Anna")
    assert service.match_by_email(session, typed) is known
    assert service.find_or_make(session, VISITOR, email=typed, name="Anna") == (known, False)


def test_con2_oldest_wins_and_nothing_is_merged(session: Session) -> None:
    younger = factories.contact(session, email="anna@x.example")
    oldest = factories.contact(
        session, email="anna@x.example", created_at=factories.LONG_AGO - timedelta(days=1)
    )
    same_age = factories.contact(session, email="anna@x.example", created_at=oldest.created_at)
    assert service.match_by_email(session, "anna@x.example") is oldest
    assert service.find_or_make(session, VISITOR, email="anna@x.example", name="X")[0] is oldest
    assert {younger.deleted_at, same_age.deleted_at} == {None}
    assert len(session.exec(select(ContactEmail)).all()) == 3


def test_con2_deleted_contacts_are_not_meant(session: Session) -> None:
    gone = factories.contact(session, email="anna@x.example", deleted_at=factories.LONG_AGO)
    assert service.match_by_email(session, "anna@x.example") is None
    made, new = service.find_or_make(session, VISITOR, email="anna@x.example", name="Anna")
    assert new
    assert made is not gone


def test_con2_no_address_matches_nothing(session: Session) -> None:
    factories.contact(session, email="anna@x.example")
    assert service.match_by_email(session, "anna") is None
    assert service.match_by_email(session, "") is None


@pytest.mark.parametrize(
    ("email", "phone", "where"),
    [("anna", "", "email"), ("", "", "email"), ("anna@x.example", "call me", "phone")],
)
def test_q1_bad_input_is_named_as_the_form_knows_it(
    session: Session, email: str, phone: str, where: str
) -> None:
    with pytest.raises(Invalid) as caught:
        service.find_or_make(session, VISITOR, email=email, name="Anna", phone=phone)
    assert list(caught.value.fields) == [where]
    assert session.exec(select(Contact)).all() == []


def test_con2_unknown_language_and_zone_do_not_stop_a_booking(session: Session) -> None:
    made, _ = service.find_or_make(
        session, VISITOR, email="a@x.example", name="A", locale="tlh", time_zone="Mars/Base"
    )
    assert (made.locale, made.time_zone) == ("", "")


def test_con2_visitor_fills_what_is_empty(session: Session) -> None:
    factories.workspace(session)
    known = factories.contact(session, name="anna@x.example", email="anna@x.example")
    service.find_or_make(
        session,
        VISITOR,
        email="anna@x.example",
        name="Anna Ek",
        phone="030 123456",
        locale="pl",
        time_zone="Europe/Warsaw",
    )
    card = queries.card(session, SYSTEM, known.id or 0)
    assert (card.name, card.last_name, card.locale, card.time_zone) == (
        "Anna Ek",
        "Ek",
        "pl",
        "Europe/Warsaw",
    )
    assert [phone.number for phone in card.phones] == ["030 123456"]
    assert queries.search(session, SYSTEM, text="ek").rows[0].id == known.id


def test_con2_visitor_cannot_take_over_a_known_contact(session: Session) -> None:
    factories.workspace(session)
    known, _ = service.find_or_make(
        session,
        SYSTEM,
        email="anna@x.example",
        name="Anna Ek",
        phone="+49 30 123456",
        locale="de",
        time_zone="Europe/Berlin",
    )
    service.find_or_make(
        session,
        VISITOR,
        email="anna@x.example",
        name="Mallory",
        phone="+49 30 999999",
        locale="pl",
        time_zone="Europe/Warsaw",
    )
    card = queries.card(session, SYSTEM, known.id or 0)
    assert (card.name, card.locale, card.time_zone) == ("Anna Ek", "de", "Europe/Berlin")
    assert [phone.number for phone in card.phones] == ["+49 30 123456"]
    assert _entries(session, known)[1:] == [
        (timeline.OTHER_NAME, {"given": "Mallory"}),
        (timeline.OTHER_PHONE, {"given": "+49 30 999999"}),
    ]


def test_con2_the_same_name_and_number_in_other_spelling_are_no_news(session: Session) -> None:
    factories.workspace(session)
    known, _ = service.find_or_make(
        session, SYSTEM, email="anna@x.example", name="Anna Ek", phone="+49 30 123456"
    )
    service.find_or_make(
        session, VISITOR, email="ANNA@x.example", name=" anna EK ", phone="(030) 123-456"
    )
    assert len(_entries(session, known)) == 1


def test_con2_sync_fills_gaps_too_but_does_not_fill_the_timeline(session: Session) -> None:
    known = factories.contact(session, name="Anna Ek", email="anna@x.example")
    service.find_or_make(session, SYSTEM, email="anna@x.example", name="A. Ek", locale="it")
    assert (known.name, known.locale) == ("Anna Ek", "it")
    assert [message for message, _ in _entries(session, known)] == [timeline.CHANGED]


def test_con2_facts_tell_what_was_made_and_what_was_filled(session: Session) -> None:
    known, _ = service.find_or_make(session, VISITOR, email="anna@x.example", name="Anna")
    service.find_or_make(session, VISITOR, email="anna@x.example", name="Anna", locale="de")
    service.find_or_make(session, VISITOR, email="anna@x.example", name="Anna", locale="de")
    rows = session.exec(select(facts.FactRow).order_by(facts.FactRow.id))  # type: ignore[arg-type]
    assert [facts.load(session, row.id or 0) for row in rows] == [
        facts.ContactCreated(known.id or 0, by="customer"),
        facts.ContactChanged(known.id or 0, ("locale",), by="customer"),
    ]


def _together(count: int, work: Callable[[int], int]) -> list[int]:
    barrier = threading.Barrier(count)

    def started(number: int) -> int:
        barrier.wait(30)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(started, range(count)))


def test_con2_two_bookings_at_once_with_a_new_address_make_one_contact(database: str) -> None:
    spellings = ["anna@x.example", "Anna@X.example", "ANNA@x.EXAMPLE", "anna@x.example."]

    def book(number: int) -> int:
        with db.unit_of_work() as session:
            contact, _ = service.find_or_make(
                session, VISITOR, email=spellings[number % 4], name=f"Anna {number}"
            )
            return contact.id or 0

    ids = _together(8, book)
    assert len(set(ids)) == 1
    with db.reading() as session:
        assert len(session.exec(select(Contact)).all()) == 1
        assert len(session.exec(select(ContactEmail)).all()) == 1


def test_con2_bookings_at_once_with_different_addresses_do_not_mix(database: str) -> None:
    def book(number: int) -> int:
        with db.unit_of_work() as session:
            email = f"lead{number}@x.example"
            return service.find_or_make(session, VISITOR, email=email, name="Lead")[0].id or 0

    assert len(set(_together(6, book))) == 6
