"""Switching "Sync mobile" on and off: SCT-5; traps 75 and 77."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from crm_app.core import clock, facts
from crm_app.core.errors import Conflict, NotFound
from crm_app.core.kinds import AccountState, CardLinkState, LinkEnd
from crm_app.models import AddressBook, CardLink, ConnectedAccount
from crm_app.sync.books import flags, queries
from tests import factories
from tests.sync.books.queue_rig import Reader, book, connected


def written(session: Session, link: CardLink) -> CardLink:
    """As a run leaves it."""
    link.href, link.state = f"{link.key}.vcf", CardLinkState.IN_STEP
    session.add(link)
    session.flush()
    return link


def ticked(session: Session, ann: Reader, contact_id: int) -> CardLink:
    (link,) = flags.tick(session, ann.actor, contact_id, now=clock.now())
    return written(session, link)


def test_sct5_ticked_it_goes_to_the_main_address_book(session: Session) -> None:
    ann = connected(session)
    contact = factories.contact(session, name="Zoe")
    assert queries.flag(session, ann.actor, contact.id or 0) == queries.Flag(
        on=False, writable=True, params={"name": "Zoe", "books": "", "count": 0}
    )
    (link,) = flags.tick(session, ann.actor, contact.id or 0, now=clock.now())
    assert (link.address_book_id, link.user_id) == (ann.book_id, ann.user.id)
    assert link.state is CardLinkState.WANTED
    flag = queries.flag(session, ann.actor, contact.id or 0)
    assert (flag.on, flag.entries, flag.where) == (True, 1, ("Phone: Contacts",))
    assert flag.on_its_way
    assert "{name}" in flag.question
    assert flag.question.format(**flag.params).startswith("The entry of Zoe is removed")
    written(session, link)
    assert not queries.flag(session, ann.actor, contact.id or 0).on_its_way
    assert flags.tick(session, ann.actor, contact.id or 0, now=clock.now()) == [link]


def test_sct5_trap75_trap77_a_flag_is_ones_own(session: Session) -> None:
    ann, bob = connected(session), connected(session)
    contact = factories.contact(session)
    mine = ticked(session, ann, contact.id or 0)
    assert not queries.flag(session, bob.actor, contact.id or 0).on
    assert flags.untick(session, bob.actor, contact.id or 0, now=clock.now()) == 0
    his = ticked(session, bob, contact.id or 0)
    assert flags.untick(session, ann.actor, contact.id or 0, now=clock.now()) == 1
    session.refresh(his)
    assert (mine.state, his.state) == (CardLinkState.REMOVING, CardLinkState.IN_STEP)
    assert queries.flag(session, bob.actor, contact.id or 0).on
    off = queries.flag(session, ann.actor, contact.id or 0)
    assert (off.on, off.on_its_way, off.question) == (False, True, "")
    assert contact.deleted_at is None


def test_sct5_ticked_again_before_it_was_removed_it_stays(session: Session) -> None:
    ann = connected(session)
    contact = factories.contact(session)
    link = ticked(session, ann, contact.id or 0)
    flags.untick(session, ann.actor, contact.id or 0, now=clock.now())
    assert flags.tick(session, ann.actor, contact.id or 0, now=clock.now()) == [link]
    assert link.state is CardLinkState.WANTED
    assert link.href


def test_sct5_all_own_entries_go_together(session: Session) -> None:
    ann = connected(session)
    contact = factories.contact(session, name="Zoe")
    link = ticked(session, ann, contact.id or 0)
    second = CardLink(
        contact_id=contact.id or 0,
        address_book_id=book(session, ann.account_id, ref="2", name="Work"),
        user_id=ann.user.id or 0,
        key="2",
        href="2.vcf",
        state=CardLinkState.IN_STEP,
        changed_at=clock.now(),
    )
    session.add(second)
    session.flush()
    asked = queries.flag(session, ann.actor, contact.id or 0)
    assert asked.question.format(**asked.params).startswith("2 entries of Zoe are removed")
    assert flags.untick(session, ann.actor, contact.id or 0, now=clock.now()) == 2
    assert {link.state, second.state} == {CardLinkState.REMOVING}


def test_sct5_nothing_to_write_to(session: Session) -> None:
    ann = factories.user(session)
    contact = factories.contact(session)
    flag = queries.flag(session, factories.actor(ann), contact.id or 0)
    assert (flag.on, flag.writable) == (False, False)
    assert "External accounts" in flag.why_not
    with pytest.raises(Conflict):
        flags.tick(session, factories.actor(ann), contact.id or 0, now=clock.now())


@pytest.mark.parametrize("values", [{"writable": False}, {"used": False}, {"main": False}])
def test_sct5_only_a_main_book_that_can_be_written_to_serves(
    session: Session, values: dict[str, bool]
) -> None:
    ann = connected(session)
    contact = factories.contact(session)
    row = session.get_one(AddressBook, ann.book_id)
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    assert not queries.flag(session, ann.actor, contact.id or 0).writable


def test_sct5_an_account_that_is_locked_out_writes_later(session: Session) -> None:
    ann = connected(session)
    account = session.get_one(ConnectedAccount, ann.account_id)
    account.state = AccountState.NEEDS_RECONNECT
    session.add(account)
    contact = factories.contact(session)
    assert ticked(session, ann, contact.id or 0).address_book_id == ann.book_id


def test_usr3_who_may_see_a_contact_may_tick_it(session: Session) -> None:
    ann, boss = connected(session), factories.admin(session)
    hidden = factories.contact(session, owner_id=boss.id)
    for act in (flags.tick, flags.untick):
        with pytest.raises(NotFound):
            act(session, ann.actor, hidden.id or 0, now=clock.now())
    with pytest.raises(NotFound):
        queries.flag(session, ann.actor, hidden.id or 0)
    shared = factories.contact(session)
    assert ticked(session, ann, shared.id or 0)


def test_q2_a_deleted_contact_is_neither_ticked_nor_stuck(session: Session) -> None:
    ann = connected(session)
    contact = factories.contact(session)
    link = ticked(session, ann, contact.id or 0)
    contact.deleted_at = clock.now()
    session.add(contact)
    session.flush()
    flag = queries.flag(session, ann.actor, contact.id or 0)
    assert (flag.on, flag.writable) == (True, False)
    assert flags.untick(session, ann.actor, contact.id or 0, now=clock.now()) == 1
    assert link.state is CardLinkState.REMOVING
    with pytest.raises(NotFound):
        flags.tick(session, ann.actor, contact.id or 0, now=clock.now())


def test_sct7_deleted_outside_the_flag_is_off_and_can_be_set_again(session: Session) -> None:
    ann = connected(session)
    contact = factories.contact(session)
    gone = ticked(session, ann, contact.id or 0)
    gone.state, gone.why_ended = CardLinkState.ENDED, LinkEnd.DELETED_OUTSIDE
    session.add(gone)
    session.flush()
    assert not queries.flag(session, ann.actor, contact.id or 0).on
    (again,) = flags.tick(session, ann.actor, contact.id or 0, now=clock.now())
    assert again.id != gone.id


def test_sct5_what_went_wrong_stands_beside_the_flag(session: Session) -> None:
    ann = connected(session)
    contact = factories.contact(session)
    link = ticked(session, ann, contact.id or 0)
    link.state, link.last_error = CardLinkState.WANTED, "It is away."
    session.add(link)
    session.flush()
    flag = queries.flag(session, ann.actor, contact.id or 0)
    assert (flag.on, flag.error, flag.on_its_way) == (True, "It is away.", True)


def test_q5_open_tabs_and_the_audit_log_hear_of_it(session: Session) -> None:
    ann = connected(session)
    contact = factories.contact(session)
    ticked(session, ann, contact.id or 0)
    flags.untick(session, ann.actor, contact.id or 0, now=clock.now())
    told = session.exec(select(facts.FactRow).where(facts.FactRow.kind == "CardLinkChanged")).all()
    assert [row.data for row in told] == 2 * [{"contact_id": contact.id, "user_id": ann.user.id}]


def test_sct5_the_clock_is_an_argument(session: Session) -> None:
    ann = connected(session)
    contact = factories.contact(session)
    then: datetime = clock.now() - timedelta(days=3)
    (link,) = flags.tick(session, ann.actor, contact.id or 0, now=then)
    assert link.changed_at == then
