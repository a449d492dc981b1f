"""A trigger that is edited: when, if, then; checked as one types, tried on a contact (TRG-1 to TRG-4).

What is typed stays here until it is saved. The check runs on every change with the rules that guard
the switch; the page only shows what they say.
"""

import json
from collections.abc import Callable
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.campaigns.triggers import draft as drafts
from crm_app.campaigns.triggers import http, queries, sentences, service, workspace
from crm_app.campaigns.triggers.actions import ACTIONS
from crm_app.campaigns.triggers.catalogue import EVENTS
from crm_app.campaigns.triggers.draft import Draft
from crm_app.campaigns.triggers.ui import lists, shown
from crm_app.campaigns.triggers.ui.lists import Row
from crm_app.campaigns.triggers.ui.shown import ActionRow, FilterRow, Note, Options
from crm_app.campaigns.triggers.ui.triggers_state import LIST, Triggers, id_in
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.core.settings import get_settings
from crm_app.ui.state import PrivateState, handler


class TriggerEditor(PrivateState):
    """``unsaved``: something was changed. ``event_error`` and the rows' errors come from the check."""

    loading: bool = True
    opened: bool = False
    may_change: bool = False
    trigger_id: str = ""
    enabled: bool = False
    unsaved: bool = False
    name: str = ""
    event: str = ""
    icon: str = "zap"
    options: dict[str, str] = {}
    option_errors: dict[str, str] = {}
    filters: list[FilterRow] = []
    actions: list[ActionRow] = []
    notes: list[Note] = []
    ready: bool = False
    words: list[str] = []
    events: Options = []
    fields: Options = []
    kinds: Options = []
    campaigns: Options = []
    users: Options = []
    tags: Options = []
    statuses: Options = []
    log: list[Row] = []
    hook_url: str = ""
    has_hook: bool = False
    # The draft as JSON: what Reflex wraps to watch it cannot be stored.
    _draft: str = ""
    _revision: int = 0

    @handler
    async def load(self) -> Any:
        """The address changed: open a trigger, or none."""
        number = id_in(self.router.url.path)
        self.opened, self.loading = bool(number), bool(number)
        self.may_change = self._is_admin
        if not number:
            return None
        try:
            await self._open(number)
        except NotFound as error:
            self.opened = False
            return [rx.redirect(LIST, replace=True), rx.toast.error(self._say(error.user_message))]
        return None

    @handler
    async def follow(self) -> Any:
        """A trigger was changed, or looked at something."""
        if not self.opened:
            return Triggers.follow
        await self._show_log()
        return None

    @handler
    async def set_name(self, name: str) -> None:
        """Type a name."""
        await self._change(lambda draft: drafts.named(draft, name))

    @handler
    async def set_event(self, event: str) -> None:
        """Choose what sets it off."""
        await self._change(lambda draft: drafts.on_event(draft, event))

    @handler
    async def set_option(self, name: str, value: str) -> None:
        """Change an option of the event."""
        await self._change(lambda draft: drafts.with_option(draft, name, value))

    @handler
    async def add_filter(self) -> None:
        """One more condition: the first that the event offers."""
        first = next((row["value"] for row in self.fields), "tag")
        await self._change(lambda draft: drafts.add_filter(draft, first))

    @handler
    async def change_filter(self, index: int, part: str, value: str) -> None:
        """Change a condition."""
        await self._change(lambda draft: drafts.change_filter(draft, index, part, value))

    @handler
    async def remove_filter(self, index: int) -> None:
        """Take a condition out."""
        await self._change(lambda draft: drafts.remove_filter(draft, index))

    @handler
    async def add_action(self, kind: str) -> None:
        """One more thing to do."""
        await self._change(lambda draft: drafts.add_action(draft, kind))

    @handler
    async def change_action(self, index: int, field: str, value: str) -> None:
        """Change a field of an action."""
        await self._change(lambda draft: drafts.change_action(draft, index, field, value))

    @handler
    async def flag_action(self, index: int, field: str, on: bool) -> None:
        """Tick a box of an action."""
        value = "true" if on else ""
        await self._change(lambda draft: drafts.change_action(draft, index, field, value))

    @handler
    async def toggle(self, index: int, field: str, value: str, on: bool) -> None:
        """Put somebody into an action's list, or take him out."""
        await self._change(lambda draft: drafts.toggle(draft, index, field, value, on))

    @handler
    async def remove_action(self, index: int) -> None:
        """Take an action out."""
        await self._change(lambda draft: drafts.remove_action(draft, index))

    @handler
    async def move_action(self, index: int, by: int) -> None:
        """Do it earlier or later."""
        await self._change(lambda draft: drafts.move_action(draft, index, by))

    @handler(admin=True)
    async def save(self) -> Any:
        """Keep what was changed."""
        await self._save()
        return rx.toast.success(self._say(N_("The trigger is saved.")))

    @handler
    async def discard(self) -> None:
        """Back to what was saved."""
        await self._open(int(self.trigger_id))

    @handler(admin=True)
    async def turn(self, on: bool) -> Any:
        """Switch it on or off; what was changed is saved first."""
        if self.unsaved:
            await self._save()
        number = int(self.trigger_id)

        def change(session: Session, actor: Actor) -> None:
            service.switch(session, actor, queries.get_trigger(session, actor, number), on=on)

        await self._write(change)
        await self._open(number)
        return rx.toast.success(self._say(N_("It is on.") if on else N_("It is off.")))

    @handler(admin=True)
    async def duplicate(self) -> Any:
        """Make another like it and open that."""
        number, pattern = int(self.trigger_id), self._say(service.COPY_OF, name=self.name)

        def change(session: Session, actor: Actor) -> int | None:
            row = queries.get_trigger(session, actor, number)
            return service.duplicate(session, actor, row, name=pattern).id

        return rx.redirect(f"{LIST}/{await self._write(change)}")

    @handler(admin=True)
    async def delete(self) -> Any:
        """Delete it; the list keeps it for 30 days."""
        number = int(self.trigger_id)

        def change(session: Session, actor: Actor) -> None:
            service.delete(session, actor, queries.get_trigger(session, actor, number))

        await self._write(change)
        self.unsaved = False
        said = self._say(N_("The trigger is deleted. It can be brought back for 30 days."))
        return [rx.redirect(LIST), rx.toast.success(said)]

    @handler(admin=True)
    async def new_address(self) -> None:
        """Make an address for the inbound webhook; the one before ends."""
        number = int(self.trigger_id)

        def change(session: Session, actor: Actor) -> str:
            return service.new_address(session, actor, queries.get_trigger(session, actor, number))

        token = await self._write(change)
        self.hook_url, self.has_hook = f"{get_settings().url}{http.PATH}{token}", True

    async def _save(self) -> None:
        number, draft, revision = int(self.trigger_id), self._now(), self._revision

        def change(session: Session, actor: Actor) -> None:
            service.save(
                session,
                actor,
                queries.get_trigger(session, actor, number),
                name=draft["name"],
                event=draft["event"],
                options=draft["options"],
                filters=draft["filters"],
                actions=draft["actions"],
                revision=revision,
            )

        await self._write(change)
        await self._open(number)

    async def _open(self, number: int) -> None:
        def read(session: Session, actor: Actor) -> tuple[Draft, int, bool, bool]:
            row = queries.get_trigger(session, actor, number)
            draft = {
                "name": row.name,
                "event": row.event,
                "options": dict(row.options or {}),
                "filters": [dict(one) for one in row.filters or ()],
                "actions": [dict(one) for one in row.actions or () if one.get("kind") in ACTIONS],
            }
            return draft, row.revision, row.enabled, bool(row.hook_hash)

        if str(number) != self.trigger_id:
            self.hook_url = ""
        draft, self._revision, self.enabled, self.has_hook = await self._read(read)
        self._draft = json.dumps(draft)
        self.trigger_id, self.unsaved, self.errors = str(number), False, {}
        await self._draw()
        await self._show_log()
        self.loading, self.opened = False, True

    async def _change(self, edit: Callable[[Draft], Draft]) -> None:
        self._draft = json.dumps(edit(self._now()))
        self.unsaved, self.errors = True, {}
        await self._draw()

    def _now(self) -> Draft:
        """The draft as it stands."""
        draft: Draft = json.loads(self._draft) if self._draft else drafts.blank()
        return draft

    async def _draw(self) -> None:
        """Everything that follows from the draft: the form's rows, the check, the words."""
        draft, locale = self._now(), self._locale
        rule = drafts.rule(draft, trigger_id=int(self.trigger_id or 0), enabled=True)
        known, mistakes = await self._read(
            lambda session, _: (workspace.known(session), service.mistakes(session, rule))
        )
        self.name, self.event = draft["name"], draft["event"]
        self.icon = EVENTS[rule.event].icon if rule.event in EVENTS else "zap"
        self.options = _options(draft)
        self.option_errors = {
            one.where.removeprefix("options."): self._say(one.message)
            for one in mistakes
            if one.where.startswith("options.") or one.where == "event"
        }
        self.filters = shown.filters(draft, known, mistakes, locale)
        self.actions = shown.actions(draft, known, mistakes, locale)
        self.notes = shown.notes(mistakes, locale)
        self.ready = not any(one.severity == "error" for one in mistakes)
        self.words = [
            sentences.when(rule, locale),
            *(sentences.condition(one, known, locale) for one in rule.filters),
        ]
        self.events, self.kinds = shown.events(locale), shown.action_kinds(locale)
        self.fields = shown.fields(rule.event, locale)
        self.campaigns, self.users = shown.listed(known["campaign"]), shown.listed(known["user"])
        self.tags, self.statuses = shown.listed(known["tag"]), shown.statuses(locale)

    async def _show_log(self) -> None:
        number, now = int(self.trigger_id), clock.now()
        self.log = await self._read(
            lambda session, actor: lists.runs(session, actor, now, trigger_id=number, limit=10)
        )


def _options(draft: Draft) -> dict[str, str]:
    """The event's options as texts of the form."""
    options = draft["options"]
    plain = {name: str(options.get(name) or "") for name in ("amount", "unit", "since", "most")}
    paths = options.get("fields") or {}
    return {
        **plain,
        "unit": plain["unit"] or "minutes",
        "since": plain["since"] or "campaign",
        **{f"fields.{name}": str(paths.get(name) or "") for name in _HOOK_FIELDS},
    }


_HOOK_FIELDS = ("email", "phone", "name", "first_name", "last_name")
