"""The merge dialog, on the list, on a card and on the page of duplicates (CON-3).

``merge`` is undone by the toast, and for 30 days on the kept contact's card.
"""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.contacts import duplicates, merged, merging
from crm_app.contacts.merging import MergeLine
from crm_app.contacts.ui import merge_shown, shown
from crm_app.contacts.ui.card_state import contact_in
from crm_app.contacts.ui.merge_shown import Kept, Line, Side
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]


class Merging(PrivateState):
    """The dialog. ``kept`` is the id of the record that stays, ``alike`` who may be the open contact,
    ``undoable`` the merges into the open contact."""

    merging: bool = False
    kept: str = ""
    sides: list[Side] = []
    lines: list[Line] = []
    joined: list[Kept] = []
    alike: list[Row] = []
    undoable: list[Row] = []
    _ids: list[int] = []
    _choices: dict[str, int] = {}

    @handler
    async def look(self) -> Any:
        """The address changed: who may be the open contact, and what was merged into it?"""
        contact_id = contact_in(self.router.url.path)
        self.alike, self.undoable = [], []
        if not contact_id:
            return None
        following = await self._read(lambda session, _: merged.kept_id(session, contact_id))
        if following != contact_id:
            return rx.redirect(f"/contacts/{following}", replace=True)
        self.alike, self.undoable = await self._read(
            lambda session, actor: _beside(session, actor, contact_id)
        )
        return None

    @handler
    async def begin(self, ids: list[int]) -> None:
        """Open the dialog for the records; the first one is kept unless another is chosen."""
        self._ids, self._choices, self.kept = list(ids), {}, str(ids[0]) if ids else ""
        await self._show()
        self.merging = True

    @handler
    async def begin_with(self, other: str) -> None:
        """Open it for the contact whose card is open and another one."""
        await self._begin([contact_in(self.router.url.path), _id(other)])

    async def _begin(self, ids: list[int]) -> None:
        self._ids, self._choices, self.kept = ids, {}, str(ids[0])
        await self._show()
        self.merging = True

    @handler
    def close(self) -> None:
        """Close without merging."""
        self.merging = False

    @handler
    async def keep(self, contact_id: str) -> None:
        """Another record is the one that stays."""
        self.kept, self._choices = contact_id, {}
        await self._show()

    @handler
    async def choose(self, key: str, contact_id: str) -> None:
        """Whose value of a field is wanted."""
        self._choices = {**self._choices, key[:120]: _id(contact_id)}
        await self._show()

    @handler
    async def merge(self) -> Any:
        """Make one contact of them and open it."""
        kept, choices = _id(self.kept), dict(self._choices)
        gone = [each for each in self._ids if each != kept]

        def write(session: Session, actor: Actor) -> list[int]:
            rows = merging.merge(session, actor, kept_id=kept, gone_ids=gone, choices=choices)
            session.flush()
            return [row.id or 0 for row in rows]

        done = await self._write(write)
        self.merging = False
        undo = {"label": self._say(N_("Undo")), "on_click": Merging.undo(done)}
        said = self._say(N_("They are one contact now."))
        shown_now = [rx.redirect(f"/contacts/{kept}")] if contact_in(self.router.url.path) else []
        return [*shown_now, rx.toast.success(said, action=undo, duration=10_000), Merging.look]

    @handler
    async def undo(self, merge_ids: list[int]) -> Any:
        """Make separate contacts of them again."""

        def write(session: Session, actor: Actor) -> None:
            for merge_id in reversed(merge_ids):
                merging.undo(session, actor, merge_id)

        await self._write(write)
        said = self._say(N_("They are separate contacts again."))
        return [rx.toast.success(said), Merging.look]

    @handler
    async def undo_one(self, merge_id: str) -> Any:
        """The same from the card of the kept contact."""
        return Merging.undo([_id(merge_id)])

    async def _show(self) -> None:
        ids, kept, choices = list(self._ids), _id(self.kept), dict(self._choices)
        sight = await self._read(
            lambda session, actor: merge_shown.look(session, actor, ids, kept, choices)
        )
        self.sides, self.lines, self.joined = sight.sides, sight.lines, sight.joined


def _beside(session: Session, actor: Actor, contact_id: int) -> tuple[list[Row], list[Row]]:
    try:
        alike = duplicates.alike(session, actor, contact_id)
        undoable = merging.merges_of(session, actor, contact_id)
    except NotFound:
        return [], []
    return (
        [{"id": str(row.id), "name": row.name, "about": row.email or row.phone} for row in alike],
        [_merged(actor, line) for line in undoable],
    )


def _merged(actor: Actor, line: MergeLine) -> Row:
    when = shown.short(actor, line.at, clock.now())
    return {"id": str(line.id), "name": line.gone_name, "when": when, "by": line.by}


def _id(text: str) -> int:
    return int(text[:9]) if text.isascii() and text.isdigit() else 0
