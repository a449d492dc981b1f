"""Tasks: what is to do, by when, and ticking it off."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.activities import queries, service
from crm_app.activities.queries import ActivityRow
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_, translate
from crm_app.ui import moments
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]
OPEN, DONE = "open", "done"
MINE, EVERYONE = "mine", "everyone"
_ICONS = {"call": "phone", "voicemail": "voicemail", "meeting": "users", "email": "mail"}


class Tasks(PrivateState):
    """``rows`` carry ``head`` where a new group (overdue, today, later, whenever) begins."""

    loading: bool = True
    view: str = OPEN
    whose: str = MINE
    rows: list[Row] = []
    people: list[Row] = []
    me: str = ""
    adding: bool = False

    @handler
    async def load(self) -> None:
        """Read the list."""
        await self._show()
        self.people = await self._read(_people)
        self.me = str(self._user_id)
        self.loading = False

    @handler
    async def follow(self) -> None:
        """Somebody or a campaign changed something."""
        await self._show()

    @handler
    async def set_view(self, view: str) -> None:
        """Show what is to do, or what was done."""
        self.view = DONE if view == DONE else OPEN
        await self._show()

    @handler
    async def set_whose(self, whose: str) -> None:
        """Show one's own, or all that one may see."""
        self.whose = EVERYONE if whose == EVERYONE else MINE
        await self._show()

    @handler
    async def tick(self, activity_id: str) -> Any:
        """Tick one off, or take the tick back."""
        number = int(activity_id) if activity_id.isdigit() else 0
        done = self.view == OPEN
        await self._write(
            lambda session, actor: service.set_done(session, actor, number, done=done)
        )
        await self._show()
        if not done:
            return rx.toast.success(self._say(N_("It is to do again.")))
        undo = {"label": self._say(N_("Undo")), "on_click": Tasks.untick(activity_id)}
        return rx.toast.success(self._say(N_("Done.")), action=undo)

    @handler
    async def untick(self, activity_id: str) -> None:
        """Take a tick back."""
        number = int(activity_id) if activity_id.isdigit() else 0
        await self._write(
            lambda session, actor: service.set_done(session, actor, number, done=False)
        )
        await self._show()

    @handler
    async def open_form(self) -> None:
        """Begin a new one."""
        self.errors = {}
        self.adding = True

    @handler
    async def close_form(self) -> None:
        """Think better of it."""
        self.adding = False

    @handler
    async def add(self, form: dict[str, Any]) -> Any:
        """Add what was typed."""
        await self._write(lambda session, actor: _add(session, actor, form))
        self.adding = False
        await self._show()
        return rx.toast.success(self._say(N_("Added.")))

    async def _show(self) -> None:
        view, whose = self.view, self.whose
        self.rows = await self._read(lambda session, actor: task_rows(session, actor, view, whose))


def task_rows(session: Session, actor: Actor, view: str, whose: str) -> list[Row]:
    """The list as the page shows it, in the reader's language and zone."""
    now = clock.now()
    found = queries.list_activities(
        session,
        actor,
        user_id=actor.require_user() if whose == MINE else None,
        done=view == DONE,
    )
    rows, before = [], ""
    for one in found:
        head = "" if view == DONE else _group(one.due_at, now, actor.time_zone)
        rows.append(row(actor, one, now, head if head != before else ""))
        before = head
    return rows


def _group(due_at: datetime | None, now: datetime, zone: str) -> str:
    if due_at is None:
        return N_("Whenever")
    if due_at < now:
        return N_("Overdue")
    local = ZoneInfo(zone)
    days = (due_at.astimezone(local).date() - now.astimezone(local).date()).days
    return N_("Today") if days == 0 else N_("Tomorrow") if days == 1 else N_("Later")


def row(actor: Actor, one: ActivityRow, now: datetime, head: str = "") -> Row:
    """A line of a list; ``head`` where a new group begins."""
    when = one.done_at or one.due_at
    return {
        "id": str(one.id),
        "head": translate(actor.locale, head) if head else "",
        "late": "yes" if one.done_at is None and one.due_at and one.due_at < now else "",
        "kind": translate(actor.locale, service.KINDS.get(one.kind, one.kind)),
        "icon": _ICONS.get(one.kind, "check"),
        "title": one.title,
        "note": one.note,
        "when": moments.moment(actor.locale, actor.time_zone, when, now) if when else "",
        "who": one.user_name,
        "color": str(one.user_color),
        "contact": one.contact_name,
        "path": f"/contacts/{one.contact_id}" if one.contact_id else "",
    }


def _people(session: Session, actor: Actor) -> list[Row]:
    users = accounts.list_users(session, actor)
    return [{"value": str(user.id), "label": user.name} for user in users]


def _add(session: Session, actor: Actor, form: dict[str, Any]) -> None:
    chosen = str(form.get("user_id", ""))
    service.add(
        session,
        actor,
        title=str(form.get("title", "")),
        kind=str(form.get("kind", "task")),
        note=str(form.get("note", "")),
        due_at=due(str(form.get("due_at", "")), actor.time_zone),
        user_id=int(chosen) if chosen.isdigit() else actor.require_user(),
    )


def due(typed: str, zone: str, *, field: str = "due_at") -> datetime | None:
    """A browser's local date and time (``2026-11-24T09:00``) in the user's zone, as an instant.

    Invalid names ``field``; an empty text is no time.
    """
    if not typed:
        return None
    try:
        local = datetime.fromisoformat(typed)
    except ValueError as error:
        raise Invalid(fields={field: N_("Please choose a day and a time.")}) from error
    if local.tzinfo is None:
        local = local.replace(tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC)
