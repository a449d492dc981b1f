"""Putting fields and pages where they belong: drops, steps by keyboard and menu, copies and removals.

What a drop says comes from a browser: it is looked at again here, and what does not exist moves
nothing.
"""

from typing import Any

import reflex as rx

from crm_app.campaigns.forms import arranging
from crm_app.campaigns.forms.layout import FieldKind
from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.campaigns.forms.ui.looks import LOOKS
from crm_app.core.i18n import N_
from crm_app.ui.sortable import focus_handle
from crm_app.ui.state import handler


class Arranging(FormBuilder):
    """What can be done on the canvas."""

    @handler(admin=True)
    async def drop(self, drop: dict[str, Any]) -> Any:
        """Something was dropped on a place: a new kind of field, or one that is there already."""
        active, over = drop.get("active"), drop.get("over")
        if not isinstance(active, dict) or not isinstance(over, dict):
            return None
        page_id, index = str(over.get("page")), over.get("index")
        if not isinstance(index, int) or isinstance(index, bool):
            return None
        if active.get("kind"):
            return await self._add(str(active["kind"]), page_id, index)
        field_id = str(active.get("field"))
        moved = arranging.move(self._held().layout, field_id, page_id, index)
        await self._take(moved, select=field_id)
        return focus_handle(f"field-{field_id}") if drop.get("by") == "keyboard" else None

    @handler(admin=True)
    async def add(self, kind: str) -> Any:
        """A new field below the selected one, else at the end of the selected or last page."""
        laid = self._held().layout
        home = arranging.page_of(laid, self.selected)
        if home is not None:
            index = [each.id for each in home.fields].index(self.selected) + 1
            return await self._add(kind, home.id, index)
        page = laid.page(self.selected) or (laid.pages[-1] if laid.pages else None)
        return await self._add(kind, page.id, len(page.fields)) if page else None

    @handler(admin=True)
    async def step(self, field_id: str, by: int) -> None:
        """A field one place up or down."""
        laid = self._held().layout
        await self._take(arranging.step(laid, field_id, 1 if by > 0 else -1), select=field_id)

    @handler(admin=True)
    async def duplicate(self, field_id: str) -> None:
        """A copy of a field below it."""
        await self._take(arranging.duplicate(self._held().layout, field_id))

    @handler(admin=True)
    async def remove(self, field_id: str) -> Any:
        """A field less; undo brings it back."""
        await self._take(arranging.remove(self._held().layout, field_id), select="")
        return self._undoable(N_("The field was removed."))

    @handler(admin=True)
    async def add_page(self) -> None:
        """One more page at the end."""
        laid = arranging.add_page(self._held().layout)
        await self._take(laid, select=laid.pages[-1].id)

    @handler(admin=True)
    async def move_page(self, page_id: str, by: int) -> None:
        """A page one place earlier or later."""
        await self._take(arranging.move_page(self._held().layout, page_id, 1 if by > 0 else -1))

    @handler(admin=True)
    async def remove_page(self, page_id: str) -> Any:
        """A page less, with what is on it; undo brings it back."""
        await self._take(arranging.remove_page(self._held().layout, page_id), select="")
        return self._undoable(N_("The page was removed."))

    async def _add(self, kind: str, page_id: str, index: int) -> Any:
        laid = self._held().layout
        if kind not in set(FieldKind) or laid.page(page_id) is None:
            return None
        wanted = FieldKind(kind)
        choices = tuple(self._say(text) for text in (N_("First answer"), N_("Second answer")))
        made = arranging.new_field(laid, wanted, self._say(LOOKS[wanted].begins), choices)
        grown = arranging.insert(laid, page_id, index, made)
        if grown == laid:
            return rx.toast.error(self._say(N_("A form has at most 60 fields.")))
        await self._take(grown, select=made.id)
        return None

    def _undoable(self, text: str) -> Any:
        undo = {"label": self._say(N_("Undo")), "on_click": FormBuilder.undo}
        return rx.toast.success(self._say(text), action=undo)
