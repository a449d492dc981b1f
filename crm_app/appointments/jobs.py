"""The jobs of this room: mail to those whom an appointment concerns, and reminders before it.

They listen to facts (``worker.LISTENERS``) and look at the appointment as it is by then, so a job
that runs late, twice, or after another change tells nothing that is no longer true.
"""

from datetime import datetime

from sqlmodel import Session

from crm_app.appointments.mail import case as cases
from crm_app.appointments.mail import post, timing
from crm_app.appointments.mail.case import Case, Change
from crm_app.appointments.mail.occasion import Kind
from crm_app.core import clock, db, facts, jobs
from crm_app.core.kinds import HOLDING_STATUSES, AppointmentSource, AppointmentStatus
from crm_app.models import User

REMIND = "appointments.remind"
# Statuses that have words of their own for the lead (CAL-8).
_OUTCOMES: dict[AppointmentStatus, Kind] = {
    AppointmentStatus.CONFIRMED: Kind.CONFIRMED,
    AppointmentStatus.SHOWED: Kind.SHOWED,
    AppointmentStatus.NO_SHOW: Kind.NO_SHOW,
    AppointmentStatus.INVALID: Kind.INVALID,
}


@jobs.handles("appointments.mail")
def mail(fact_id: int) -> None:
    """Queue the mails about something that happened with an appointment, and its reminders."""
    with db.unit_of_work() as session:
        fact = facts.load(session, fact_id)
        case = cases.load(session, getattr(fact, "appointment_id", 0))
        # Who is invited by somebody's own calendar hears of it from there.
        if case is not None and case.appointment.source != AppointmentSource.SYNC:
            _tell(session, fact, case, clock.now())


def _tell(session: Session, fact: facts.Fact, case: Case, now: datetime) -> None:
    status = case.appointment.status
    if isinstance(fact, facts.AppointmentCancelled):
        if status == AppointmentStatus.CANCELLED:
            post.tell(session, case, Kind.CANCELLED, now=now)
    elif isinstance(fact, facts.AppointmentStatusChanged):
        if status.value == fact.status and status in _OUTCOMES:
            post.tell(session, case, _OUTCOMES[status], now=now)
    elif status not in HOLDING_STATUSES:
        return
    elif isinstance(fact, facts.AppointmentBooked):
        waits = status == AppointmentStatus.NEW
        post.tell(session, case, Kind.RECEIVED if waits else Kind.BOOKED, now=now)
    elif isinstance(fact, facts.AppointmentRestored):
        post.tell(session, case, Kind.RESTORED, now=now)
    else:
        _tell_change(session, fact, case, now)
    _remind_later(session, case, now)


def _tell_change(session: Session, fact: facts.Fact, case: Case, now: datetime) -> None:
    previous = session.get(User, getattr(fact, "previous_user_id", 0))
    if previous is not None:
        post.tell_previous_member(session, case, previous, now=now)
    if isinstance(fact, facts.AppointmentRescheduled):
        before = datetime.fromisoformat(fact.previous_starts_at)
        post.tell(session, case, Kind.RESCHEDULED, now=now, change=Change(previous, before))
    elif getattr(fact, "sequence", 0) < case.appointment.ical_sequence:
        # Another change came on top and has its own fact: these words would be half the truth.
        return
    elif isinstance(fact, facts.AppointmentMemberChanged):
        post.tell(session, case, Kind.MEMBER_CHANGED, now=now, change=Change(previous))
    elif isinstance(fact, facts.AppointmentEdited):
        post.tell(session, case, Kind.EDITED, now=now)


def _remind_later(session: Session, case: Case, now: datetime) -> None:
    """Have the reminders come in time. The start is part of the key: another time, other jobs."""
    appointment = case.appointment
    if appointment.status != AppointmentStatus.CONFIRMED:
        return
    for minutes, at in timing.due_reminders(appointment.starts_at, case.calendar.reminders, now):
        jobs.enqueue(
            session,
            REMIND,
            key=f"appointment:{appointment.id}:{_start(case)}:reminder:{minutes}",
            run_at=at,
            appointment_id=appointment.id,
            starts_at=_start(case),
            minutes=minutes,
        )


@jobs.handles(REMIND)
def remind(appointment_id: int, starts_at: int, minutes: int) -> None:
    """Remind of an appointment, if it still stands at that time (UTC epoch seconds)."""
    now = clock.now()
    with db.unit_of_work() as session:
        case = cases.load(session, appointment_id)
        if case is None or case.appointment.status != AppointmentStatus.CONFIRMED:
            return
        wanted = case.calendar.reminders
        begins = case.appointment.starts_at
        if _start(case) != starts_at or minutes not in wanted:
            return
        if not timing.is_overtaken(begins, minutes, wanted, now):
            revision = f"{starts_at}:reminder:{minutes}"
            post.tell(session, case, Kind.REMINDER, now=now, revision=revision)


def _start(case: Case) -> int:
    return int(case.appointment.starts_at.timestamp())
