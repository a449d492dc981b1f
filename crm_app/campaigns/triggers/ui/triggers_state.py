"""The list of triggers, the log of all looks, and the map of what feeds what (TRG-1, TRG-5)."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.campaigns.triggers import queries, service
from crm_app.campaigns.triggers.ui import lists
from crm_app.campaigns.triggers.ui.lists import MapRow, Row
from crm_app.contacts import queries as contacts
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.core.kinds import TriggerOutcome
from crm_app.ui.state import PrivateState, handler

VIEWS = ("triggers", "log", "map", "deleted")
LIST = "/triggers"
NEW = N_("New trigger")


def id_in(path: str) -> int:
    """The trigger's id in an address like ``/triggers/7``; 0 when there is none."""
    head, _, last = path.rstrip("/").rpartition("/")
    short = last.isascii() and last.isdigit() and len(last) < 10
    return int(last) if head.endswith(LIST) and short else 0


class Triggers(PrivateState):
    """``view`` is what is looked at; ``outcome`` and ``contact_id`` filter the log."""

    loading: bool = True
    may_change: bool = False
    view: str = "triggers"
    rows: list[Row] = []
    runs: list[Row] = []
    more: bool = False
    outcome: str = ""
    contact_id: str = ""
    contact: str = ""
    drawn: MapRow = MapRow("0", "0", [], [], [], [])

    @handler
    async def load(self) -> None:
        """Open the page."""
        self.may_change = self._is_admin
        if not id_in(self.router.url.path):
            await self._look_at(self.router.url.query_parameters.get("contact", ""))
            await self._show()
        self.loading = False

    @handler
    async def follow(self) -> None:
        """A trigger was changed or looked at something."""
        # Whoever reads older lines of the log is left in peace.
        if not id_in(self.router.url.path) and len(self.runs) <= queries.PAGE:
            await self._show()

    @handler
    async def everybody(self) -> None:
        """Show the looks at all contacts again."""
        self.contact_id = self.contact = ""
        await self._show()

    @handler
    async def set_view(self, view: str) -> None:
        """Look at the triggers, the log, the map, or what was deleted."""
        self.view = view if view in VIEWS else VIEWS[0]
        await self._show()

    @handler
    async def set_outcome(self, outcome: str) -> None:
        """Show the looks that ended like this; "": all."""
        self.outcome = outcome if outcome in [one.value for one in TriggerOutcome] else ""
        await self._show()

    @handler
    async def load_more(self) -> None:
        """Older looks below."""
        if self.runs:
            last = int(self.runs[-1]["id"])
            found = await self._read(self._log(before_id=last))
            self.runs, self.more = [*self.runs, *found], len(found) == queries.PAGE

    @handler(admin=True)
    async def add(self) -> Any:
        """Make a trigger and open it."""
        name = self._say(NEW)
        made = await self._write(
            lambda session, actor: service.create(session, actor, name=name).id
        )
        return rx.redirect(f"{LIST}/{made}")

    @handler(admin=True)
    async def turn(self, trigger_id: str, on: bool) -> Any:
        """Switch a trigger of the list on or off."""
        number = int(trigger_id) if trigger_id.isdigit() else 0

        def change(session: Session, actor: Actor) -> None:
            service.switch(session, actor, queries.get_trigger(session, actor, number), on=on)

        try:
            await self._write(change)
        finally:
            await self._show()
        return rx.toast.success(self._say(N_("It is on.") if on else N_("It is off.")))

    @handler(admin=True)
    async def restore(self, trigger_id: str) -> Any:
        """Bring a deleted trigger back."""
        number = int(trigger_id) if trigger_id.isdigit() else 0

        def change(session: Session, actor: Actor) -> None:
            row = queries.get_trigger(session, actor, number, deleted=True)
            service.restore(session, actor, row)

        await self._write(change)
        await self._show()
        return rx.toast.success(self._say(N_("It is back, switched off.")))

    async def _look_at(self, asked: str) -> None:
        """``?contact=7``: the log of one contact."""
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
        self.contact_id = self.contact = ""
        if number:
            self.contact = await self._read(
                lambda session, actor: contacts.get_contact(session, actor, number).name
            )
            self.contact_id, self.view = str(number), "log"

    async def _show(self) -> None:
        now = clock.now()
        if self.view == "log":
            self.runs = await self._read(self._log())
            self.more = len(self.runs) == queries.PAGE
        elif self.view == "map":
            self.drawn = await self._read(lists.the_map)
        else:
            gone = self.view == "deleted"
            self.rows = await self._read(
                lambda session, actor: lists.triggers(session, actor, now, deleted=gone)
            )

    def _log(self, before_id: int | None = None) -> Any:
        outcomes = [TriggerOutcome(self.outcome)] if self.outcome else []
        now, whose = clock.now(), int(self.contact_id) if self.contact_id else None
        return lambda session, actor: lists.runs(
            session, actor, now, outcomes=outcomes, contact_id=whose, before_id=before_id
        )
