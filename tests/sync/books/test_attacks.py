"""What nobody is to get by contact sync: others' cards, notes, and contacts out of his sight (SCT-3 … SCT-8)."""

import pytest
from sqlmodel import SQLModel, col, select

from crm_app import models
from crm_app.contacts import merging
from crm_app.contacts import service as contacts
from crm_app.core import clock, db, job_runner
from crm_app.core.errors import Conflict, NotFound
from crm_app.core.kinds import CardLinkState, ContactKind
from crm_app.providers.address_book_port import CardEmail
from crm_app.sync.books import accounts, flags, importing, managing, queries, queue
from tests import factories
from tests.sync.books import rig
from tests.sync.books.rig import connect, contact, person, reached

pytestmark = pytest.mark.usefixtures("database")


def _tick(who: rig.Holder, whom: models.Contact) -> None:
    with db.unit_of_work() as session:
        flags.tick(session, who.actor, whom.id or 0, now=clock.now())
    rig.settle()


def _give(whom: models.Contact, owner_id: int | None) -> None:
    with db.unit_of_work() as session:
        row = session.get_one(models.Contact, whom.id)
        contacts.set_owner(session, rig.ACTOR, row, owner_id, rule="test")


def test_sct5_what_changes_out_of_sight_reaches_nobodys_phone() -> None:
    kate = connect()
    with db.unit_of_work() as session:
        walter = factories.user(session, name="Walter")
    ann = contact("Ann Lee", "ann@example.com")
    _tick(kate, ann)
    _give(ann, walter.id)
    rig.change(ann, "private@example.com", "+49 228 7654321")
    rig.settle()
    kate.run()
    assert reached(kate.entry()) == ["ann@example.com"]
    link = rig.link_of(ann)
    assert (link.state, link.last_error) == (CardLinkState.IN_STEP, "")
    # Back in sight, the next change brings all of it.
    _give(ann, None)
    rig.change(ann, "private@example.com", "new@example.com")
    rig.settle()
    assert reached(kate.entry()) == ["private@example.com", "new@example.com"]


def test_sct5_what_he_wrote_while_it_was_out_of_sight_waits_for_him() -> None:
    kate = connect()
    with db.unit_of_work() as session:
        walter = factories.user(session, name="Walter")
    ann = contact("Ann Lee", "ann@example.com")
    _tick(kate, ann)
    _give(ann, walter.id)
    kate.change(kate.href(), emails=(CardEmail("ann@example.com"), CardEmail("typed@example.com")))
    kate.run()
    rig.settle()
    assert rig.emails(ann) == ["ann@example.com"]
    _give(ann, None)
    rig.change(ann, "ann@example.com", "here@example.com")
    rig.settle()
    assert set(reached(kate.entry())) == {
        "ann@example.com",
        "typed@example.com",
        "here@example.com",
    }


@pytest.mark.parametrize("number", [None, 0, -1, 2**31, 2**70])
@pytest.mark.parametrize("admin", [False, True])
def test_sct3_nobody_acts_on_the_cards_of_others(number: int | None, admin: bool) -> None:
    kate = connect()
    kate.put("ann", person("Ann Lee", "ann@example.com"))
    kate.run()
    someone = contact("Someone")
    with db.unit_of_work() as session:
        otto = (factories.admin if admin else factories.user)(session, name="Otto")
        (card,) = session.exec(select(models.ExternalCard.id)).all()
    actor, card_id = factories.actor(otto), (card or 0) if number is None else number
    for refused in (
        lambda s: queries.get_card(s, actor, card_id),
        lambda s: queue.mark(s, actor, card_id, ContactKind.LEAD),
        lambda s: queue.link_to(s, actor, card_id, someone.id or 0, now=clock.now()),
        lambda s: queries.queue(s, actor, account_id=kate.account_id),
        lambda s: queue.request_import(s, actor, kate.account_id),
        lambda s: queue.stop_import(s, actor, kate.account_id),
    ):
        with pytest.raises(NotFound), db.unit_of_work() as session:
            refused(session)
    with db.unit_of_work() as session:
        assert queue.mark_many(session, actor, ContactKind.LEAD, card_ids=[card_id]) == 0
        assert queue.ignore(session, actor, [card_id]) == 0
        assert queue.unignore(session, actor, [card_id]) == 0
        assert queue.dismiss_gone(session, actor, [card_id]) == 0
        with pytest.raises(Conflict):
            queue.request_import(session, actor)
    (row,) = rig.rows(kate).values()
    assert (row.mark, row.ignored, row.importing) == (None, False, False)


def test_sct2_no_member_manages_the_accounts_of_others() -> None:
    kate, otto = connect(), connect()
    actor, now = otto.actor, clock.now()
    for refused in (
        lambda s: managing.pause(s, actor, kate.account_id),
        lambda s: managing.resume(s, actor, kate.account_id),
        lambda s: managing.sync_now(s, actor, kate.account_id),
        lambda s: managing.stop(s, actor, kate.book_id, now=now),
        lambda s: managing.go_on(s, actor, kate.book_id),
        lambda s: managing.use_book(s, actor, kate.book_id, False, now=now),
        lambda s: managing.choose_main(s, actor, kate.book_id),
        lambda s: managing.list_again(s, actor, kate.book_id),
        lambda s: managing.delete_missing(s, actor, kate.book_id, now=now),
        lambda s: accounts.rename(s, actor, kate.account_id, "Mine"),
        lambda s: accounts.disconnect(s, actor, kate.account_id, remove_ours=True, now=now),
        lambda s: accounts.login_again(s, actor, kate.account_id, "guess", now=now),
        lambda s: queries.accounts_of(s, actor, now=now, user_id=kate.user.id),
    ):
        with pytest.raises(NotFound), db.unit_of_work() as session:
            refused(session)


def test_sct4_a_card_is_linked_to_no_contact_out_of_sight() -> None:
    kate = connect()
    kate.put("ann", person("Ann Lee", "ann@example.com"))
    kate.run()
    with db.unit_of_work() as session:
        walter = factories.user(session, name="Walter")
        (card,) = session.exec(select(models.ExternalCard.id)).all()
    hidden = contact("Ann Lee", "ann@example.com", owner_id=walter.id)
    with db.reading() as session:
        (row,) = queries.queue(session, kate.actor).rows
    assert row.matches == ()
    with pytest.raises(NotFound), db.unit_of_work() as session:
        queue.link_to(session, kate.actor, card or 0, hidden.id or 0, now=clock.now())
    with pytest.raises(NotFound), db.unit_of_work() as session:
        flags.tick(session, kate.actor, hidden.id or 0, now=clock.now())


def test_sct3_notes_of_an_address_book_stay_in_the_card(caplog: pytest.LogCaptureFixture) -> None:
    kate = connect()
    secret = "met at the clinic"
    kate.put("ann", person("Ann Lee", "ann@example.com", note=secret))
    kate.put("bea", person("Bea Low", "bea@example.com", note=secret))
    kate.run()
    with db.unit_of_work() as session:
        queue.mark_many(session, kate.actor, ContactKind.CONTACT)
        queue.request_import(session, kate.actor)
    rig.settle()
    with db.unit_of_work() as session:
        (ann, _) = session.exec(select(models.Contact).order_by(col(models.Contact.id))).all()
        flags.untick(session, kate.actor, ann.id or 0, now=clock.now())
    rig.settle()
    with db.reading() as session:
        told = {
            table.name
            for table in SQLModel.metadata.sorted_tables
            for row in session.execute(table.select())
            if secret in str(tuple(row))
        }
    # The card as it was read, and the entry that was removed and can come back.
    assert told <= {"external_card", "card_link"}
    assert secret not in caplog.text


def test_sct5_a_link_lives_through_merge_deletion_return_and_purge() -> None:
    kate = connect()
    ann, ben = contact("Ann Lee", "ann@example.com"), contact("Ann L.", "ben@example.com")
    _tick(kate, ann)
    _tick(kate, ben)
    with db.unit_of_work() as session:
        (row,) = merging.merge(session, rig.ACTOR, kept_id=ann.id or 0, gone_ids=[ben.id or 0])
        session.flush()
        merge_id = row.id or 0
    rig.settle()
    with db.unit_of_work() as session:
        contacts.delete(session, rig.ACTOR, session.get_one(models.Contact, ann.id))
    rig.settle()
    assert len(kate.cards()) == 2
    with db.unit_of_work() as session:
        contacts.restore(session, rig.ACTOR, session.get_one(models.Contact, ann.id))
        merging.undo(session, rig.ACTOR, merge_id)
    rig.settle()
    assert sorted(map(reached, kate.cards().values())) == [["ann@example.com"], ["ben@example.com"]]
    assert (rig.emails(ann), rig.emails(ben)) == (["ann@example.com"], ["ben@example.com"])
    with db.unit_of_work() as session:
        session.delete(session.get_one(models.Contact, ann.id))
    rig.settle()
    kate.run()
    assert len(kate.cards()) == 2


def test_sct3_an_account_that_is_left_ends_its_import_and_loses_nothing() -> None:
    kate = connect()
    for number in range(importing.FEW + 5):
        kate.put(f"c{number}", person(f"Ann {number}", f"a{number}@example.com"))
    kate.run()
    with db.unit_of_work() as session:
        queue.mark_many(session, kate.actor, ContactKind.LEAD)
        queue.request_import(session, kate.actor)
    assert importing.import_some(kate.user.id or 0, make_companies=False, now=clock.now())
    with db.unit_of_work() as session:
        now = clock.now()
        accounts.disconnect(session, kate.actor, kate.account_id, remove_ours=True, now=now)
    job_runner.drain()
    with db.reading() as session:
        assert len(session.exec(select(models.Contact.id)).all()) == importing.FEW
        assert session.exec(select(models.CardLink.id)).all() == []
        assert session.exec(select(models.ExternalCard.id)).all() == []
    # They were there before us.
    assert len(kate.cards()) == importing.FEW + 5
