"""Saved views as tabs of the list: opening, saving, renaming, sharing, removing with undo (CON-3)."""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.contacts import queries, saved_views
from crm_app.contacts.filters import ViewSpec
from crm_app.contacts.queries import Sort
from crm_app.contacts.saved_views import View
from crm_app.contacts.ui import filter_form
from crm_app.contacts.ui.contacts_state import ALL, DELETED, SEARCH, Contacts
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.ui.state import handler

_MARK = "view-"
NEW, RENAME = "new", "rename"


@dataclass(frozen=True)
class ViewTab:
    """A saved view as a tab."""

    key: str
    name: str
    shared: bool
    maker: str
    may_change: bool


class ListViews(Contacts):
    """``open_view`` is the saved view that is open.

    ``naming`` is NEW or RENAME while the dialog for the name is open.
    """

    views: list[ViewTab] = []
    open_view: ViewTab = ViewTab("", "", False, "", False)
    naming: str = ""
    name: str = ""
    _specs: dict[str, ViewSpec] = {}
    _removed: View | None = None

    @handler
    async def load_views(self) -> None:
        """The page opens, or somebody changed a view."""
        await self._reload()

    @handler
    async def set_view(self, view: str) -> Any:
        """Everybody, one kind, the deleted ones, or a saved view with its filters."""
        known = {ALL, DELETED, *ContactKind, *self._specs}
        was_saved = self.view.startswith(_MARK)
        self.view = view if view in known else ALL
        self.open_view = next((tab for tab in self.views if tab.key == self.view), _NONE)
        self._remembered = self._specs.get(self.view)
        if self._remembered is not None:
            await self._show(self._remembered)
        elif was_saved:
            # What the saved view brought goes with it.
            self.text, self.sort = "", Sort.NAME.value
            self.picked, self.given = filter_form.nothing_picked(), {}
        await self._from_the_top()
        return rx.set_value(SEARCH, self.text)

    @handler
    def ask_name(self, naming: str) -> None:
        """Open or close the dialog for the name."""
        self.naming = naming if naming in (NEW, RENAME) else ""
        self.name = self.open_view.name if naming == RENAME else ""
        self.errors = {}

    @handler
    async def save_name(self, form: dict[str, Any]) -> Any:
        """Keep what is shown as a new view, or give the open one another name."""
        name, shared = str(form.get("view_name") or ""), bool(form.get("view_shared"))
        spec, number, renaming = self._spec(), self._number(), self.naming == RENAME

        def write(session: Session, actor: Actor) -> int:
            if renaming:
                view = saved_views.get_view(session, actor, number)
                saved_views.change(session, actor, view, name=name, shared=shared)
                return number
            return saved_views.add(session, actor, name=name, spec=spec, shared=shared).id or 0

        view_id = await self._write(write)
        self.naming, self.view = "", _MARK + str(view_id)
        await self._reload()
        if not renaming:
            # A tab's kind is one of the filters now.
            await self._show(spec)
            await self._from_the_top()
        return rx.toast.success(self._say(N_("The view is saved.")))

    @handler
    async def save_changes(self) -> Any:
        """Have the open view remember what is shown now."""
        spec, number = self._spec(), self._number()
        await self._write(
            lambda session, actor: saved_views.change(
                session, actor, saved_views.get_view(session, actor, number), spec=spec
            )
        )
        await self._reload()
        return rx.toast.success(self._say(N_("The view is saved.")))

    @handler
    async def go_back(self) -> Any:
        """Show what the open view remembers again."""
        await self._show(self._remembered or ViewSpec())
        await self._from_the_top()
        return rx.set_value(SEARCH, self.text)

    @handler
    async def remove_view(self) -> Any:
        """Forget the open view; the toast brings it back."""
        number = self._number()

        def write(session: Session, actor: Actor) -> View:
            row = saved_views.get_view(session, actor, number)
            view = saved_views.seen_view(session, actor, row)
            saved_views.remove(session, actor, row)
            return view

        self._removed = await self._write(write)
        self.view = ALL
        await self._reload()
        undo = {"label": self._say(N_("Undo")), "on_click": ListViews.bring_back}
        said = self._say(N_("The view {name} was removed."), name=self._removed.name)
        return rx.toast.success(said, action=undo, duration=10_000)

    @handler
    async def bring_back(self) -> None:
        """The undo of that."""
        view = self._removed
        if view is None:
            raise NotFound
        made = await self._write(
            lambda session, actor: saved_views.bring_back(session, actor, view).id
        )
        self._removed, self.view = None, _MARK + str(made)
        await self._reload()

    async def _reload(self) -> None:
        found = await self._read(saved_views.views_of)
        self._specs = {_MARK + str(view.id): view.spec for view in found}
        self.views = [_tab(view) for view in found]
        self.open_view = next((tab for tab in self.views if tab.key == self.view), _NONE)
        if self.view.startswith(_MARK) and not self.open_view.key:
            self.view = ALL
        self._remembered = self._specs.get(self.view)
        self._compare()

    async def _show(self, spec: ViewSpec) -> None:
        company_id = spec.filters.get("company_id")

        def name_of(session: Session, actor: Actor) -> str:
            try:
                return queries.get_contact(session, actor, company_id or 0).name
            except NotFound:
                return ""

        company = await self._read(name_of) if company_id else ""
        form = filter_form.from_filters(spec.filters, company=company or "?")
        self.picked, self.given = form.picked, form.given
        self.text, self.sort = spec.filters.get("text", ""), spec.sort

    def _number(self) -> int:
        digits = self.view.removeprefix(_MARK)
        return int(digits) if digits.isdigit() else 0


_NONE = ViewTab("", "", False, "", False)


def _tab(view: View) -> ViewTab:
    return ViewTab(f"{_MARK}{view.id}", view.name, view.shared, view.maker, view.may_change)
