"""What is to do: who makes it, who sees it, and that a campaign makes it once (INV-1)."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from crm_app.activities import queries, service
from crm_app.core import access, clock, facts
from crm_app.core.errors import Invalid, NotFound
from crm_app.models import Activity, TimelineEntry
from tests import factories


def test_inv1_a_task_is_listed_until_it_is_done(session: Session) -> None:
    anna = factories.user(session)
    actor = factories.actor(anna)
    lead = factories.contact(session, name="Zoë")
    soon = clock.now() + timedelta(hours=1)
    later = service.add(session, actor, title="Write", user_id=anna.id, due_at=soon)
    never = service.add(session, actor, title="Tidy", user_id=anna.id)
    first = service.add(
        session, actor, title="Call", kind="call", user_id=anna.id, due_at=clock.now(), contact=lead
    )
    found = queries.list_activities(session, actor)
    assert [row.id for row in found] == [first.id, later.id, never.id]
    assert (found[0].contact_name, found[0].kind) == ("Zoë", "call")
    service.set_done(session, actor, first.id or 0, done=True)
    assert [row.id for row in queries.list_activities(session, actor, done=True)] == [first.id]
    entries = session.exec(select(TimelineEntry).where(TimelineEntry.contact_id == lead.id)).all()
    assert [entry.message for entry in entries] == [service.ADDED, service.DONE]
    kinds = [row.kind for row in session.exec(select(facts.FactRow))]
    assert kinds.count("ActivityChanged") == 4


def test_inv1_the_tick_can_be_taken_back(session: Session) -> None:
    anna = factories.user(session)
    actor = factories.actor(anna)
    task = service.add(session, actor, title="Write", user_id=anna.id)
    service.set_done(session, actor, task.id or 0, done=True)
    service.set_done(session, actor, task.id or 0, done=False)
    assert [row.id for row in queries.list_activities(session, actor)] == [task.id]


def test_cam8_a_key_makes_one(session: Session) -> None:
    lead = factories.contact(session)
    maker = access.system("campaign:1")
    made = [
        service.add(session, maker, title="Call", kind="call", contact=lead, key="enrolment:7:3")
        for _ in range(2)
    ]
    assert made[0].id == made[1].id
    assert len(session.exec(select(Activity)).all()) == 1


def test_usr3_nobody_sees_or_ticks_off_what_is_not_his(session: Session) -> None:
    anna, ben = factories.user(session), factories.user(session)
    lead = factories.contact(session, owner_id=anna.id)
    task = service.add(session, factories.actor(anna), title="Call", user_id=anna.id, contact=lead)
    other = factories.actor(ben)
    assert queries.list_activities(session, other) == []
    with pytest.raises(NotFound):
        service.set_done(session, other, task.id or 0, done=True)
    with pytest.raises(NotFound):
        service.set_done(session, access.system("x"), 2**40, done=True)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"title": "  "}, "title"), ({"kind": "dance"}, "kind"), ({"user_id": 999}, "user_id")],
)
def test_q1_what_cannot_be_is_refused_by_field(
    session: Session, wrong: dict[str, object], name: str
) -> None:
    anna = factories.user(session)
    given: dict[str, object] = {"title": "Call", "user_id": anna.id, **wrong}
    with pytest.raises(Invalid) as refused:
        service.add(session, factories.actor(anna), **given)  # type: ignore[arg-type]  # a table of cases
    assert set(refused.value.fields) == {name}
