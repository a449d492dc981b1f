"""The campaign builder (CAM-6): the plan that is edited, saved by itself, with a way back.

A tab edits its own copy on the server. Every change goes through ``_change``: it can be undone, is
drawn and checked at once, and is saved right after, with the revision that it was made from; when
somebody saved meanwhile the tab says so and keeps what it has. The other builder states inherit
from ``Builder`` and share its copy. Administrators edit, everybody signed in may look.
"""

from typing import Any

import reflex as rx

from crm_app.campaigns.editing import queries, service
from crm_app.campaigns.editing.ui import looks, reading, shown
from crm_app.campaigns.editing.ui.reading import Desk, Opened
from crm_app.campaigns.editing.ui.shown import Card, End
from crm_app.campaigns.plans import checks
from crm_app.campaigns.plans.plan import Plan, Step, as_json
from crm_app.core import history
from crm_app.core.errors import Conflict, NotFound
from crm_app.core.i18n import N_
from crm_app.ui.state import PrivateState, handler

LIST = "/campaigns"
SAVED, SAVING, FAILED, CONFLICT = "saved", "saving", "failed", "conflict"
Options = list[dict[str, str]]


class Builder(PrivateState):
    """What the page shows of the campaign. ``aimed`` is the place that was chosen for a new step."""

    loading: bool = True
    campaign_id: str = ""
    name: str = ""
    state: str = ""
    state_label: str = ""
    state_tone: str = "plain"
    published: bool = False
    changed: bool = False
    can_edit: bool = False
    inside: str = ""
    save_state: str = SAVED
    save_error: str = ""
    can_undo: bool = False
    can_redo: bool = False
    lanes: dict[str, list[Card]] = {}
    ends: dict[str, End] = {}
    summary: list[dict[str, str]] = []
    mistakes: list[dict[str, str]] = []
    mistakes_title: str = ""
    error_count: int = 0
    selected: str = ""
    aimed: str = ""
    aimed_label: str = ""
    palette_open: bool = False
    users: Options = []
    calendars: Options = []
    campaigns: Options = []
    tags: list[str] = []

    _desk: Desk | None = None

    @handler
    async def load(self) -> Any:
        """The address changed: open the campaign behind it."""
        campaign_id = campaign_in(self.router.url.path)
        try:
            await self._open(campaign_id)
        except NotFound as error:
            self._desk, self.loading = None, True
            return [rx.redirect(LIST, replace=True), rx.toast.error(self._say(error.user_message))]
        self.selected = self.aimed = ""
        self.palette_open = self.loading = False
        self._show()
        return None

    @handler(admin=True)
    async def autosave(self) -> None:
        """Write what is not in the database yet."""
        await self._save()

    @handler(admin=True)
    async def keep_mine(self) -> None:
        """Somebody saved meanwhile: write over it, on purpose."""
        desk = await self._held()
        campaign_id = desk.opened.id
        desk.revision = await self._read(
            lambda session, actor: queries.get_campaign(session, actor, campaign_id).revision
        )
        await self._save()

    @handler
    def close(self) -> None:
        """Close the step; it stays as it is."""
        self.selected = self.aimed = ""
        self.palette_open = False

    @handler
    def close_palette(self) -> None:
        """Put the steps to choose from away; the chosen place is forgotten."""
        self.palette_open, self.aimed = False, ""

    @handler(admin=True)
    async def rename(self, name: str) -> None:
        """Give the campaign another name."""
        desk = await self._held()
        if name == desk.opened.name:
            return
        campaign_id = desk.opened.id
        await self._write(
            lambda session, actor: service.rename(
                session, actor, queries.get_campaign(session, actor, campaign_id), name=name
            )
        )
        await self._reread()

    @handler(admin=True)
    async def pause(self) -> Any:
        """Let everybody wait."""
        await self._turn(service.pause)
        return rx.toast.success(
            self._say(N_("Paused. Nobody enters, and who is inside waits.")),
            action={"label": self._say(N_("Undo")), "on_click": Builder.resume},
        )

    @handler(admin=True)
    async def resume(self) -> Any:
        """Go on."""
        await self._turn(service.resume)
        return rx.toast.success(self._say(N_("The campaign goes on.")))

    async def _turn(self, act: Any) -> None:
        campaign_id = (await self._held()).opened.id
        await self._write(
            lambda session, actor: act(
                session, actor, queries.get_campaign(session, actor, campaign_id)
            )
        )
        await self._reread()

    # What the inheriting states build on.

    async def _held(self) -> Desk:
        """The tab's copy; read anew when the server was started anew meanwhile."""
        if self._desk is None:
            await self._open(campaign_in(self.router.url.path))
        assert self._desk is not None
        return self._desk

    async def _open(self, campaign_id: int) -> None:
        found = await self._read(lambda session, actor: reading.opened(session, actor, campaign_id))
        self._desk = Desk(found)
        self.save_state = SAVED

    async def _take(self) -> None:
        """What is in the database, in the place of the tab's copy, which "Undo" brings back."""
        before = await self._held()
        await self._open(before.opened.id)
        desk = await self._held()
        same = as_json(before.plan) == as_json(desk.plan)
        desk.history = before.history if same else history.changed(before.history, before.plan)

    async def _reread(self) -> None:
        """The campaign's own facts after an act; the copy stays."""
        desk = await self._held()
        campaign_id = desk.opened.id
        desk.opened = await self._read(
            lambda session, actor: reading.opened(session, actor, campaign_id)
        )
        self._show()

    def _change(self, plan: Plan, *, about: str = "") -> Any:
        """The plan is another one now; the events that follow. ``about``: see ``history``."""
        desk = self._desk
        assert desk is not None
        if plan == desk.plan:
            return None
        service.check_size(plan)
        desk.history = history.changed(desk.history, desk.plan, about=about)
        return self._go_to(plan)

    def _go_to(self, plan: Plan) -> Any:
        desk = self._desk
        assert desk is not None
        if plan is desk.plan:
            return None
        desk.plan = plan
        if self.save_state != CONFLICT:
            self.save_state = SAVING
        self._show()
        return Builder.autosave

    async def _save(self) -> None:
        desk = await self._held()
        if not desk.dirty:
            self.save_state = SAVED
            return
        plan, revision, campaign_id = desk.plan, desk.revision, desk.opened.id
        try:
            desk.revision = await self._write(
                lambda session, actor: service.save(
                    session,
                    actor,
                    queries.get_campaign(session, actor, campaign_id),
                    as_json(plan),
                    revision=revision,
                )
            )
        except Conflict as error:
            self.save_state, self.save_error = CONFLICT, self._say(error.user_message)
            return
        except Exception:
            self.save_state = FAILED
            raise
        desk.saved = plan
        self.save_state, self.changed = SAVED, self.published

    def _step(self) -> Step | None:
        """The open step."""
        return self._desk.plan.step(self.selected) if self._desk else None

    def _show(self) -> None:
        """Draw the copy."""
        desk = self._desk
        assert desk is not None
        found = desk.opened
        self._show_campaign(found)
        wrong = checks.check(desk.plan, found.known)
        around = shown.Around(self._locale, found.known, found.counts, wrong)
        drawing = shown.draw(desk.plan, around)
        self.lanes, self.ends = drawing.lanes, drawing.ends
        self.mistakes = shown.mistake_rows(desk.plan, around)
        self.summary = shown.summary(desk.plan.settings, around)
        self.error_count = len(checks.errors(wrong))
        self.mistakes_title = self._say_n(
            "{count} thing to mend before publishing",
            "{count} things to mend before publishing",
            self.error_count,
        )
        self.can_undo = found.can_edit and bool(desk.history.past)
        self.can_redo = found.can_edit and bool(desk.history.future)
        if self.selected and desk.plan.step(self.selected) is None:
            self.selected = ""

    def _show_campaign(self, found: Opened) -> None:
        label, self.state_tone = looks.STATES[found.state]
        self.campaign_id, self.name = str(found.id), found.name
        self.state, self.state_label = found.state.value, self._say(label)
        self.published, self.can_edit = found.published, found.can_edit
        self.changed = found.changed
        self.inside = self._say_n("{count} contact inside", "{count} contacts inside", found.inside)
        self.users = options(found.known.users)
        self.calendars = options(found.known.calendars)
        self.campaigns = options(found.known.campaigns)
        self.tags = found.tags


def options(names: Any) -> Options:
    """Names by id as the choices of a list."""
    return [{"value": str(key), "label": name} for key, name in names.items()]


def campaign_in(path: str) -> int:
    """The campaign's id in an address like ``/campaigns/7``; 0 when there is none."""
    head, _, last = path.rstrip("/").rpartition("/")
    return int(last) if head.endswith(LIST) and last.isascii() and last.isdigit() else 0
