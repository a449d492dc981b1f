"""Arranging the card: drops, steps by keyboard and menu, hiding, widths, groups, fields of one's own.

What a drop says comes from a browser: it is looked at again here, and what does not exist moves
nothing. Whoever acted by keyboard finds the focus on what he moved, or, where that went out of the
list, on its neighbour.
"""

from typing import Any

from crm_app.contacts import layout_moves, layouts
from crm_app.contacts.layouts import Layout
from crm_app.contacts.names import cleaned
from crm_app.contacts.ui import layout_rows
from crm_app.contacts.ui.layout_state import LayoutStudio
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.ui.sortable import focus_handle
from crm_app.ui.state import handler


class LayoutArranging(LayoutStudio):
    """What can be done on the canvas and beside it."""

    @handler(admin=True)
    def drop(self, drop: dict[str, Any]) -> Any:
        """A field or a group was dropped on a place."""
        active, over = drop.get("active"), drop.get("over")
        if not isinstance(active, dict) or not isinstance(over, dict):
            return None
        laid = self._dropped(active, over)
        if laid is None:
            return None
        self._take(laid)
        if drop.get("by") != "keyboard":
            return None
        if "group" in active:
            return self._focus_group(str(active["group"]), when_lost=False)
        return _focus(self._key(str(active.get("field"))), when_lost=False)

    @handler(admin=True)
    def step(self, field_id: str, by: int) -> Any:
        """A field one place up or down."""
        key = self._key(field_id)
        self._take(layout_moves.step(self._laid(), key, 1 if by > 0 else -1))
        return _focus(key)

    @handler(admin=True)
    def send(self, field_id: str, group_id: str) -> Any:
        """A field to the end of a group."""
        key = self._key(field_id)
        self._take(layout_moves.send(self._laid(), key, group_id))
        return _focus(key)

    @handler(admin=True)
    def hide(self, field_id: str) -> Any:
        """A field off the card."""
        key = self._key(field_id)
        beside = self._beside(key)
        self._take(layout_moves.hide(self._laid(), key))
        return beside

    @handler(admin=True)
    def show(self, field_id: str) -> Any:
        """A hidden field, or an own field without a place, onto the card."""
        laid, key = self._laid(), self._key(field_id)
        beside = self._beside(key)
        if key in laid.hidden:
            extra = self._held().extra
            self._take(layout_moves.show(laid, key, self._kind(), extra))
        else:
            self._take(layout_moves.send(laid, key, laid.groups[-1].id))
        return beside

    @handler(admin=True)
    def put_back(self, field_id: str) -> Any:
        """An own field to those that have no place of their own."""
        key = self._key(field_id)
        self._take(layout_moves.put_back(self._laid(), key))
        return _focus(key)

    @handler(admin=True)
    def widen(self, field_id: str, wide: bool) -> None:
        """A field over the whole width, or half of it."""
        self._take(layout_moves.widen(self._laid(), self._key(field_id), wide))

    @handler(admin=True)
    def add_own(self, form: dict[str, Any]) -> Any:
        """A field of the team's own that every card of the kind then shows."""
        name = cleaned(str(form.get("own-name") or ""), longest=layouts.LONGEST_OWN)
        key = layouts.OWN + name
        if not name:
            raise Invalid(fields={"own-name": N_("Give the field a name.")})
        laid = self._laid()
        if key in (*laid.placed(), *laid.hidden):
            raise Invalid(fields={"own-name": N_("There is a field with this name already.")})
        grown = layout_moves.send(laid, key, laid.groups[-1].id)
        if grown == laid:
            raise Invalid(fields={"own-name": N_("A card has at most 200 fields.")})
        self.errors, self.added = {}, self.added + 1
        self._take(grown)
        return _focus(key, when_lost=False)

    @handler(admin=True)
    def add_group(self) -> Any:
        """One more group at the end."""
        self._take(layout_moves.add_group(self._laid()))
        return self._focus_group(self._laid().groups[-1].id, when_lost=False)

    @handler(admin=True)
    def remove_group(self, group_id: str) -> None:
        """A group less; its fields join its neighbour."""
        self._take(layout_moves.remove_group(self._laid(), group_id))

    @handler(admin=True)
    def step_group(self, group_id: str, by: int) -> Any:
        """A group one place up or down."""
        self._take(layout_moves.step_group(self._laid(), group_id, 1 if by > 0 else -1))
        return self._focus_group(group_id)

    @handler(admin=True)
    def name_group(self, group_id: str, title: str) -> None:
        """Letters typed into a heading."""
        cut = title[: layouts.LONGEST_TITLE]
        self._take(layout_moves.name_group(self._laid(), group_id, cut), about=group_id)

    @handler(admin=True)
    def fold_group(self, group_id: str, folded: bool) -> None:
        """A group that opens with a click, or is open."""
        self._take(layout_moves.fold_group(self._laid(), group_id, folded))

    def _dropped(self, active: dict[str, Any], over: dict[str, Any]) -> Layout | None:
        laid, goal, index = self._laid(), over.get("to"), _index(over)
        if "group" in active:
            orders = goal == "order" and index is not None
            return (
                layout_moves.move_group(laid, str(active["group"]), index or 0) if orders else None
            )
        key = self._key(str(active.get("field")))
        if goal == "group" and index is not None:
            return layout_moves.move(laid, key, str(over.get("group")), index)
        if goal == "hidden":
            return layout_moves.hide(laid, key)
        return layout_moves.put_back(laid, key) if goal == "rest" else None

    def _beside(self, key: str) -> Any:
        """The focus for when the field leaves its list: the next one, else the one before."""
        laid = self._laid()
        home = laid.home(key)
        if home is not None:
            keys = [place.key for place in home.places]
        elif key in laid.hidden:
            keys = [each for each in laid.hidden if each not in layouts.TOP]
        else:
            keys = [layouts.OWN + name for name in self._held().without_place(self._kind())]
        if key not in keys:
            return None
        at = keys.index(key)
        others = [*keys[at + 1 :], *reversed(keys[:at])]
        return self._focus_group(home.id) if home and not others else _focus((*others, key)[0])

    def _focus_group(self, group_id: str, *, when_lost: bool = True) -> Any:
        if self._laid().group(group_id) is None:
            return None
        return focus_handle(f"group-{group_id}", when_lost=when_lost)

    def _laid(self) -> Layout:
        return self._desk().layout

    def _key(self, field_id: str) -> str:
        laid = self._laid()
        own = (layouts.OWN + name for name in self._held().own_names(self._kind()))
        return layout_rows.key_of(field_id, (*laid.placed(), *laid.hidden, *layouts.TOP, *own))


def _index(over: dict[str, Any]) -> int | None:
    index = over.get("index")
    return index if isinstance(index, int) and not isinstance(index, bool) else None


def _focus(key: str, *, when_lost: bool = True) -> Any:
    if not key or key in layouts.TOP:
        return None
    return focus_handle(f"field-{layout_rows.id_of(key)}", when_lost=when_lost)
