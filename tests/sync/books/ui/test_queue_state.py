"""The tab "Contacts in queue" and its rules, as a tab uses them (SCT-3, SCT-4, USR-3)."""

from collections.abc import Callable

import pytest

from crm_app import models
from crm_app.contacts import service
from crm_app.core import db
from crm_app.core.access import system
from crm_app.sync.books.ui.queue_state import LEAVE_OUT, NOTHING, CardQueue
from crm_app.sync.books.ui.rules_state import CardRules
from tests.sync.books import rig
from tests.sync.books.rig import Holder
from tests.sync.books.ui.conftest import (
    PAGE,
    card_id,
    contact_id,
    contacts,
    nothing_of,
    stored,
)
from tests.ui.tabs import Tab

Open = Callable[..., Tab]
ALL = ["Ek & Partner", "Hedwig Ek", "Lea Lind", "Zoë Ek"]


def opened(open_tab: Open, user: models.User | None) -> Tab:
    return open_tab(user, PAGE).fire(CardQueue.load)


def names(tab: Tab) -> list[str]:
    return [row.name for row in tab.see(CardQueue).rows]


def test_sct3_what_waits_is_shown_with_what_is_known_of_it(open_tab: Open, kate: Holder) -> None:
    seen = opened(open_tab, kate.user).see(CardQueue)
    assert [row.name for row in seen.rows] == ALL
    firm, hedwig, lea, _ = seen.rows
    assert (hedwig.facts, hedwig.kind, hedwig.mark) == (
        ["hedwig@x.example", "+49 30 1"],
        "person",
        "",
    )
    assert firm.kind == "company"
    (match,) = lea.matches
    assert (match.name, match.why) == (
        "Lea Lind",
        "the same e-mail address, lea@kunde.example",
    )
    assert (seen.waiting, seen.ready, seen.total, seen.more) == (4, 0, 4, False)


def test_sct3_only_what_is_marked_is_imported(open_tab: Open, kate: Holder) -> None:
    tab = opened(open_tab, kate.user)
    tab.fire(CardQueue.import_all)
    assert "Say of at least one card what it is" in tab.said
    tab.fire(CardQueue.mark, card_id=card_id("Hedwig Ek"), kind="contact")
    tab.fire(CardQueue.mark, card_id=card_id("Ek & Partner"), kind="company")
    tab.fire(CardQueue.mark, card_id=card_id("Zoë Ek"), kind="lead")
    assert tab.see(CardQueue).ready == 3
    # The same word again takes it back.
    tab.fire(CardQueue.mark, card_id=card_id("Zoë Ek"), kind="lead")
    assert tab.see(CardQueue).ready == 2
    tab.fire(CardQueue.import_all)
    assert tab.see(CardQueue).importing == 2
    rig.settle()
    tab.fire(CardQueue.load)
    assert names(tab) == ["Lea Lind", "Zoë Ek"]
    assert contacts() == {"Lea Lind": "lead", "Hedwig Ek": "contact", "Ek & Partner": "company"}


def test_sct3_the_button_counts_what_it_imports_whatever_is_searched_for(
    open_tab: Open, kate: Holder
) -> None:
    tab = opened(open_tab, kate.user)
    tab.fire(CardQueue.mark, card_id=card_id("Hedwig Ek"), kind="contact")
    tab.fire(CardQueue.look, text="zoe")
    seen = tab.see(CardQueue)
    assert (names(tab), seen.marked, seen.ready) == (["Zoë Ek"], 0, 1)


def test_sct3_many_are_marked_left_out_and_taken_back(open_tab: Open, kate: Holder) -> None:
    tab = opened(open_tab, kate.user)
    tab.fire(CardQueue.look, text="x.example").fire(CardQueue.mark_many, what="lead")
    assert "2 cards were changed" in tab.said
    tab.fire(CardQueue.look, text="").fire(CardQueue.set_show, show="marked")
    assert names(tab) == ["Hedwig Ek", "Zoë Ek"]
    tab.fire(CardQueue.pick, card_id=card_id("Zoë Ek"), on=True)
    tab.fire(CardQueue.mark_many, what=NOTHING)
    assert names(tab) == ["Hedwig Ek"]
    tab.fire(CardQueue.set_show, show="waiting").fire(CardQueue.pick_all, on=True)
    tab.fire(CardQueue.mark_many, what=LEAVE_OUT)
    seen = tab.see(CardQueue)
    assert (names(tab), seen.ignored, seen.ready) == ([], 4, 0)
    tab.fire(CardQueue.set_show, show="ignored")
    tab.fire(CardQueue.unignore, card_id=card_id("Hedwig Ek"))
    tab.fire(CardQueue.set_show, show="waiting")
    assert names(tab) == ["Hedwig Ek"]


def test_sct3_an_import_is_stopped(open_tab: Open, kate: Holder) -> None:
    tab = opened(open_tab, kate.user).fire(CardQueue.mark_many, what="lead")
    tab.fire(CardQueue.import_all).fire(CardQueue.stop_import)
    assert "4 cards stay marked" in tab.said
    rig.settle()
    assert contacts() == {"Lea Lind": "lead"}


def test_sct4_a_card_is_linked_to_whoever_it_is(open_tab: Open, kate: Holder) -> None:
    tab = opened(open_tab, kate.user)
    tab.fire(CardQueue.begin_linking, card_id=card_id("Lea Lind"), name="Lea Lind")
    (found,) = tab.see(CardQueue).found
    assert (found["name"], found["facts"]) == ("Lea Lind", "lea@kunde.example")
    tab.fire(CardQueue.link, card_id=card_id("Lea Lind"), contact_id=int(found["id"]))
    assert "Lea Lind" not in names(tab)
    assert tab.see(CardQueue).linking == 0
    assert contacts() == {"Lea Lind": "lead"}
    rig.settle()
    with db.reading() as session:
        lea = session.get_one(models.Contact, int(found["id"]))
    assert rig.phones(lea) == ["+49 171 2"]


def test_usr3_strangers_and_colleagues_get_nothing_of_a_queue(
    open_tab: Open, kate: Holder, paul: models.User, boss: models.User
) -> None:
    assert nothing_of(opened(open_tab, None), CardQueue)
    for other in (paul, boss):
        tab = opened(open_tab, other)
        tab.fire(CardQueue.set_account, account=str(kate.account_id))
        tab.fire(CardQueue.look, text="hedwig")
        assert "Hedwig" not in str(tab.held)


def test_usr3_ids_of_others_do_nothing(
    open_tab: Open, kate: Holder, paul: models.User, boss: models.User
) -> None:
    hedwig, lea, before = card_id("Hedwig Ek"), contact_id("Lea Lind"), stored()
    for other in (paul, boss):
        tab = opened(open_tab, other)
        tab.fire(CardQueue.mark, card_id=hedwig, kind="lead")
        for what in ("lead", NOTHING, LEAVE_OUT):
            tab.fire(CardQueue.pick, card_id=hedwig, on=True)
            tab.fire(CardQueue.mark_many, what=what)
        for handler in (CardQueue.ignore, CardQueue.unignore, CardQueue.dismiss):
            tab.fire(handler, card_id=hedwig)
        tab.fire(CardQueue.link, card_id=hedwig, contact_id=lea)
        tab.fire(CardQueue.import_all).fire(CardQueue.stop_import).fire(CardQueue.load_more)
        assert stored() == before


def test_usr3_a_card_is_not_linked_to_a_contact_that_he_does_not_see(
    open_tab: Open, kate: Holder, paul: models.User
) -> None:
    with db.unit_of_work() as session:
        hidden = service.create(session, system("test"), name="Hidden Hans", owner_id=paul.id)
    tab, before = opened(open_tab, kate.user), stored()
    tab.fire(CardQueue.link, card_id=card_id("Hedwig Ek"), contact_id=hidden.id or 0)
    assert stored() == before
    tab.fire(CardQueue.find, text="Hidden")
    assert tab.see(CardQueue).found == []


@pytest.mark.parametrize("show", ["all", "", "IGNORED", "<b>"])
def test_q1_made_up_choices_are_ignored(open_tab: Open, kate: Holder, show: str) -> None:
    tab = opened(open_tab, kate.user)
    tab.fire(CardQueue.set_show, show=show).fire(CardQueue.set_account, account="²")
    assert names(tab) == ALL
    tab.fire(CardQueue.mark, card_id=card_id("Hedwig Ek"), kind="pope")
    assert tab.see(CardQueue).ready == 0


def test_sct3_rules_mark_and_import_nothing(open_tab: Open, kate: Holder) -> None:
    tab = open_tab(kate.user, PAGE).fire(CardRules.open)
    assert "email" in [each["value"] for each in tab.see(CardRules).fields]
    tab.fire(CardRules.set_field, field="email").fire(CardRules.add)
    assert tab.see(CardRules).errors["value"]
    tab.fire(CardRules.set_value, value="x.example")
    assert tab.see(CardRules).fits == "Fits now (2): Hedwig Ek, Zoë Ek"
    tab.fire(CardRules.set_mark, mark="lead").fire(CardRules.add)
    rig.settle()
    (rule,) = tab.fire(CardRules.follow).see(CardRules).rules
    assert (rule.then, rule.marked) == ("Lead", "2")
    assert [row.mark for row in opened(open_tab, kate.user).see(CardQueue).rows] == [
        "",
        "lead",
        "",
        "lead",
    ]
    assert contacts() == {"Lea Lind": "lead"}
    tab.fire(CardRules.remove, rule_id=rule.id)
    assert tab.see(CardRules).rules == []


def test_usr3_rules_of_others_stay(
    open_tab: Open, kate: Holder, paul: models.User, boss: models.User
) -> None:
    tab = open_tab(kate.user, PAGE).fire(CardRules.open)
    for value in ("x.example", "y.example"):
        tab.fire(CardRules.set_field, field="email").fire(CardRules.set_value, value=value)
        tab.fire(CardRules.add)
    first = tab.see(CardRules).rules[0].id
    before = stored()
    for other in (paul, boss):
        theirs = open_tab(other, PAGE).fire(CardRules.open)
        assert theirs.see(CardRules).rules == []
        theirs.fire(CardRules.move, rule_id=first, to=1).fire(CardRules.remove, rule_id=first)
        theirs.fire(CardRules.set_field, field="email")
        theirs.fire(CardRules.set_value, value="x.example")
        assert "Hedwig" not in str(theirs.held)
    assert stored() == before
