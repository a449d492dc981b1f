"""The Outbox: every mail with what became of it, and what a person decides about it (Q-3, CAM-8).

Members see what is their business, administrators all; the queries say so. The address
``/outbox/<id>`` opens a message beside the list.
"""

from collections.abc import Callable
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.messaging import queries, service
from crm_app.messaging.ui import outbox_rows
from crm_app.messaging.ui.outbox_rows import LONGEST, PAGE, VIEWS, Row
from crm_app.messaging.ui.state_words import CHANNELS
from crm_app.models import Message
from crm_app.ui.state import PrivateState, handler

LIST = "/outbox"
PARTS = ("text", "look", "ics", "source")
Decide = Callable[[Session, Actor, Message], Message]


class Outbox(PrivateState):
    """``shown`` is the open message, ``part`` what of it is looked at."""

    loading: bool = True
    view: str = "all"
    channel: str = ""
    rows: list[Row] = []
    counts: dict[str, str] = {}
    more: bool = False
    can_send: bool = False
    # How many received messages belong to nobody yet.
    strangers: str = ""
    opened: bool = False
    shown: Row = {}
    part: str = "text"
    source: str = ""

    @handler
    async def load(self) -> Any:
        """The address changed: read the list, and open or close a message."""
        await self._reread()
        self.loading = False
        message_id = message_in(self.router.url.path)
        if not message_id:
            self.opened = False
            return None
        try:
            await self._show(message_id)
        except NotFound as error:
            self.opened = False
            return [rx.redirect(LIST, replace=True), rx.toast.error(self._say(error.user_message))]
        return None

    @handler
    async def follow(self) -> None:
        """A message changed somewhere."""
        await self._reread()
        if self.opened:
            await self._refresh()

    @handler
    async def set_view(self, view: str) -> None:
        """Show the messages of one state, or all."""
        self.view = view if view in VIEWS else "all"
        self.rows = []
        await self._reread()

    @handler
    async def set_channel(self, channel: str) -> None:
        """Show the messages of one channel, or all ("")."""
        self.channel = channel if channel in CHANNELS else ""
        self.rows = []
        await self._reread()

    @handler
    async def load_more(self) -> None:
        """The next page below."""
        if not self.rows:
            return
        view, channel, last = self.view, self.channel, int(self.rows[-1]["id"])
        found = await self._read(
            lambda session, actor: outbox_rows.rows(
                session, actor, view, channel=channel, before_id=last
            )
        )
        self.rows, self.more = [*self.rows, *found], len(found) == PAGE

    @handler
    def close(self) -> Any:
        """Back to the list."""
        return rx.redirect(LIST)

    @handler
    async def set_part(self, part: str) -> None:
        """Look at the text, the looks, the invitation or the source."""
        self.part = part if part in PARTS else PARTS[0]
        if self.part == "source":
            shown = int(self.shown["id"])
            self.source = await self._read(
                lambda session, actor: outbox_rows.source(session, actor, shown)
            )

    @handler
    async def send_now(self) -> Any:
        """Send what waits, failed or was skipped."""
        await self._decide(service.send_now)
        return rx.toast.success(self._say(N_("It is on its way.")))

    @handler
    async def send_again(self) -> Any:
        """Send what may have arrived already."""
        await self._decide(service.send_again)
        return rx.toast.success(self._say(N_("It is on its way once more.")))

    @handler
    async def mark_sent(self) -> Any:
        """It was sent by other means, or it arrived."""
        await self._decide(service.mark_sent_by_hand)
        return rx.toast.success(self._say(N_("Noted as sent.")))

    @handler
    async def send_all(self) -> Any:
        """Send all that waits and is still of use."""
        sent = await self._write(
            lambda session, actor: service.send_waiting(session, actor, now=clock.now())
        )
        await self._reread()
        return rx.toast.success(
            self._say_n(
                "{count} message is on its way.", "{count} messages are on their way.", sent
            )
        )

    async def _decide(self, decide: Decide) -> None:
        shown = int(self.shown["id"])
        await self._write(
            lambda session, actor: decide(
                session, actor, queries.get_message(session, actor, shown)
            )
        )
        await self._reread()
        await self._refresh()

    async def _show(self, message_id: int) -> None:
        if str(message_id) != self.shown.get("id"):
            self.part, self.source = PARTS[0], ""
        self.shown = await self._read(
            lambda session, actor: outbox_rows.detail(session, actor, message_id)
        )
        self.opened = True

    async def _refresh(self) -> None:
        try:
            await self._show(int(self.shown["id"]))
        except NotFound:
            self.opened = False

    async def _reread(self) -> None:
        view, channel = self.view, self.channel
        size = max(PAGE, min(len(self.rows), LONGEST))
        self.rows, self.counts, self.can_send, self.strangers = await self._read(
            lambda session, actor: (
                outbox_rows.rows(session, actor, view, channel=channel, limit=size),
                outbox_rows.counts(session, actor, channel=channel),
                queries.can_send(session),
                str(queries.unassigned(session, actor) or ""),
            )
        )
        self.more = len(self.rows) == size


def message_in(path: str) -> int:
    """The message's id in an address like ``/outbox/7``; 0 when there is none."""
    head, _, last = path.rstrip("/").rpartition("/")
    return int(last) if head.endswith(LIST) and last.isascii() and last.isdigit() else 0
