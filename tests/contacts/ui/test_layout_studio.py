"""The layout studio through Reflex's whole pipeline: arranging, undo, saving, resetting (CON-4)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import reflex as rx

from crm_app.contacts import layout_moves, layout_service, layouts, service
from crm_app.contacts.layouts import Layout
from crm_app.contacts.ui import beside
from crm_app.contacts.ui.layout_arranging import LayoutArranging
from crm_app.contacts.ui.layout_rows import id_of
from crm_app.contacts.ui.layout_state import LayoutStudio
from crm_app.core import access, db
from crm_app.core.kinds import ContactKind
from crm_app.models import User
from tests import factories
from tests.ui.tabs import Tab

Open = Callable[..., Tab]
LEAD, COMPANY = ContactKind.LEAD, ContactKind.COMPANY
PATH = "/settings/layout"


@pytest.fixture(autouse=True)
def no_other_room() -> Iterator[None]:
    """Rooms above give no fields, unless a test does."""
    given = beside.fields()
    beside.use_fields()
    yield
    beside.use_fields(*given)


@pytest.fixture
def ada(lite: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session, name="Ada Lovelace")


@pytest.fixture
def tab(ada: User, open_tab: Open) -> Tab:
    return open_tab(ada, PATH).fire(LayoutStudio.load)


def _stored(kind: ContactKind = LEAD) -> tuple[Layout, int]:
    with db.reading() as session:
        return layout_service.stored(session, kind)


def _save(ada: User, laid: Layout, revision: int, kind: ContactKind = LEAD) -> None:
    with db.unit_of_work() as session:
        actor = factories.actor(ada)
        layout_service.save(session, actor, kind, layouts.as_json(laid), revision=revision)


def _contact(**custom: Any) -> None:
    with db.unit_of_work() as session:
        service.create(session, access.system("test"), name="Anna Ek", custom=custom)


def _ids(tab: Tab) -> list[list[str]]:
    return [[row.id for row in group.fields] for group in tab.see(LayoutStudio).groups]


def _labels(rows: list[Any]) -> list[str]:
    return [row.label for row in rows]


def _drop(active: dict[str, Any], over: dict[str, Any], by: str = "pointer") -> dict[str, Any]:
    return {"active": {"id": "x", **active}, "over": {"id": "y", **over}, "by": by}


def _into(group: str, index: Any) -> dict[str, Any]:
    return {"to": "group", "group": group, "index": index}


def test_con4_fields_are_dropped_into_groups_hidden_and_shown_again(tab: Tab) -> None:
    seen = tab.see(LayoutStudio)
    assert (seen.loading, seen.kind, seen.normal, seen.changed) == (False, "lead", True, [])
    assert _ids(tab)[0] == ["first_name", "last_name", "company", "kind"]
    tab.fire(LayoutArranging.drop, drop=_drop({"field": "note"}, _into("g1", 0)))
    assert _ids(tab)[0][:2] == ["note", "first_name"]
    assert "data-drag-handle" not in tab.said
    tab.fire(LayoutArranging.drop, drop=_drop({"field": "phones"}, {"to": "hidden"}, "keyboard"))
    seen = tab.see(LayoutStudio)
    assert _labels(seen.hidden) == ["Phone numbers"]
    assert (seen.normal, seen.changed, seen.can_undo) == (False, ["lead"], True)
    assert "field-phones" in tab.said
    assert "phones" not in [field.key for block in seen.blocks for field in block.fields]
    tab.fire(LayoutArranging.show, field_id="phones")
    assert _ids(tab)[1] == ["emails", "phones", "addresses"]
    assert _stored() == (Layout(), 0)


def test_con4_the_keyboard_and_the_menu_do_what_dragging_does(tab: Tab) -> None:
    tab.fire(LayoutArranging.step, field_id="kind", by=-1)
    assert _ids(tab)[0] == ["first_name", "last_name", "kind", "company"]
    assert "field-kind" in tab.said
    tab.fire(LayoutArranging.send, field_id="kind", group_id="g4")
    assert _ids(tab)[3][-1] == "kind"
    tab.fire(LayoutArranging.widen, field_id="kind", wide=True)
    row = tab.see(LayoutStudio).groups[3].fields[-1]
    assert (row.wide, row.can_be_half) == (True, True)
    assert tab.see(LayoutStudio).blocks[3].fields[-1].wide
    tab.fire(LayoutArranging.hide, field_id="kind")
    assert _labels(tab.see(LayoutStudio).hidden) == ["Kind"]
    tab.fire(LayoutArranging.hide, field_id="tags")
    seen = tab.see(LayoutStudio)
    assert [(row.id, row.on) for row in seen.top] == [("tags", False), ("owner", True)]
    assert (_labels(seen.hidden), seen.head_shows) == (["Kind"], ["owner"])
    tab.fire(LayoutArranging.show, field_id="tags")
    assert tab.see(LayoutStudio).head_shows == ["tags", "owner"]


def test_con4_groups_are_made_named_folded_moved_and_removed(tab: Tab) -> None:
    tab.fire(LayoutArranging.add_group)
    assert "group-g5" in tab.said
    for title in ("H", "Ho", "Home "):
        tab.fire(LayoutArranging.name_group, group_id="g5", title=title)
    tab.fire(LayoutArranging.fold_group, group_id="g5", folded=True)
    tab.fire(LayoutArranging.send, field_id="addresses", group_id="g5")
    seen = tab.see(LayoutStudio)
    assert (seen.groups[4].title, seen.groups[4].folded) == ("Home ", True)
    assert (seen.blocks[4].title, seen.blocks[4].folded) == ("Home ", True)
    order = _drop({"group": "g5"}, {"to": "order", "index": 0}, "keyboard")
    tab.fire(LayoutArranging.drop, drop=order)
    assert [group.id for group in tab.see(LayoutStudio).groups] == ["g5", "g1", "g2", "g3", "g4"]
    assert "group-g5" in tab.said
    tab.fire(LayoutArranging.step_group, group_id="g5", by=1)
    assert [group.id for group in tab.see(LayoutStudio).groups][:2] == ["g1", "g5"]
    tab.fire(LayoutArranging.remove_group, group_id="g5")
    assert _ids(tab)[0][-1] == "addresses"
    # The letters of a heading are one step back.
    for _ in range(5):
        tab.fire(LayoutStudio.undo)
    assert tab.see(LayoutStudio).groups[4].title == "Home "
    tab.fire(LayoutStudio.undo)
    assert tab.see(LayoutStudio).groups[4].title == ""
    tab.fire(LayoutStudio.undo)
    assert (tab.see(LayoutStudio).normal, tab.see(LayoutStudio).can_undo) == (True, False)
    tab.fire(LayoutStudio.redo)
    assert len(tab.see(LayoutStudio).groups) == 5


def test_con4_drops_that_are_forged_move_nothing(tab: Tab) -> None:
    before = _ids(tab)
    for drop in (
        {},
        {"active": "x", "over": "y"},
        _drop({"field": "robot"}, _into("g1", 0)),
        _drop({"field": "note"}, _into("g9", 0)),
        _drop({"field": "note"}, _into("g1", "0")),
        _drop({"field": "note"}, _into("g1", True)),
        _drop({"field": "note"}, {"to": "rest"}),
        _drop({"field": "note"}, {"to": "order", "index": 0}),
        _drop({"field": "tags"}, _into("g1", 0)),
        _drop({"group": "g9"}, {"to": "order", "index": 0}, "keyboard"),
        _drop({"group": "g1"}, {"to": "hidden"}),
        _drop({"group": "g1"}, {"to": "order", "index": None}),
        _drop({"field": "x']\"); alert(1)"}, {"to": "hidden"}, "keyboard"),
    ):
        tab.fire(LayoutArranging.drop, drop=drop)
        assert not tab.failures
        assert "alert" not in tab.said
    for handler in (LayoutArranging.hide, LayoutArranging.show, LayoutArranging.put_back):
        tab.fire(handler, field_id="robot")
    tab.fire(LayoutStudio.set_kind, kind="robot").fire(LayoutStudio.copy_from, other="robot")
    assert (_ids(tab), tab.see(LayoutStudio).changed) == (before, [])


def test_con4_all_kinds_are_saved_together(tab: Tab) -> None:
    tab.fire(LayoutArranging.hide, field_id="note")
    tab.fire(LayoutStudio.set_kind, kind="company").fire(LayoutArranging.hide, field_id="phones")
    assert _ids(tab)[0] == ["name", "kind"]
    assert tab.see(LayoutStudio).head.name == "Lindberg & Co"
    assert tab.see(LayoutStudio).changed == ["lead", "company"]
    tab.fire(LayoutStudio.save)
    assert "Saved" in tab.said
    assert (_stored()[0].hidden, _stored()[1]) == (("note",), 1)
    assert _stored(COMPANY)[0].hidden == ("phones",)
    assert _stored(ContactKind.CONTACT) == (Layout(), 0)
    assert (tab.see(LayoutStudio).changed, tab.see(LayoutStudio).can_undo) == ([], True)
    tab.fire(LayoutStudio.undo)
    assert tab.see(LayoutStudio).changed == ["company"]
    tab.fire(LayoutStudio.save)
    # As it comes again: kept as that, so that it stays so when fields are added to it.
    assert _stored(COMPANY) == (Layout(), 2)


def test_con4_a_card_is_reset_copied_and_discarded_and_each_can_be_undone(tab: Tab) -> None:
    tab.fire(LayoutArranging.hide, field_id="phones").fire(LayoutStudio.save)
    tab.fire(LayoutStudio.set_kind, kind="company").fire(LayoutStudio.copy_from, other="lead")
    assert _labels(tab.see(LayoutStudio).hidden) == ["Phone numbers"]
    assert sorted(_ids(tab)[0]) == ["kind", "name"]
    tab.fire(LayoutStudio.discard)
    assert tab.see(LayoutStudio).changed == []
    tab.fire(LayoutStudio.undo)
    assert tab.see(LayoutStudio).changed == ["company"]
    tab.fire(LayoutStudio.set_kind, kind="lead").fire(LayoutStudio.begin_anew)
    seen = tab.see(LayoutStudio)
    assert (seen.hidden, seen.normal, seen.changed) == ([], True, ["lead", "company"])
    tab.fire(LayoutStudio.undo)
    assert _labels(tab.see(LayoutStudio).hidden) == ["Phone numbers"]


def test_con4_every_own_field_that_contacts_have_can_be_placed(ada: User, open_tab: Open) -> None:
    odd = "a\"b']</script>"
    _contact(size=42, **{odd: "x"})
    _contact(size=43)
    tab = open_tab(ada, PATH).fire(LayoutStudio.load)
    rest = tab.see(LayoutStudio).rest
    assert [(row.label, row.hint) for row in rest] == [("size", "2 have it"), (odd, "1 has it")]
    assert rest[1].id == id_of(f"custom.{odd}")
    assert rest[1].id.replace("-", "").isalnum()
    tab.fire(LayoutArranging.drop, drop=_drop({"field": rest[1].id}, _into("g1", 0), "keyboard"))
    assert rest[1].id in tab.said
    placed = tab.see(LayoutStudio).groups[0].fields[0]
    assert (placed.label, placed.own, placed.wide) == (odd, True, False)
    assert tab.see(LayoutStudio).blocks[0].fields[0].label == odd
    tab.fire(LayoutArranging.show, field_id=rest[0].id)
    assert tab.see(LayoutStudio).rest == []
    tab.fire(LayoutArranging.drop, drop=_drop({"field": rest[0].id}, {"to": "rest"}))
    tab.fire(LayoutArranging.hide, field_id=rest[0].id)
    assert (_labels(tab.see(LayoutStudio).hidden), tab.see(LayoutStudio).rest) == (["size"], [])
    tab.fire(LayoutArranging.put_back, field_id=rest[0].id)
    assert _labels(tab.see(LayoutStudio).rest) == ["size"]
    # Of another kind it is known too, though none of them has it yet.
    tab.fire(LayoutStudio.set_kind, kind="company")
    assert tab.see(LayoutStudio).rest[0].hint == "None has it yet"


def test_con4_a_new_own_field_is_on_every_card_of_the_kind(tab: Tab) -> None:
    tab.fire(LayoutArranging.add_own, form={"own-name": "  Shoe   size "})
    assert tab.see(LayoutStudio).groups[3].fields[-1].label == "Shoe size"
    assert (tab.see(LayoutStudio).added, tab.see(LayoutStudio).errors) == (1, {})
    for name in ("Shoe size", " ", None):
        tab.fire(LayoutArranging.add_own, form={"own-name": name})
        assert "own-name" in tab.see(LayoutStudio).errors
    tab.fire(LayoutStudio.save)
    assert _stored()[0].home("custom.Shoe size") is not None


def test_con4_two_administrators_do_not_overwrite_each_other(ada: User, tab: Tab) -> None:
    tab.fire(LayoutArranging.hide, field_id="note")
    _save(ada, layout_moves.hide(layouts.default(LEAD), "phones"), 0)
    tab.fire(LayoutStudio.follow)
    assert _labels(tab.see(LayoutStudio).hidden) == ["Note"]
    tab.fire(LayoutStudio.save)
    assert "Somebody else" in tab.said
    assert _labels(tab.see(LayoutStudio).hidden) == ["Phone numbers"]
    assert (_stored()[0].hidden, tab.see(LayoutStudio).changed) == (("phones",), [])
    tab.fire(LayoutStudio.undo).fire(LayoutStudio.save)
    assert _stored()[0].hidden == ("note",)
    assert _stored()[1] == 2


def test_con4_a_tab_without_changes_follows_what_others_save(ada: User, tab: Tab) -> None:
    _save(ada, layout_moves.hide(layouts.default(LEAD), "phones"), 0)
    tab.fire(LayoutStudio.follow)
    seen = tab.see(LayoutStudio)
    assert (_labels(seen.hidden), seen.changed, seen.can_undo) == (["Phone numbers"], [], False)


def test_usr3_members_do_not_get_the_studio(ada: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session)
    for who in (ben, None):
        tab = open_tab(who, PATH).fire(LayoutStudio.load)
        tab.fire(LayoutArranging.hide, field_id="note").fire(LayoutStudio.save)
        assert not getattr(tab.see(LayoutStudio), "groups", [])
    assert _stored() == (Layout(), 0)


@pytest.fixture
def flag(no_other_room: None) -> None:
    """A field of a room above."""
    made = beside.Field("test_flag", "Test flag", lambda: rx.el.span("flag"), "smartphone")
    beside.use_fields(made)


def test_con4_fields_of_rooms_above_are_arranged_too(flag: None, ada: User, open_tab: Open) -> None:
    tab = open_tab(ada, PATH).fire(LayoutStudio.load)
    row = tab.see(LayoutStudio).groups[1].fields[-1]
    assert (row.id, row.label, row.can_be_half) == ("test_flag", "Test flag", False)
    tab.fire(LayoutArranging.hide, field_id="test_flag").fire(LayoutStudio.save)
    assert _labels(tab.see(LayoutStudio).hidden) == ["Test flag"]
    assert _stored()[0].hidden == ("test_flag",)


def test_con4_the_studio_speaks_the_readers_language(ada: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        session.get_one(User, ada.id).locale = "de"
    tab = open_tab(ada, PATH).fire(LayoutStudio.load)
    assert _labels(tab.see(LayoutStudio).groups[0].fields)[:2] == ["Vorname", "Nachname"]
