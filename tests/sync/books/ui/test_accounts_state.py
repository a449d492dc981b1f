"""External accounts as a tab uses them: what is shown, done, and refused (SCT-1, SCT-2, SCT-8, USR-3)."""

from collections.abc import Callable
from typing import Any

import pytest

from crm_app import models
from crm_app.core import db
from crm_app.core.errors import LoginExpired
from crm_app.core.kinds import AccountState
from crm_app.sync.books.ui.accounts_state import ExternalAccounts
from crm_app.sync.books.ui.queue_state import CardQueue
from tests.sync.books import rig
from tests.sync.books.rig import Holder
from tests.sync.books.ui.conftest import PAGE, nothing_of, stored
from tests.ui.tabs import Tab

Open = Callable[..., Tab]


def opened(open_tab: Open, user: models.User | None, path: str = PAGE) -> Tab:
    return open_tab(user, path).fire(ExternalAccounts.load)


def test_sct2_the_page_shows_accounts_with_their_books_and_what_waits(
    open_tab: Open, kate: Holder
) -> None:
    seen = opened(open_tab, kate.user).see(ExternalAccounts)
    (row,) = seen.rows
    assert (row.label, row.light, row.words) == ("Phone", "good", "In step, just now")
    assert [(book.name, book.note, book.main) for book in row.books] == [
        ("Book 1", "3 cards", True),
        ("Book 2", "1 card", False),
    ]
    assert (seen.queued, seen.waiting) == (4, "4 cards wait until you say what they are.")
    assert (seen.whose, seen.everyone, seen.loading) == ("", [], False)
    assert "open sesame" not in str(seen)


def test_usr3_strangers_get_nothing(open_tab: Open, kate: Holder) -> None:
    assert nothing_of(opened(open_tab, None), ExternalAccounts)


def test_usr3_a_member_cannot_look_at_anothers_accounts(
    open_tab: Open, kate: Holder, paul: models.User
) -> None:
    seen = opened(open_tab, paul, f"{PAGE}?user={kate.user.id}").see(ExternalAccounts)
    assert "Phone" not in str(seen)
    assert "Kate" not in str(seen)


def test_usr3_an_administrator_sees_how_accounts_are_and_no_card(
    open_tab: Open, kate: Holder, boss: models.User
) -> None:
    tab = opened(open_tab, boss)
    (other,) = tab.see(ExternalAccounts).everyone
    assert (other["user"], other["label"], other["words"]) == (
        "Kate Miller",
        "Phone",
        "In step, just now",
    )
    tab = opened(open_tab, boss, f"{PAGE}?user={kate.user.id}&tab=queue").fire(CardQueue.load)
    seen = tab.see(ExternalAccounts)
    assert (seen.whose, [row.label for row in seen.rows], seen.queued) == (
        "Kate Miller",
        ["Phone"],
        0,
    )
    assert tab.see(CardQueue).rows == []
    assert "Hedwig" not in str(tab.held)
    tab.fire(ExternalAccounts.pause, account_id=kate.account_id)
    assert rig.account(kate.account_id).state is AccountState.PAUSED


OF_AN_ACCOUNT = (ExternalAccounts.sync_now, ExternalAccounts.pause, ExternalAccounts.resume)
OF_A_BOOK = (
    ExternalAccounts.stop,
    ExternalAccounts.go_on,
    ExternalAccounts.choose_main,
    ExternalAccounts.list_again,
)


def test_usr3_ids_of_others_do_nothing(open_tab: Open, kate: Holder, paul: models.User) -> None:
    tab, before = opened(open_tab, paul), stored()

    def asked(what: str, subject: int) -> Tab:
        return tab.fire(ExternalAccounts.ask, what=what, subject=subject, name="x")

    for handler in OF_AN_ACCOUNT:
        tab.fire(handler, account_id=kate.account_id)
    for handler in OF_A_BOOK:
        tab.fire(handler, book_id=kate.book_ids[1])
    tab.fire(ExternalAccounts.use, book_id=kate.book_id, on=False)
    asked("rename", kate.account_id).fire(ExternalAccounts.rename, form={"label": "Mine"})
    asked("disconnect", kate.account_id).fire(ExternalAccounts.disconnect)
    asked("reconnect", kate.account_id).fire(
        ExternalAccounts.reconnect, form={"password": "guessed"}
    )
    asked("missing", kate.book_id).fire(ExternalAccounts.delete_missing)
    assert stored() == before
    assert tab.see(ExternalAccounts).busy is False


def test_sct2_paused_stopped_and_going_on(open_tab: Open, kate: Holder) -> None:
    tab = opened(open_tab, kate.user)

    def row() -> Any:
        return tab.see(ExternalAccounts).rows[0]

    tab.fire(ExternalAccounts.pause, account_id=kate.account_id)
    assert (row().paused, row().words) == (True, "Paused")
    tab.fire(ExternalAccounts.sync_now, account_id=kate.account_id)
    assert "Let it go on first" in tab.said
    tab.fire(ExternalAccounts.resume, account_id=kate.account_id)
    assert not row().paused
    tab.fire(ExternalAccounts.list_again, book_id=kate.book_id)
    tab.fire(ExternalAccounts.stop, book_id=kate.book_id)
    assert row().books[0].stopped
    tab.fire(ExternalAccounts.go_on, book_id=kate.book_id)
    rig.settle()
    tab.fire(ExternalAccounts.follow)
    assert (row().books[0].stopped, row().books[0].note) == (False, "3 cards")


def test_sct2_books_are_chosen(open_tab: Open, kate: Holder) -> None:
    tab = opened(open_tab, kate.user)
    tab.fire(ExternalAccounts.choose_main, book_id=kate.book_ids[1])
    assert [book.main for book in tab.see(ExternalAccounts).rows[0].books] == [True, False]
    tab.fire(ExternalAccounts.use, book_id=kate.book_id, on=False)
    assert tab.see(ExternalAccounts).queued == 1
    assert not rig.book(kate.book_id).used


def test_q1_a_name_that_is_none_is_said_beside_it(open_tab: Open, kate: Holder) -> None:
    tab = opened(open_tab, kate.user)
    tab.fire(ExternalAccounts.ask, what="rename", subject=kate.account_id, name="Phone")
    tab.fire(ExternalAccounts.rename, form={"label": "  "})
    seen = tab.see(ExternalAccounts)
    assert seen.errors["label"]
    assert seen.asking == "rename"
    tab.fire(ExternalAccounts.rename, form={"label": "My phone"})
    assert tab.see(ExternalAccounts).asking == ""
    assert rig.account(kate.account_id).label == "My phone"


def test_sct8_a_login_that_expired_says_what_to_do(open_tab: Open, kate: Holder) -> None:
    kate.service.fail(LoginExpired(), times=9)
    kate.run()
    (row,) = opened(open_tab, kate.user).see(ExternalAccounts).rows
    assert (row.locked, row.words) == (True, "Needs to be reconnected")


def test_sct8_disconnecting_forgets_the_queue_and_keeps_the_contacts(
    open_tab: Open, kate: Holder
) -> None:
    tab = opened(open_tab, kate.user)
    tab.fire(ExternalAccounts.ask, what="disconnect", subject=kate.account_id, name="Phone")
    tab.fire(ExternalAccounts.disconnect)
    assert "Your contacts are still here" in tab.said
    seen = tab.see(ExternalAccounts)
    assert (seen.asking, seen.rows, seen.queued) == ("", [], 0)
    with db.reading() as session:
        assert session.get(models.ConnectedAccount, kate.account_id) is None


@pytest.mark.parametrize("query", ["user=0", "user=x", "user=99999999999999999999", "tab=<b>"])
def test_q1_made_up_addresses_open_the_own_page(open_tab: Open, kate: Holder, query: str) -> None:
    seen = opened(open_tab, kate.user, f"{PAGE}?{query}").see(ExternalAccounts)
    assert seen.tab == "accounts"
    assert seen.whose == ""
