"""An appointment as its dialog shows it: finished texts in the reader's language, in ``facts``."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from crm_app.appointments import balance, queries
from crm_app.appointments.ui import outside
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import AppointmentSource, AppointmentStatus, CalendarKind
from crm_app.models import Appointment, Calendar, Contact, User

Row = dict[str, Any]

STATUS_WORDS: dict[str, str] = {
    "new": N_("Not confirmed yet"),
    "confirmed": N_("Confirmed"),
    "showed": N_("Showed"),
    "no_show": N_("Did not show"),
    "cancelled": N_("Cancelled"),
    "invalid": N_("Invalid"),
}
STATUS_TONES = {
    "new": "warn",
    "confirmed": "good",
    "showed": "good",
    "no_show": "bad",
    "cancelled": "plain",
    "invalid": "plain",
}
WHY_WORDS: dict[str, str] = {
    "not_free": N_("not free at that time"),
    "backup": N_("weight 0: only when nobody else is free"),
    "credit": N_("owed the most turns"),
    "priority": N_("priority"),
    "least_recent": N_("longest without a turn"),
    "position": N_("order in the list"),
}


def blank() -> dict[str, str]:
    """The dialog's fields with nothing in them."""
    names = (
        "calendar_id", "member_id", "title", "date", "start", "end", "location", "note",
        "contact_id", "contact_name", "contact_email", "reason",
    )  # fmt: skip
    return dict.fromkeys(names, "")


def detail(session: Session, actor: Actor, appointment_id: int) -> Row:
    """All that the dialog shows of an appointment."""
    one = queries.get_appointment(session, actor, appointment_id)
    calendar = session.get_one(Calendar, one.calendar_id)
    local = ZoneInfo(actor.time_zone)
    starts, ends = one.starts_at.astimezone(local), one.ends_at.astimezone(local)
    contact = session.get(Contact, one.contact_id) if one.contact_id else None
    form = {
        **blank(),
        "calendar_id": str(calendar.id),
        "member_id": str(one.user_id),
        "title": one.title,
        "date": starts.date().isoformat(),
        "start": starts.strftime("%H:%M"),
        "end": ends.strftime("%H:%M"),
        "location": one.location,
        "note": one.note,
    }
    may = one.user_id == actor.user_id or queries.may_book(session, actor, calendar)
    standing = one.status in (AppointmentStatus.NEW, AppointmentStatus.CONFIRMED)
    return {
        "form": form,
        "members": _members(session, calendar, one),
        "why": why_rows(session, actor, one),
        "editable": may and standing,
        "clash": outside.clash_words(session, actor, one),
        "facts": {
            **outside.about(session, actor, one),
            "calendar": calendar.name,
            "status": one.status.value,
            "status_word": translate(actor.locale, STATUS_WORDS[one.status.value]),
            "tone": STATUS_TONES[one.status.value],
            "contact": contact.name if contact and not contact.deleted_at else "",
            "contact_id": str(contact.id) if contact and not contact.deleted_at else "",
            "answers": "\n".join(_answers(calendar, one)),
            "guests": ", ".join(guest.get("email", "") for guest in one.guests),
            "past": "yes" if one.starts_at < clock.now() else "",
            "may": "yes" if may else "",
            "fixed_member": "yes"
            if calendar.kind in (CalendarKind.CLASS, CalendarKind.COLLECTIVE)
            or one.source == AppointmentSource.SYNC
            else "",
        },
    }


def _answers(calendar: Calendar, one: Appointment) -> Iterator[str]:
    """What was answered, behind the questions as they are asked today."""
    asked = {question["key"]: question["label"] for question in calendar.form_fields}
    for key, answer in one.answers.items():
        label = asked.get(key, "")
        if answer:
            yield f"{label}{':' * label[-1:].isalnum()} {answer}".strip()


def why_rows(session: Session, actor: Actor, one: Appointment) -> list[dict[str, str]]:
    """ "Why Kate?" in the reader's words: the ledger that decided (CAL-4)."""
    entry = balance.why(session, one.id or 0)
    if entry is None or entry.reason.get("rule") != "drawn":
        return []
    rows = []
    for row in entry.reason.get("rows", []):
        user = session.get(User, row["member_id"])
        rule = WHY_WORDS[row["decided_by"]]
        rows.append(
            {
                "name": user.name if user else "?",
                "credit": f"{row['credit'] / 1_000_000:+.2f}",
                "weight": str(row["weight"]),
                "drawn": "yes" if row["drawn"] else "",
                "rule": translate(actor.locale, rule),
            }
        )
    return rows


def _members(session: Session, calendar: Calendar, one: Appointment) -> list[dict[str, str]]:
    serving = [user for _, user in queries.members_of(session, calendar.id or 0)]
    if one.user_id not in [user.id for user in serving]:
        serving.append(session.get_one(User, one.user_id))
    return [{"value": str(user.id), "label": user.name} for user in serving]
