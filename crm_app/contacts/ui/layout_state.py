"""The layout studio (CON-4): the cards of all kinds, edited side by side, saved together.

A tab edits its own copy on the server. Nothing is seen by others before it is saved, with the
revision that it was made from. Every change goes through ``_take``, so that it can be undone and is
drawn at once, on the canvas and in the preview. ``LayoutArranging`` does the changes and shares the
copy. For administrators: the service checks it again.
"""

from typing import Any

import reflex as rx

from crm_app.contacts import layouts, timeline
from crm_app.contacts.layouts import Layout
from crm_app.contacts.ui import beside, card_blocks, layout_bench, layout_rows, layout_sample
from crm_app.contacts.ui.card_blocks import CardBlock
from crm_app.contacts.ui.layout_bench import Bench, Desk
from crm_app.contacts.ui.layout_rows import FieldRow, GroupRow, Reader
from crm_app.contacts.ui.shown import CardHead, Entry, Place
from crm_app.core import clock
from crm_app.core.errors import Conflict, NotFound
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.ui.state import PrivateState, handler

_MEANWHILE = N_(
    "Somebody else changed this layout meanwhile. You see it as it stands now; "
    "Undo brings yours back."
)
PANES = ("arrange", "preview")


class LayoutStudio(PrivateState):
    """``kind`` is the one on the canvas, ``changed`` those with something to save.

    From ``head`` on it is what the preview shows, by the names that a card has for it.
    """

    loading: bool = True
    kind: str = "lead"
    pane: str = PANES[0]
    groups: list[GroupRow] = []
    hidden: list[FieldRow] = []
    rest: list[FieldRow] = []
    top: list[FieldRow] = []
    group_drags: list[str] = []
    field_drags: list[str] = []
    not_own_drags: list[str] = []
    can_undo: bool = False
    can_redo: bool = False
    normal: bool = True
    full: bool = False
    changed: list[str] = []
    added: int = 0

    head: CardHead = CardHead()
    head_shows: list[str] = []
    blocks: list[CardBlock] = []
    emails: list[Entry] = []
    phones: list[Entry] = []
    places: list[Place] = []
    custom: list[Entry] = []
    quiet: list[str] = []
    companies: list[str] = []

    _bench: Bench | None = None

    @handler(admin=True)
    async def load(self) -> None:
        """The page was opened."""
        keys = beside.field_keys()
        self._bench = await self._read(lambda s, a: layout_bench.open_bench(s, a, keys))
        self.errors, self.pane = {}, PANES[0]
        self._draw()
        self.loading = False

    @handler(admin=True)
    async def follow(self) -> None:
        """Somebody saved a layout: take it over, unless something waits here for saving."""
        if self._bench is None:
            return
        stored = await self._read(layout_bench.read_stored)
        waiting = self._held().unsaved()
        self._held().meet({kind: each for kind, each in stored.items() if kind not in waiting})
        self._draw()

    @handler(admin=True)
    def set_kind(self, kind: str) -> None:
        """Show the card of another kind."""
        if kind in set(ContactKind):
            self.kind, self.errors = kind, {}
            self._draw()

    @handler(admin=True)
    def set_pane(self, pane: str) -> None:
        """On a phone: the canvas or the preview."""
        self.pane = pane if pane in PANES else PANES[0]

    @handler(admin=True)
    def undo(self) -> None:
        """One step back."""
        self._desk().undo()
        self._draw()

    @handler(admin=True)
    def redo(self) -> None:
        """One step forth."""
        self._desk().redo()
        self._draw()

    @handler(admin=True)
    def begin_anew(self) -> None:
        """The card as it comes; undo takes that back."""
        self._take(self._held().normal(self._kind()))

    @handler(admin=True)
    def copy_from(self, other: str) -> None:
        """The card of another kind, as far as this one has its fields."""
        if other in set(ContactKind):
            self._take(self._held().like(self._kind(), ContactKind(other)))

    @handler(admin=True)
    def discard(self) -> None:
        """Back to what is saved, for all kinds; undo takes that back."""
        for desk in self._held().desks.values():
            desk.change(desk.saved)
        self._draw()

    @handler(admin=True)
    async def save(self) -> Any:
        """Draw everybody's cards like this."""
        held = self._held()
        unsaved = held.unsaved()
        try:
            held.keep(await self._write(lambda s, a: layout_bench.write(s, a, unsaved)))
        except Conflict as error:
            held.meet(await self._read(layout_bench.read_stored))
            self._draw()
            raise Conflict(_MEANWHILE) from error
        self._draw()
        return rx.toast.success(self._say(N_("Saved. Everybody's cards look like this now.")))

    def _take(self, laid: Layout, *, about: str = "") -> None:
        """Every change comes through here."""
        self._desk().change(laid, about=about)
        self._draw()

    def _draw(self) -> None:
        held, kind = self._held(), self._kind()
        laid = self._desk().layout
        labels = {each.key: each.label for each in beside.fields()}
        reader = Reader(self._locale, labels, held.counts[kind])
        self.groups = layout_rows.groups(reader, laid)
        self.hidden = layout_rows.hidden(reader, laid)
        self.rest = layout_rows.without_place(reader, held.without_place(kind))
        self.top = layout_rows.top(reader, laid)
        self.can_undo = bool(self._desk().history.past)
        self.can_redo = bool(self._desk().history.future)
        self.normal = laid == held.normal(kind)
        self.full = len(laid.groups) >= layouts.MOST_GROUPS
        self.changed = [each.value for each in held.unsaved()]
        self._close_places()
        self._draw_preview(laid)

    def _close_places(self) -> None:
        """Groups go between groups, fields into them, and only own fields to the own fields."""
        placed = [row for group in self.groups for row in group.fields]
        rows = [*placed, *self.hidden, *self.rest]
        self.group_drags = [f"group-{group.id}" for group in self.groups]
        self.field_drags = [f"field-{row.id}" for row in rows]
        no_own = [f"field-{row.id}" for row in rows if not row.own]
        self.not_own_drags = [*self.group_drags, *no_own]

    def _draw_preview(self, laid: Layout) -> None:
        kind = self._kind()
        names = self._held().without_place(kind)
        made = timeline.instant(self._locale, self._time_zone, clock.now())
        shown = layout_sample.sample(self._locale, kind, names, made=made)
        self.head, self.blocks = shown.head, card_blocks.blocks(self._locale, laid, {})
        self.head_shows = card_blocks.top(laid)
        self.emails, self.phones, self.places = shown.emails, shown.phones, shown.places
        self.custom, self.quiet = shown.custom, shown.quiet

    def _kind(self) -> ContactKind:
        return ContactKind(self.kind)

    def _desk(self) -> Desk:
        return self._held().desks[self._kind()]

    def _held(self) -> Bench:
        if self._bench is None:
            raise NotFound
        return self._bench
