""" "Sync mobile" on a contact's card, as one user has it (SCT-5)."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.contacts.ui.card_state import ContactCard, contact_in
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.sync.books import flags, queries
from crm_app.sync.books.queries import Flag
from crm_app.ui.state import PrivateState, handler

_NONE = Flag(on=False, writable=False)


class SyncMobile(PrivateState):
    """``where`` says in which address books the entry is, ``why_not`` what is missing before it can be
    ticked. ``question`` is asked before the entry is removed; empty while nothing is asked."""

    on: bool = False
    writable: bool = False
    where: str = ""
    on_its_way: bool = False
    trouble: str = ""
    why_not: str = ""
    question: str = ""
    _contact_id: int = 0

    @handler
    async def load(self) -> None:
        """The address changed."""
        contact_id = contact_in(self.router.url.path)
        if contact_id != self._contact_id:
            self._contact_id, self.question = contact_id, ""
        await self._show()

    @handler
    async def follow(self) -> Any:
        """Something happened to the entry; the card's timeline may say what."""
        await self._show()
        return ContactCard.follow

    @handler
    async def switch(self, on: bool) -> Any:
        """Tick it, or ask before it is unticked."""
        if not on:
            flag = await self._flag()
            self.question = self._say(flag.question, **flag.params) if flag.on else ""
            return None
        contact_id, now = self._contact_id, clock.now()
        await self._write(lambda session, actor: flags.tick(session, actor, contact_id, now=now))
        await self._show()
        return rx.toast.success(self._say(N_("The contact goes to your address book.")))

    @handler
    async def untick(self) -> Any:
        """The yes: my entry goes, everybody else's stays."""
        contact_id, now, self.question = self._contact_id, clock.now(), ""
        await self._write(lambda session, actor: flags.untick(session, actor, contact_id, now=now))
        await self._show()
        again = {"label": self._say(N_("Undo")), "on_click": SyncMobile.switch(True)}
        return rx.toast.success(
            self._say(N_("The entry is removed from your address book.")), action=again
        )

    @handler
    async def keep(self) -> None:
        """No: it stays ticked."""
        self.question = ""
        await self._show()

    async def _flag(self) -> Flag:
        contact_id = self._contact_id
        return await self._read(lambda session, actor: _flag(session, actor, contact_id))

    async def _show(self) -> None:
        flag = await self._flag()
        self.on, self.writable, self.on_its_way = flag.on, flag.writable, flag.on_its_way
        self.where = ", ".join(flag.where)
        self.trouble = self._say(flag.error) if flag.error else ""
        self.why_not = self._say(flag.why_not) if flag.why_not else ""


def _flag(session: Session, actor: Actor, contact_id: int) -> Flag:
    try:
        return queries.flag(session, actor, contact_id)
    except NotFound:
        # The card itself says so.
        return _NONE
