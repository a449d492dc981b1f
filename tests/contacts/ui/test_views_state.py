"""Saved views as tabs of the list (CON-3)."""

from collections.abc import Callable

import pytest

from crm_app.contacts.ui.contacts_state import Contacts
from crm_app.contacts.ui.filters_state import ListFilters
from crm_app.contacts.ui.views_state import NEW, RENAME, ListViews
from crm_app.core import db
from crm_app.core.kinds import ContactKind
from crm_app.models import User
from tests import factories
from tests.ui.tabs import Tab

Open = Callable[..., Tab]


@pytest.fixture
def ada(lite: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        for name, kind in (("Anna", ContactKind.LEAD), ("Firm", ContactKind.COMPANY)):
            factories.contact(session, name=name, kind=kind)
        return factories.admin(session, name="Ada")


@pytest.fixture
def tab(ada: User, open_tab: Open) -> Tab:
    return open_tab(ada, "/contacts").fire(Contacts.load).fire(ListViews.load_views)


def _names(tab: Tab) -> list[str]:
    return [row.name for row in tab.see(Contacts).rows]


def _save(tab: Tab, name: str, *, shared: bool = False) -> Tab:
    form = {"view_name": name, **({"view_shared": "on"} if shared else {})}
    return tab.fire(ListViews.ask_name, naming=NEW).fire(ListViews.save_name, form=form)


def test_con3_what_is_shown_is_saved_and_opened_again(tab: Tab) -> None:
    assert not tab.see(Contacts).differs
    tab.fire(ListViews.set_view, view="company").fire(Contacts.look, text="fi")
    assert tab.see(Contacts).differs
    _save(tab, "Firms")
    (view,) = tab.see(ListViews).views
    assert (view.name, view.shared, tab.see(Contacts).view) == ("Firms", False, view.key)
    assert not tab.see(Contacts).differs
    assert "saved" in tab.said
    tab.fire(ListViews.set_view, view="all")
    assert (_names(tab), tab.see(Contacts).text) == (["Anna", "Firm"], "")
    tab.fire(ListViews.set_view, view=view.key)
    assert (_names(tab), tab.see(Contacts).text) == (["Firm"], "fi")
    assert tab.see(Contacts).picked["kinds"] == ["company"]


def test_con3_a_view_is_changed_or_reset(tab: Tab) -> None:
    tab.fire(ListFilters.pick, name="kinds", value="lead")
    _save(tab, "Leads of mine")
    tab.fire(ListFilters.pick, name="kinds", value="company")
    assert (_names(tab), tab.see(Contacts).differs) == (["Anna", "Firm"], True)
    tab.fire(ListViews.go_back)
    assert (_names(tab), tab.see(Contacts).differs) == (["Anna"], False)
    tab.fire(ListFilters.pick, name="kinds", value="company").fire(ListViews.save_changes)
    assert not tab.see(Contacts).differs
    key = tab.see(Contacts).view
    tab.fire(ListViews.set_view, view="all").fire(ListViews.set_view, view=key)
    assert _names(tab) == ["Anna", "Firm"]


def test_con3_a_view_is_renamed_removed_and_comes_back(tab: Tab) -> None:
    tab.fire(Contacts.look, text="anna")
    _save(tab, "Annas")
    tab.fire(ListViews.ask_name, naming=RENAME)
    assert tab.see(ListViews).name == "Annas"
    tab.fire(ListViews.save_name, form={"view_name": "All Annas", "view_shared": "on"})
    assert [(v.name, v.shared) for v in tab.see(ListViews).views] == [("All Annas", True)]
    tab.fire(ListViews.remove_view)
    assert (tab.see(ListViews).views, tab.see(Contacts).view) == ([], "all")
    tab.fire(ListViews.bring_back)
    assert [(v.name, v.shared) for v in tab.see(ListViews).views] == [("All Annas", True)]


def test_q1_a_view_without_a_name_is_refused_beside_the_field(tab: Tab) -> None:
    tab.fire(Contacts.look, text="anna")
    _save(tab, " ")
    assert tab.see(Contacts).errors["view_name"] == "Give the view a name."
    assert tab.see(ListViews).naming == NEW


def test_usr3_a_shared_view_shows_each_his_own(tab: Tab, ada: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session)
        factories.contact(session, name="Ada's Anna", owner_id=ada.id)
    tab.fire(Contacts.look, text="anna")
    _save(tab, "Annas", shared=True)
    assert _names(tab) == ["Ada's Anna", "Anna"]
    his = open_tab(ben, "/contacts").fire(Contacts.load).fire(ListViews.load_views)
    (view,) = his.see(ListViews).views
    assert (view.maker, view.may_change) == ("Ada", False)
    assert _names(his.fire(ListViews.set_view, view=view.key)) == ["Anna"]
    his.fire(ListViews.remove_view)
    assert "allowed" in his.said.lower()
    assert len(his.see(ListViews).views) == 1


def test_usr3_a_stranger_gets_nothing(open_tab: Open, ada: User) -> None:
    for handler in (ListViews.load_views, ListViews.remove_view, ListViews.save_changes):
        assert vars(open_tab(None, "/contacts").fire(handler).see(ListViews)) == {}
