"""Carrying out a trigger's actions, each through the service of the room that it belongs to (TRG-2).

All of them happen in the transaction of the run, in their order, and each sees what the one before
did. Whatever cannot be done raises ``CannotAct``; the caller then undoes all of them, so nothing is
done by half. What leaves the house is a message with a key of its own, sent after the commit.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from crm_app.accounts.queries import by_id
from crm_app.activities import service as activities
from crm_app.appointments import service as appointments
from crm_app.campaigns.plans import merge
from crm_app.campaigns.running import service as running
from crm_app.campaigns.running import world as worlds
from crm_app.campaigns.running.standing import World
from crm_app.campaigns.running.values import values_of
from crm_app.campaigns.triggers import reasons, turns, writing
from crm_app.campaigns.triggers.actions import number, numbers, who
from crm_app.campaigns.triggers.rule import Occurrence, Rule
from crm_app.contacts import service as contacts
from crm_app.core import access
from crm_app.core.errors import CrmError, Invalid
from crm_app.core.kinds import AppointmentStatus
from crm_app.messaging import notifications
from crm_app.models import Appointment, Campaign, Contact, Enrolment, User

OWNER_RULE = "trigger"


class CannotAct(Exception):
    """An action could not be done: a message id for people and what fills it."""

    def __init__(self, message: str, params: Mapping[str, Any] | None = None) -> None:
        self.message, self.params = message, dict(params or {})
        super().__init__(message)


@dataclass(slots=True)
class Run:
    """One run: whose rule acts on whom. ``key`` is the run's; ``noted`` ends in the log."""

    rule: Rule
    occurrence: Occurrence
    contact: Contact
    key: str
    now: datetime
    noted: dict[str, Any]

    @property
    def actor(self) -> access.Actor:
        """The trigger itself."""
        return access.system(f"trigger:{self.rule.id}")


def act(session: Session, run: Run) -> None:
    """Do all actions. Raises ``CannotAct`` with ``run.noted["number"]`` naming the one that failed."""
    for index in range(len(run.rule.actions)):
        run.noted["number"] = index + 1
        act_one(session, run, index)
    run.noted.pop("number", None)


def act_one(session: Session, run: Run, index: int) -> None:
    """Do one of the actions; CannotAct says why it could not be done."""
    action = run.rule.actions[index]
    do = _ACTIONS.get(str(action.get("kind")))
    if do is None:
        raise CannotAct(reasons.NO_SUCH_ACTION)
    try:
        do(session, run, action, key_of(run, index))
    except CrmError as error:
        raise CannotAct(_told(error), _plain(error)) from error


def key_of(run: Run, index: int) -> str:
    """The key of what an action makes."""
    return f"{run.key}:{index}"


def _told(error: CrmError) -> str:
    fields = error.fields if isinstance(error, Invalid) else {}
    return next(iter(fields.values()), error.user_message)


def _plain(error: CrmError) -> dict[str, str]:
    return {name: str(value) for name, value in error.params.items()}


def _world(session: Session, run: Run) -> World:
    """The contact as he is now, after what the actions before did."""
    session.flush()
    about = run.occurrence.appointment_id
    contact_id = run.contact.id or 0
    found = worlds.load(
        session, [contact_id], now=run.now, about={contact_id: about} if about else {}
    )
    return found[contact_id]


def _text(session: Session, run: Run, text: object) -> str:
    """``text`` with its merge fields filled; CannotAct when one of them is empty (CAM-5)."""
    rendered = merge.render(str(text or ""), values_of(_world(session, run)))
    if rendered.missing:
        raise CannotAct(reasons.UNFILLED, {"names": ", ".join(rendered.missing)})
    return rendered.text


def _add_to_campaign(session: Session, run: Run, action: Mapping[str, Any], key: str) -> None:
    campaign = by_id(session, Campaign, number(action.get("campaign_id")) or 0)
    if campaign is None:
        raise CannotAct(reasons.NO_CAMPAIGN)
    if action.get("restart"):
        _leave(session, run, campaign.id)
    entered = running.enrol(
        session,
        run.actor,
        campaign=campaign,
        contact=run.contact,
        key=key,
        by=run.actor.label,
        appointment_id=run.occurrence.appointment_id,
        now=run.now,
    )
    if isinstance(entered, running.Refused):
        raise CannotAct(writing.refusal(entered.reason))


def _remove_from_campaign(session: Session, run: Run, action: Mapping[str, Any], _: str) -> None:
    _leave(session, run, number(action.get("campaign_id")))


def _leave(session: Session, run: Run, campaign_id: int | None) -> None:
    """Take the contact out of one campaign, or of all."""
    inside = select(Enrolment).where(
        Enrolment.contact_id == run.contact.id, col(Enrolment.ended_at).is_(None)
    )
    if campaign_id is not None:
        inside = inside.where(Enrolment.campaign_id == campaign_id)
    for enrolment in session.exec(inside.order_by(col(Enrolment.id))).all():
        running.remove(session, run.actor, enrolment, reason="by_trigger")


def _assign(session: Session, run: Run, action: Mapping[str, Any], _: str) -> None:
    contacts.lock_owner(session, run.contact)
    if action.get("only_unassigned") and run.contact.owner_id is not None:
        return
    mode = action.get("mode")
    chosen = number(action.get("user_id")) if mode == "user" else None
    if mode == "round_robin":
        chosen = turns.next_user(session, run.rule.id, numbers(action.get("user_ids")), run.now)
        if chosen is None:
            raise CannotAct(reasons.NOBODY)
        run.noted["assigned"] = chosen
    contacts.set_owner(session, run.actor, run.contact, chosen, rule=OWNER_RULE)


def _add_tag(session: Session, run: Run, action: Mapping[str, Any], _: str) -> None:
    contacts.change_tags(session, run.actor, run.contact, add=[str(action.get("tag") or "")])


def _remove_tag(session: Session, run: Run, action: Mapping[str, Any], _: str) -> None:
    contacts.change_tags(session, run.actor, run.contact, remove=[str(action.get("tag") or "")])


def _notify(session: Session, run: Run, action: Mapping[str, Any], key: str) -> None:
    text = _text(session, run, action.get("text"))
    told = _people(session, run, who(action))
    if not told:
        raise CannotAct(reasons.NO_OWNER)
    for user_id in told:
        notifications.notify(
            session,
            user_id=user_id,
            key=f"{key}:{user_id}",
            message="{text}",
            params={"text": text},
            path=f"/contacts/{run.contact.id}",
            kind="trigger",
            mail=bool(action.get("mail")),
        )


def _people(session: Session, run: Run, wanted: Iterable[str]) -> list[int]:
    """The active users that are meant by "owner", "admins" and "user:<id>", each once."""
    ids: dict[int, None] = {}
    for one in wanted:
        if one == "admins":
            ids |= dict.fromkeys(notifications.administrators(session))
        else:
            user_id = run.contact.owner_id if one == "owner" else number(one.partition(":")[2])
            user = by_id(session, User, user_id or 0)
            if user is not None and user.active:
                ids[user.id or 0] = None
    return list(ids)


def _email(session: Session, run: Run, action: Mapping[str, Any], key: str) -> None:
    subject = _text(session, run, action.get("subject"))
    body = _text(session, run, action.get("body"))
    refusal = writing.mail(
        session, _world(session, run), key, subject, body, bool(action.get("marketing"))
    )
    if refusal:
        raise CannotAct(refusal)


def _sms(session: Session, run: Run, action: Mapping[str, Any], key: str) -> None:
    body = _text(session, run, action.get("body"))
    refusal = writing.sms(session, _world(session, run), key, body)
    if refusal:
        raise CannotAct(refusal)


def _webhook(session: Session, run: Run, action: Mapping[str, Any], key: str) -> None:
    told = {"id": run.rule.id, "name": run.rule.name, "event": run.rule.event}
    writing.call(session, _world(session, run), key, str(action.get("url") or ""), told, run.now)


def _task(session: Session, run: Run, action: Mapping[str, Any], key: str) -> None:
    for_whom = _people(session, run, who(action))
    activities.add(
        session,
        run.actor,
        title=_text(session, run, action.get("title")),
        note=_text(session, run, action.get("note")),
        due_at=run.now,
        user_id=for_whom[0] if for_whom else None,
        contact=run.contact,
        key=key,
    )


def _set_status(session: Session, run: Run, action: Mapping[str, Any], _: str) -> None:
    appointment = by_id(session, Appointment, run.occurrence.appointment_id or 0)
    if appointment is None:
        raise CannotAct(reasons.NO_APPOINTMENT)
    status = AppointmentStatus(str(action.get("status")))
    if status is AppointmentStatus.CANCELLED:
        appointments.cancel(session, run.actor, appointment, by="system")
    else:
        appointments.set_status(session, run.actor, appointment, status)


_ACTIONS: Mapping[str, Callable[[Session, Run, Mapping[str, Any], str], None]] = {
    "add_to_campaign": _add_to_campaign,
    "remove_from_campaign": _remove_from_campaign,
    "assign": _assign,
    "add_tag": _add_tag,
    "remove_tag": _remove_tag,
    "notify": _notify,
    "email": _email,
    "sms": _sms,
    "webhook": _webhook,
    "task": _task,
    "set_status": _set_status,
}
