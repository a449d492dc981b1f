"""Importing from the queue: SCT-3, SCT-4, SCT-5, SCT-6; traps 72, 85, 87, 92."""

import pytest
from sqlmodel import Session, col, select

from crm_app import models
from crm_app.contacts import queries as contacts
from crm_app.core import clock, db, facts
from crm_app.core.access import system
from crm_app.core.kinds import AccountPurpose, CardLinkState, ContactKind, LinkOrigin
from crm_app.providers.address_book_port import (
    UNREADABLE,
    Card,
    CardAddress,
    CardEmail,
    CardPhone,
)
from crm_app.sync.books import importing, queries, queue, queue_jobs
from crm_app.sync.rules import card_merge
from tests import factories
from tests.sync import rig
from tests.sync.books.queue_rig import (
    Reader,
    card_links,
    cards,
    company,
    connected,
    people,
    person,
    put,
)

pytestmark = pytest.mark.usefixtures("database")
ME = system("test")
AS_CONTACT = {"mark": ContactKind.CONTACT}


def reader(*found: Card, mark: ContactKind | None = ContactKind.CONTACT) -> Reader:
    """A user with these cards in his queue, marked."""
    with db.unit_of_work() as session:
        ann = connected(session)
        for card in found:
            put(session, ann.book_id, card, mark=mark)
    return ann


def import_all(ann: Reader, **options: bool) -> None:
    with db.unit_of_work() as session:
        queue.request_import(session, ann.actor, **options)
    rig.settle()


def fields(session: Session, name: str) -> contacts.Card:  # type: ignore[name-defined]  # what card gives
    found = session.exec(select(models.Contact).where(models.Contact.name == name)).one()
    return contacts.card(session, ME, found.id or 0)


def test_sct3_trap72_two_of_three_are_imported_and_the_third_waits() -> None:
    ann = reader(person("Ann Lee"), person("Bo Berg"), person("Cy Court"))
    with db.unit_of_work() as session:
        ids = {row.name: row.id for row in queries.queue(session, ann.actor).rows}
        queue.mark(session, ann.actor, ids["Bo Berg"], None)
        queue.mark(session, ann.actor, ids["Cy Court"], ContactKind.LEAD)
    import_all(ann)
    made = people()
    assert {name: row.kind for name, row in made.items()} == {
        "Ann Lee": ContactKind.CONTACT,
        "Cy Court": ContactKind.LEAD,
    }
    with db.reading() as session:
        assert [row.name for row in queries.queue(session, ann.actor).rows] == ["Bo Berg"]
        assert queries.counts(session, ann.actor) == queries.Counts(waiting=1)


def test_sct5_what_is_imported_is_ticked_for_the_importer_and_in_step() -> None:
    ann = reader(person("Ann Lee", "ann@x.example"))
    with db.unit_of_work() as session:
        bob = connected(session)
    import_all(ann)
    (link,) = card_links()
    assert (link.state, link.origin) == (CardLinkState.IN_STEP, LinkOrigin.OUTSIDE)
    card = cards()["Ann Lee"]
    assert (link.href, link.etag, link.content_hash) == (card.href, card.etag, card.content_hash)
    assert link.ours is not None
    assert link.theirs is not None
    assert card_merge.from_json(link.ours).emails == (CardEmail("ann@x.example"),)
    assert card_merge.from_json(link.theirs).emails == (CardEmail("ann@x.example"),)
    with db.unit_of_work() as session:
        session.get_one(models.Contact, link.contact_id).owner_id = None
    with db.reading() as session:
        assert queries.flag(session, ann.actor, link.contact_id).on
        assert not queries.flag(session, bob.actor, link.contact_id).on


def test_sct6_trap85_every_line_comes_in_postal_addresses_too() -> None:
    ann = reader(
        person(
            "Ann Lee",
            "ann@x.example",
            "030 123456",
            addresses=(CardAddress("Weg 1\n2. Hof", "10115", "Berlin", "", "Germany", "home"),),
            note="told me a secret",
        )
    )
    import_all(ann)
    with db.reading() as session:
        card = fields(session, "Ann Lee")
    assert (card.first_name, card.last_name, card.note) == ("Ann", "Lee", "")
    assert [each.address for each in card.emails] == ["ann@x.example"]
    assert [each.e164 for each in card.phones] == ["+4930123456"]
    (home,) = card.addresses
    assert (home.street, home.city, home.label) == ("Weg 1 2. Hof", "Berlin", "home")


def test_sct4_nothing_is_merged_however_alike() -> None:
    with db.unit_of_work() as session:
        factories.workspace(session)
        factories.contact(session, name="Ann Lee", email="ann@x.example")
    ann = reader(person("Ann Lee", "ann@x.example"), person("Ann Lee", "ann@x.example"))
    import_all(ann)
    with db.reading() as session:
        assert len(session.exec(select(models.Contact)).all()) == 3


def test_sct3_made_by_the_user_owned_by_him_and_triggering_nothing() -> None:
    ann = reader(person("Ann Lee"))
    import_all(ann)
    contact = people()["Ann Lee"]
    assert (contact.owner_id, contact.source) == (ann.user.id, "contact_sync")
    assert rig.told(facts.ContactCreated) == 1
    assert rig.fired(facts.ContactCreated) == 0
    with db.reading() as session:
        entry = session.exec(
            select(models.TimelineEntry).where(models.TimelineEntry.kind == "created")
        ).one()
    assert entry.message == "Came in from an address book"
    assert entry.actor_label == ann.user.name


def test_sct3_a_person_is_placed_in_the_one_company_of_that_name() -> None:
    ann = reader(person("Ann Lee", organization="Sonne"), person("Bo Berg", organization="Mond"))
    with db.unit_of_work() as session:
        other = factories.user(session)
        sun = factories.contact(session, name="SONNE", kind=ContactKind.COMPANY)
        for owner_id in (None, None):
            factories.contact(session, name="Mond", kind=ContactKind.COMPANY, owner_id=owner_id)
        factories.contact(session, name="Sonne", kind=ContactKind.COMPANY, owner_id=other.id)
        factories.contact(session, name="Sonne", kind=ContactKind.LEAD)
    import_all(ann)
    assert people()["Ann Lee"].company_id == sun.id
    assert people()["Bo Berg"].company_id is None
    assert people()["Bo Berg"].custom == {"organization": "Mond"}


def test_sct3_companies_come_before_their_people() -> None:
    ann = reader(person("Ann Lee", organization="Sonne"))
    with db.unit_of_work() as session:
        put(session, ann.book_id, company("Sonne"), mark=ContactKind.COMPANY)
    import_all(ann)
    assert people()["Ann Lee"].company_id == people()["Sonne"].id
    assert people()["Sonne"].first_name == ""


@pytest.mark.parametrize("make", [True, False])
def test_sct3_companies_are_made_only_when_asked_for(make: bool) -> None:
    ann = reader(person("Ann Lee", organization="Sonne"), person("Bo Berg", organization="sonne"))
    import_all(ann, make_companies=make)
    made = people()
    assert ("Sonne" in made) is make
    if make:
        assert made["Ann Lee"].company_id == made["Bo Berg"].company_id == made["Sonne"].id
        assert len(card_links()) == 2
    else:
        assert made["Ann Lee"].custom == {"organization": "Sonne"}


def test_trap87_odd_cards_neither_stop_the_others_nor_get_lost() -> None:
    ann = reader(
        Card("ask@", emails=(CardEmail("ask@"),), phones=(CardPhone("--"),)),
        person("Ann Lee"),
        Card("n" * 5000, emails=tuple(CardEmail(f"a{n}@x.example") for n in range(80))),
    )
    with db.unit_of_work() as session:
        put(session, ann.book_id, Card("Broken"), trouble=UNREADABLE, **AS_CONTACT)
    import_all(ann)
    assert set(people()) == {"ask@", "Ann Lee", "n" * 200}
    with db.reading() as session:
        assert len(fields(session, "n" * 200).emails) == 50
        assert fields(session, "ask@").emails == ()
        (broken,) = queries.queue(session, ann.actor).rows
    assert (broken.name, broken.trouble, broken.importing) == ("Broken", UNREADABLE, False)
    assert broken.mark is ContactKind.CONTACT


def test_sct3_a_refused_row_says_why_and_keeps_its_mark() -> None:
    ann = reader(Card("\u200e\u202e"), person("Ann Lee"))
    import_all(ann)
    assert set(people()) == {"Ann Lee"}
    with db.reading() as session:
        (left,) = queries.queue(session, ann.actor).rows
    assert left.trouble == "Give a name or an e-mail address."
    assert (left.mark, left.importing) == (ContactKind.CONTACT, False)


def test_trap92_names_are_cleaned_and_kept_as_text() -> None:
    ann = reader(Card("=cmd|' /C calc'!A0\r\n<b>Ann</b>\u202e", first_name="=1+1"))
    import_all(ann)
    (contact,) = people().values()
    assert contact.name == "=cmd|' /C calc'!A0 <b>Ann</b>"


def test_sct2_a_job_that_dies_makes_nothing_twice() -> None:
    ann = reader(*(person(f"Card {number:02}") for number in range(7)))
    with db.unit_of_work() as session:
        queue.request_import(session, ann.actor)
    user_id = ann.user.id or 0
    assert importing.import_some(user_id, make_companies=False, now=clock.now(), most=3)
    assert len(people()) == 3
    with db.reading() as session:
        assert queries.counts(session, ann.actor).importing == 4
    for _ in range(2):
        queue_jobs.import_cards(user_id)
    assert len(people()) == len(card_links()) == 7


def test_sct3_after_its_time_the_job_has_another_one_go_on() -> None:
    ann = reader(*(person(f"Card {number:02}") for number in range(importing.FEW + 5)))
    with db.unit_of_work() as session:
        queue.request_import(session, ann.actor)
    queue_jobs.import_cards(ann.user.id or 0, seconds=0)
    assert len(people()) == importing.FEW
    rig.settle()
    assert len(people()) == importing.FEW + 5


def test_sct3_stopped_in_between_the_rest_keeps_its_marks() -> None:
    ann = reader(*(person(f"Card {number}") for number in range(5)))
    with db.unit_of_work() as session:
        queue.request_import(session, ann.actor)
    importing.import_some(ann.user.id or 0, make_companies=False, now=clock.now(), most=2)
    with db.unit_of_work() as session:
        assert queue.stop_import(session, ann.actor) == 3
    rig.settle()
    with db.reading() as session:
        assert queries.counts(session, ann.actor) == queries.Counts(waiting=3, marked=3)
    assert len(people()) == 2


def test_trap80_what_is_deleted_in_the_cloud_meanwhile_is_not_imported() -> None:
    ann = reader(person("Ann Lee"), person("Bo Berg"))
    with db.unit_of_work() as session:
        queue.request_import(session, ann.actor)
        row = session.exec(
            select(models.ExternalCard).where(models.ExternalCard.name == "Bo Berg")
        ).one()
        row.missing_since = clock.now()
        session.add(row)
    rig.settle()
    assert set(people()) == {"Ann Lee"}
    assert not cards()["Bo Berg"].importing


def test_sct3_nothing_is_imported_for_somebody_who_left() -> None:
    ann = reader(person("Ann Lee"))
    with db.unit_of_work() as session:
        queue.request_import(session, ann.actor)
        session.exec(
            select(models.User).where(col(models.User.id) == ann.user.id)
        ).one().active = False
    rig.settle()
    assert people() == {}
    assert not cards()["Ann Lee"].importing


def test_sct3_one_account_at_a_time() -> None:
    ann = reader(person("Ann Lee"))
    with db.unit_of_work() as session:
        other = models.ConnectedAccount(
            user_id=ann.user.id or 0,
            purpose=AccountPurpose.CONTACTS,
            provider="memory",
            label="Work",
            secret="x",
            created_at=clock.now(),
        )
        session.add(other)
        session.flush()
        book = models.AddressBook(account_id=other.id or 0, ref="9", name="Work")
        session.add(book)
        session.flush()
        put(session, book.id or 0, person("Bo Berg"), **AS_CONTACT)
        assert queue.request_import(session, ann.actor, other.id) == 1
    rig.settle()
    assert set(people()) == {"Bo Berg"}
