"""What people wrote to us, and whose it is: what belongs to nobody can be linked to a contact."""

from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from crm_app.contacts import queries as contacts
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.messaging import incoming, queries
from crm_app.messaging.ui.state_words import CHANNELS, MESSAGE
from crm_app.models import Contact
from crm_app.ui import moments
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]
PAGE, _FOUND = 50, 8


class Received(PrivateState):
    """``linking`` is the id of the message whose contact is looked for."""

    loading: bool = True
    rows: list[Row] = []
    more: bool = False
    linking: str = ""
    found: list[Row] = []

    @handler
    async def load(self) -> None:
        """Read the newest."""
        await self._reread()
        self.loading = False

    @handler
    async def follow(self) -> None:
        """Something came in."""
        await self._reread()

    async def _reread(self) -> None:
        size = max(PAGE, min(len(self.rows), 4 * PAGE))
        self.rows = await self._read(lambda session, actor: lines(session, actor, limit=size))
        self.more = len(self.rows) == size

    @handler
    async def load_more(self) -> None:
        """The next page below."""
        if self.rows:
            last = int(self.rows[-1]["id"])
            found = await self._read(lambda session, actor: lines(session, actor, before_id=last))
            self.rows, self.more = [*self.rows, *found], len(found) == PAGE

    @handler
    async def begin(self, incoming_id: str) -> None:
        """Look for the contact of a message, or stop looking ("")."""
        self.linking, self.found = incoming_id if _is_number(incoming_id) else "", []

    @handler
    async def look(self, text: str) -> None:
        """Find contacts for what is typed."""
        wanted = text[:100]
        self.found = await self._read(lambda session, actor: people(session, actor, wanted))

    @handler
    async def link(self, contact_id: str) -> Any:
        """The message is this contact's, and so is all else from there."""
        if not (_is_number(self.linking) and _is_number(contact_id)):
            return None
        row_id, person = int(self.linking), int(contact_id)
        await self._write(
            lambda session, actor: incoming.link(
                session,
                actor,
                queries.get_received(session, actor, row_id),
                contacts.changeable_contact(session, actor, person),
            )
        )
        self.linking, self.found = "", []
        await self._reread()
        return rx.toast.success(self._say(N_("Linked. Further messages from there are known.")))


def lines(
    session: Session, actor: Actor, *, before_id: int | None = None, limit: int = PAGE
) -> list[Row]:
    """What came in, as the list shows it."""
    now = clock.now()
    found = queries.list_received(session, actor, before_id=before_id, limit=limit)
    ids = {row.contact_id for row in found if row.contact_id}
    named = session.exec(select(Contact.id, Contact.name).where(col(Contact.id).in_(ids)))
    names = {contact_id or 0: name for contact_id, name in named}
    return [
        {
            "id": str(row.id),
            "channel": row.channel,
            "channel_name": translate(actor.locale, CHANNELS.get(row.channel, (MESSAGE, ""))[0]),
            "from": names.get(row.contact_id or 0, ""),
            "address": row.from_address,
            "text": row.text,
            "when": moments.moment(actor.locale, actor.time_zone, row.at, now),
            "contact": f"/contacts/{row.contact_id}" if row.contact_id else "",
        }
        for row in found
    ]


def people(session: Session, actor: Actor, text: str) -> list[Row]:
    """Contacts that fit ``text``; none for nothing."""
    if not text.strip():
        return []
    page = contacts.search(session, actor, text=text, limit=_FOUND)
    return [
        {
            "id": str(row.id),
            "name": row.name,
            "hint": " · ".join(filter(None, (row.email, row.phone))),
        }
        for row in page.rows
    ]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 11
