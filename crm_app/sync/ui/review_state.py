"""The part "Review": guests of external events who wait for a decision (SYN-7).

``rows`` are the events; in each, ``people`` carry whether they are ticked. ``count`` is on the tab.
"""

from typing import Any, Literal

import reflex as rx

from crm_app.core import clock
from crm_app.core.i18n import N_
from crm_app.sync.choices import reopening, review
from crm_app.sync.ui import shown_review
from crm_app.sync.ui.connections_state import Connections
from crm_app.sync.ui.option_state import SyncOptions
from crm_app.sync.ui.shown_review import Row
from crm_app.ui.state import PrivateState, handler

Ignore = Literal["", "address", "domain"]
_SAID: dict[str, str] = {
    "": N_("Nothing is made of it. It goes on blocking your time."),
    "address": N_("These addresses never become contacts."),
    "domain": N_("Nobody from there ever becomes a contact."),
}


class Review(PrivateState):
    """What waits of the user that the page shows."""

    rows: list[Row] = []
    count: int = 0
    reviewing: bool = False

    @handler
    async def load(self) -> None:
        """Open the part anew."""
        await self._show()

    @handler
    async def follow(self) -> Any:
        """Something happened to a connection: the whole page is read anew. Ticks stay."""
        await self._show()
        return [Connections.reread, SyncOptions.reread]

    @handler
    def tick(self, object_id: str, email: str, on: bool) -> None:
        """Tick or untick a guest."""
        self.rows = [
            shown_review.ticked(row, email, on=on) if row["id"] == object_id else row
            for row in self.rows
        ]

    @handler
    async def accept(self, object_id: str) -> Any:
        """Make contacts of the ticked guests, and the appointment."""
        row = next((one for one in self.rows if one["id"] == object_id), None)
        chosen = [one["email"] for one in row["people"] if one["ticked"]] if row else []
        number, now = _number(object_id), clock.now()
        await self._write(
            lambda session, actor: review.accept(session, actor, number, emails=chosen, now=now)
        )
        await self._show()
        return rx.toast.success(
            self._say_n(
                "{count} contact was made, with the appointment.",
                "{count} contacts were made, with the appointment.",
                len(chosen),
            )
        )

    @handler
    async def decline(self, object_id: str, ignore: Ignore) -> Any:
        """Make nothing of it: this once, or never of these addresses or their domains."""
        number, now = _number(object_id), clock.now()
        await self._write(
            lambda session, actor: review.decline(session, actor, number, ignore=ignore, now=now)
        )
        await self._show()
        undo = {
            "label": self._say(N_("Undo")),
            "on_click": Review.reopen(object_id, ignore),
        }
        return rx.toast.success(self._say(_SAID[ignore]), action=undo)

    @handler
    async def reopen(self, object_id: str, ignored: Ignore) -> None:
        """Undo a decline."""
        number = _number(object_id)
        await self._write(
            lambda session, actor: reopening.reopen(session, actor, number, ignored=ignored)
        )
        await self._show()

    async def _show(self) -> None:
        page = await self.get_state(Connections)
        whose, now = page.whose_id or self._user_id, clock.now()
        found = await self._read(
            lambda session, actor: shown_review.waiting(session, actor, whose, now)
        )
        before = {row["id"]: row for row in self.rows}
        self.rows = [shown_review.as_before(row, before.get(row["id"])) for row in found["rows"]]
        self.count, self.reviewing = len(self.rows), found["reviewing"]


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 19 else 0
