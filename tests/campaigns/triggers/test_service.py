"""TRG-1, USR-3, Q-2: who may write triggers, what is kept, and what may be switched on."""

from collections.abc import Callable
from typing import Any

import pytest

from crm_app import models
from crm_app.campaigns.plans.drafts import with_ids
from crm_app.campaigns.plans.templates import TEMPLATES, Choices
from crm_app.campaigns.triggers import checking, queries, service
from crm_app.campaigns.triggers.rule import rule_of
from crm_app.core.access import visitor
from crm_app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests import factories
from tests.campaigns.triggers import staged
from tests.campaigns.triggers.staged import Office

TAG = {"kind": "add_tag", "tag": "x"}


@pytest.fixture
def office(lite: str) -> Office:
    return staged.opened()


def change(row: models.Trigger, fn: Callable[[Any, models.Trigger], Any]) -> Any:
    return staged.do(lambda session: fn(session, session.get_one(models.Trigger, row.id)))


def saved(office: Office, row: models.Trigger, **changes: Any) -> models.Trigger:
    values = {
        "name": "Name",
        "event": "contact_created",
        "options": {},
        "filters": [],
        "actions": [TAG],
        **changes,
    }
    kept: models.Trigger = change(
        row, lambda session, found: service.save(session, office.actor, found, **values)
    )
    return kept


def test_trg1_what_is_unfinished_can_be_kept_while_it_is_off(office: Office) -> None:
    row = staged.trigger("contact_created", enabled=False)
    assert saved(office, row, actions=[]).actions == []
    with pytest.raises(Invalid) as refusal:
        change(row, lambda s, found: service.switch(s, office.actor, found, on=True))
    assert list(refusal.value.fields) == ["actions"]
    assert not staged.fresh(row).enabled


def test_trg1_what_is_on_has_no_mistakes(office: Office) -> None:
    row = staged.trigger("contact_created")
    with pytest.raises(Invalid) as refusal:
        saved(office, row, actions=[{"kind": "add_tag", "tag": ""}])
    assert list(refusal.value.fields) == ["actions.0.tag"]
    with pytest.raises(Invalid):
        saved(office, row, name=" ")
    assert staged.fresh(row).actions[0]["tag"] == "seen"


def test_trg1_the_second_of_two_is_told(office: Office) -> None:
    row = staged.trigger("contact_created")
    assert saved(office, row, revision=0).revision == 1
    with pytest.raises(Conflict):
        saved(office, row, revision=0)


def test_usr3_members_look_and_administrators_write(office: Office) -> None:
    row, kate = staged.trigger("contact_created"), factories.actor(office.kate)
    for attempt in (
        lambda s, found: service.switch(s, kate, found, on=False),
        lambda s, found: service.delete(s, kate, found),
        lambda s, found: service.new_address(s, kate, found),
        lambda s, _: service.create(s, kate, name="x"),
    ):
        with pytest.raises(NotAllowed):
            change(row, attempt)
    with staged.db.reading() as session:
        assert queries.get_trigger(session, kate, row.id or 0).id == row.id
        for number in (0, -1, 999, 2**40):
            with pytest.raises(NotFound):
                queries.get_trigger(session, kate, number)
        with pytest.raises(NotFound):
            queries.get_trigger(session, visitor(), row.id or 0)


def test_q2_what_is_deleted_looks_at_nothing_and_comes_back_off(office: Office) -> None:
    row = staged.trigger("contact_created")
    change(row, lambda s, found: service.delete(s, office.actor, found))
    staged.new_lead()
    staged.settle()
    assert staged.runs() == []
    change(row, lambda s, found: service.restore(s, office.actor, found))
    kept = staged.fresh(row)
    assert (kept.enabled, kept.deleted_at) == (False, None)


def test_trg1_a_copy_is_off_and_has_no_address(office: Office) -> None:
    row = staged.trigger("inbound_webhook")
    change(row, lambda s, found: service.new_address(s, office.actor, found))
    copy = change(row, lambda s, found: service.duplicate(s, office.actor, found, name="Copy"))
    assert (copy.event, copy.actions) == (row.event, row.actions)
    assert (copy.enabled, copy.hook_hash) == (False, "")


@pytest.mark.parametrize("key", sorted(TEMPLATES))
def test_trg3_the_triggers_of_every_template_can_be_switched_on(key: str) -> None:
    made = TEMPLATES[key].build(Choices(user_ids=(1,), calendar_id=5))
    ids = {one.ref: number for number, one in enumerate(made.campaigns, 1)}
    known = {
        "campaign": {str(number): "C" for number in ids.values()},
        "user": {"1": "Kate"},
        "calendar": {"5": "Intro"},
    }
    for one in made.triggers:
        rule = rule_of(
            one.event, one.options, with_ids(one.filters, ids), with_ids(one.actions, ids)
        )
        assert checking.check(rule, known) == [], one.name
