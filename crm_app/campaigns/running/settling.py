"""Writing down where moves leave their contacts: the visit's row, the enrolment, and what it means for
others. For one contact or a thousand, in the same few statements.

What always holds afterwards: there is one row of a visit that did something (``StepRun``), an
enrolment that waits has a time or a reason, and one that ended is not looked at again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from crm_app.campaigns.running.case import Case, settled
from crm_app.contacts import history
from crm_app.core import db, facts
from crm_app.core.i18n import N_
from crm_app.core.kinds import EnrolmentState, StepOutcome
from crm_app.models import Enrolment, StepRun

ENTERED = N_("Entered the campaign “{campaign}”")
FINISHED = N_("Came to the end of the campaign “{campaign}”")
LEFT = N_("Left the campaign “{campaign}”")
# Plain tables: what is written for thousands goes around the object mapper, which costs more than they.
_table: Table = Enrolment.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
_runs: Table = StepRun.__table__  # type: ignore[attr-defined]  # nor here
_OVER = (EnrolmentState.FINISHED, EnrolmentState.LEFT)


def settle(session: Session, cases: Sequence[Case], *, now: datetime) -> None:
    """Store what became of the cases, whose moves were carried out."""
    runs = [_run(case, now) for case in cases if _ends_visit(case)]
    db.insert_many(session, _runs, runs)
    changed = [(case.enrolment, settled(case, case.move, now)) for case in cases if case.move]
    put(session, changed)
    over = [case for case in cases if case.enrolment.state in _OVER]
    announce(session, [(case.enrolment, case.campaign.name) for case in over])


def leave_visits(
    session: Session,
    enrolments: Sequence[Enrolment],
    *,
    outcome: StepOutcome,
    reason: str,
    now: datetime,
) -> None:
    """Close the visits of contacts whom somebody takes away from their steps."""
    open_visits = [each for each in enrolments if each.state is EnrolmentState.ACTIVE]
    runs = [_line(each, outcome, reason, {}, now) for each in open_visits]
    db.insert_many(session, _runs, runs)


def put(session: Session, changed: Iterable[tuple[Enrolment, dict[str, Any]]]) -> None:
    """Store new values of enrolments' columns; rows that change alike go in one statement."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for enrolment, values in changed:
        new = {name: v for name, v in values.items() if getattr(enrolment, name) != v}
        for name, value in new.items():
            set_committed_value(enrolment, name, value)
        if new:
            alike.setdefault(tuple(new), []).append({"id": enrolment.id, **new})
    for lines in alike.values():
        db.update_many(session, _table, lines)


def announce(session: Session, ended: Sequence[tuple[Enrolment, str]]) -> None:
    """Tell that contacts are no longer inside a campaign, which is named: on their timelines, and to
    those who listen."""
    history.note_all(
        session,
        [
            history.Line(
                contact_id=enrolment.contact_id,
                kind="campaign",
                message=FINISHED if _finished(enrolment) else LEFT,
                params={"campaign": campaign, "reason": enrolment.reason},
                appointment_id=enrolment.appointment_id,
            )
            for enrolment, campaign in ended
        ],
    )
    facts.record_all(
        session,
        [
            facts.CampaignLeft(
                campaign_id=enrolment.campaign_id,
                enrolment_id=enrolment.id or 0,
                contact_id=enrolment.contact_id,
                finished=_finished(enrolment),
                reason=enrolment.reason,
            )
            for enrolment, _ in ended
        ],
    )


def _finished(enrolment: Enrolment) -> bool:
    return enrolment.state is EnrolmentState.FINISHED


def _ends_visit(case: Case) -> bool:
    # Where a person is asked, the visit has its row already.
    waits_for_nobody = case.enrolment.state is EnrolmentState.ACTIVE
    return waits_for_nobody and case.move is not None and case.move.outcome is not None


def _run(case: Case, now: datetime) -> dict[str, Any]:
    move = case.move
    assert move is not None
    assert move.outcome is not None
    line = _line(case.enrolment, move.outcome, move.reason, dict(move.detail), now)
    return line | {"message_id": case.message_id}


def _line(
    enrolment: Enrolment, outcome: StepOutcome, reason: str, detail: dict[str, Any], now: datetime
) -> dict[str, Any]:
    return {
        "enrolment_id": enrolment.id,
        "visit": enrolment.visit,
        "campaign_id": enrolment.campaign_id,
        "version_id": enrolment.version_id,
        "step_id": enrolment.step_id,
        "at": now,
        "outcome": outcome,
        "reason": reason,
        "detail": detail,
        "message_id": None,
    }
