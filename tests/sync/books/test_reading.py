"""SCT-2, SCT-3, SCT-8: cards are read page by page into the queue, and an emptied or lost address book
empties nothing here."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlmodel import select

from crm_app import models
from crm_app.core import clock, db, facts
from crm_app.core.errors import RemoteUnavailable
from crm_app.core.kinds import AccountState, ContactKind, LinkEnd
from crm_app.providers.address_book_port import Card, CardEmail, CardKind
from crm_app.providers.memory_book_account import MemoryBookAccount
from crm_app.sync.books import due, merged, sweeping
from crm_app.sync.runs.framing import Ended
from tests.sync.books import rig
from tests.sync.books.rig import Holder, connect, contact, person

pytestmark = pytest.mark.usefixtures("database")


def fill(kate: Holder, count: int) -> list[str]:
    return [
        kate.put(f"{n:03}", person(f"Person {n:03}", f"p{n}@example.com")) for n in range(count)
    ]


def test_sct2_the_first_download_makes_cards_and_no_contacts() -> None:
    kate = connect()
    fill(kate, 5)
    kate.put("group", Card(name="Choir", kind=CardKind.GROUP))
    kate.put("broken", "no entry at all")
    assert kate.run() is Ended.DONE
    rows = rig.rows(kate)
    assert len(rows) == 7
    first = rows[f"{kate.ref}000"]
    assert (first.name, first.sort_key) == ("Person 000", "person 000")
    assert "p0@example.com" in first.search_text
    assert rows[f"{kate.ref}group"].is_group
    assert rows[f"{kate.ref}broken"].trouble != ""
    book = rig.book(kate.book_id)
    assert (book.complete, book.events_seen, book.last_error) == (True, 7, "")
    with db.reading() as session:
        assert session.exec(select(models.Contact)).all() == []
    assert rig.recorded(facts.AddressBooksChanged) >= 4


def test_sct2_trap49_a_download_goes_on_from_the_page_where_it_was_cut_off() -> None:
    kate = connect()
    fill(kate, 9)
    kate.service.fail(RemoteUnavailable(), call="page")
    assert kate.run() is Ended.FAILED
    assert 0 < len(rig.rows(kate)) < 9
    before = rig.book(kate.book_id).events_seen
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        assert kate.run() is Ended.DONE
    assert len(rig.rows(kate)) == 9
    assert rig.book(kate.book_id).events_seen == 9
    assert before > 0


def test_sct2_a_long_download_goes_on_in_slices() -> None:
    kate = connect()
    fill(kate, 7)
    assert kate.run(seconds=0) is Ended.FAILED
    assert len(rig.rows(kate)) == 2
    rig.settle()
    assert len(rig.rows(kate)) == 7
    assert rig.book(kate.book_id).complete


def test_sct2_a_stopped_download_waits_until_somebody_says_so() -> None:
    kate = connect()
    fill(kate, 5)
    kate.run(seconds=0)
    with db.unit_of_work() as session:
        session.get_one(models.AddressBook, kate.book_id).stopped_at = clock.now()
    rig.settle()
    assert len(rig.rows(kate)) == 2
    with db.unit_of_work() as session:
        session.get_one(models.AddressBook, kate.book_id).stopped_at = None
    kate.run()
    assert len(rig.rows(kate)) == 5


def test_sct8_a_run_with_nothing_new_asks_once() -> None:
    kate = connect()
    fill(kate, 5)
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    kate.run()
    kate.service.calls.clear()
    kate.run()
    assert kate.service.calls == ["pull"]


def test_sct3_a_card_that_changes_is_refreshed_and_keeps_what_somebody_said_of_it() -> None:
    kate = connect()
    one, two = fill(kate, 2)
    kate.run()
    with db.unit_of_work() as session:
        row = rig.rows(kate)[one]
        session.get_one(models.ExternalCard, row.id).mark = ContactKind.LEAD
    kate.change(one, name="Anna", emails=(CardEmail("anna@example.com"),))
    kate.change(two, name="Bert")
    kate.run()
    rows = rig.rows(kate)
    assert (rows[one].name, rows[one].mark) == ("Anna", ContactKind.LEAD)
    assert (rows[two].name, rows[two].mark) == ("Bert", None)
    assert "anna@example.com" in rows[one].search_text


def test_sct3_a_rule_marks_what_it_fits_and_a_person_s_word_stands_above_it() -> None:
    kate = connect()
    with db.unit_of_work() as session:
        session.add(
            models.CardRule(
                user_id=kate.user.id or 0,
                field="email",
                value="example.com",
                mark=ContactKind.CONTACT,
                created_at=clock.now(),
            )
        )
    (one,) = fill(kate, 1)
    other = kate.put("other", person("Bob Ray", "bob@elsewhere.example"))
    kate.run()
    rows = rig.rows(kate)
    assert rows[one].mark is ContactKind.CONTACT
    assert rows[one].rule_id is not None
    assert rows[other].mark is None
    with db.unit_of_work() as session:
        row = session.get_one(models.ExternalCard, rows[one].id)
        row.mark, row.rule_id = ContactKind.LEAD, None
    kate.change(one, name="Anna")
    kate.change(other, emails=(CardEmail("bob@example.com"),))
    kate.run()
    rows = rig.rows(kate)
    assert (rows[one].mark, rows[other].mark) == (ContactKind.LEAD, ContactKind.CONTACT)


def test_sct3_a_deleted_card_leaves_the_queue_and_a_marked_one_is_shown_as_gone() -> None:
    kate = connect()
    one, two = fill(kate, 2)
    kate.run()
    with db.unit_of_work() as session:
        session.get_one(models.ExternalCard, rig.rows(kate)[one].id).mark = ContactKind.LEAD
    kate.service.clear(kate.ref)
    kate.run()
    rows = rig.rows(kate)
    assert list(rows) == [one]
    assert rows[one].missing_since is not None
    assert rig.book(kate.book_id).deletions_waiting == 0
    kate.service.put(kate.ref, "000", person("Person 000", "p0@example.com"))
    kate.run()
    assert rig.rows(kate)[one].missing_since is None
    assert two not in rig.rows(kate)


def test_sct8_trap90_many_deletions_wait_for_a_yes_and_flags_stay_on() -> None:
    kate = connect()
    hrefs = fill(kate, 14)
    kate.run()
    ann = contact("Ann Lee", "p0@example.com")
    rig.link_to(kate, ann, hrefs[0])
    kate.service.clear(kate.ref)
    kate.run()
    assert rig.book(kate.book_id).deletions_waiting == 14
    assert len(rig.rows(kate)) == 14
    assert rig.is_on(kate, ann)
    # What is written meanwhile waits too, and is no reason to ask the service again and again.
    rig.change(ann, "ann@new.example")
    rig.settle()
    assert "update" not in kate.service.calls
    with db.unit_of_work() as session:
        book = session.get_one(models.AddressBook, kate.book_id)
        assert sweeping.carry_out(session, book, now=clock.now()) == 14
    assert rig.rows(kate) == {}
    assert rig.link_of(ann).why_ended is LinkEnd.DELETED_OUTSIDE
    assert rig.emails(ann) == ["ann@new.example"]


def test_sct8_trap90_an_empty_whole_listing_deletes_nothing_by_itself() -> None:
    kate = connect()
    (href,) = fill(kate, 1)
    kate.run()
    ann = contact("Ann Lee", "p0@example.com")
    rig.link_to(kate, ann, href)
    kate.service.clear(kate.ref)
    kate.service.expire_cursors(kate.ref)
    kate.run()
    assert rig.book(kate.book_id).deletions_waiting == 1
    assert rig.is_on(kate, ann)
    kate.service.put(kate.ref, "000", person("Person 000", "p0@example.com"))
    kate.run()
    assert rig.book(kate.book_id).deletions_waiting == 0
    assert rig.is_on(kate, ann)


def test_sct8_trap90_a_book_that_is_gone_deletes_nothing() -> None:
    kate = connect()
    (href,) = fill(kate, 1)
    kate.run()
    ann = contact("Ann Lee", "p0@example.com")
    rig.link_to(kate, ann, href)
    kate.service.drop_book(kate.ref)
    kate.run()
    book = rig.book(kate.book_id)
    assert book.gone_at is not None
    assert rig.is_on(kate, ann)
    assert len(rig.rows(kate)) == 1
    assert rig.account(kate.account_id).state is AccountState.ERROR


def test_sct8_trap46_an_expired_cursor_leads_to_a_whole_listing_without_doubles() -> None:
    kate = connect()
    hrefs = fill(kate, 5)
    kate.run()
    kate.service.remove(kate.ref, hrefs[0])
    kate.service.expire_cursors(kate.ref)
    kate.run()
    assert sorted(rig.rows(kate)) == sorted(hrefs[1:])


def test_sct8_cursors_that_age_are_renewed_by_a_whole_listing_in_time() -> None:
    kate = connect(service=MemoryBookAccount(relist=6 * 86400))
    fill(kate, 3)
    kate.run()
    generation = rig.book(kate.book_id).generation
    with time_machine.travel(datetime.now(UTC) + timedelta(days=5)):
        kate.run()
        assert rig.book(kate.book_id).generation == generation
    with time_machine.travel(datetime.now(UTC) + timedelta(days=7)):
        kate.run()
        assert rig.book(kate.book_id).generation == generation + 1
        kate.run()
        assert rig.book(kate.book_id).generation == generation + 1
    assert len(rig.rows(kate)) == 3


def test_sct5_an_entry_that_gets_another_name_there_stays_the_contact_s() -> None:
    kate = connect()
    (href,) = fill(kate, 1)
    kate.run()
    ann = contact("Ann Lee", "p0@example.com")
    rig.link_to(kate, ann, href)
    renamed = kate.service.rename(kate.ref, href)
    kate.run()
    assert list(rig.rows(kate)) == [renamed]
    assert rig.link_of(ann).href == renamed
    rig.change(ann, "ann@new.example")
    rig.settle()
    assert rig.reached(kate.entry()) == ["ann@new.example"]
    assert rig.is_on(kate, ann)


def test_sct8_a_paused_account_is_asked_for_nothing() -> None:
    kate = connect()
    fill(kate, 1)
    with db.unit_of_work() as session:
        session.get_one(models.ConnectedAccount, kate.account_id).state = AccountState.PAUSED
        assert due.enqueue_due(session, now=clock.now(), every=timedelta(minutes=1)) == 0
    kate.run()
    assert kate.service.calls == []
    assert rig.account(kate.account_id).state is AccountState.PAUSED


def test_sct8_due_books_are_claimed_once() -> None:
    connect(name="Kate")
    connect(name="Theo")
    minute = timedelta(minutes=1)
    with db.unit_of_work() as session:
        assert due.enqueue_due(session, now=clock.now(), every=minute) == 2
        assert due.enqueue_due(session, now=clock.now(), every=minute) == 0
        assert due.enqueue_due(session, now=clock.now() + minute, every=minute) == 2


def test_con3_of_two_records_that_become_one_the_kept_one_is_followed_and_none_is_removed() -> None:
    kate, theo = connect(name="Kate"), connect(name="Theo")
    ann, anna = contact("Ann Lee", "ann@example.com"), contact("Anna Lee", "anna@example.com")
    rig.tick(kate, ann)
    rig.tick(kate, anna)
    rig.tick(theo, anna)
    rig.settle()
    with db.unit_of_work() as session:
        merged.contacts_merged(session, ann.id or 0, anna.id or 0, now=clock.now())
    rig.settle()
    assert len(kate.cards()) == 2
    assert rig.reached(theo.entry()) == ["ann@example.com"]
    assert rig.is_on(theo, ann)
    assert not rig.is_on(kate, anna)
    with db.unit_of_work() as session:
        merged.merging_undone(session, ann.id or 0, anna.id or 0, now=clock.now())
    assert rig.is_on(kate, anna)
