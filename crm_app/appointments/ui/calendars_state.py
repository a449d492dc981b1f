"""Settings > Calendars: the list, a new one, and everything about one of them."""

from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from crm_app.accounts import queries as accounts
from crm_app.accounts.slugs import spelled
from crm_app.appointments import calendars, queries
from crm_app.appointments.mail.occasion import MUTABLE, Kind
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import CalendarKind
from crm_app.core.settings import get_settings
from crm_app.models import Calendar, CalendarMember, CalendarRight
from crm_app.ui import hours_form
from crm_app.ui.components.people import initials
from crm_app.ui.state import PrivateState, handler

Row = dict[str, Any]

KIND_WORDS: dict[str, str] = {
    "personal": N_("Personal"),
    "team": N_("Team, in turns"),
    "collective": N_("All together"),
    "class": N_("Class with seats"),
}
TEXTS = (
    "name", "slug", "kind", "description", "location", "duration", "interval", "buffer_before",
    "buffer_after", "minimum_notice", "horizon_days", "per_day_cap", "per_slot_cap", "seats",
    "draw_mode", "change_cutoff", "consent_text", "reminders",
)  # fmt: skip
FLAGS = ("active", "reschedule_keeps_member", "needs_confirmation", "allow_guests")


def mail_flag(kind: Kind) -> str:
    """The form's name of the switch for a kind of mail."""
    return f"mail_{kind.value}"


_MAIL_FLAGS = frozenset(map(mail_flag, MUTABLE))


class Calendars(PrivateState):
    """``mode`` is "" (list), "new" or "edit". ``form`` holds texts as typed, flags as "yes" or ""."""

    loading: bool = True
    rows: list[dict[str, str]] = []
    mode: str = ""
    shown_id: int = 0
    form: dict[str, str] = {}
    changed: bool = False
    limited: bool = False
    hours: list[Row] = []
    members: list[dict[str, str]] = []
    others: list[dict[str, str]] = []
    questions: list[dict[str, str]] = []
    rights: list[dict[str, str]] = []
    public_url: str = ""

    @handler(admin=True)
    async def load(self) -> None:
        """Read the list."""
        self.rows = await self._read(list_rows)
        self.loading = False
        if self.mode != "edit":
            self.mode = ""

    @handler(admin=True)
    async def begin(self) -> None:
        """Begin a new calendar."""
        self.errors = {}
        self.form = {"name": "", "slug": "", "kind": "team"}
        self.mode = "new"

    @handler(admin=True)
    def set_field(self, name: str, value: str) -> None:
        """Type into a field; the address follows the name of a new calendar."""
        if name not in TEXTS:
            return
        if (
            name == "name"
            and self.mode == "new"
            and self.form["slug"] == spelled(self.form["name"])
        ):
            self.form["slug"] = spelled(value)
        self.form[name] = value[:4000]
        self.changed = True

    @handler(admin=True)
    def set_flag(self, name: str, on: bool) -> None:
        """Move a switch."""
        if name in FLAGS or name in _MAIL_FLAGS:
            self.form[name] = "yes" if on else ""
            self.changed = True

    @handler(admin=True)
    async def create(self) -> Any:
        """Make the calendar and go on to its settings."""
        form = dict(self.form)
        made = await self._write(
            lambda session, actor: (
                calendars.create_calendar(
                    session, actor, name=form["name"], slug=form["slug"], kind=form["kind"]
                ).id
            )
        )
        self.mode = ""
        self.rows = await self._read(list_rows)
        return Calendars.open(str(made))

    @handler(admin=True)
    async def open(self, calendar_id: str) -> None:
        """Show one calendar's settings."""
        if not calendar_id.isdigit():
            raise Invalid(N_("This calendar does not exist."))
        await self._show(int(calendar_id))

    @handler(admin=True)
    async def discard(self) -> None:
        """Back to what stands."""
        await self._show(self.shown_id)

    @handler(admin=True)
    def close(self) -> None:
        """Back to the list."""
        self.mode, self.changed, self.errors = "", False, {}

    @handler(admin=True)
    async def save(self) -> Any:
        """Write everything about the calendar in one go."""
        shown, form = self.shown_id, dict(self.form)
        hours = [dict(row) for row in self.hours] if self.limited else None
        members = [dict(row) for row in self.members]
        questions = [dict(row) for row in self.questions]
        rights = [dict(row) for row in self.rights]
        await self._write(
            lambda session, actor: write(
                session, actor, shown, form, hours, members, questions, rights
            )
        )
        await self._show(shown)
        self.rows = await self._read(list_rows)
        return rx.toast.success(self._say(N_("Saved.")))

    @handler(admin=True)
    def set_limited(self, on: bool) -> None:
        """Have own hours, or follow the members'."""
        self.limited, self.changed = on, True

    @handler(admin=True)
    def switch_day(self, day: int, on: bool) -> None:
        """Open or close a weekday."""
        self._hours(hours_form.switch(self.hours, day % 7, on))

    @handler(admin=True)
    def add_range(self, day: int) -> None:
        """One more range on a weekday."""
        self._hours(hours_form.add(self.hours, day % 7))

    @handler(admin=True)
    def remove_range(self, day: int, position: int) -> None:
        """One range less."""
        self._hours(hours_form.remove(self.hours, day % 7, position))

    @handler(admin=True)
    def put_time(self, day: int, position: int, name: str, value: str) -> None:
        """Type a start or an end."""
        self._hours(hours_form.put(self.hours, day % 7, position, name, value))

    @handler(admin=True)
    def copy_day(self, day: int) -> None:
        """The same from Monday to Friday."""
        self._hours(hours_form.copy_to_workdays(self.hours, day % 7))

    def _hours(self, rows: list[Row]) -> None:
        self.hours, self.changed = rows, True

    @handler(admin=True)
    def add_member(self, user_id: str) -> None:
        """A user serves this calendar too."""
        chosen = next((one for one in self.others if one["id"] == user_id), None)
        if chosen:
            self.members.append({**chosen, "weight": "1", "priority": "0", "active": "yes"})
            self.others = [one for one in self.others if one["id"] != user_id]
            self.changed = True

    @handler(admin=True)
    def remove_member(self, user_id: str) -> None:
        """A user no longer serves this calendar; his appointments stay his."""
        gone = [one for one in self.members if one["id"] == user_id]
        self.members = [one for one in self.members if one["id"] != user_id]
        self.others = [*self.others, *gone]
        self.changed = True

    @handler(admin=True)
    def add_question(self) -> None:
        """One more question on the booking page."""
        blank = {"key": "", "label": "", "kind": "text", "required": "", "choices": ""}
        self.questions.append(blank)
        self.changed = True

    @handler(admin=True)
    def remove_question(self, position: int) -> None:
        """One question less."""
        if 0 <= position < len(self.questions):
            self.questions.pop(position)
            self.changed = True

    @handler(admin=True)
    def set_question(self, position: int, name: str, value: str) -> None:
        """Type a question's text, kind or answers."""
        if name in ("label", "kind", "choices", "required") and 0 <= position < len(self.questions):
            self.questions[position][name] = value[:1000]
            self.changed = True

    @handler(admin=True)
    def set_right(self, user_id: str, right: str) -> None:
        """What a user who does not serve the calendar may do: "", "see" or "book"."""
        for one in self.rights:
            if one["id"] == user_id and right in ("", "see", "book"):
                one["right"] = right
                self.changed = True

    async def _show(self, calendar_id: int) -> None:
        found = await self._read(lambda session, actor: detail(session, actor, calendar_id))
        self.shown_id, self.mode, self.changed, self.errors = calendar_id, "edit", False, {}
        self.form, self.hours, self.limited = found["form"], found["hours"], found["limited"]
        self.members, self.others = found["members"], found["others"]
        self.questions, self.rights = found["questions"], found["rights"]
        self.public_url = found["public_url"]


def list_rows(session: Session, actor: Actor) -> list[dict[str, str]]:
    """The calendars as the list shows them."""
    actor.require_admin()
    return [
        {
            "id": str(one.id),
            "name": one.name,
            "slug": one.slug,
            "kind": translate(actor.locale, KIND_WORDS[one.kind.value]),
            "duration": str(one.duration),
            "members": ", ".join(
                user.name.split()[0] for _, user in queries.members_of(session, one.id or 0)
            ),
            "active": "yes" if one.active else "",
            "color": str(one.color),
        }
        for one in queries.list_calendars(session, actor)
    ]


def detail(session: Session, actor: Actor, calendar_id: int) -> Row:
    """Everything about one calendar, as the form holds it."""
    actor.require_admin()
    one = queries.get_calendar(session, actor, calendar_id)
    users = accounts.list_users(session, actor)
    serving = {
        row.user_id: row
        for row in session.exec(
            select(CalendarMember)
            .where(CalendarMember.calendar_id == one.id)
            .order_by(col(CalendarMember.position), col(CalendarMember.id))
        )
    }
    rights = {
        row.user_id: "book" if row.may_book else "see"
        for row in session.exec(select(CalendarRight).where(CalendarRight.calendar_id == one.id))
    }
    who = {
        user.id: {
            "id": str(user.id),
            "name": user.name,
            "initials": initials(user.name),
            "color": str(user.color),
        }
        for user in users
    }
    return {
        "form": _form(one),
        "limited": one.hours is not None,
        "hours": hours_form.to_rows(one.hours or _OFFICE),
        "members": [
            {
                **who[user_id],
                "weight": str(row.weight),
                "priority": str(row.priority),
                "active": "yes" if row.active else "",
            }
            for user_id, row in serving.items()
            if user_id in who
        ],
        "others": [one for user_id, one in who.items() if user_id not in serving],
        "questions": [
            {
                "key": field["key"],
                "label": field["label"],
                "kind": field["kind"],
                "required": "yes" if field["required"] else "",
                "choices": "\n".join(field["choices"]),
            }
            for field in one.form_fields
        ],
        "rights": [
            {**row, "right": rights.get(user_id or 0, "")}
            for user_id, row in who.items()
            if user_id not in serving
            and next(user for user in users if user.id == user_id).role != "admin"
        ],
        "public_url": f"{get_settings().url}/cal/{one.slug}",
    }


_OFFICE: Row = {"weekly": {str(day): [[540, 1020]] for day in range(5)}}


def _form(one: Calendar) -> dict[str, str]:
    form: dict[str, str] = {}
    for name in TEXTS:
        value = getattr(one, name)
        if name == "reminders":
            form[name] = ", ".join(str(minutes) for minutes in value)
        else:
            form[name] = "" if value is None else str(value)
    form |= {name: "yes" if getattr(one, name) else "" for name in FLAGS}
    return form | {
        mail_flag(kind): "" if kind.value in one.muted_mails else "yes" for kind in MUTABLE
    }


def write(
    session: Session,
    actor: Actor,
    calendar_id: int,
    form: dict[str, str],
    hours: list[Row] | None,
    members: list[dict[str, str]],
    questions: list[dict[str, str]],
    rights: list[dict[str, str]],
) -> None:
    """Write the form, hours, members, questions and rights; Invalid names what to correct."""
    one = queries.get_calendar(session, actor, calendar_id)
    fields: Row = {name: form[name] for name in TEXTS if name != "reminders"}
    fields |= {name: bool(form[name]) for name in FLAGS}
    fields["reminders"] = [
        part for part in form["reminders"].replace(";", ",").split(",") if part.strip()
    ]
    fields["muted_mails"] = [kind.value for kind in MUTABLE if not form[mail_flag(kind)]]
    fields["hours"] = None if hours is None else hours_form.to_json(hours)
    fields["form_fields"] = [
        {**field, "required": bool(field["required"]), "choices": field["choices"].splitlines()}
        for field in questions
    ]
    calendars.update_calendar(session, actor, one, **fields)
    calendars.set_members(
        session,
        actor,
        one,
        [
            calendars.MemberRow(
                user_id=int(row["id"]),
                weight=calendars.whole(row["weight"], 0, 100),
                priority=calendars.whole(row["priority"], -100, 100),
                active=bool(row["active"]),
            )
            for row in members
        ],
    )
    serving = {row["id"] for row in members}
    for row in rights:
        if row["id"] not in serving:
            calendars.set_right(
                session,
                actor,
                one,
                int(row["id"]),
                may_see=row["right"] in ("see", "book"),
                may_book=row["right"] == "book",
            )


KINDS = tuple((kind.value, KIND_WORDS[kind.value]) for kind in CalendarKind)
