"""Writing calendars' configuration: slot rules, members, rights, and the two owner switches.

Only administrators configure calendars (USR-3). What a page sends is checked here, field by field,
with a message for each (Q-1).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, select

from crm_app.accounts import audit
from crm_app.appointments.mail.occasion import MUTABLE
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.hours import Hours
from crm_app.core.i18n import N_
from crm_app.core.kinds import CalendarKind, DrawMode
from crm_app.models import Calendar, CalendarMember, CalendarRight, User, Workspace

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Field -> smallest and largest value; minutes unless the name says otherwise.
_BOUNDS: dict[str, tuple[int, int]] = {
    "duration": (5, 24 * 60),
    "interval": (5, 24 * 60),
    "buffer_before": (0, 12 * 60),
    "buffer_after": (0, 12 * 60),
    "minimum_notice": (0, 90 * 24 * 60),
    "horizon_days": (0, 730),
    "seats": (1, 1000),
    "change_cutoff": (0, 90 * 24 * 60),
    "color": (0, 9),
}
_OPTIONAL_CAPS = ("per_day_cap", "per_slot_cap")
_TEXTS = {"name": 120, "description": 4000, "location": 500, "consent_text": 1000}
_FLAGS = ("active", "reschedule_keeps_member", "needs_confirmation", "allow_guests")
_FIELD_KINDS = frozenset({"text", "long_text", "phone", "choice", "checkbox"})

WHOLE_NUMBER = N_("Enter a whole number between {low} and {high}.")


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as the configuration page sends him."""

    user_id: int
    weight: int = 1
    priority: int = 0
    active: bool = True


def create_calendar(session: Session, actor: Actor, **fields: Any) -> Calendar:
    """A new calendar; ``slug``, ``name`` and ``kind`` are needed. Raises Invalid by field."""
    actor.require_admin()
    missing = {
        name: N_("Please fill this in.") for name in ("slug", "name") if not fields.get(name)
    }
    if missing:
        raise Invalid(fields=missing)
    calendar = Calendar(slug="", name="", created_at=clock.now())
    return _apply(session, actor, calendar, fields, "calendar.created")


def update_calendar(session: Session, actor: Actor, calendar: Calendar, **fields: Any) -> Calendar:
    """Change the named fields. Appointments that stand keep what they were booked with."""
    actor.require_admin()
    return _apply(session, actor, calendar, fields, "calendar.changed")


def _apply(
    session: Session, actor: Actor, calendar: Calendar, fields: Mapping[str, Any], action: str
) -> Calendar:
    errors: dict[str, str] = {}
    for name, value in fields.items():
        try:
            setattr(calendar, name, _checked(name, value))
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        # The object must not keep half of a refused form.
        if calendar.id is not None:
            session.refresh(calendar)
        raise Invalid(fields=errors)
    session.add(calendar)
    try:
        session.flush()
    except IntegrityError as error:
        raise Invalid(fields={"slug": N_("Another calendar has this address already.")}) from error
    audit.record(
        session,
        actor,
        action,
        subject_kind="calendar",
        subject_id=calendar.id,
        fields=sorted(fields),
    )
    return calendar


def _checked(name: str, value: Any) -> Any:
    """``value`` as it is stored; ValueError with a message id for people."""
    if name in _BOUNDS:
        return _number(value, *_BOUNDS[name])
    if name in _OPTIONAL_CAPS:
        return None if value in (None, "") else _number(value, 1, 10_000)
    if name in _TEXTS:
        text = str(value).strip()
        if len(text) > _TEXTS[name] or (name == "name" and not text):
            raise ValueError(N_("This is empty or too long."))
        return text
    if name in _FLAGS:
        return bool(value)
    if name == "slug":
        return checked_slug(str(value))
    if name == "kind":
        return CalendarKind(value)
    if name == "draw_mode":
        return DrawMode(value)
    if name == "hours":
        return None if value is None else Hours.from_json(value).to_json()
    if name == "reminders":
        return sorted({_number(minutes, 5, 30 * 24 * 60) for minutes in value}, reverse=True)
    if name == "muted_mails":
        return [kind.value for kind in MUTABLE if kind.value in value]
    if name == "form_fields":
        return [_form_field(field) for field in value]
    raise ValueError(N_("This field is not known."))


def checked_slug(slug: str) -> str:
    """A slug as it stands in an address: lower-case letters, digits and single hyphens."""
    if len(slug) > 60 or not _SLUG.fullmatch(slug):
        raise ValueError(N_("Use lower-case letters, digits and hyphens."))
    return slug


def whole(value: Any, low: int, high: int) -> int:
    """A typed whole number of a member row; Invalid otherwise."""
    try:
        return _number(value, low, high)
    except ValueError as error:
        raise Invalid(fields={"members": str(error)}) from error


def _number(value: Any, low: int, high: int) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise ValueError(WHOLE_NUMBER.format(low=low, high=high)) from error
    if not low <= number <= high:
        raise ValueError(WHOLE_NUMBER.format(low=low, high=high))
    return number


def _form_field(field: Mapping[str, Any]) -> dict[str, Any]:
    label = str(field.get("label", "")).strip()[:200]
    kind = str(field.get("kind", "text"))
    choices = [
        str(choice).strip()[:200] for choice in field.get("choices") or [] if str(choice).strip()
    ]
    if not label or kind not in _FIELD_KINDS or (kind == "choice" and len(choices) < 2):
        raise ValueError(N_("Each question needs a text, and a choice needs two answers or more."))
    key = str(field.get("key") or re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")[:40])
    return {
        "key": key,
        "label": label,
        "kind": kind,
        "required": bool(field.get("required")),
        "choices": choices,
    }


def set_members(
    session: Session, actor: Actor, calendar: Calendar, rows: list[MemberRow]
) -> list[CalendarMember]:
    """Make ``rows``, in this order, the members. Who stays keeps his place in the draw ledger."""
    actor.require_admin()
    known = {user.id for user in session.exec(select(User).where(col(User.active).is_(True)))}
    ids = [row.user_id for row in rows]
    if len(set(ids)) != len(ids) or not set(ids) <= known:
        raise Invalid(fields={"members": N_("Choose each member once, among active users.")})
    if calendar.kind == CalendarKind.PERSONAL and len(rows) > 1:
        raise Invalid(fields={"members": N_("A personal calendar has one member.")})
    if any(not 0 <= row.weight <= 100 or not -100 <= row.priority <= 100 for row in rows):
        raise Invalid(fields={"members": N_("Weights go from 0 to 100.")})
    present = {
        member.user_id: member
        for member in session.exec(
            select(CalendarMember).where(CalendarMember.calendar_id == calendar.id)
        )
    }
    for user_id, member in present.items():
        if user_id not in ids:
            session.delete(member)
    kept = [
        _member(session, calendar, present.get(row.user_id), row, n) for n, row in enumerate(rows)
    ]
    session.flush()
    audit.record(
        session,
        actor,
        "calendar.members",
        subject_kind="calendar",
        subject_id=calendar.id,
        members=ids,
    )
    return kept


def _member(
    session: Session,
    calendar: Calendar,
    member: CalendarMember | None,
    row: MemberRow,
    position: int,
) -> CalendarMember:
    if member is None:
        member = CalendarMember(
            calendar_id=calendar.id or 0, user_id=row.user_id, joined_at=clock.now()
        )
    member.weight, member.priority, member.active = row.weight, row.priority, row.active
    member.position = position
    session.add(member)
    return member


def set_right(
    session: Session,
    actor: Actor,
    calendar: Calendar,
    user_id: int,
    *,
    may_see: bool,
    may_book: bool,
) -> None:
    """Give or take a user's rights to a calendar that he does not serve."""
    actor.require_admin()
    session.exec(
        delete(CalendarRight).where(
            col(CalendarRight.calendar_id) == calendar.id, col(CalendarRight.user_id) == user_id
        )
    )
    if may_see or may_book:
        session.add(
            CalendarRight(
                calendar_id=calendar.id or 0, user_id=user_id, may_see=may_see, may_book=may_book
            )
        )
    audit.record(
        session,
        actor,
        "calendar.right",
        subject_kind="calendar",
        subject_id=calendar.id,
        user_id=user_id,
        may_see=may_see,
        may_book=may_book,
    )


def owner_switches(session: Session) -> tuple[bool, bool]:
    """A and B of SPEC §4 as they stand."""
    workspace = session.get_one(Workspace, 1)
    return workspace.assign_owner_on_booking, workspace.keep_existing_owner
