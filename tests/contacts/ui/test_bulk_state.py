"""Working on the chosen contacts from the list: dialogs, toasts, progress, stop and undo (CON-3, Q-2)."""

from collections.abc import Callable
from typing import Any

import pytest

from crm_app.contacts import bulk, queries
from crm_app.contacts.ui.bulk_state import DELETE, KIND, OWNER, QUIET, TAG, UNTAG, Bulk
from crm_app.contacts.ui.contacts_state import Contacts
from crm_app.contacts.ui.views_state import ListViews
from crm_app.core import access, db
from crm_app.core.job_runner import drain
from crm_app.models import User
from tests import factories
from tests.ui.tabs import Tab

Open = Callable[..., Tab]
ROOT = access.system("test")


@pytest.fixture
def ada(lite: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session, name="Ada")


def _make(*names: str) -> list[int]:
    with db.unit_of_work() as session:
        return [factories.contact(session, name=name).id or 0 for name in names]


def _tab(open_tab: Open, ada: User) -> Tab:
    return open_tab(ada, "/contacts").fire(Contacts.load)


def _card(contact_id: int) -> Any:
    with db.reading() as session:
        return queries.card(session, ROOT, contact_id)


def _count(**filters: Any) -> int:
    with db.reading() as session:
        return queries.count(session, ROOT, **filters)


@pytest.mark.parametrize(
    ("act", "form", "field", "value"),
    [
        (OWNER, {"bulk_owner": "1"}, "owner_name", "Ada"),
        (TAG, {"bulk_tag": "VIP, Fair"}, "tags", ("Fair", "VIP")),
        (KIND, {"bulk_kind": "contact"}, "kind", "contact"),
        (QUIET, {"bulk_sms": "on", "bulk_call": True}, "do_not_disturb", ("sms", "call")),
    ],
)
def test_con3_the_chosen_ones_are_changed_and_changed_back(
    ada: User, open_tab: Open, act: str, form: dict[str, Any], field: str, value: object
) -> None:
    ids = _make("Anna", "Ben", "Cleo")
    tab = _tab(open_tab, ada)
    before = getattr(_card(ids[0]), field)
    for contact_id in ids[:2]:
        tab.fire(Contacts.choose, contact_id=contact_id, through=False)
    assert tab.fire(Bulk.ask, act=act).see(Bulk).asking == act
    tab.fire(Bulk.submit, form=form)
    assert "2 contacts were changed." in tab.said
    assert (tab.see(Bulk).asking, tab.see(Contacts).chosen) == ("", [])
    assert [getattr(_card(each), field) == value for each in ids] == [True, True, False]
    tab.fire(Bulk.undo, run_id=1)
    assert "as it was before" in tab.said
    assert getattr(_card(ids[0]), field) == before


def test_q2_a_few_are_deleted_at_once_and_come_back_from_the_toast_or_the_list(
    ada: User, open_tab: Open
) -> None:
    ids = _make("Anna", "Ben")
    tab = _tab(open_tab, ada).fire(Contacts.choose_shown).fire(Bulk.ask, act=DELETE)
    assert (tab.see(Bulk).asking, tab.see(Contacts).rows) == ("", [])
    assert "Undo" in tab.said
    tab.fire(ListViews.set_view, view="deleted")
    tab.fire(Contacts.choose, contact_id=ids[0], through=False).fire(Bulk.bring_back)
    assert "1 contact was changed." in tab.said
    assert _count() == 1
    tab.fire(Bulk.undo, run_id=1)
    assert _count() == 2


def test_q2_deleting_all_that_fit_asks_first(ada: User, open_tab: Open) -> None:
    _make("Anna", "Ben")
    tab = _tab(open_tab, ada).fire(Contacts.choose_all).fire(Bulk.ask, act=DELETE)
    assert tab.see(Bulk).asking == DELETE
    assert _count() == 2
    tab.fire(Bulk.close)
    assert tab.see(Bulk).asking == ""
    tab.fire(Bulk.ask, act=DELETE).fire(Bulk.submit, form={})
    assert _count() == 0


def test_q1_a_wrong_answer_is_said_beside_the_field(ada: User, open_tab: Open) -> None:
    _make("Anna")
    tab = _tab(open_tab, ada).fire(Contacts.choose_shown)
    for act, form, field in (
        (TAG, {"bulk_tag": " "}, "bulk_tag"),
        (UNTAG, {}, "bulk_tag"),
        (OWNER, {"bulk_owner": "99"}, "owner_id"),
        (QUIET, {}, "channels"),
    ):
        tab.fire(Bulk.ask, act=act).fire(Bulk.submit, form=form)
        assert set(tab.see(Contacts).errors) == {field}
        assert tab.see(Bulk).asking == act


def test_q2_many_show_progress_and_can_be_stopped_and_undone(ada: User, open_tab: Open) -> None:
    count = bulk.PIECE * 2 + 5
    _make(*(f"Lead {number:03}" for number in range(count)))
    tab = _tab(open_tab, ada).fire(Contacts.choose_all).fire(Bulk.ask, act=TAG)
    tab.fire(Bulk.submit, form={"bulk_tag": "many"})
    run = tab.see(Bulk).run
    assert (run.title, run.detail, run.underway) == ("Adding a tag", f"50 of {count}", True)
    again = _tab(open_tab, ada).fire(Bulk.load_run)
    assert again.see(Bulk).run == run
    tab.fire(Bulk.stop)
    stopped = tab.see(Bulk).run
    assert (stopped.underway, stopped.can_undo) == (False, True)
    assert stopped.detail == "Stopped. 50 contacts were changed."
    tab.fire(Bulk.close_run)
    assert tab.see(Bulk).run.id == 0
    tab.fire(Bulk.undo, run_id=run.id)
    drain()
    tab.fire(Bulk.follow_run)
    assert _count(tag="many") == 0


def test_q2_a_run_that_went_on_in_the_background_says_when_it_is_done(
    ada: User, open_tab: Open
) -> None:
    count = bulk.PIECE + 5
    _make(*(f"Lead {number:03}" for number in range(count)))
    tab = _tab(open_tab, ada).fire(Contacts.choose_all).fire(Bulk.ask, act=TAG)
    tab.fire(Bulk.submit, form={"bulk_tag": "many"})
    drain()
    tab.fire(Bulk.follow_run)
    run = tab.see(Bulk).run
    assert (run.detail, run.underway, run.can_undo) == (
        f"{count} contacts were changed.",
        False,
        True,
    )


def test_con3_the_chosen_ones_leave_as_a_file(ada: User, open_tab: Open) -> None:
    ids = _make("Anna", "Ben")
    tab = _tab(open_tab, ada)
    everything = tab.fire(Bulk.export, form="csv").said
    assert "/contacts/export.csv" in everything
    tab.fire(Contacts.choose, contact_id=ids[0], through=False)
    chosen = tab.fire(Bulk.export, form="vcf").said
    assert "/contacts/export.vcf?of=" in chosen


def test_usr3_a_member_changes_only_what_he_may(ada: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session)
        hers = factories.contact(session, name="Hers", owner_id=ada.id).id or 0
    (open_one,) = _make("Nobody's")
    tab = open_tab(ben, "/contacts").fire(Contacts.load)
    tab.fire(Contacts.choose, contact_id=hers, through=False)
    assert tab.see(Contacts).chosen == []
    tab.fire(Contacts.choose_all).fire(Bulk.ask, act=TAG).fire(Bulk.submit, form={"bulk_tag": "x"})
    assert (_card(hers).tags, _card(open_one).tags) == ((), ("x",))
    tab.fire(Bulk.undo, run_id=99)
    assert "does not exist" in tab.said


def test_usr3_a_stranger_does_nothing(ada: User, open_tab: Open) -> None:
    _make("Anna")
    tab = open_tab(None, "/contacts").fire(Contacts.choose_all).fire(Bulk.ask, act=DELETE)
    assert _count() == 1
    assert vars(tab.see(Bulk)) == {}
