""" "Sync mobile" on a card, as a tab uses it (SCT-5, USR-3)."""

from collections.abc import Callable

import pytest

from crm_app import models
from crm_app.contacts.ui.card_state import ContactCard
from crm_app.core import db
from crm_app.sync.books.ui.flag_state import SyncMobile
from tests import factories
from tests.sync.books import rig
from tests.sync.books.rig import Holder
from tests.sync.books.ui.conftest import contact_id, nothing_of, stored
from tests.ui.tabs import Tab

Open = Callable[..., Tab]


@pytest.fixture
def lea(kate: Holder) -> int:
    return contact_id("Lea Lind")


def opened(open_tab: Open, user: models.User | None, contact: int) -> Tab:
    return open_tab(user, f"/contacts/{contact}").fire(SyncMobile.load)


def test_sct5_ticked_it_goes_to_the_own_main_address_book(
    open_tab: Open, kate: Holder, lea: int
) -> None:
    tab = opened(open_tab, kate.user, lea)
    seen = tab.see(SyncMobile)
    assert (seen.on, seen.writable, seen.why_not) == (False, True, "")
    tab.fire(SyncMobile.switch, on=True)
    seen = tab.see(SyncMobile)
    assert (seen.on, seen.on_its_way, seen.where) == (True, True, "Phone: Book 1")
    rig.settle()
    tab.fire(SyncMobile.load)
    assert tab.see(SyncMobile).on_its_way is False
    assert [card.name for card in kate.cards().values()].count("Lea Lind") == 2


def test_sct5_unticked_it_asks_once_and_can_be_taken_back(
    open_tab: Open, kate: Holder, lea: int
) -> None:
    tab = opened(open_tab, kate.user, lea).fire(SyncMobile.switch, on=True)
    rig.settle()
    before = len(kate.cards())
    tab.fire(SyncMobile.switch, on=False)
    seen = tab.see(SyncMobile)
    assert seen.on
    assert (
        "The entry of Lea Lind is removed from your address book “Phone: Book 1”" in seen.question
    )
    tab.fire(SyncMobile.keep)
    assert (tab.see(SyncMobile).question, tab.see(SyncMobile).on) == ("", True)
    tab.fire(SyncMobile.switch, on=False).fire(SyncMobile.untick)
    assert (tab.see(SyncMobile).question, tab.see(SyncMobile).on) == ("", False)
    assert "Undo" in tab.said
    rig.settle()
    assert len(kate.cards()) == before - 1
    tab.fire(SyncMobile.switch, on=True)
    rig.settle()
    assert len(kate.cards()) == before


def test_sct5_without_an_address_book_it_says_what_to_do(
    open_tab: Open, kate: Holder, boss: models.User, lea: int
) -> None:
    tab = opened(open_tab, boss, lea)
    seen = tab.see(SyncMobile)
    assert (seen.on, seen.writable) == (False, False)
    assert "Settings > External accounts" in seen.why_not
    before = stored()
    tab.fire(SyncMobile.switch, on=True)
    assert "Settings > External accounts" in tab.said
    assert stored() == before


def test_sct5_a_flag_is_its_users_own(
    open_tab: Open, kate: Holder, boss: models.User, lea: int
) -> None:
    opened(open_tab, kate.user, lea).fire(SyncMobile.switch, on=True)
    rig.settle()
    before = stored()
    tab = opened(open_tab, boss, lea)
    assert tab.see(SyncMobile).on is False
    tab.fire(SyncMobile.switch, on=False)
    assert tab.see(SyncMobile).question == ""
    tab.fire(SyncMobile.untick)
    assert stored() == before


def test_usr3_who_may_not_see_a_contact_gets_no_flag_of_it(
    open_tab: Open, kate: Holder, lea: int
) -> None:
    with db.unit_of_work() as session:
        user = factories.user(session, name="Mia", slug="mia", email="mia@team.example")
    mia = rig.connect(user=user)
    before = stored()
    for contact in (lea, 999_999):
        tab = opened(open_tab, mia.user, contact)
        assert tab.see(SyncMobile).writable is False
        tab.fire(SyncMobile.switch, on=True).fire(SyncMobile.untick)
        assert "Lea" not in str(tab.held)
    assert stored() == before
    assert nothing_of(opened(open_tab, None, lea), SyncMobile)


def test_sct5_deleted_outside_an_open_card_tells_it(open_tab: Open, kate: Holder, lea: int) -> None:
    tab = opened(open_tab, kate.user, lea).fire(ContactCard.load)
    tab.fire(SyncMobile.switch, on=True)
    rig.settle()
    (link,) = rig.all_links()
    kate.service.remove(kate.ref, link.href)
    kate.run()
    tab.fire(SyncMobile.follow)
    assert tab.see(SyncMobile).on is False
    told = [line.text for line in tab.see(ContactCard).happenings]
    assert "was deleted there" in told[0]


def test_sct5_another_card_asks_nothing_about_the_one_before(
    open_tab: Open, kate: Holder, lea: int
) -> None:
    tab = opened(open_tab, kate.user, lea).fire(SyncMobile.switch, on=True)
    tab.fire(SyncMobile.switch, on=False)
    assert tab.see(SyncMobile).question
    other = rig.contact("Max", owner_id=kate.user.id)
    tab.path = f"/contacts/{other.id}"
    tab.fire(SyncMobile.load)
    assert (tab.see(SyncMobile).question, tab.see(SyncMobile).on) == ("", False)
