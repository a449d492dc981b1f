"""Writing triggers: made, changed, switched, deleted and brought back. Administrators only.

An unfinished trigger can be kept while it is off; what is on has no mistakes. A circle that would
never pause is refused in either case (TRG-4).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from crm_app.accounts import audit
from crm_app.campaigns.triggers import edges, loops, queries, timers, workspace
from crm_app.campaigns.triggers.backfill import EVENT as STARTS_IN
from crm_app.campaigns.triggers.checking import Mistake, check
from crm_app.campaigns.triggers.rule import Rule, rule_of
from crm_app.core import clock, crypto, facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.i18n import N_
from crm_app.models import Trigger

LONGEST_NAME = 120
KEPT_AFTER_DELETION = timedelta(days=30)
COPY_OF = N_("Copy of {name}")


def create(
    session: Session,
    actor: Actor,
    *,
    name: str,
    event: str = "",
    options: Mapping[str, Any] | None = None,
    filters: Sequence[Mapping[str, Any]] = (),
    actions: Sequence[Mapping[str, Any]] = (),
) -> Trigger:
    """A new trigger, switched off. Invalid by field."""
    actor.require_admin()
    now = clock.now()
    rule = rule_of(event, options, filters, actions)
    trigger = Trigger(
        name=_named(name),
        event=event,
        options=dict(rule.options),
        filters=[_filter(one) for one in rule.filters],
        actions=[dict(one) for one in rule.actions],
        created_by_id=actor.user_id,
        created_at=now,
        changed_at=now,
    )
    _refuse(_circles(session, rule))
    session.add(trigger)
    session.flush()
    _tell(session, actor, trigger, "trigger.created")
    return trigger


def save(
    session: Session,
    actor: Actor,
    trigger: Trigger,
    *,
    name: str,
    event: str,
    options: Mapping[str, Any],
    filters: Sequence[Mapping[str, Any]],
    actions: Sequence[Mapping[str, Any]],
    revision: int | None = None,
) -> Trigger:
    """Keep the whole of it. Invalid when it is on and has mistakes, or would run in a circle.

    Conflict when somebody else saved since ``revision``.
    """
    actor.require_admin()
    session.refresh(trigger, with_for_update=True)
    if revision is not None and revision != trigger.revision:
        raise Conflict(N_("Somebody else changed this trigger meanwhile. Load it again."))
    rule = rule_of(
        event,
        options,
        filters,
        actions,
        enabled=trigger.enabled,
        trigger_id=trigger.id or 0,
        name=_named(name),
    )
    if trigger.enabled:
        _refuse(check(rule, workspace.known(session)))
    _refuse(_circles(session, rule))
    before = queries.rule(trigger)
    trigger.name, trigger.event, trigger.options = rule.name, event, dict(rule.options)
    trigger.filters = [_filter(one) for one in rule.filters]
    trigger.actions = [dict(one) for one in rule.actions]
    trigger.revision += 1
    trigger.changed_at = clock.now()
    session.add(trigger)
    session.flush()
    if _waits_for_another(before, rule):
        _begin_anew(session, trigger)
    _tell(session, actor, trigger, "trigger.saved")
    return trigger


def switch(session: Session, actor: Actor, trigger: Trigger, *, on: bool) -> Trigger:
    """On, if there are no mistakes; off, which ends the times that it waits for."""
    actor.require_admin()
    session.refresh(trigger, with_for_update=True)
    if trigger.enabled == on:
        return trigger
    if on:
        rule = queries.rule(trigger)
        _refuse([*check(rule, workspace.known(session)), *_circles(session, rule)])
    trigger.enabled, trigger.changed_at = on, clock.now()
    session.add(trigger)
    session.flush()
    if on:
        _wait_for_what_is_there(session, trigger)
    else:
        timers.stop_all(session, trigger.id or 0, "off")
    _tell(session, actor, trigger, "trigger.on" if on else "trigger.off")
    return trigger


def duplicate(session: Session, actor: Actor, trigger: Trigger, *, name: str) -> Trigger:
    """The same under another name, switched off."""
    return create(
        session,
        actor,
        name=name,
        event=trigger.event,
        options=trigger.options,
        filters=trigger.filters,
        actions=trigger.actions,
    )


def delete(session: Session, actor: Actor, trigger: Trigger) -> None:
    """Delete; it can be brought back for 30 days (Q-2), switched off."""
    actor.require_admin()
    trigger.enabled, trigger.deleted_at = False, clock.now()
    session.add(trigger)
    session.flush()
    timers.stop_all(session, trigger.id or 0, "off")
    _tell(session, actor, trigger, "trigger.deleted")


def restore(session: Session, actor: Actor, trigger: Trigger) -> Trigger:
    """Bring a deleted one back, switched off; Conflict when its 30 days are over."""
    actor.require_admin()
    gone: datetime | None = trigger.deleted_at
    if gone is not None and clock.now() - gone > KEPT_AFTER_DELETION:
        raise Conflict(N_("This was deleted more than 30 days ago and cannot be brought back."))
    trigger.deleted_at = None
    session.add(trigger)
    session.flush()
    _tell(session, actor, trigger, "trigger.restored")
    return trigger


def new_address(session: Session, actor: Actor, trigger: Trigger) -> str:
    """A new token for the inbound webhook's address, shown this once; the one before ends."""
    actor.require_admin()
    token = crypto.new_token()
    trigger.hook_hash = crypto.token_hash(token)
    session.add(trigger)
    session.flush()
    _tell(session, actor, trigger, "trigger.address")
    return token


def mistakes(session: Session, rule: Rule) -> list[Mistake]:
    """All that is wrong or worth a look, circles among it."""
    return [*check(rule, workspace.known(session)), *_circles(session, rule)]


def _circles(session: Session, rule: Rule) -> list[Mistake]:
    found = workspace.load(session)
    # Only what is on can go round; the one at hand is looked at as if it were.
    running = tuple(other for other in found.rules if other.enabled and other.id != rule.id)
    kept = type(found)(found.forms, found.campaigns, found.calendars, running).with_rule(rule)
    return loops.check(rule, edges.build(kept), kept.rules)


def _refuse(found: Sequence[Mistake]) -> None:
    """Invalid, unless there are only warnings."""
    errors = [mistake for mistake in found if mistake.severity == "error"]
    for mistake in errors:
        if not mistake.where:
            raise Invalid(mistake.message, **mistake.params)
    if errors:
        fields = {mistake.where: mistake.message for mistake in reversed(errors)}
        params = {k: v for mistake in errors for k, v in mistake.params.items()}
        raise Invalid(fields=fields, **params)


def _named(name: str) -> str:
    clean = " ".join(name.split())[:LONGEST_NAME]
    if not clean:
        raise Invalid(fields={"name": N_("Give a name.")})
    return clean


def _filter(one: Any) -> dict[str, str]:
    return {"field": one.field, "op": one.op, "value": one.value}


def _waits_for_another(before: Rule, rule: Rule) -> bool:
    """Whether times that run are no longer those that the trigger asks for.

    "Not booked" times that have begun keep their length; appointments are waited for by the new one.
    """
    if before.event != rule.event:
        return True
    return rule.event == STARTS_IN and before.length != rule.length


def _begin_anew(session: Session, trigger: Trigger) -> None:
    """What it waits for is another now: times that run are those of the trigger as it was."""
    timers.stop_all(session, trigger.id or 0, "changed")
    if trigger.enabled:
        _wait_for_what_is_there(session, trigger)


def _wait_for_what_is_there(session: Session, trigger: Trigger) -> None:
    if trigger.event == STARTS_IN:
        key = f"triggers.backfill:{trigger.id}:{trigger.revision}:{clock.now().isoformat()}"
        jobs.enqueue(session, "triggers.backfill", key=key, trigger_id=trigger.id)


def _tell(session: Session, actor: Actor, trigger: Trigger, action: str) -> None:
    facts.record(session, facts.TriggerChanged(trigger_id=trigger.id or 0))
    audit.record(session, actor, action, subject_kind="trigger", subject_id=trigger.id)
