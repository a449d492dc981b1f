"""The merge dialog and the page of duplicates (CON-3)."""

from collections.abc import Callable

import pytest

from crm_app.contacts import queries, service
from crm_app.contacts.fields import Email
from crm_app.contacts.ui.duplicates_state import Duplicates
from crm_app.contacts.ui.merge_state import Merging
from crm_app.core import access, db
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


@pytest.fixture
def pair(ada: User) -> list[int]:
    with db.unit_of_work() as session:
        one = service.create(
            session, ROOT, name="Anna Ek", emails=[Email("anna@x.example")], note="One", locale="de"
        )
        other = service.create(
            session,
            ROOT,
            name="A. Ek",
            emails=[Email("anna@x.example"), Email("ek@y.example")],
            note="Two",
            custom={"Size": "M"},
        )
        return [one.id or 0, other.id or 0]


def test_con3_both_are_shown_and_one_chooses_per_field(
    ada: User, pair: list[int], open_tab: Open
) -> None:
    tab = open_tab(ada, "/contacts").fire(Merging.begin, ids=pair)
    seen = tab.see(Merging)
    assert (seen.merging, seen.kept) == (True, str(pair[0]))
    assert [side.name for side in seen.sides] == ["Anna Ek", "A. Ek"]
    assert [(line.key, [value.text for value in line.offers]) for line in seen.lines] == [
        ("name", ["Anna Ek", "A. Ek"]),
        ("note", ["Both notes, one below the other", "One", "Two"]),
    ]
    assert seen.joined[0].texts == ["anna@x.example", "ek@y.example"]
    tab.fire(Merging.choose, key="name", contact_id=str(pair[1]))
    tab.fire(Merging.choose, key="note", contact_id=str(pair[1]))
    assert [line.chosen for line in tab.see(Merging).lines] == [str(pair[1])] * 2
    tab.fire(Merging.merge)
    assert "one contact now" in tab.said
    with db.reading() as session:
        card = queries.card(session, ROOT, pair[0])
        assert (card.name, card.note, card.custom) == ("A. Ek", "Two", {"Size": "M"})
        assert queries.count(session, ROOT) == 1
    tab.fire(Merging.undo, merge_ids=[1])
    with db.reading() as session:
        assert queries.card(session, ROOT, pair[0]).name == "Anna Ek"
        assert queries.count(session, ROOT) == 2


def test_con3_another_record_can_be_the_one_that_stays(
    ada: User, pair: list[int], open_tab: Open
) -> None:
    tab = open_tab(ada, "/contacts").fire(Merging.begin, ids=pair)
    tab.fire(Merging.keep, contact_id=str(pair[1])).fire(Merging.merge)
    with db.reading() as session:
        (row,) = queries.search(session, ROOT).rows
        assert (row.id, row.name) == (pair[1], "A. Ek")
        assert queries.card(session, ROOT, row.id).note == "Two\n\nOne"


def test_con3_the_card_suggests_undoes_and_old_addresses_lead_on(
    ada: User, pair: list[int], open_tab: Open
) -> None:
    tab = open_tab(ada, f"/contacts/{pair[0]}").fire(Merging.look)
    assert [row["name"] for row in tab.see(Merging).alike] == ["A. Ek"]
    tab.fire(Merging.begin_with, other=str(pair[1])).fire(Merging.merge)
    seen = tab.see(Merging)
    assert (seen.alike, [row["name"] for row in seen.undoable]) == ([], ["A. Ek"])
    old = open_tab(ada, f"/contacts/{pair[1]}").fire(Merging.look)
    assert f"/contacts/{pair[0]}" in old.said
    tab.fire(Merging.undo_one, merge_id=seen.undoable[0]["id"])
    assert tab.see(Merging).undoable == []
    with db.reading() as session:
        assert queries.count(session, ROOT) == 2


def test_usr3_nobody_merges_what_he_may_not_change(
    ada: User, pair: list[int], open_tab: Open
) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session)
        hers = queries.get_contact(session, ROOT, pair[1])
        service.set_owner(session, ROOT, hers, ada.id, rule="by_hand")
    tab = open_tab(ben, "/contacts").fire(Merging.begin, ids=pair)
    assert not getattr(tab.see(Merging), "merging", False)
    assert "does not exist" in tab.said
    tab.fire(Merging.merge)
    with db.reading() as session:
        assert queries.count(session, ROOT) == 2
    stranger = open_tab(None, "/contacts").fire(Merging.begin, ids=pair)
    assert vars(stranger.see(Merging)) == {}


def test_con3_duplicates_are_listed_merged_or_kept_apart(
    ada: User, pair: list[int], open_tab: Open
) -> None:
    tab = open_tab(ada, "/duplicates").fire(Duplicates.load)
    (group,) = tab.see(Duplicates).groups
    assert (group.reason, group.shared, group.ids) == (
        "Same e-mail address",
        "anna@x.example",
        pair,
    )
    tab.fire(Duplicates.keep_apart, ids=pair)
    assert tab.see(Duplicates).groups == []
    assert "not suggested again" in tab.said
    tab.fire(Duplicates.load)
    assert tab.see(Duplicates).groups == []
    tab.fire(Duplicates.suggest_again, ids=pair)
    assert [each.ids for each in tab.see(Duplicates).groups] == [pair]
