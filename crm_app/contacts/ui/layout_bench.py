"""A tab's own copy of the cards' layouts: what is edited and saved of each kind. No Reflex here.

Plain objects on purpose: Reflex would wrap dataclasses in proxies.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from crm_app.contacts import layout_service, layouts
from crm_app.contacts.layouts import Layout
from crm_app.core import history
from crm_app.core.access import Actor
from crm_app.core.history import History
from crm_app.core.kinds import ContactKind

Stored = dict[ContactKind, tuple[Layout, int]]
Counts = dict[ContactKind, Counter[str]]
KINDS = (ContactKind.LEAD, ContactKind.CONTACT, ContactKind.COMPANY)


class Desk:
    """One kind: the layout that is edited, the saved one with its revision, and the way back."""

    def __init__(self, laid: Layout, revision: int) -> None:
        self.layout, self.saved, self.revision = laid, laid, revision
        self.history: History[Layout] = History()

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.layout != self.saved

    def change(self, laid: Layout, *, about: str = "") -> None:
        """Take a new layout; letters typed into one heading are one step back."""
        if laid != self.layout:
            self.history = history.changed(self.history, self.layout, about=about)
            self.layout = laid

    def undo(self) -> None:
        """One step back."""
        self.history, self.layout = history.undo(self.history, self.layout)

    def redo(self) -> None:
        """One step forth again."""
        self.history, self.layout = history.redo(self.history, self.layout)

    def meet(self, laid: Layout, revision: int) -> None:
        """Somebody else saved: his layout is there now, and undo brings back what was not saved."""
        if self.dirty:
            self.change(laid)
        else:
            self.layout, self.history = laid, History()
        self.saved, self.revision = laid, revision


class Bench:
    """The desks of all kinds, and the fields that can be laid on them.

    ``extra`` are the keys of fields of rooms above; ``counts`` say how many contacts have an own field.
    """

    def __init__(self, stored: Stored, counts: Counts, extra: Sequence[str]) -> None:
        self.extra, self.counts = tuple(extra), counts
        self.desks = {kind: Desk(self._whole(kind, stored), stored[kind][1]) for kind in stored}

    def _whole(self, kind: ContactKind, stored: Stored) -> Layout:
        return layouts.complete(stored[kind][0], kind, self.extra)

    def normal(self, kind: ContactKind) -> Layout:
        """The card of a kind as it comes."""
        return layouts.default(kind, self.extra)

    def like(self, kind: ContactKind, other: ContactKind) -> Layout:
        """The layout of ``other``, as far as ``kind`` has its fields."""
        return layouts.complete(self.desks[other].layout, kind, self.extra)

    def unsaved(self) -> dict[ContactKind, tuple[dict[str, Any], int]]:
        """What is to be saved, with the revisions that it was made from."""
        return {
            kind: (self._data(kind, desk.layout), desk.revision)
            for kind, desk in self.desks.items()
            if desk.dirty
        }

    def keep(self, revisions: Mapping[ContactKind, int]) -> None:
        """It was saved."""
        for kind, revision in revisions.items():
            desk = self.desks[kind]
            desk.saved, desk.revision = desk.layout, revision

    def meet(self, stored: Stored) -> None:
        """Take over what others saved meanwhile."""
        for kind, (_, revision) in stored.items():
            if self.desks[kind].revision != revision:
                self.desks[kind].meet(self._whole(kind, stored), revision)

    def own_names(self, kind: ContactKind) -> list[str]:
        """The names of all own fields: those that most of this kind have first."""
        desk = self.desks[kind].layout
        keys: Iterable[str] = (*desk.placed(), *desk.hidden)
        known = {layouts.own_name(key) for key in keys if layouts.is_own(key)}
        for counts in self.counts.values():
            known |= set(counts)
        return sorted(known, key=lambda name: (-self.counts[kind][name], name.casefold(), name))

    def without_place(self, kind: ContactKind) -> list[str]:
        """The names of the own fields that stand together in their block."""
        laid = self.desks[kind].layout
        kept = {*laid.placed(), *laid.hidden}
        return [name for name in self.own_names(kind) if layouts.OWN + name not in kept]

    def _data(self, kind: ContactKind, laid: Layout) -> dict[str, Any]:
        # The card as it comes is kept as that, so that it stays so when fields are added to it.
        return {} if laid == self.normal(kind) else layouts.as_json(laid)


def read_stored(session: Session, actor: Actor) -> Stored:
    """The layouts of all kinds as they are saved; administrators only."""
    actor.require_admin()
    return {kind: layout_service.stored(session, kind) for kind in KINDS}


def open_bench(session: Session, actor: Actor, extra: Sequence[str]) -> Bench:
    """A bench with all that the studio works on."""
    counts = layout_service.own_fields(session, actor)
    return Bench(read_stored(session, actor), counts, extra)


def write(
    session: Session, actor: Actor, unsaved: Mapping[ContactKind, tuple[dict[str, Any], int]]
) -> dict[ContactKind, int]:
    """Save layouts, all or none; their new revisions. Conflict when one was saved meanwhile."""
    return {
        kind: layout_service.save(session, actor, kind, data, revision=revision)
        for kind, (data, revision) in unsaved.items()
    }
