"""The tasks on a contact's card: what is open, a tick, and adding one (INV-1)."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.activities import queries, service
from crm_app.activities.ui.tasks_state import Row, due, row
from crm_app.contacts import queries as contacts
from crm_app.contacts.ui.card_state import contact_in
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.ui.state import PrivateState, handler


class ContactTasks(PrivateState):
    """What is to do with the contact. ``version`` rises when the form begins anew."""

    rows: list[Row] = []
    may_add: bool = False
    version: int = 0
    _contact_id: int = 0

    @handler
    async def load(self) -> None:
        """The address changed, or somebody changed a task."""
        contact_id = contact_in(self.router.url.path)
        if contact_id != self._contact_id:
            self._contact_id, self.errors = contact_id, {}
        await self._show()

    @handler
    async def tick(self, activity_id: str) -> Any:
        """Tick one off; the toast takes it back."""
        await self._set(activity_id, done=True)
        undo = {"label": self._say(N_("Undo")), "on_click": ContactTasks.untick(activity_id)}
        return rx.toast.success(self._say(N_("Done.")), action=undo)

    @handler
    async def untick(self, activity_id: str) -> None:
        """Take a tick back."""
        await self._set(activity_id, done=False)

    @handler
    async def add(self, form: dict[str, Any]) -> Any:
        """Something to do with this contact, for oneself."""
        contact_id = self._contact_id
        await self._write(lambda session, actor: _add(session, actor, contact_id, form))
        self.version += 1
        await self._show()
        return rx.toast.success(self._say(N_("Added.")))

    async def _set(self, activity_id: str, *, done: bool) -> None:
        number = int(activity_id) if activity_id.isascii() and activity_id.isdecimal() else 0
        await self._write(
            lambda session, actor: service.set_done(session, actor, number, done=done)
        )
        await self._show()

    async def _show(self) -> None:
        contact_id = self._contact_id
        self.rows, self.may_add = await self._read(
            lambda session, actor: _panel(session, actor, contact_id)
        )


def _panel(session: Session, actor: Actor, contact_id: int) -> tuple[list[Row], bool]:
    try:
        contact = contacts.get_contact(session, actor, contact_id, deleted=None)
    except NotFound:
        # The card itself says so.
        return [], False
    found = queries.list_activities(session, actor, contact_id=contact_id)
    now = clock.now()
    return [row(actor, one, now) for one in found], contact.deleted_at is None


def _add(session: Session, actor: Actor, contact_id: int, form: dict[str, Any]) -> None:
    service.add(
        session,
        actor,
        title=str(form.get("task-title", "")),
        due_at=due(str(form.get("task-due", "")), actor.time_zone, field="task-due"),
        user_id=actor.require_user(),
        contact=contacts.get_contact(session, actor, contact_id),
    )
