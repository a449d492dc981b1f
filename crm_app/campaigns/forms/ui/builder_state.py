"""The form builder (FRM-1): a layout that is edited, saved by itself, with a way back.

A tab edits its own copy on the server. Every change goes through ``_take``: it can be undone, is
drawn and checked at once, and is saved with the revision that it was made from. Letters are saved
when their field is left. The page's other states inherit from this one and share its copy.
Administrators edit; members see what was sent, as far as they may.
"""

from typing import Any

import reflex as rx

from crm_app.campaigns.forms import layout, queries, service
from crm_app.campaigns.forms.layout import Layout
from crm_app.campaigns.forms.ui import desk, inspecting, rows
from crm_app.campaigns.forms.ui.desk import Desk, Facts
from crm_app.campaigns.forms.ui.rows import PageRow
from crm_app.core.errors import Conflict, NotFound
from crm_app.core.i18n import N_
from crm_app.ui.state import PrivateState, handler

LIST = "/forms"
Options = list[dict[str, str]]
_MEANWHILE = N_(
    "Somebody else changed this form meanwhile. You see it as it stands now; Undo brings yours back."
)


class FormBuilder(PrivateState):
    """``selected`` is the id of a field or page, "" for the whole form; ``tab`` is "build" or "sent"."""

    loading: bool = True
    may_edit: bool = False
    form_id: int = 0
    name: str = ""
    slug: str = ""
    url: str = ""
    status: str = "draft"
    sent: int = 0
    tab: str = "build"
    pages: list[PageRow] = []
    selected: str = ""
    part: str = "form"
    inspected: dict[str, str] = {}
    settings: dict[str, str] = {}
    turns: list[str] = []
    targets: Options = []
    deciders: Options = []
    operators: Options = []
    comparable: Options = []
    users: Options = []
    calendars: Options = []
    campaigns: Options = []
    forms: Options = []
    mistakes: Options = []
    errors_left: int = 0
    can_undo: bool = False
    can_redo: bool = False
    unsaved: bool = False
    preview: str = ""
    sharing: bool = False

    _desk: Desk | None = None

    @handler
    async def load(self) -> Any:
        """The address changed: open the form behind it."""
        form_id = form_in(self.router.url.path)
        self.loading, self._desk, self.sharing = True, None, False
        try:
            found = await self._read(lambda s, a: desk.facts_of(s, a, form_id))
        except NotFound as error:
            self.form_id = 0
            return [rx.redirect(LIST, replace=True), rx.toast.error(self._say(error.user_message))]
        self.form_id, self.may_edit, self.selected = form_id, self._is_admin, ""
        self.tab = "build" if self._is_admin else "sent"
        self._tell(found)
        if self.may_edit:
            await self._open(found)
        self.loading = False
        return None

    @handler
    def set_tab(self, tab: str) -> None:
        """The builder, or what was sent."""
        self.tab = "sent" if tab == "sent" or not self.may_edit else "build"

    @handler(admin=True)
    def select(self, about: str) -> None:
        """Show a field, a page or the whole form in the inspector, and its page in the preview."""
        self.selected = about
        self._draw()
        self._aim()

    @handler(admin=True)
    async def keep(self) -> None:
        """A field was left: save what was typed."""
        await self._save()

    @handler(admin=True)
    async def undo(self) -> None:
        """One step back."""
        self._held().undo()
        await self._drawn_and_saved()

    @handler(admin=True)
    async def redo(self) -> None:
        """One step forth."""
        self._held().redo()
        await self._drawn_and_saved()

    @handler(admin=True)
    async def publish(self) -> Any:
        """Show the draft to everybody."""
        await self._save()
        if self.errors_left:
            self.selected = next(m["about"] for m in self.mistakes if m["severity"] == "error")
            self._draw()
            return rx.toast.error(self._say(N_("Something keeps it from being published.")))
        form_id = self.form_id
        self.sharing = self.status == "draft"
        await self._write(lambda s, a: service.publish(s, a, queries.get_form(s, a, form_id)))
        self.status = "live"
        return rx.toast.success(self._say(N_("Published. Everybody with the link can fill it in.")))

    @handler(admin=True)
    async def unpublish(self) -> Any:
        """Strangers find nothing any more."""
        form_id = self.form_id
        await self._write(lambda s, a: service.unpublish(s, a, queries.get_form(s, a, form_id)))
        self.status = "draft"
        again = {"label": self._say(N_("Undo")), "on_click": FormBuilder.publish}
        return rx.toast.success(
            self._say(N_("Switched off. Its address leads nowhere now.")), action=again
        )

    @handler
    def share(self) -> None:
        """Show the link and the code for other sites."""
        self.sharing = True

    @handler
    def close_sharing(self) -> None:
        """Enough of that."""
        self.sharing = False

    async def _take(self, laid: Layout, *, select: str | None = None) -> None:
        """Every change that is complete comes through here."""
        self._held().change(laid)
        if select is not None:
            self.selected = select
        await self._drawn_and_saved()

    async def _drawn_and_saved(self) -> None:
        self._draw()
        await self._save()
        self._aim()

    def _draw(self) -> None:
        """Show the layout as it is on the desk."""
        held = self._held()
        laid, actor = held.layout, rows.Reader(self._locale, self._time_zone)
        found = held.mistakes()
        self.pages = rows.pages(actor, laid, found)
        self.mistakes = rows.mistakes(actor, laid, found)
        self.errors_left = sum(one.severity == "error" for one in found)
        self.can_undo, self.can_redo = bool(held.past), bool(held.future)
        self.unsaved = held.dirty
        self.settings, self.turns = inspecting.settings(laid), inspecting.turns(laid)
        field, page = laid.field(self.selected), laid.page(self.selected)
        self.part = "field" if field else "page" if page else "form"
        if field is not None:
            self.inspected = inspecting.field_values(field)
            self.targets = inspecting.targets(actor, field)
            self.deciders = inspecting.deciders(actor, laid, field)
            self.operators = inspecting.operators(actor, laid, field)
            self.comparable = inspecting.comparable(laid, field)
        elif page is not None:
            self.inspected = {"id": page.id, "label": page.title}
        else:
            self.selected = ""

    async def _save(self) -> None:
        held, form_id = self._held(), self.form_id
        if not held.dirty:
            self.unsaved = False
            return
        laid, revision = held.layout, held.revision
        draft = layout.as_json(laid)
        try:
            held.revision = await self._write(
                lambda s, a: service.save(
                    s, a, queries.get_form(s, a, form_id), draft, revision=revision
                )
            )
        except Conflict as error:
            await self._open(await self._read(lambda s, a: desk.facts_of(s, a, form_id)))
            self._held().past.append(laid)
            self.can_undo = True
            raise Conflict(_MEANWHILE) from error
        held.saved, self.unsaved = laid, False
        self.status = "draft" if self.status == "draft" else "changed"
        self._aim()

    def _aim(self) -> None:
        """Have the preview show the saved draft, at the page that is worked on."""
        held = self._held()
        page = inspecting.page_at(held.layout, self.selected)
        self.preview = f"/forms/{self.form_id}/preview?page={page}&r={held.revision}"

    async def _follow(self) -> Any:
        """Take over what others saved, unless something waits here."""
        form_id = self.form_id
        if not form_id or self.loading:
            return None
        try:
            found = await self._read(lambda s, a: desk.facts_of(s, a, form_id))
        except NotFound:
            return rx.redirect(LIST, replace=True)
        self._tell(found)
        held = self._desk
        if held is not None and not held.dirty and held.revision != found.revision:
            await self._open(found)
        return None

    async def _open(self, found: Facts) -> None:
        form_id = self.form_id
        chosen = await self._read(lambda s, a: desk.choices(s, a, form_id))
        self.users, self.calendars = chosen.users, chosen.calendars
        self.campaigns, self.forms = chosen.campaigns, chosen.forms
        self._desk = Desk(found.draft, found.revision, chosen.known)
        self._draw()
        self._aim()

    def _tell(self, found: Facts) -> None:
        self.name, self.slug, self.url = found.name, found.slug, found.url
        self.status, self.sent = found.status, found.sent

    def _held(self) -> Desk:
        if self._desk is None:
            raise NotFound
        return self._desk


def form_in(path: str) -> int:
    """The form that the address names; 0 for none."""
    last = path.rstrip("/").rpartition("/")[2]
    return int(last) if last.isdecimal() and len(last) < 10 else 0
