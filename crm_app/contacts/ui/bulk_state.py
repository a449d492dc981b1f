"""What is done with the chosen contacts: the dialogs, the run's progress, stop and undo (CON-3, Q-2)."""

import json
from dataclasses import dataclass
from typing import Any

import reflex as rx
from babel.numbers import format_decimal
from sqlmodel import Session

from crm_app.contacts import bulk, bulk_acts, exporting
from crm_app.contacts.bulk import Progress
from crm_app.contacts.fields import CHANNELS
from crm_app.contacts.filters import Filters
from crm_app.contacts.ui.contacts_state import Choice, Contacts, tag_choices
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate_n
from crm_app.core.kinds import WorkState
from crm_app.ui.state import handler

OWNER, TAG, UNTAG, KIND, QUIET, DELETE = "owner", "tag", "untag", "kind", "quiet", "delete"
RESTORE = "restore"
_ASKED = (OWNER, TAG, UNTAG, KIND, QUIET, DELETE)
# So many can be deleted without a question, as the toast takes it back.
_FEW = bulk.PIECE


@dataclass(frozen=True)
class Run:
    """A run on its way or just over, as the card of its progress shows it."""

    id: int = 0
    title: str = ""
    detail: str = ""
    percent: int = 0
    underway: bool = False
    can_undo: bool = False


class Bulk(Contacts):
    """``asking`` is the act whose dialog is open; ``offers`` what can be chosen from in it."""

    asking: str = ""
    asking_label: str = ""
    offers: list[Choice] = []
    quiet: bool = True
    run: Run = Run()

    @handler
    async def load_run(self) -> None:
        """The page opens: is something of mine on its way?"""
        found = await self._read(bulk.latest)
        self.run = self._shown(found) if found else Run()

    @handler
    async def follow_run(self) -> None:
        """A run came further."""
        if self.run.id:
            await self._look_at(self.run.id)

    @handler
    async def ask(self, act: str) -> Any:
        """Open an act's dialog; what needs no question is done at once."""
        self.errors, self.offers = {}, []
        if act == DELETE and not self.all_fit and len(self.chosen) <= _FEW:
            return await self._start(DELETE, {})
        if act in _ASKED:
            self.asking, self.asking_label, self.quiet = act, "", True
        else:
            await self._ask_above(act)
        return None

    async def _ask_above(self, key: str) -> None:
        def read(session: Session, actor: Actor) -> list[Choice]:
            offered = bulk_acts.act_of(key).choices
            found = offered(session, actor) if offered else []
            return [{"value": value, "label": label} for value, label in found]

        self.offers = await self._read(read)
        self.asking, self.asking_label = key, self._say(bulk_acts.act_of(key).label)

    @handler
    def close(self) -> None:
        """Close the dialog; nothing is done."""
        self.asking = ""

    @handler
    def set_quiet(self, quiet: bool) -> None:
        """Leave alone on the ticked channels, or not any more."""
        self.quiet = quiet

    @handler
    async def submit(self, form: dict[str, Any]) -> Any:
        """Do what the dialog says."""
        return await self._start(self.asking, self._params(form))

    @handler
    async def bring_back(self) -> Any:
        """Bring the chosen deleted contacts back."""
        return await self._start(RESTORE, {})

    @handler
    async def stop(self) -> None:
        """Leave the rest as it is."""
        number = self.run.id
        await self._write(lambda session, actor: bulk.stop(session, actor, number))
        await self._look_at(number)

    @handler
    async def undo(self, run_id: int) -> Any:
        """Take back what a run did."""
        await self._write(lambda session, actor: bulk.undo(session, actor, run_id))
        found = await self._read(lambda session, actor: bulk.progress(session, actor, run_id))
        await self._reread()
        self.run = self._shown(found) if found.underway else Run()
        if found.underway:
            return None
        if found.refused:
            return rx.toast.warning(self._said(found))
        return rx.toast.success(self._say(N_("It is as it was before.")))

    @handler
    def close_run(self) -> None:
        """Put the card of a run that is over away."""
        self.run = self.run if self.run.underway else Run()

    @handler
    async def export(self, form: str) -> Any:
        """The chosen contacts, or all that the list shows, as a file."""
        wanted: dict[str, Any] = {"filters": dict(self._wanted()), "sort": self.sort}
        if self.chosen and not self.all_fit:
            wanted = {"ids": list(self.chosen)}
        kind = exporting.VCARD if form == exporting.VCARD else exporting.CSV
        address = await self._read(
            lambda _session, actor: exporting.address(actor, wanted, form=kind)
        )
        return rx.call_script(f"window.location.assign({json.dumps(address)})")

    def _params(self, form: dict[str, Any]) -> dict[str, Any]:
        def text(name: str) -> str:
            return str(form.get(name) or "").strip()[:500]

        if self.asking == OWNER:
            owner = text("bulk_owner")
            return {"owner_id": int(owner[:9]) or None if owner.isdigit() else -1}
        if self.asking == TAG:
            return {"tags": [word.strip() for word in text("bulk_tag").split(",")]}
        if self.asking == UNTAG:
            return {"tags": [text("bulk_untag")]}
        if self.asking == KIND:
            return {"kind": text("bulk_kind")}
        if self.asking == QUIET:
            ticked = [name for name in CHANNELS if form.get(f"bulk_{name}")]
            return {"channels": ticked, "quiet": self.quiet}
        return {"choice": text("bulk_choice")}

    async def _start(self, act: str, params: dict[str, Any]) -> Any:
        ids, filters = self._meant()

        def write(session: Session, actor: Actor) -> Progress:
            run = bulk.start(session, actor, act, params, ids=ids, filters=filters)
            return bulk.progress(session, actor, run.id or 0)

        found = await self._write(write)
        self.asking = ""
        self._choose_none()
        await self._reread()
        if act in (TAG, UNTAG):
            self.options = {**self.options, "tags": await self._read(tag_choices)}
        if found.underway:
            self.run = self._shown(found)
            return None
        self.run = Run()
        return self._told(found)

    async def _look_at(self, number: int) -> None:
        found = await self._read(lambda session, actor: bulk.progress(session, actor, number))
        self.run = self._shown(found)

    def _meant(self) -> tuple[list[int], Filters | None]:
        return ([], self._wanted()) if self.all_fit else (list(self.chosen), None)

    def _told(self, found: Progress) -> Any:
        undo = {"label": self._say(N_("Undo")), "on_click": Bulk.undo(found.id)}
        props: dict[str, Any] = {"action": undo, "duration": 10_000} if found.changed else {}
        toast = rx.toast.warning if found.refused else rx.toast.success
        return toast(self._said(found), **props)

    def _said(self, found: Progress) -> str:
        if not found.changed and not found.refused:
            return self._say(N_("All of them were so already."))
        said = translate_n(
            self._locale,
            "{count} contact was changed.",
            "{count} contacts were changed.",
            found.changed,
        )
        if not found.refused:
            return said
        refused = translate_n(
            self._locale,
            "{count} could not be changed.",
            "{count} could not be changed.",
            found.refused,
        )
        return f"{said} {refused}"

    def _shown(self, found: Progress) -> Run:
        steps = {"done": self._number(found.done), "total": self._number(found.total)}
        over = self._say(N_("Stopped.")) + " " if found.state is WorkState.STOPPED else ""
        undone = found.state is WorkState.UNDONE and not found.refused
        if found.underway:
            detail = self._say(N_("{done} of {total}"), **steps)
        else:
            detail = (
                self._say(N_("It is as it was before.")) if undone else over + self._said(found)
            )
        label = self._say(found.label)
        if found.state in (WorkState.UNDOING, WorkState.UNDONE):
            label = self._say(N_("Undo: {act}"), act=label)
        return Run(
            id=found.id,
            title=label,
            detail=detail,
            percent=min(100, found.done * 100 // max(1, found.total)) if found.underway else 100,
            underway=found.underway,
            can_undo=found.state in (WorkState.DONE, WorkState.STOPPED) and found.changed > 0,
        )

    def _number(self, count: int) -> str:
        return str(format_decimal(count, locale=self._locale))
