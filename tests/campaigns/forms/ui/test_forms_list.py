"""The list of forms through Reflex's whole pipeline."""

from typing import Any

import pytest
from sqlmodel import col, select

from crm_app import models
from crm_app.campaigns.forms import checks, layout, starts
from crm_app.campaigns.forms.checks import Known
from crm_app.campaigns.forms.ui.forms_state import FormsList
from crm_app.core import db
from crm_app.core.i18n import LOCALES, translate
from crm_app.core.kinds import Role
from tests import factories
from tests.campaigns.forms.made import Guest, open_house, published


def _user(role: Role = Role.ADMIN, **values: Any) -> models.User:
    open_house()
    with db.unit_of_work() as session:
        return factories.user(session, role=role, **values)


def _names(tab: Any) -> list[str]:
    return [line.name for line in tab.see(FormsList).lines]


def test_frm1_a_new_form_begins_with_name_and_address(open_tab: Any) -> None:
    ada = _user()
    tab = open_tab(ada, "/forms").fire(FormsList.load).fire(FormsList.begin)
    tab.fire(FormsList.create, form={"name": "  "})
    assert tab.see(FormsList).errors["name"]
    tab.fire(FormsList.create, form={"name": "Über uns"})
    assert "/forms/" in tab.said
    tab.fire(FormsList.begin).fire(FormsList.create, form={"name": "Über uns"})
    with db.reading() as session:
        first, second = session.exec(select(models.Form).order_by(col(models.Form.id))).all()
    assert (first.slug, second.slug) == ("ueber-uns", "ueber-uns-2")
    assert [field["maps_to"] for field in first.draft["pages"][0]["fields"]] == ["name", "email"]


@pytest.mark.parametrize("start", starts.STARTS, ids=lambda start: start.key)
def test_frm1_every_start_can_be_published_as_it_is(start: starts.Start) -> None:
    for locale in LOCALES:
        draft = starts.draft(start.key, "Ask", lambda text, to=locale: translate(to, text))
        assert checks.check(layout.parse(draft), Known()) == []


def test_frm1_forms_are_doubled_switched_and_put_away_with_a_way_back(
    open_tab: Any, lite: str
) -> None:
    ada = _user()
    form = published()
    tab = open_tab(ada, "/forms").fire(FormsList.load)
    assert [(line.words, line.path) for line in tab.see(FormsList).lines] == [
        ("Published", "/f/ask-us")
    ]
    tab.fire(FormsList.duplicate, form_id=str(form.id))
    assert _names(tab) == ["Ask us (copy)", "Ask us"]
    tab.fire(FormsList.switch_off, form_id=str(form.id))
    assert Guest().open("/f/ask-us").status == 404
    tab.fire(FormsList.switch_on, form_id=str(form.id))
    assert Guest().open("/f/ask-us").status == 200
    tab.fire(FormsList.archive, form_id=str(form.id))
    assert Guest().open("/f/ask-us").status == 404
    assert "Put away" in tab.said
    assert _names(tab) == ["Ask us (copy)"]
    tab.fire(FormsList.set_view, view="archived")
    assert _names(tab) == ["Ask us"]
    tab.fire(FormsList.restore, form_id=str(form.id)).fire(FormsList.set_view, view="active")
    assert Guest().open("/f/ask-us").status == 200


def test_frm1_members_look_and_strangers_do_not(open_tab: Any) -> None:
    form = published()
    member = _user(Role.MEMBER)
    tab = open_tab(member, "/forms").fire(FormsList.load)
    assert (_names(tab), tab.see(FormsList).may_edit) == (["Ask us"], False)
    tab.fire(FormsList.archive, form_id=str(form.id))
    tab.fire(FormsList.create, form={"name": "Mine"})
    assert _names(tab.fire(FormsList.load)) == ["Ask us"]
    stranger = open_tab(None, "/forms").fire(FormsList.load)
    assert stranger.held.get(FormsList.get_full_name(), {}) == {}
