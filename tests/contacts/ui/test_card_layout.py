"""The card draws itself by the layout of its kind; what is hidden keeps its value (CON-4)."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import reflex as rx

from crm_app.contacts import layout_moves, layout_service, layouts, queries, service
from crm_app.contacts.fields import Email
from crm_app.contacts.layouts import Layout
from crm_app.contacts.ui import beside
from crm_app.contacts.ui.card_form_view import details_form
from crm_app.contacts.ui.card_state import ContactCard
from crm_app.contacts.views import Card
from crm_app.core import access, db
from crm_app.core.kinds import ContactKind
from crm_app.models import User
from tests import factories
from tests.ui.tabs import Tab

Open = Callable[..., Tab]
SYSTEM = access.system("test")
LEAD, COMPANY = ContactKind.LEAD, ContactKind.COMPANY


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


def _contact(**fields: Any) -> int:
    with db.unit_of_work() as session:
        return service.create(session, SYSTEM, **{"name": "Anna Ek", **fields}).id or 0


def _arrange(ada: User, laid: Layout, kind: ContactKind = LEAD) -> None:
    with db.unit_of_work() as session:
        _, revision = layout_service.stored(session, kind)
        actor = factories.actor(ada)
        layout_service.save(session, actor, kind, layouts.as_json(laid), revision=revision)


def _hidden(*keys: str) -> Layout:
    laid = layouts.default(LEAD)
    for key in keys:
        laid = layout_moves.hide(laid, key)
    return laid


def _stored(contact_id: int) -> Card:
    with db.reading() as session:
        return queries.card(session, SYSTEM, contact_id)


def _keys(tab: Tab) -> list[list[str]]:
    return [[field.key for field in block.fields] for block in tab.see(ContactCard).blocks]


def _all(tab: Tab) -> list[str]:
    return [key for block in _keys(tab) for key in block]


def test_con4_a_card_without_a_layout_shows_all(ada: User, open_tab: Open) -> None:
    tab = open_tab(ada, f"/contacts/{_contact()}").fire(ContactCard.load)
    assert _keys(tab)[0] == ["first_name", "last_name", "company", "kind"]
    assert [block.title for block in tab.see(ContactCard).blocks] == [
        "",
        "How to reach",
        "Messages",
        "More",
    ]
    assert tab.see(ContactCard).top == ["tags", "owner"]


def test_con4_each_kind_has_its_own_card(ada: User, open_tab: Open) -> None:
    laid = layout_moves.name_group(_hidden("phones", "tags"), "g1", "Who")
    _arrange(ada, layout_moves.fold_group(laid, "g1", True))
    lead = open_tab(ada, f"/contacts/{_contact()}").fire(ContactCard.load)
    who = lead.see(ContactCard).blocks[0]
    assert (who.title, who.folded) == ("Who", True)
    assert "phones" not in _all(lead)
    assert lead.see(ContactCard).top == ["owner"]
    firm = open_tab(ada, f"/contacts/{_contact(kind=COMPANY)}").fire(ContactCard.load)
    assert _keys(firm)[0] == ["name", "kind"]
    assert "phones" in _keys(firm)[1]


def test_con4_hidden_fields_keep_their_values_when_the_card_is_saved(
    ada: User, open_tab: Open
) -> None:
    contact_id = _contact(
        emails=[Email("anna@x.example")],
        do_not_disturb=["sms"],
        locale="de",
        custom={"size": 42, "colour": "red", "shown": "a"},
        company_id=_contact(name="Firm", kind=COMPANY),
    )
    laid = _hidden("emails", "do_not_disturb", "locale", "company", "custom.size")
    _arrange(ada, layout_moves.hide(laid, "custom"))
    before = _stored(contact_id)
    tab = open_tab(ada, f"/contacts/{contact_id}").fire(ContactCard.load)
    # What a browser sends for hidden inputs, and what it never should send.
    sent = {"note": "new", "company": None, "locale": "", "quiet-call": "on", "emails": ""}
    tab.fire(ContactCard.save, form=sent)
    after = _stored(contact_id)
    assert after.note == "new"
    for name in ("emails", "do_not_disturb", "locale", "company", "custom"):
        assert getattr(after, name) == getattr(before, name)


def test_con4_own_fields_have_places(ada: User, open_tab: Open) -> None:
    laid = layout_moves.move(layouts.default(LEAD), "custom.size", "g1", 0)
    _arrange(ada, layout_moves.hide(laid, "custom.secret"))
    contact_id = _contact(custom={"size": 42, "secret": "s", "colour": "red"})
    tab = open_tab(ada, f"/contacts/{contact_id}").fire(ContactCard.load)
    first = tab.see(ContactCard).blocks[0].fields[0]
    assert (first.kind, first.label, first.value, first.wide) == ("own", "size", "42", False)
    assert [line.label for line in tab.see(ContactCard).custom] == ["colour"]
    line = tab.see(ContactCard).custom[0].key
    rest = {f"custom-{line}": "blue", f"custom-{line}-label": "colour"}
    with db.unit_of_work() as session:
        contact = queries.get_contact(session, SYSTEM, contact_id)
        service.update(session, SYSTEM, contact, custom={**contact.custom, "secret": "t", "new": 1})
    tab.fire(ContactCard.save, form={first.name: "43", **rest})
    assert _stored(contact_id).custom == {"size": "43", "secret": "t", "colour": "blue", "new": 1}
    # A contact without a value has an empty input; it stays without one.
    other = open_tab(ada, f"/contacts/{_contact()}").fire(ContactCard.load)
    assert other.see(ContactCard).blocks[0].fields[0].value == ""


def test_con4_a_name_that_is_taken_is_refused_beside_its_line(ada: User, open_tab: Open) -> None:
    _arrange(ada, layout_moves.hide(layouts.default(LEAD), "custom.secret"))
    contact_id = _contact(custom={"secret": "s"})
    tab = open_tab(ada, f"/contacts/{contact_id}").fire(ContactCard.load)
    line = tab.fire(ContactCard.add_line, kind="custom").see(ContactCard).custom[0].key
    form = {f"custom-{line}": "x", f"custom-{line}-label": "secret"}
    tab.fire(ContactCard.save, form=form)
    assert "already" in tab.see(ContactCard).errors["custom.0"]
    assert _stored(contact_id).custom == {"secret": "s"}


def test_con4_open_cards_follow_a_new_layout_and_keep_what_is_typed(
    ada: User, open_tab: Open
) -> None:
    contact_id = _contact()
    tab = open_tab(ada, f"/contacts/{contact_id}").fire(ContactCard.load)
    version = tab.see(ContactCard).version
    _arrange(ada, _hidden("note"))
    tab.fire(ContactCard.follow)
    assert "note" not in _all(tab)
    assert tab.see(ContactCard).version > version
    tab.fire(ContactCard.touch)
    _arrange(ada, _hidden("phones"))
    tab.fire(ContactCard.follow)
    assert "phones" in _all(tab)
    assert "note" not in _all(tab)
    tab.fire(ContactCard.discard)
    assert "phones" not in _all(tab)


@pytest.fixture
def flag(no_other_room: None) -> beside.Field:
    """A field of a room above."""
    made = beside.Field("test_flag", "Test flag", lambda: rx.el.button("Tick the test flag"))
    beside.use_fields(made)
    return made


def test_con4_a_field_of_a_room_above_is_placed_and_hidden_like_the_cards_own(
    ada: User, open_tab: Open, flag: beside.Field
) -> None:
    contact_id = _contact()
    tab = open_tab(ada, f"/contacts/{contact_id}").fire(ContactCard.load)
    assert _keys(tab)[1] == ["emails", "phones", "addresses", "test_flag"]
    rendered = str(details_form().render())
    assert "Tick the test flag" in rendered
    # A layout that was saved before the field came shows it beside its neighbour.
    _arrange(ada, _hidden("phones"))
    assert _keys(tab.fire(ContactCard.load))[1] == ["emails", "addresses", "test_flag"]
    laid = layouts.complete(_hidden("phones"), LEAD, beside.field_keys())
    _arrange(ada, layout_moves.hide(laid, "test_flag"))
    assert "test_flag" not in _all(tab.fire(ContactCard.load))


def _around(node: Any, text: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The elements around ``text`` in what a component renders."""
    if isinstance(node, dict):
        above = (*above, str(node.get("name", "")))
    inner = list(node.values()) if isinstance(node, dict) else node
    if isinstance(inner, list | tuple):
        return next((found for each in inner if (found := _around(each, text, above))), ())
    return above if isinstance(inner, str) and text in inner else ()


def test_con4_a_field_of_a_room_above_stays_open_to_those_who_may_only_see(
    flag: beside.Field,
) -> None:
    rendered = details_form().render()
    assert not any("fieldset" in name for name in _around(rendered, "Tick the test flag"))
    assert any("fieldset" in name for name in _around(rendered, "No messages are sent"))
