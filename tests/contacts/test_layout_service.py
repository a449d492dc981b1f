"""Stored layouts of the card (CON-4): who may save, revisions, and the own fields that there are."""

import pytest
from sqlmodel import Session, select

from crm_app.contacts import layout_moves, layout_service, layouts
from crm_app.core import facts
from crm_app.core.errors import Conflict, Invalid, NotAllowed
from crm_app.core.kinds import ContactKind
from crm_app.models import AuditEntry
from tests import factories

LEAD, COMPANY = ContactKind.LEAD, ContactKind.COMPANY


def _hidden(key: str) -> dict[str, object]:
    return layouts.as_json(layout_moves.hide(layouts.default(LEAD), key))


def test_con4_a_layout_is_kept_per_kind_with_its_revision(session: Session) -> None:
    ada = factories.admin(session)
    actor = factories.actor(ada)
    assert layout_service.stored(session, LEAD) == (layouts.Layout(), 0)
    assert layout_service.save(session, actor, LEAD, _hidden("note"), revision=0) == 1
    laid, revision = layout_service.stored(session, LEAD)
    assert (laid.hidden, revision) == (("note",), 1)
    assert layout_service.stored(session, COMPANY) == (layouts.Layout(), 0)
    assert layout_service.save(session, actor, LEAD, {}, revision=1) == 2
    assert layout_service.stored(session, LEAD) == (layouts.Layout(), 2)
    told = session.exec(select(facts.FactRow).where(facts.FactRow.topic == "layouts")).all()
    assert [row.data["kind"] for row in told] == ["lead", "lead"]
    noted = session.exec(select(AuditEntry).where(AuditEntry.action == "layout.changed")).all()
    assert [(row.actor_user_id, row.detail) for row in noted] == [(ada.id, {"kind": "lead"})] * 2


def test_con4_nobody_overwrites_what_somebody_else_saved(session: Session) -> None:
    actor = factories.actor(factories.admin(session))
    layout_service.save(session, actor, LEAD, _hidden("note"), revision=0)
    with pytest.raises(Conflict):
        layout_service.save(session, actor, LEAD, _hidden("phones"), revision=0)
    assert layout_service.stored(session, LEAD)[0].hidden == ("note",)


def test_usr3_only_administrators_change_layouts(session: Session) -> None:
    actor = factories.actor(factories.user(session))
    with pytest.raises(NotAllowed):
        layout_service.save(session, actor, LEAD, {}, revision=0)
    with pytest.raises(NotAllowed):
        layout_service.own_fields(session, actor)


def test_con4_what_is_no_layout_is_refused(session: Session) -> None:
    actor = factories.actor(factories.admin(session))
    with pytest.raises(Invalid):
        layout_service.save(session, actor, LEAD, {"groups": [{"id": 7}]}, revision=0)


def test_con4_every_own_field_that_contacts_have_is_known(session: Session) -> None:
    actor = factories.actor(factories.admin(session))
    factories.contact(session, custom={"size": 42, 'a"b': "x"})
    factories.contact(session, custom={"size": None})
    factories.contact(session, kind=COMPANY, custom={"sector": ["x"]})
    factories.contact(session, custom={"gone": "x"}, deleted_at=factories.LONG_AGO)
    factories.contact(session)
    found = layout_service.own_fields(session, actor)
    assert found[LEAD] == {"size": 2, 'a"b': 1}
    assert found[COMPANY] == {"sector": 1}
    assert found[ContactKind.CONTACT] == {}
