"""The form builder through Reflex's whole pipeline: arranging, typing, undo, saving, publishing."""

from typing import Any

from crm_app import models
from crm_app.campaigns.forms import layout, service
from crm_app.campaigns.forms.ui.arranging_state import Arranging
from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.campaigns.forms.ui.naming_state import Naming
from crm_app.campaigns.forms.ui.sent_state import SentForms
from crm_app.campaigns.forms.ui.typing_state import Typing
from crm_app.core import db
from crm_app.core.access import system
from crm_app.core.kinds import Role
from tests import factories
from tests.campaigns.forms.laid import EMAIL, NAME, laid_out
from tests.campaigns.forms.made import open_house, published


def _admin() -> models.User:
    open_house()
    with db.unit_of_work() as session:
        return factories.admin(session)


def _draft(**settings: Any) -> models.Form:
    with db.unit_of_work() as session:
        return service.create(session, system("test"), name="Ask us", draft=laid_out(**settings))


def _stored(form: models.Form) -> layout.Layout:
    with db.reading() as session:
        return layout.parse(session.get_one(models.Form, form.id).draft)


def _ids(form: models.Form) -> list[list[str]]:
    return [[field.id for field in page.fields] for page in _stored(form).pages]


def _drop(active: dict[str, Any], page: str, index: Any, by: str = "pointer") -> dict[str, Any]:
    return {
        "active": {"id": "x", **active},
        "over": {"id": "y", "page": page, "index": index},
        "by": by,
    }


def test_frm1_fields_are_dropped_moved_and_taken_back(open_tab: Any) -> None:
    ada = _admin()
    form = _draft()
    tab = open_tab(ada, f"/forms/{form.id}").fire(FormBuilder.load)
    seen = tab.see(FormBuilder)
    assert [row.label for row in seen.pages[0].fields] == ["Name", "E-mail"]
    assert (seen.status, seen.errors_left, seen.loading) == ("draft", 0, False)
    tab.fire(Arranging.drop, drop=_drop({"kind": "choice"}, "p1", 1))
    assert _ids(form) == [["f1", "f3", "f2"]]
    seen = tab.see(FormBuilder)
    assert (seen.selected, seen.part) == ("f3", "field")
    assert seen.inspected["choices"] == "First answer\nSecond answer"
    tab.fire(Arranging.drop, drop=_drop({"field": "f3"}, "p1", 3, "keyboard"))
    assert _ids(form) == [["f1", "f2", "f3"]]
    assert "field-f3" in tab.said
    tab.fire(Arranging.step, field_id="f3", by=-1)
    tab.fire(Arranging.duplicate, field_id="f1")
    tab.fire(Arranging.remove, field_id="f2")
    assert _ids(form) == [["f1", "f4", "f3"]]
    assert tab.see(FormBuilder).errors_left == 1
    for _ in range(5):
        tab.fire(FormBuilder.undo)
    assert _ids(form) == [["f1", "f2"]]
    assert not tab.see(FormBuilder).can_undo
    tab.fire(FormBuilder.redo)
    assert _ids(form) == [["f1", "f3", "f2"]]
    tab.fire(Arranging.add, kind="date")
    assert tab.see(FormBuilder).can_redo is False


def test_frm1_drops_that_are_forged_move_nothing(open_tab: Any) -> None:
    ada = _admin()
    form = _draft()
    tab = open_tab(ada, f"/forms/{form.id}").fire(FormBuilder.load)
    for drop in (
        {},
        {"active": "x", "over": "y"},
        _drop({"kind": "password"}, "p1", 0),
        _drop({"kind": "text"}, "p9", 0),
        _drop({"kind": "text"}, "p1", "0"),
        _drop({"kind": "text"}, "p1", True),
        _drop({"field": "f9"}, "p1", 0),
        _drop({"field": "f1"}, "p9", 0),
    ):
        tab.fire(Arranging.drop, drop=drop)
        assert not tab.failures
    assert _ids(form) == [["f1", "f2"]]


def test_frm1_pages_are_added_moved_named_and_removed(open_tab: Any) -> None:
    ada = _admin()
    form = _draft()
    tab = open_tab(ada, f"/forms/{form.id}").fire(FormBuilder.load).fire(Arranging.add_page)
    seen = tab.see(FormBuilder)
    assert (seen.selected, seen.part, len(seen.pages)) == ("p2", "page", 2)
    tab.fire(Typing.type_page, page_id="p2", value="About you").fire(FormBuilder.keep)
    tab.fire(Arranging.move_page, page_id="p2", by=-1)
    assert [page.title for page in _stored(form).pages] == ["About you", ""]
    assert "page=p2" in tab.see(FormBuilder).preview
    tab.fire(Arranging.remove_page, page_id="p1")
    assert _ids(form) == [[]]
    tab.fire(FormBuilder.undo)
    assert _ids(form) == [[], ["f1", "f2"]]


def test_frm1_letters_are_one_step_back_and_saved_when_the_field_is_left(open_tab: Any) -> None:
    ada = _admin()
    form = _draft()
    tab = open_tab(ada, f"/forms/{form.id}").fire(FormBuilder.load)
    tab.fire(FormBuilder.select, about="f1")
    for text in ("W", "Wh", "Who"):
        tab.fire(Typing.type_field, field_id="f1", name="label", value=text)
    assert tab.see(FormBuilder).unsaved
    assert _stored(form).field("f1").label == "Name"  # type: ignore[union-attr]
    tab.fire(FormBuilder.keep)
    assert not tab.see(FormBuilder).unsaved
    assert _stored(form).field("f1").label == "Who"  # type: ignore[union-attr]
    tab.fire(FormBuilder.undo)
    assert tab.see(FormBuilder).inspected["label"] == "Name"
    # A letter that arrives late is still about the field that it was typed into.
    tab.fire(FormBuilder.select, about="f2")
    tab.fire(Typing.type_field, field_id="f1", name="label", value="Late")
    assert tab.see(FormBuilder).inspected["label"] == "E-mail"
    assert tab.see(FormBuilder).pages[0].fields[0].label == "Late"


def test_frm1_the_inspector_changes_what_is_selected(open_tab: Any) -> None:
    ada = _admin()
    form = _draft()
    tab = open_tab(ada, f"/forms/{form.id}").fire(FormBuilder.load)
    tab.fire(Arranging.add, kind="choice")
    tab.fire(Typing.type_field, field_id="f3", name="choices", value="Flat\n\nSteep\n")
    assert tab.see(FormBuilder).inspected["choices"] == "Flat\n\nSteep\n"
    tab.fire(Typing.choose_field, field_id="f3", name="maps_to", value="tag")
    tab.fire(Typing.tick_field, field_id="f3", name="required", on=True)
    tab.fire(Arranging.add, kind="number")
    tab.fire(Typing.choose_field, field_id="f4", name="depends", value="f3")
    seen = tab.see(FormBuilder)
    assert [one["value"] for one in seen.comparable] == ["Flat", "Steep"]
    tab.fire(Typing.choose_field, field_id="f4", name="compared", value="Steep")
    tab.fire(Typing.choose_field, field_id="f4", name="maps_to", value="custom")
    assert tab.see(FormBuilder).inspected["maps_to"] == "custom"
    tab.fire(Typing.type_field, field_id="f4", name="custom", value="Roof area").fire(
        FormBuilder.keep
    )
    roof, area = _stored(form).field("f3"), _stored(form).field("f4")
    assert roof is not None
    assert area is not None
    assert (roof.choices, roof.maps_to, roof.required) == (("Flat", "Steep"), "tag", True)
    assert (area.maps_to, area.show_if) == (
        "custom.Roof area",
        layout.ShowIf("f3", "is", "Steep"),
    )
    # What the browser may not choose changes nothing.
    tab.fire(Typing.choose_field, field_id="f4", name="maps_to", value="owner_id")
    tab.fire(Typing.choose_field, field_id="f4", name="id", value="f1")
    assert _stored(form).field("f4").maps_to == "custom.Roof area"  # type: ignore[union-attr]


def test_frm1_settings_of_the_whole_form(open_tab: Any) -> None:
    ada = _admin()
    form = _draft()
    with db.unit_of_work() as session:
        calendar = factories.calendar(session, ada)
    tab = open_tab(ada, f"/forms/{form.id}").fire(FormBuilder.load)
    tab.fire(Typing.type_setting, name="title", value="Hello").fire(FormBuilder.keep)
    tab.fire(Typing.choose_setting, name="after", value="booking")
    assert tab.see(FormBuilder).errors_left == 1
    tab.fire(Typing.choose_setting, name="after_calendar", value=str(calendar.id))
    tab.fire(Typing.choose_setting, name="assign", value="round_robin")
    tab.fire(Typing.toggle_turn, user_id=str(ada.id))
    tab.fire(Typing.tick_setting, name="only_unassigned", on=False)
    tab.fire(Typing.type_setting, name="tags", value="Fair, Sun,").fire(FormBuilder.keep)
    stored = _stored(form)
    assert (stored.title, stored.after.calendar_id, stored.tags) == (
        "Hello",
        calendar.id,
        ("Fair", "Sun"),
    )
    assert (stored.assign.user_ids, stored.assign.only_unassigned) == ((ada.id,), False)
    assert tab.see(FormBuilder).errors_left == 0


def test_frm1_publishing_says_what_is_missing_and_then_shows_how_to_share(open_tab: Any) -> None:
    ada = _admin()
    with db.unit_of_work() as session:
        form = service.create(session, system("t"), name="Ask", draft=laid_out([NAME]))
    tab = open_tab(ada, f"/forms/{form.id}").fire(FormBuilder.load).fire(FormBuilder.publish)
    assert "keeps it from being published" in tab.said
    assert tab.see(FormBuilder).status == "draft"
    tab.fire(Arranging.add, kind="email").fire(FormBuilder.publish)
    seen = tab.see(FormBuilder)
    assert (seen.status, seen.sharing) == ("live", True)
    tab.fire(FormBuilder.close_sharing).fire(Arranging.add, kind="date")
    assert tab.see(FormBuilder).status == "changed"
    tab.fire(FormBuilder.publish)
    assert (tab.see(FormBuilder).status, tab.see(FormBuilder).sharing) == ("live", False)
    tab.fire(FormBuilder.unpublish)
    assert tab.see(FormBuilder).status == "draft"


def test_frm1_somebody_else_saved_meanwhile(open_tab: Any) -> None:
    ada = _admin()
    form = _draft()
    mine = open_tab(ada, f"/forms/{form.id}").fire(FormBuilder.load)
    theirs = open_tab(ada, f"/forms/{form.id}").fire(FormBuilder.load)
    theirs.fire(Arranging.add, kind="phone")
    mine.fire(Arranging.add, kind="date")
    assert "Somebody else changed this form" in mine.said
    assert [row.kind for row in mine.see(FormBuilder).pages[0].fields] == ["text", "email", "phone"]
    mine.fire(FormBuilder.undo)
    assert [row.kind for row in mine.see(FormBuilder).pages[0].fields] == ["text", "email", "date"]
    mine.fire(FormBuilder.redo)
    mine.fire(Arranging.add, kind="date")
    theirs.fire(SentForms.follow)
    assert len(theirs.see(FormBuilder).pages[0].fields) == 4


def test_frm1_name_and_address(open_tab: Any) -> None:
    ada = _admin()
    form, other = _draft(), published(name="Other")
    tab = open_tab(ada, f"/forms/{form.id}").fire(FormBuilder.load).fire(Naming.begin)
    assert tab.see(Naming).slug == "ask-us"
    tab.fire(Naming.save, form={"name": "", "slug": "A B"})
    assert set(tab.see(Naming).errors) == {"name", "slug"}
    tab.fire(Naming.save, form={"name": "New", "slug": other.slug})
    assert set(tab.see(Naming).errors) == {"slug"}
    tab.fire(Naming.save, form={"name": "New", "slug": "hello"})
    assert tab.see(FormBuilder).url == "https://crm.example/f/hello"


def test_frm1_members_see_what_they_may_and_change_nothing(open_tab: Any) -> None:
    _admin()
    form = published()
    with db.unit_of_work() as session:
        member = factories.user(session, role=Role.MEMBER)
        mine = factories.contact(session, name="Mine", owner_id=member.id)
        boss = factories.admin(session)
        theirs = factories.contact(session, name="Theirs", owner_id=boss.id)
        for number, contact in enumerate((mine, theirs)):
            session.add(
                models.FormSubmission(
                    public_id=f"s{number}",
                    form_id=form.id,
                    contact_id=contact.id,
                    answers=[{"field": "f1", "label": "Name", "value": contact.name}],
                    at=factories.LONG_AGO,
                )
            )
    tab = open_tab(member, f"/forms/{form.id}").fire(FormBuilder.load).fire(SentForms.arrive)
    assert (tab.see(FormBuilder).may_edit, tab.see(FormBuilder).tab) == (False, "sent")
    assert [line.contact for line in tab.see(SentForms).lines] == ["Mine"]
    tab.fire(SentForms.open, line_id=tab.see(SentForms).lines[0].id)
    assert tab.see(SentForms).open_row.answers == [{"label": "Name", "value": "Mine"}]
    tab.fire(Arranging.add, kind="date").fire(FormBuilder.unpublish)
    tab.fire(Typing.type_setting, name="title", value="Mine now").fire(FormBuilder.keep)
    assert _ids(form) == [["f1", "f2"]]
    boss_tab = open_tab(boss, f"/forms/{form.id}").fire(FormBuilder.load).fire(SentForms.arrive)
    assert len(boss_tab.see(SentForms).lines) == 2


def test_frm1_strangers_see_nothing_of_the_builder(open_tab: Any) -> None:
    _admin()
    form = _draft()
    tab = open_tab(None, f"/forms/{form.id}").fire(FormBuilder.load).fire(SentForms.arrive)
    assert tab.held.get(FormBuilder.get_full_name(), {}) == {}
    assert tab.held.get(SentForms.get_full_name(), {}) == {}


def test_frm1_a_form_that_is_not_there_leads_to_the_list(open_tab: Any) -> None:
    ada = _admin()
    for path in ("/forms/999", "/forms/x", "/forms/99999999999999"):
        tab = open_tab(ada, path).fire(FormBuilder.load)
        assert "/forms" in tab.said


def test_frm1_a_form_can_be_dropped_together_from_nothing(open_tab: Any) -> None:
    ada = _admin()
    with db.unit_of_work() as session:
        form = service.create(session, system("t"), name="Ask", draft=laid_out([EMAIL]))
    tab = open_tab(ada, f"/forms/{form.id}").fire(FormBuilder.load)
    for kind in ("text", "long_text", "phone", "choice", "choices", "checkbox"):
        tab.fire(Arranging.drop, drop=_drop({"kind": kind}, "p1", 0))
    for kind in ("date", "number", "heading", "consent"):
        tab.fire(Arranging.add, kind=kind)
    assert not tab.failures
    tab.fire(FormBuilder.publish)
    assert tab.see(FormBuilder).status == "live", tab.see(FormBuilder).mistakes
