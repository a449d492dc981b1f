"""Carrying a move's effects out, each in the transaction of the step that has them (CAM-8).

What leaves the house becomes a message, which messaging's job sends; everything else is done here and
now. An effect that cannot be done leaves nothing behind, and the contact waits for a person.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.activities import service as activities
from crm_app.campaigns.running import assigning
from crm_app.campaigns.running.assigning import NobodyToAssign
from crm_app.campaigns.running.case import Case
from crm_app.campaigns.running.moves import (
    AssignOwner,
    Call,
    Effect,
    MakeTask,
    Move,
    MoveTo,
    Notify,
    Send,
    Tag,
)
from crm_app.contacts import service as contacts
from crm_app.core import access
from crm_app.core.access import Actor
from crm_app.core.errors import CrmError, Invalid
from crm_app.core.kinds import EnrolmentState, Role, StepOutcome
from crm_app.messaging import notifications
from crm_app.messaging import service as messages
from crm_app.messaging.drafts import Draft
from crm_app.models import Contact, User

log = logging.getLogger(__name__)
KIND = "campaign"


def actor_for(campaign_id: int) -> Actor:
    """The program acting for a campaign; what it changes says "campaign" to triggers that ask."""
    return access.system(f"campaign:{campaign_id}")


def carry_out(session: Session, cases: Sequence[Case], *, now: datetime) -> None:
    """Do what the cases' moves say, except entering other campaigns.

    Messages of many cases are queued together, everything else goes one after the other.

    A move that could not be carried out is replaced by one that asks a person.
    """
    acting = [case for case in cases if _here(case)]
    letters = [(case, letter) for case in acting if (letter := _letter(case)) is not None]
    together = {case.id for case, _ in letters} if _queued(session, letters) else set()
    for case in acting:
        if case.move is not None and case.id not in together:
            case.move = _carried(session, case, case.move, now)


def _here(case: Case) -> list[Effect]:
    effects = case.move.effects if case.move else ()
    return [each for each in effects if not isinstance(each, MoveTo)]


def _letter(case: Case) -> Send | None:
    """The one message of a step that does nothing else."""
    here = _here(case)
    return here[0] if len(here) == 1 and isinstance(here[0], Send) else None


def _queued(session: Session, letters: Sequence[tuple[Case, Send]]) -> bool:
    """Queue messages in a few statements; False when one of them cannot be, and then none is."""
    try:
        with session.begin_nested():
            ids = messages.queue_many(session, [draft(case, letter) for case, letter in letters])
    except Exception:
        log.info("messages cannot be queued together; they are queued one by one", exc_info=True)
        return False
    for case, _ in letters:
        case.message_id = ids[case.key]
    return True


def asks(move: Move, reason: str, **detail: str) -> Move:
    """The move instead of one that failed: the contact stays, and a person has a look."""
    return replace(
        move,
        outcome=StepOutcome.ATTENTION,
        reason=reason,
        detail=detail,
        effects=(),
        to=None,
        due_at=None,
        ends=EnrolmentState.ATTENTION,
    )


def _carried(session: Session, case: Case, move: Move, now: datetime) -> Move:
    try:
        # Whatever an effect did before it failed is undone; what other contacts' steps did stays.
        with session.begin_nested():
            for effect in move.effects:
                _do(session, case, effect, now)
    except NobodyToAssign:
        return asks(move, "nobody_to_assign")
    except CrmError as error:
        return asks(move, "failed", error=_words(error))
    except Exception as error:
        log.exception("enrolment %s: a step's effect failed", case.id)
        return asks(move, "failed", error=type(error).__name__)
    return move


def _words(error: CrmError) -> str:
    """What to do about it, as a message id."""
    fields = error.fields.values() if isinstance(error, Invalid) else ()
    return next(iter(fields), error.user_message)


def _do(session: Session, case: Case, effect: Effect, now: datetime) -> None:
    actor = actor_for(case.campaign.id or 0)
    if isinstance(effect, Send):
        case.message_id = messages.queue(session, **draft(case, effect)).id
    elif isinstance(effect, Call):
        case.message_id = messages.queue(session, **_called(case, effect)).id
    elif isinstance(effect, Tag):
        names = {"remove" if effect.remove else "add": (effect.name,)}
        contacts.change_tags(session, actor, _contact(session, case), **names)
    elif isinstance(effect, AssignOwner):
        assigning.assign(
            session,
            actor,
            _contact(session, case),
            effect.assign,
            campaign_id=case.campaign.id or 0,
            step_id=effect.step_id,
            now=now,
        )
    elif isinstance(effect, MakeTask):
        activities.add(
            session,
            actor,
            title=effect.title,
            kind=effect.kind,
            note=effect.note,
            due_at=now,
            user_id=effect.user_id,
            contact=_contact(session, case),
            key=case.key,
        )
    elif isinstance(effect, Notify):
        _tell(session, case, effect)


def draft(case: Case, effect: Send) -> Draft:
    """The message of a sending step."""
    person = case.world.person
    sender = case.world.users.get(effect.sender or 0)
    return Draft(
        **_common(case),
        channel=effect.channel,
        to_name=person.name,
        to_address=effect.to,
        from_name=sender.name if sender else "",
        reply_to=sender.email if sender else "",
        subject=effect.subject,
        text=effect.body,
        locale=person.locale,
        user_id=effect.sender or person.owner_id,
        marketing=effect.marketing,
        track_links=effect.track_links,
    )


def _called(case: Case, effect: Call) -> Draft:
    return Draft(
        **_common(case),
        channel="webhook",
        to_address=effect.url,
        text=json.dumps(dict(effect.body), ensure_ascii=False),
        user_id=case.world.person.owner_id,
    )


def _common(case: Case) -> Draft:
    enrolment = case.enrolment
    return {  # type: ignore[typeddict-item]  # the rest of a draft differs by channel
        "key": case.key,
        "kind": KIND,
        "contact_id": enrolment.contact_id,
        "appointment_id": enrolment.appointment_id,
        "campaign_id": enrolment.campaign_id,
        "enrolment_id": enrolment.id,
        "step_id": enrolment.step_id,
    }


def _tell(session: Session, case: Case, effect: Notify) -> None:
    told = dict.fromkeys(effect.user_ids)
    if effect.admins:
        query = select(User.id).where(User.role == Role.ADMIN, col(User.active).is_(True))
        told |= dict.fromkeys(each or 0 for each in session.exec(query.order_by(col(User.id))))
    for user_id in told:
        notifications.notify(
            session,
            user_id=user_id,
            key=f"{case.key}:{user_id}",
            message="{text}",
            params={"text": effect.text},
            path=f"/contacts/{case.enrolment.contact_id}",
            kind=KIND,
            mail=effect.mail,
        )


def _contact(session: Session, case: Case) -> Contact:
    return session.get_one(Contact, case.enrolment.contact_id)
