"""What is done with the open contact at once, without the form: tags, owner, notes, deleting."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.contacts import queries, service
from crm_app.contacts.timeline import BY_HAND
from crm_app.contacts.ui import card_form
from crm_app.contacts.ui.card_reading import read_timeline
from crm_app.contacts.ui.card_state import LIST, ContactCard
from crm_app.contacts.ui.contacts_state import Contacts
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.models import Contact
from crm_app.ui.state import handler


class CardActs(ContactCard):
    """The acts on the contact that ``ContactCard`` holds; each asks for the right anew."""

    @handler
    async def add_tag(self, form: dict[str, Any]) -> None:
        """Give the contact a tag at once."""
        name = card_form.text(form, "tag")
        if name:
            await self._change(
                lambda s, actor, contact: service.change_tags(s, actor, contact, add=[name])
            )

    @handler
    async def remove_tag(self, name: str) -> None:
        """Take a tag away at once."""
        await self._change(
            lambda s, actor, contact: service.change_tags(s, actor, contact, remove=[name])
        )

    @handler
    async def set_owner(self, user_id: str) -> Any:
        """Give the contact to somebody at once; the toast takes it back."""
        owner = int(user_id) if user_id.isdigit() else None
        contact_id = self.head.id

        def write(session: Session, actor: Actor) -> int:
            contact = queries.changeable_contact(session, actor, contact_id)
            change = service.set_owner(session, actor, contact, owner, rule=BY_HAND)
            return change.id or 0 if change else 0

        change_id = await self._write(write)
        if not await self._reread_or_leave():
            return [
                rx.redirect(LIST),
                rx.toast.success(self._say(N_("The contact has a new owner."))),
            ]
        if not change_id:
            return None
        undo = {"label": self._say(N_("Undo")), "on_click": CardActs.undo_owner(change_id)}
        can_undo = any(change.id == change_id and change.can_undo for change in self.changes)
        props: dict[str, Any] = {"action": undo} if can_undo else {}
        return rx.toast.success(self._say(N_("The owner was changed.")), **props)

    @handler
    async def undo_owner(self, change_id: int) -> Any:
        """Take a change of owner back (CON-5)."""
        await self._write(
            lambda session, actor: service.undo_owner_change(session, actor, change_id).id
        )
        await self._reread_or_leave()
        return rx.toast.success(self._say(N_("The change of owner was undone.")))

    @handler
    async def add_note(self, form: dict[str, Any]) -> None:
        """Write a note on the timeline."""
        text, contact_id = str(form.get("timeline-note") or ""), self.head.id

        def write(session: Session, actor: Actor) -> None:
            contact = queries.get_contact(session, actor, contact_id)
            service.add_note(session, actor, contact, text)

        await self._write(write)
        self.note_version += 1
        await self._reread(keep_form=True)

    @handler
    async def show_earlier(self) -> None:
        """More of the timeline."""
        if not self.earlier:
            return
        before, contact_id, now = self.earlier, self.head.id, clock.now()
        lines, self.earlier = await self._read(
            lambda session, actor: read_timeline(session, actor, contact_id, now, before=before)
        )
        self.happenings = [*self.happenings, *lines]

    @handler
    async def delete(self) -> Any:
        """Delete the contact; the toast brings it back."""
        contact_id = self.head.id
        await self._change(service.delete, reread=False)
        self.opened = self.dirty = False
        undo = {"label": self._say(N_("Undo")), "on_click": Contacts.restore(contact_id)}
        return [
            rx.redirect(LIST),
            rx.toast.success(
                self._say(
                    N_(
                        "{name} was deleted.",
                    ),
                    name=self.head.name,
                ),
                action=undo,
                duration=10_000,
            ),
        ]

    @handler
    async def restore(self) -> Any:
        """Bring the contact back from its own card."""
        contact_id = self.head.id

        def bring_back(session: Session, actor: Actor) -> None:
            contact = queries.get_contact(session, actor, contact_id, deleted=None)
            service.restore(session, actor, contact)

        await self._write(bring_back)
        await self._reread()
        return rx.toast.success(self._say(N_("The contact is back.")))

    async def _change(
        self, write: Callable[[Session, Actor, Contact], None], *, reread: bool = True
    ) -> None:
        contact_id = self.head.id

        def work(session: Session, actor: Actor) -> None:
            write(session, actor, queries.changeable_contact(session, actor, contact_id))

        await self._write(work)
        if reread:
            await self._reread(keep_form=True)

    async def _reread_or_leave(self) -> bool:
        """Whether the contact can still be seen; giving it away can end that."""
        try:
            await self._reread(keep_form=True)
        except NotFound:
            self.opened = self.dirty = False
            return False
        return True
