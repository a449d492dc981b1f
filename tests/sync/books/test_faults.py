"""SCT-7, SCT-8: lost answers, slow listings and refusals spoil nothing, and what a service forgets is
not forgotten here."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from crm_app.core import db
from crm_app.core.errors import LoginExpired, RateLimited, Rejected
from crm_app.core.kinds import AccountState, CardLinkState, LinkEnd
from crm_app.models import AddressBook, ConnectedAccount
from crm_app.providers.address_book_port import CardEmail, CardPhone
from crm_app.providers.memory_book_account import MemoryBookAccount
from tests.sync.books import rig
from tests.sync.books.rig import change, connect, contact, emails, person, phones, reached

pytestmark = pytest.mark.usefixtures("lite")
LATER = timedelta(hours=2)


def test_sct5_a_lost_answer_makes_no_second_entry() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com")
    kate.service.lose_answer("create")
    rig.tick(kate, ann)
    rig.settle()
    assert rig.link_of(ann).state is CardLinkState.WANTED
    with time_machine.travel(datetime.now(UTC) + LATER):
        kate.run()
    assert reached(kate.entry()) == ["ann@example.com"]
    assert rig.link_of(ann).state is CardLinkState.IN_STEP


def test_sct5_an_entry_of_a_lost_answer_that_a_listing_brings_is_nobody_s_to_import() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com")
    kate.service.lose_answer("create")
    rig.tick(kate, ann)
    rig.settle()
    kate.change(kate.href(), phones=(CardPhone("+49 30 7654321"),))
    kate.service.calls.clear()
    # The link still waits for its next attempt, so it is the listing that finds the entry.
    _reset_wait(kate)
    kate.run()
    assert "create" not in kate.service.calls
    assert phones(ann) == ["+49 30 7654321"]
    assert rig.link_of(ann).href == kate.href()
    assert rig.link_of(ann).state is CardLinkState.IN_STEP


def _reset_wait(kate: rig.Holder) -> None:
    """The account and the book may be asked; the link is not due yet."""
    with db.unit_of_work() as session:
        session.get_one(AddressBook, kate.book_id).next_attempt_at = None
        session.get_one(ConnectedAccount, kate.account_id).next_attempt_at = None


def test_sct7_a_change_of_a_lost_answer_does_not_come_back_as_somebody_s_own() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@one.example")
    rig.tick(kate, ann)
    rig.settle()
    kate.service.lose_answer("update")
    change(ann, "ann@two.example")
    rig.settle()
    change(ann, "ann@three.example")
    with time_machine.travel(datetime.now(UTC) + LATER):
        rig.settle()
        kate.run()
    assert emails(ann) == ["ann@three.example"]
    assert reached(kate.entry()) == ["ann@three.example"]


def test_sct7_what_came_in_and_was_removed_here_before_the_next_write_stays_removed() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@one.example")
    rig.tick(kate, ann)
    rig.settle()
    kate.change(kate.href(), emails=(CardEmail("ann@one.example"), CardEmail("ann@there.example")))
    kate.service.fail(Rejected(), call="update", times=3)
    change(ann, "ann@one.example", "+49 30 1112223")
    rig.settle()
    # Its address came in, our number did not go out.
    assert emails(ann) == ["ann@one.example", "ann@there.example"]
    assert rig.link_of(ann).state is CardLinkState.WANTED
    change(ann, "ann@one.example", "+49 30 1112223")
    with time_machine.travel(datetime.now(UTC) + LATER):
        rig.settle()
        kate.run()
    assert emails(ann) == ["ann@one.example"]
    assert reached(kate.entry()) == ["ann@one.example", "+49 30 1112223"]


def test_sct7_a_listing_that_lags_behind_our_write_takes_nothing_back() -> None:
    kate = connect(service=MemoryBookAccount(stale=180))
    ann = contact("Ann Lee", "ann@one.example")
    with time_machine.travel(datetime.now(UTC)) as clock:
        rig.tick(kate, ann)
        rig.settle()
        clock.shift(timedelta(minutes=5))
        kate.run()
        change(ann, "ann@two.example")
        rig.settle()
        kate.service.expire_cursors(kate.ref)
        kate.run()
        assert emails(ann) == ["ann@two.example"]
        clock.shift(timedelta(minutes=5))
        rig.settle()
        kate.run()
    assert emails(ann) == ["ann@two.example"]
    assert reached(kate.entry()) == ["ann@two.example"]
    assert rig.link_of(ann).verify_at is None


def test_sct7_what_was_put_back_there_by_hand_is_seen_after_the_lag() -> None:
    kate = connect(service=MemoryBookAccount(stale=180))
    ann = contact("Ann Lee", "ann@one.example")
    with time_machine.travel(datetime.now(UTC)) as clock:
        rig.tick(kate, ann)
        rig.settle()
        clock.shift(timedelta(minutes=5))
        kate.run()
        change(ann, "ann@two.example")
        rig.settle()
        kate.change(kate.href(), emails=(CardEmail("ann@one.example"),))
        kate.run()
        assert emails(ann) == ["ann@two.example"]
        clock.shift(timedelta(minutes=5))
        kate.run()
    assert emails(ann) == ["ann@one.example"]


def test_sct5_a_whole_listing_that_does_not_show_our_entry_yet_ends_no_flag() -> None:
    kate = connect(service=MemoryBookAccount(stale=180))
    kate.put("other", person("Bob Ray", "bob@example.com"))
    ann = contact("Ann Lee", "ann@one.example")
    with time_machine.travel(datetime.now(UTC)) as clock:
        kate.run()
        rig.tick(kate, ann)
        rig.settle()
        kate.service.expire_cursors(kate.ref)
        kate.run()
        assert rig.is_on(kate, ann)
        clock.shift(timedelta(minutes=5))
        kate.run()
    assert rig.is_on(kate, ann)
    assert rig.link_of(ann).verify_at is None


def test_sct5_an_entry_that_we_removed_is_not_offered_by_a_slow_listing() -> None:
    kate = connect(service=MemoryBookAccount(stale=180))
    ann = contact("Ann Lee", "ann@one.example")
    with time_machine.travel(datetime.now(UTC)) as clock:
        rig.tick(kate, ann)
        rig.settle()
        clock.shift(timedelta(minutes=5))
        kate.run()
        rig.untick(kate, ann)
        rig.settle()
        kate.service.expire_cursors(kate.ref)
        kate.run()
        assert rig.rows(kate) == {}
        clock.shift(timedelta(minutes=5))
        kate.run()
    assert rig.rows(kate) == {}
    assert rig.link_of(ann).why_ended is LinkEnd.UNTICKED


def test_sct5_ticked_again_while_it_was_being_removed() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@one.example")
    rig.tick(kate, ann)
    rig.settle()
    kate.service.lose_answer("delete")
    rig.untick(kate, ann)
    rig.settle()
    assert kate.cards() == {}
    rig.tick(kate, ann)
    with time_machine.travel(datetime.now(UTC) + LATER):
        rig.settle()
        kate.run()
    # Whoever finds it gone cannot tell who removed it: the flag may be off, the contact stays.
    assert emails(ann) == ["ann@one.example"]
    assert len(kate.cards()) == (1 if rig.is_on(kate, ann) else 0)


def test_sct8_a_refused_entry_says_why_and_stops_no_other() -> None:
    kate = connect()
    ann, bob = contact("Ann Lee", "ann@one.example"), contact("Bob Ray", "bob@one.example")
    kate.service.fail(Rejected(), call="create")
    rig.tick(kate, ann)
    rig.tick(kate, bob)
    rig.settle()
    assert [card.name for card in kate.cards().values()] == ["Bob Ray"]
    refused = rig.link_of(ann)
    assert (refused.state, refused.unanswered) == (CardLinkState.WANTED, [])
    assert "refused" in refused.last_error
    assert refused.next_attempt_at is not None
    with time_machine.travel(datetime.now(UTC) + LATER):
        kate.run()
    assert len(kate.cards()) == 2


def test_sct8_trap55_a_lost_login_waits_for_its_owner_and_deletes_nothing() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@one.example")
    rig.tick(kate, ann)
    rig.settle()
    kate.service.fail(LoginExpired(), call="pull")
    kate.run()
    assert rig.account(kate.account_id).state is AccountState.NEEDS_RECONNECT
    change(ann, "ann@two.example")
    calls = len(kate.service.calls)
    rig.settle()
    kate.run()
    assert len(kate.service.calls) == calls
    assert rig.is_on(kate, ann)


def test_sct8_trap48_a_service_that_asks_for_patience_gets_it() -> None:
    kate = connect()
    kate.service.fail(RateLimited(retry_after=900), call="pull")
    kate.run()
    book = rig.book(kate.book_id)
    assert book.next_attempt_at is not None
    assert book.next_attempt_at >= book.polled_at + timedelta(seconds=900)  # type: ignore[operator]


def test_sct8_a_book_that_nobody_may_write_to_any_more_is_still_read() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@one.example")
    rig.tick(kate, ann)
    rig.settle()
    kate.service.make_read_only(kate.ref)
    change(ann, "ann@two.example")
    kate.change(kate.href(), phones=(CardPhone("+49 30 7654321"),))
    rig.settle()
    assert phones(ann) == ["+49 30 7654321"]
    assert rig.link_of(ann).last_error != ""
    assert rig.is_on(kate, ann)
