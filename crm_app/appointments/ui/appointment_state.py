"""The appointment dialog: make one, look at one, change all of it by keyboard too, end it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from crm_app.appointments import queries, service
from crm_app.appointments.ui import boxes, outside
from crm_app.appointments.ui.appointment_shown import blank, detail
from crm_app.contacts import queries as contact_queries
from crm_app.contacts import service as contacts
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import AppointmentSource, AppointmentStatus
from crm_app.models import Contact
from crm_app.ui.state import PrivateState, handler

Row = dict[str, Any]


class AppointmentDialog(PrivateState):
    """``mode`` is "", "new" or "edit". ``form`` holds what stands in the fields, as text."""

    mode: str = ""
    shown_id: int = 0
    form: dict[str, str] = {}
    calendars: list[dict[str, str]] = []
    members: list[dict[str, str]] = []
    facts: dict[str, str] = {}
    clash: dict[str, str] = {}
    why: list[dict[str, str]] = []
    suggestions: list[dict[str, str]] = []
    editable: bool = False
    conflict: str = ""
    cancelling: bool = False
    _bookable: list[Row] = []

    @handler
    async def begin(self, start: str, end: str, all_day: bool, calendar_id: str) -> None:
        """Begin a new appointment in the drawn span (ISO 8601), or now when it is empty."""
        self._bookable = await self._read(boxes.bookable)
        if not self._bookable:
            raise Invalid(N_("There is no calendar that you may book for."))
        chosen = next(
            (one for one in self._bookable if one["id"] == calendar_id), self._bookable[0]
        )
        starts, ends = span(start, end, all_day, self._time_zone, int(chosen["duration"]))
        self._reset("new")
        self.editable = True
        self.calendars = [{"value": one["id"], "label": one["name"]} for one in self._bookable]
        self.form = {
            **blank(),
            "date": starts.date().isoformat(),
            "start": starts.strftime("%H:%M"),
            "end": ends.strftime("%H:%M"),
        }
        self._take_calendar(chosen)

    @handler
    async def open(self, box_id: str) -> None:
        """Show an appointment by its box's id."""
        if not box_id[1:].isdigit():
            raise Invalid(N_("Only appointments can be opened."))
        appointment_id = int(box_id[1:])
        found = await self._read(lambda session, actor: detail(session, actor, appointment_id))
        self._reset("edit")
        self.shown_id = appointment_id
        self.form, self.members, self.why = found["form"], found["members"], found["why"]
        self.facts, self.editable = found["facts"], found["editable"]
        self.clash = found["clash"]

    @handler
    def close(self) -> None:
        """Close without writing."""
        self._reset("")

    @handler
    def set_field(self, name: str, value: str) -> None:
        """Type into a field."""
        if name in blank():
            self.form[name] = value[:4000]
            self.conflict = ""

    @handler
    def choose_calendar(self, calendar_id: str) -> None:
        """Book on another calendar: its members, length and place."""
        for one in self._bookable:
            if one["id"] == calendar_id:
                self._take_calendar(one)

    @handler
    async def suggest(self, text: str) -> None:
        """Type the contact's name or address: known ones are offered."""
        self.form["contact_name"] = text[:200]
        self.form["contact_id"] = ""
        self.suggestions = (
            await self._read(lambda session, actor: suggestions(session, actor, text))
            if len(text.strip()) > 1
            else []
        )

    @handler
    def choose_contact(self, contact_id: str) -> None:
        """Take one of the offered contacts."""
        for one in self.suggestions:
            if one["id"] == contact_id:
                self.form["contact_id"], self.form["contact_name"] = one["id"], one["name"]
                self.form["contact_email"] = one["email"]
        self.suggestions = []

    @handler
    async def save(self) -> Any:
        """Write, unless another engagement stands against it."""
        return await self._save(despite=False)

    @handler
    async def save_anyway(self) -> Any:
        """Write though an external event or time off stands against it."""
        return await self._save(despite=True)

    async def _save(self, *, despite: bool) -> Any:
        form, shown, making = dict(self.form), self.shown_id, self.mode == "new"
        try:
            await self._write(
                lambda session, actor: (
                    make(session, actor, form, despite=despite)
                    if making
                    else change(session, actor, shown, form, despite=despite)
                )
            )
        except Conflict as error:
            self.conflict = self._say(error.user_message, **error.params)
            return None
        self._reset("")
        return [rx.toast.success(self._say(N_("Saved."))), _reread()]

    @handler
    async def set_status(self, status: str) -> Any:
        """Confirm, or note how it turned out (CAL-8)."""
        if status not in ("confirmed", "showed", "no_show", "invalid"):
            raise Invalid(N_("This is no status."))
        shown = self.shown_id
        await self._write(
            lambda session, actor: service.set_status(
                session,
                actor,
                queries.changeable_appointment(session, actor, shown),
                AppointmentStatus(status),
            )
        )
        self._reset("")
        return [rx.toast.success(self._say(N_("Noted."))), _reread()]

    @handler
    async def keep_ours(self) -> Any:
        """Somebody has read the conflict; the version here stands (SYN-9)."""
        shown = self.shown_id
        await self._write(
            lambda session, actor: outside.source().keep_ours(
                session, actor, queries.changeable_appointment(session, actor, shown)
            )
        )
        self.clash = {}
        return rx.toast.success(self._say(N_("The version here was kept.")))

    @handler
    async def take_theirs(self) -> Any:
        """Change the appointment to what stands in the calendar."""
        shown = self.shown_id
        await self._write(
            lambda session, actor: outside.source().take_theirs(
                session, actor, queries.changeable_appointment(session, actor, shown)
            )
        )
        self._reset("")
        return [rx.toast.success(self._say(N_("The other version was taken over."))), _reread()]

    @handler
    def ask_cancel(self, asking: bool) -> None:
        """Ask before everybody is told of a cancellation."""
        self.cancelling = asking

    @handler
    async def cancel(self) -> Any:
        """Cancel; all who take part are told."""
        shown, reason = self.shown_id, self.form.get("reason", "")
        await self._write(
            lambda session, actor: service.cancel(
                session,
                actor,
                queries.changeable_appointment(session, actor, shown),
                by="user",
                reason=reason,
            )
        )
        self._reset("")
        return [rx.toast.success(self._say(N_("Cancelled. Everybody is told."))), _reread()]

    def _reset(self, mode: str) -> None:
        self.mode, self.shown_id, self.conflict, self.cancelling = mode, 0, "", False
        self.form, self.facts, self.why, self.suggestions = blank(), {}, [], []
        self.clash, self.errors = {}, {}

    def _take_calendar(self, chosen: Row) -> None:
        self.form["calendar_id"] = chosen["id"]
        self.form["location"] = chosen["location"]
        self.members = chosen["members"]
        mine = str(self._user_id)
        ids = [one["value"] for one in chosen["members"]]
        self.form["member_id"] = mine if mine in ids else (ids[0] if ids else "")


def _reread() -> Any:
    from crm_app.appointments.ui.calendar_state import CalendarPage

    return CalendarPage.reread


def span(
    start: str, end: str, all_day: bool, zone: str, duration: int
) -> tuple[datetime, datetime]:
    """The drawn span in ``zone``; from a whole day or nothing, the calendar's length from 9:00 or
    the next hour on. Minutes are ``duration``."""
    local = ZoneInfo(zone)
    try:
        starts = datetime.fromisoformat(start.split("[")[0])
        ends = datetime.fromisoformat(end.split("[")[0])
    except ValueError:
        now = clock.now().astimezone(local)
        starts = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        return starts, starts + timedelta(minutes=duration)
    if all_day:
        starts = starts.replace(hour=9, tzinfo=local)
        return starts, starts + timedelta(minutes=duration)
    if starts.tzinfo is None:
        starts, ends = starts.replace(tzinfo=local), ends.replace(tzinfo=local)
    return starts.astimezone(local), ends.astimezone(local)


def typed_span(form: dict[str, str], zone: str) -> tuple[datetime, datetime]:
    """Start and end in UTC as typed in ``zone``; an end before the start is on the next day."""
    try:
        day = datetime.fromisoformat(form["date"]).date()
        starts = datetime.fromisoformat(f"{day}T{form['start']}").replace(tzinfo=ZoneInfo(zone))
        ends = datetime.fromisoformat(f"{day}T{form['end']}").replace(tzinfo=ZoneInfo(zone))
    except (ValueError, KeyError) as error:
        raise Invalid(fields={"date": N_("Enter a day, and a time for start and end.")}) from error
    if ends <= starts:
        ends += timedelta(days=1)
    utc_start = starts.astimezone(UTC)
    if utc_start.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != starts.replace(tzinfo=None):
        raise Invalid(fields={"start": N_("The clocks skip this time on that day.")})
    return utc_start, ends.astimezone(UTC)


def suggestions(session: Session, actor: Actor, text: str) -> list[dict[str, str]]:
    """Up to six contacts that fit what is typed."""
    found = contact_queries.search(session, actor, text=text, limit=6)
    return [{"id": str(row.id), "name": row.name, "email": row.email or ""} for row in found.rows]


def make(session: Session, actor: Actor, form: dict[str, str], *, despite: bool) -> None:
    """A new appointment as the form says."""
    calendar = queries.get_calendar(session, actor, _number(form, "calendar_id"))
    starts_at, ends_at = typed_span(form, actor.time_zone)
    contact = _contact(session, actor, form)
    service.create(
        session,
        actor,
        calendar=calendar,
        user_id=_number(form, "member_id"),
        starts_at=starts_at,
        ends_at=ends_at,
        source=AppointmentSource.USER,
        contact=contact,
        details=service.Details(
            title=form["title"].strip()[:300],
            location=form["location"].strip()[:500],
            note=form["note"],
            locale=(contact.locale if contact and contact.locale else actor.locale),
            time_zone=(contact.time_zone if contact and contact.time_zone else actor.time_zone),
        ),
        despite_conflicts=despite,
    )


def change(
    session: Session, actor: Actor, appointment_id: int, form: dict[str, str], *, despite: bool
) -> None:
    """Whatever differs from what stands: time, member, words. Of what somebody else invites to,
    only our own note."""
    appointment = queries.changeable_appointment(session, actor, appointment_id)
    if appointment.organized_elsewhere:
        form = {**form, "title": appointment.title, "location": appointment.location}
    standing = (appointment.starts_at, appointment.ends_at)
    fixed = appointment.organized_elsewhere or appointment.all_day
    starts_at, ends_at = standing if fixed else typed_span(form, actor.time_zone)
    # What came from somebody's own calendar stays with him.
    stays = appointment.source == AppointmentSource.SYNC
    member = appointment.user_id if stays else _number(form, "member_id")
    title = form["title"].strip()
    words = (title, form["note"], form["location"].strip())
    if words != (appointment.title, appointment.note, appointment.location):
        service.edit(session, actor, appointment, title=words[0], note=words[1], location=words[2])
    if (starts_at, ends_at) != standing:
        service.reschedule(
            session,
            actor,
            appointment,
            starts_at=starts_at,
            ends_at=ends_at,
            user_id=member,
            despite_conflicts=despite,
        )
    elif member != appointment.user_id:
        service.change_member(session, actor, appointment, member, despite_conflicts=despite)


def _contact(session: Session, actor: Actor, form: dict[str, str]) -> Contact | None:
    if form["contact_id"].isdigit():
        return contact_queries.get_contact(session, actor, int(form["contact_id"]))
    name, email = form["contact_name"].strip(), form["contact_email"].strip()
    if email:
        return contacts.find_or_make(session, actor, email=email, name=name, source="user")[0]
    if name:
        return contacts.create(session, actor, name=name, source="user")
    if not form["title"].strip():
        raise Invalid(fields={"contact_name": N_("Enter a contact, or a title.")})
    return None


def _number(form: dict[str, str], name: str) -> int:
    if not form.get(name, "").isdigit():
        raise Invalid(fields={name: N_("Please choose one.")})
    return int(form[name])
