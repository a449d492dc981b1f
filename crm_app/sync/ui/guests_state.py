"""The part "Guests": whose addresses never become contacts (SYN-7).

A user's own filters are his; those for everybody are an administrator's. Hiding a button here is a
courtesy, the service checks.
"""

from typing import Any

import reflex as rx

from crm_app.core import clock
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.sync.choices import filters
from crm_app.sync.ui import shown_guests
from crm_app.sync.ui.connections_state import Connections
from crm_app.ui.state import PrivateState, handler


class Guests(PrivateState):
    """``own`` are the team's domains, ``ignored`` all other filters. ``admin``: those for everybody
    may be changed."""

    own: list[dict[str, str]] = []
    ignored: list[dict[str, str]] = []
    suggested: list[str] = []
    addresses: list[str] = []
    admin: bool = False
    # What was typed; a refused form keeps it.
    typed_own: str = ""
    typed_ignored: str = ""

    @handler
    async def load(self) -> None:
        """Open the part anew."""
        self.errors, self.typed_own, self.typed_ignored = {}, "", ""
        await self._show()

    @handler
    def set_typed(self, name: str, value: str) -> None:
        """Type into one of the two fields."""
        if name == "own":
            self.typed_own = value[:320]
        else:
            self.typed_ignored = value[:320]
        self.errors = {}

    @handler
    async def add(self, own: bool, everybody: bool) -> Any:
        """Filter what was typed: a domain of the team's, or somebody to ignore."""
        typed = self.typed_own if own else self.typed_ignored
        try:
            await self._add(typed, own=own, everybody=everybody)
        except Invalid as error:
            raise _beside("own" if own else "ignored", error) from error
        if own:
            self.typed_own = ""
        else:
            self.typed_ignored = ""
        return rx.toast.success(self._say(N_("It never becomes a contact from now on.")))

    @handler
    async def take_suggested(self, domain: str) -> Any:
        """Make a suggested domain the team's own, for everybody."""
        await self._add(domain, own=True, everybody=True)
        return rx.toast.success(self._say(N_("It never becomes a contact from now on.")))

    @handler
    async def remove(self, filter_id: str) -> Any:
        """Filter no longer; a toast offers to put it back."""
        number = int(filter_id) if filter_id.isdigit() and len(filter_id) < 19 else 0
        gone = next((row for row in (*self.own, *self.ignored) if row["id"] == filter_id), None)
        await self._write(lambda session, actor: filters.remove_filter(session, actor, number))
        await self._show()
        undo = {
            "label": self._say(N_("Undo")),
            "on_click": Guests.put_back(
                gone["pattern"] if gone else "",
                bool(gone and gone["own"]),
                bool(gone and gone["everybody"]),
            ),
        }
        return rx.toast.success(
            self._say(N_("Removed. It counts for what arrives from now on.")), action=undo
        )

    @handler
    async def put_back(self, pattern: str, own: bool, everybody: bool) -> None:
        """Undo a removal."""
        await self._add(pattern, own=own, everybody=everybody)

    async def _add(self, typed: str, *, own: bool, everybody: bool) -> None:
        page = await self.get_state(Connections)
        whose = None if everybody else page.whose_id or self._user_id
        await self._write(
            lambda session, actor: filters.add_filter(
                session, actor, typed, now=clock.now(), user_id=whose, own=own
            )
        )
        await self._show()

    async def _show(self) -> None:
        page = await self.get_state(Connections)
        whose = page.whose_id or self._user_id
        found = await self._read(lambda session, actor: shown_guests.of(session, actor, whose))
        self.own, self.ignored = found["own"], found["ignored"]
        self.suggested, self.addresses = found["suggested"], found["addresses"]
        self.admin = self._is_admin


def _beside(name: str, error: Invalid) -> Invalid:
    """The service's word about the pattern, beside the field in which it was typed."""
    text = error.fields.get("pattern", error.user_message)
    return Invalid(error.user_message, fields={name: text}, **error.params)
