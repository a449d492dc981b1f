"""A trigger looks at an occurrence: decide, act, write the run; all in one transaction (TRG-1).

The contact's row is held first, so that all that happens to one contact is serial, then the run is
inserted under its unique key: whoever comes second finds it there and leaves. An action that fails
undoes all actions of the run, which is then recorded as failed, with the reason.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm_app.accounts.queries import by_id
from crm_app.campaigns.running import entering, values
from crm_app.campaigns.running import world as worlds
from crm_app.campaigns.triggers import acting, alarms, past, timers, writing
from crm_app.campaigns.triggers.acting import CannotAct, Run
from crm_app.campaigns.triggers.deciding import Decision, decide
from crm_app.campaigns.triggers.rule import History, Occurrence, Rule
from crm_app.core import facts
from crm_app.core.kinds import TriggerOutcome
from crm_app.core.settings import get_settings
from crm_app.messaging.once import insert_new
from crm_app.models import Contact, TriggerRun

log = logging.getLogger(__name__)


def look(session: Session, rule: Rule, occurrence: Occurrence, *, now: datetime) -> Decision | None:
    """Have the trigger look at what happened and act on it; None when it did so before."""
    contact = held(session, occurrence.contact_id)
    if contact is None:
        return None
    key = f"trigger:{rule.id}:{occurrence.key}"
    run = TriggerRun(
        trigger_id=rule.id,
        key=key,
        contact_id=occurrence.contact_id,
        at=now,
        outcome=TriggerOutcome.REFUSED,
    )
    if not insert_new(session, run, unique="key"):
        return None
    decision = decided(session, rule, occurrence, contact, now=now)
    noted: dict[str, Any] = {}
    if decision.outcome is TriggerOutcome.ACTED:
        decision, noted = _act(session, Run(rule, occurrence, contact, key, now, noted), decision)
    elif decision.until is not None:
        timers.begin(session, rule, occurrence, decision.until)
    past.settle(session, key, decision, noted)
    if decision.reason == "loop":
        alarms.loop(session, rule, contact, decision, now=now)
    facts.record(session, facts.TriggerChanged(trigger_id=rule.id))
    return decision


def held(session: Session, contact_id: int) -> Contact | None:
    """The contact as it is now, held until the commit; None when there is none."""
    entering.lock(session, [contact_id])
    contact = by_id(session, Contact, contact_id)
    if contact is not None:
        session.refresh(contact)
    return contact


def decided(
    session: Session, rule: Rule, occurrence: Occurrence, contact: Contact, *, now: datetime
) -> Decision:
    """What the trigger would do, and why. Writes nothing."""
    view = None if contact.deleted_at else view_of(session, occurrence, now=now)
    return decide(rule, occurrence, view, _history(session, rule, occurrence, now), now)


def view_of(session: Session, occurrence: Occurrence, *, now: datetime) -> Mapping[str, Any]:
    """What the contact's own conditions are asked about."""
    about = occurrence.appointment_id
    found = worlds.load(
        session,
        [occurrence.contact_id],
        now=now,
        about={occurrence.contact_id: about} if about else {},
    )
    return values.view_of(found[occurrence.contact_id], writing.nowhere(now))


def _history(session: Session, rule: Rule, occurrence: Occurrence, now: datetime) -> History:
    acted = past.acted_lately(session, occurrence.contact_id, now=now)
    most = get_settings().trigger_runs
    if rule.event == "not_booked":
        since = occurrence.at
        return History(
            acted=acted,
            most=most,
            rounds=past.rounds(session, rule.id, occurrence.contact_id, now=now),
            booked=past.has_booked(session, occurrence.contact_id, since=since, now=now),
        )
    if rule.event == "appointment_starts_in":
        return History(acted=acted, most=most, stands=past.stands(session, occurrence))
    return History(acted=acted, most=most)


def _act(session: Session, run: Run, decision: Decision) -> tuple[Decision, dict[str, Any]]:
    try:
        with session.begin_nested():
            acting.act(session, run)
    except CannotAct as failure:
        detail = {
            "number": run.noted.get("number", 1),
            "why": failure.message,
            "params": failure.params,
        }
        return Decision(TriggerOutcome.FAILED, "failed", detail), {}
    return decision, run.noted
