"""The tab "Contacts in queue" as a browser's tab holds it (SCT-3, SCT-4).

Rows are read with the actor's rights at every event, and only his own. Nothing is imported but what
is marked at the moment when "Import all" is pressed.
"""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.contacts import queries as contacts
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.sync.books import queries, queue
from crm_app.sync.books.queries import Show
from crm_app.sync.books.ui import shown_queue
from crm_app.sync.books.ui.shown_queue import CardRow
from crm_app.ui.state import PrivateState, handler

PAGE, LONGEST = 50, 200
NOTHING, LEAVE_OUT = "nothing", "leave_out"
Choice = dict[str, str]


class CardQueue(PrivateState):
    """``show`` is a part of the queue; ``picked`` are the ids of ticked rows. ``ready`` counts what an
    import would take, searched for or not. ``linking`` is the card whose contact is being looked for,
    0 for none."""

    loading: bool = True
    rows: list[CardRow] = []
    text: str = ""
    show: str = Show.WAITING.value
    account: str = ""
    accounts: list[Choice] = []
    waiting: int = 0
    marked: int = 0
    ready: int = 0
    gone: int = 0
    ignored: int = 0
    importing: int = 0
    total: int = 0
    more: bool = False
    picked: list[int] = []
    make_companies: bool = False
    linking: int = 0
    linking_name: str = ""
    found: list[Choice] = []
    _next: int | None = None

    @handler
    async def load(self) -> None:
        """The page opens, or something changed: as many rows as were shown."""
        self.accounts = await self._read(_accounts)
        if self.account and self.account not in {each["value"] for each in self.accounts}:
            self.account = ""
        await self._show()
        self.loading = False

    @handler
    async def look(self, text: str) -> None:
        """Search while one types."""
        self.text = text[:200]
        await self._from_the_top()

    @handler
    async def set_show(self, show: str) -> None:
        """Another part of the queue."""
        self.show = show if show in set(Show) else Show.WAITING.value
        await self._from_the_top()

    @handler
    async def set_account(self, account: str) -> None:
        """Only what came from one account; empty for all."""
        self.account = account if account.isdecimal() else ""
        await self._from_the_top()

    @handler
    async def load_more(self) -> None:
        """The next rows below."""
        if self._next is None:
            return
        found = await self._page(after=self._next, limit=PAGE)
        self.rows = [*self.rows, *found.rows]
        self._take(found)

    @handler
    def pick(self, card_id: int, on: bool) -> None:
        """Tick or untick a row."""
        rest = [each for each in self.picked if each != card_id]
        self.picked = [*rest, card_id] if on else rest

    @handler
    def pick_all(self, on: bool) -> None:
        """Tick all rows that are shown, or none."""
        self.picked = [row.id for row in self.rows] if on else []

    @handler
    async def mark(self, card_id: int, kind: str) -> None:
        """Say what a card is; the same word again takes it back."""
        row = next((each for each in self.rows if each.id == card_id), None)
        wanted = None if row is None or row.mark == kind else _kind(kind)
        await self._write(lambda session, actor: queue.mark(session, actor, card_id, wanted))
        await self._show()

    @handler
    async def mark_many(self, what: str) -> Any:
        """Say the same of the ticked rows; of all that were found when none is ticked."""
        ids = list(self.picked) or None
        account, text, show = self._account(), self.text, Show(self.show)
        if what == LEAVE_OUT and ids:
            done = await self._write(lambda session, actor: queue.ignore(session, actor, ids))
        else:
            kind = None if what == NOTHING else _kind(what)
            done = await self._write(
                lambda session, actor: queue.mark_many(
                    session,
                    actor,
                    kind,
                    card_ids=ids,
                    account_id=account,
                    text=text,
                    show=show,
                )
            )
        self.picked = []
        await self._show()
        return rx.toast.success(
            self._say_n("{count} card was changed.", "{count} cards were changed.", done)
        )

    @handler
    async def ignore(self, card_id: int) -> Any:
        """Leave a card out; the toast takes it back."""
        await self._write(lambda session, actor: queue.ignore(session, actor, [card_id]))
        await self._show()
        undo = {"label": self._say(N_("Undo")), "on_click": CardQueue.unignore(card_id)}
        return rx.toast.info(self._say(N_("Left out. Nobody asks about it again.")), action=undo)

    @handler
    async def unignore(self, card_id: int) -> None:
        """Take a card back into the queue."""
        await self._write(lambda session, actor: queue.unignore(session, actor, [card_id]))
        await self._show()

    @handler
    async def dismiss(self, card_id: int) -> None:
        """Forget a card that is gone in the cloud; 0 for all of them."""
        ids = [card_id] if card_id else None
        await self._write(lambda session, actor: queue.dismiss_gone(session, actor, ids))
        await self._show()

    @handler
    def set_make_companies(self, on: bool) -> None:
        """Whether companies that people belong to are made where there is none."""
        self.make_companies = on

    @handler
    async def import_all(self) -> Any:
        """Import what is marked, and nothing else (SCT-3)."""
        account, companies = self._account(), self.make_companies
        asked = await self._write(
            lambda session, actor: queue.request_import(
                session, actor, account, make_companies=companies
            )
        )
        await self._show()
        return rx.toast.success(
            self._say_n(
                "{count} card is being imported.", "{count} cards are being imported.", asked
            )
        )

    @handler
    async def stop_import(self) -> Any:
        """Import no more of it."""
        account = self._account()
        left = await self._write(lambda session, actor: queue.stop_import(session, actor, account))
        await self._show()
        return rx.toast.info(
            self._say_n(
                "Stopped. {count} card stays marked.", "Stopped. {count} cards stay marked.", left
            )
        )

    @handler
    async def link(self, card_id: int, contact_id: int) -> Any:
        """The card is this contact: no second record is made (SCT-4)."""
        now = clock.now()
        await self._write(
            lambda session, actor: queue.link_to(session, actor, card_id, contact_id, now=now)
        )
        self.linking, self.found = 0, []
        await self._show()
        return rx.toast.success(self._say(N_("Linked. Both are in step from now on.")))

    @handler
    async def begin_linking(self, card_id: int, name: str) -> None:
        """Look for the contact that a card is."""
        self.linking, self.linking_name = card_id, name[:200]
        await self._find(self.linking_name)

    @handler
    async def find(self, text: str) -> None:
        """Search for that contact while one types."""
        await self._find(text[:200])

    @handler
    def end_linking(self) -> None:
        """Leave it as it is."""
        self.linking, self.found = 0, []

    async def _find(self, text: str) -> None:
        self.found = await self._read(lambda session, actor: _contacts(session, actor, text))

    def _account(self) -> int | None:
        return int(self.account) if self.account else None

    async def _from_the_top(self) -> None:
        self.rows, self.picked = [], []
        await self._show()

    async def _show(self) -> None:
        found = await self._page(after=None, limit=max(PAGE, min(len(self.rows), LONGEST)))
        self.rows = found.rows
        here = {row.id for row in found.rows}
        self.picked = [each for each in self.picked if each in here]
        self._take(found)

    async def _page(self, *, after: int | None, limit: int) -> shown_queue.Seen:
        account, text, show = self._account(), self.text, Show(self.show)
        return await self._read(
            lambda session, actor: shown_queue.page(
                session,
                actor,
                account_id=account,
                text=text,
                show=show,
                after=after,
                limit=limit,
            )
        )

    def _take(self, found: shown_queue.Seen) -> None:
        counts = found.counts
        self.waiting, self.marked, self.gone = counts.waiting, counts.marked, counts.gone
        self.ignored, self.importing = counts.ignored, counts.importing
        self.total = int(getattr(counts, self.show))
        self.ready = found.ready
        self._next, self.more = found.next, found.next is not None


def _kind(text: str) -> ContactKind | None:
    return ContactKind(text) if text in set(ContactKind) else None


def _accounts(session: Session, actor: Actor) -> list[Choice]:
    return [
        {"value": str(each.id), "label": each.label}
        for each in queries.accounts_of(session, actor, now=clock.now())
    ]


def _contacts(session: Session, actor: Actor, text: str) -> list[Choice]:
    found = contacts.search(session, actor, text=text, limit=8)
    return [
        {"id": str(row.id), "name": row.name, "facts": row.email or row.company or row.phone}
        for row in found.rows
    ]
