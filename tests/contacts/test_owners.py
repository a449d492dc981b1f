"""Who owns a contact, why, and the way back (CON-5)."""

import pytest
from sqlmodel import Session, select

from crm_app.contacts import queries, service, timeline
from crm_app.core import access, facts
from crm_app.core.errors import Conflict, Invalid, NotAllowed
from crm_app.models import AuditEntry, OwnerChange
from tests import factories


def test_con5_every_change_says_who_or_what_rule_did_it(session: Session) -> None:
    anna, kate = factories.user(session, name="Anna"), factories.user(session, name="Kate")
    lead = factories.contact(session)
    service.set_owner(session, factories.actor(anna), lead, anna.id, rule=timeline.BY_HAND)
    service.set_owner(session, access.visitor(), lead, kate.id, rule="replaced", appointment_id=77)
    assert lead.owner_id == kate.id
    latest, first = queries.owner_history(session, factories.actor(kate), lead.id or 0)
    assert (first.from_name, first.to_name, first.rule, first.actor_name) == (
        "",
        "Anna",
        "by_hand",
        "Anna",
    )
    assert (latest.from_name, latest.to_name, latest.rule, latest.actor_name) == (
        "Anna",
        "Kate",
        "replaced",
        "",
    )
    assert latest.appointment_id == 77
    newest = queries.timeline(session, factories.actor(kate), lead.id or 0).lines[0]
    assert newest.kind == "owner"
    assert (
        timeline.sentence("en", newest.message, newest.params)
        == "The owner changed from Anna to Kate"
    )
    assert newest.params["rule"] == "replaced"


def test_con5_a_change_is_a_fact_and_in_the_audit_log(session: Session) -> None:
    anna = factories.user(session)
    lead = factories.contact(session)
    service.set_owner(session, factories.actor(anna), lead, anna.id, rule=timeline.BY_HAND)
    row = session.exec(select(facts.FactRow)).one()
    assert facts.load(session, row.id or 0) == facts.ContactAssigned(
        lead.id or 0, None, anna.id, by="user"
    )
    audited = session.exec(select(AuditEntry)).one()
    assert (audited.action, audited.subject_id, audited.detail["rule"]) == (
        "contact.assigned",
        lead.id,
        "by_hand",
    )


def test_con5_the_same_owner_again_is_no_change(session: Session) -> None:
    anna = factories.user(session)
    lead = factories.contact(session, owner_id=anna.id)
    assert service.set_owner(session, factories.actor(anna), lead, anna.id, rule="by_hand") is None
    assert session.exec(select(OwnerChange)).all() == []


def test_con5_undo_gives_the_contact_back_and_says_so(session: Session) -> None:
    anna, kate = factories.user(session, name="Anna"), factories.user(session, name="Kate")
    lead = factories.contact(session, owner_id=anna.id)
    change = service.set_owner(session, access.visitor(), lead, kate.id, rule="replaced")
    assert change is not None
    service.undo_owner_change(session, factories.actor(kate), change.id or 0)
    assert lead.owner_id == anna.id
    undo, undone = queries.owner_history(session, factories.actor(anna), lead.id or 0)
    assert (undo.rule, undo.to_name, undo.can_undo) == (timeline.UNDO, "Anna", True)
    assert (undone.undone_at is not None, undone.can_undo) == (True, False)


def test_con5_undo_of_the_first_owner_leaves_nobody(session: Session) -> None:
    anna = factories.user(session)
    lead = factories.contact(session)
    change = service.set_owner(session, access.visitor(), lead, anna.id, rule="was_unowned")
    assert change is not None
    service.undo_owner_change(session, factories.actor(anna), change.id or 0)
    assert lead.owner_id is None


def test_con5_an_undo_can_be_undone(session: Session) -> None:
    root, anna = factories.actor(factories.admin(session)), factories.user(session)
    lead = factories.contact(session)
    change = service.set_owner(session, root, lead, anna.id, rule="by_hand")
    assert change is not None
    back = service.undo_owner_change(session, root, change.id or 0)
    service.undo_owner_change(session, root, back.id or 0)
    assert lead.owner_id == anna.id


def test_con5_only_the_latest_change_can_be_undone(session: Session) -> None:
    root = factories.actor(factories.admin(session))
    anna, kate = factories.user(session), factories.user(session)
    lead = factories.contact(session)
    first = service.set_owner(session, root, lead, anna.id, rule="by_hand")
    service.set_owner(session, root, lead, kate.id, rule="by_hand")
    service.set_owner(session, root, lead, anna.id, rule="by_hand")
    assert first is not None
    with pytest.raises(Conflict):
        service.undo_owner_change(session, root, first.id or 0)
    assert lead.owner_id == anna.id
    assert [line.can_undo for line in queries.owner_history(session, root, lead.id or 0)] == [
        True,
        False,
        False,
    ]


def test_con5_undo_is_done_once(session: Session) -> None:
    root, anna = factories.actor(factories.admin(session)), factories.user(session)
    lead = factories.contact(session)
    change = service.set_owner(session, root, lead, anna.id, rule="by_hand")
    assert change is not None
    service.undo_owner_change(session, root, change.id or 0)
    with pytest.raises(Conflict):
        service.undo_owner_change(session, root, change.id or 0)


def test_con5_undo_does_not_give_a_contact_to_somebody_who_left(session: Session) -> None:
    root = factories.actor(factories.admin(session))
    gone, kate = factories.user(session), factories.user(session)
    lead = factories.contact(session, owner_id=gone.id)
    change = service.set_owner(session, root, lead, kate.id, rule="handover")
    gone.active = False
    session.add(gone)
    session.flush()
    assert change is not None
    with pytest.raises(Conflict):
        service.undo_owner_change(session, root, change.id or 0)
    assert lead.owner_id == kate.id


def test_con5_owner_must_work_here(session: Session) -> None:
    root = factories.actor(factories.admin(session))
    gone = factories.user(session, active=False)
    lead = factories.contact(session)
    for nobody in (gone.id, 10**9, 10**12, -1):
        with pytest.raises(Invalid) as caught:
            service.set_owner(session, root, lead, nobody, rule="by_hand")
        assert list(caught.value.fields) == ["owner_id"]
    assert lead.owner_id is None


def test_con5_a_former_owner_cannot_take_the_contact_back_by_himself(session: Session) -> None:
    anna, kate = factories.user(session), factories.user(session)
    lead = factories.contact(session, owner_id=anna.id)
    service.set_owner(session, access.visitor(), lead, kate.id, rule="replaced")
    with pytest.raises(NotAllowed):
        service.set_owner(session, factories.actor(anna), lead, anna.id, rule="by_hand")
