"""The dialog "Connect a calendar": which service, how to sign in, what its calendars are for (SYN-1)."""

from typing import Any

import reflex as rx

from crm_app.core import clock
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import CalendarRole
from crm_app.sync import accounts, presets, queries
from crm_app.sync.ui.connections_state import Connections, look
from crm_app.ui.state import PrivateState, handler

_CHOOSE = N_("Choose a calendar, or choose not to write them anywhere.")


class Connecting(PrivateState):
    """``step`` is service, login or calendars; empty while the dialog is closed."""

    step: str = ""
    kind: str = presets.ICLOUD.key
    server_url: str = ""
    username: str = ""
    busy: bool = False
    found: list[dict[str, str]] = []
    linked: str = ""
    linked_before: str = ""

    @handler
    def begin(self) -> None:
        """Open the dialog at its first question."""
        self.step, self.kind, self.errors, self.busy = "service", presets.ICLOUD.key, {}, False
        self.server_url, self.username, self.found = "", "", []

    @handler
    def choose(self, kind: str) -> None:
        """A service was chosen: ask for its login."""
        self.kind, self.step, self.errors = presets.preset(kind).key, "login", {}

    @handler
    def back(self) -> None:
        """Choose another service."""
        self.step, self.errors = "service", {}

    @handler
    def close(self) -> Any:
        """Close the dialog; what was connected stays."""
        self.step, self.errors = "", {}
        return Connections.reread

    @handler(background=True)
    async def connect(self, form: dict[str, Any]) -> Any:
        """Sign in, list the calendars, store the account."""
        typed = {name: str(form.get(name, "")) for name in ("server_url", "username", "password")}
        async with self:
            self.busy, self.errors = True, {}
            self.server_url, self.username = typed["server_url"], typed["username"]
            kind = self.kind
            page = await self.get_state(Connections)
            whose = page.whose_id or self._user_id
        try:
            login = await self._write(
                lambda session, actor: accounts.check(
                    session, actor, kind=kind, **typed, now=clock.now(), user_id=whose
                )
            )
            seen = await look(login)
            made = await self._write(
                lambda session, actor: accounts.add(
                    session,
                    actor,
                    login,
                    seen,
                    label=_label(kind, login.username),
                    now=clock.now(),
                    user_id=whose,
                )
            )
            await self._offer(made.id or 0, whose)
        finally:
            async with self:
                self.busy = False
        return None

    async def _offer(self, account_id: int, whose: int) -> None:
        """Ask what the calendars are for; most people want all of them to block time."""
        now = clock.now()
        everything = await self._read(
            lambda session, actor: queries.connections(session, actor, now=now, user_id=whose)
        )
        linked = next(
            (
                line
                for one in everything
                for line in one.calendars
                if line.role == CalendarRole.LINKED
            ),
            None,
        )
        lines = [line for one in everything if one.id == account_id for line in one.calendars]
        fresh = all(line.role == CalendarRole.UNUSED for line in lines)
        async with self:
            self.found = [
                {
                    "id": str(line.id),
                    "name": line.name,
                    "color": line.color,
                    "writable": "yes" if line.writable else "",
                    # Holidays and other people's calendars are mostly read-only.
                    "used": "yes"
                    if line.role != CalendarRole.UNUSED or (fresh and line.writable)
                    else "",
                }
                for line in lines
            ]
            self.linked_before = linked.name if linked else ""
            self.linked = str(linked.id) if linked else ""
            self.step = "calendars"

    @handler
    def use(self, calendar_id: str, on: bool) -> None:
        """Tick or untick a calendar."""
        self.found = [
            {**row, "used": "yes" if on else ""} if row["id"] == calendar_id else row
            for row in self.found
        ]

    @handler
    def choose_linked(self, value: str) -> None:
        """Where appointments are to be written."""
        self.linked, self.errors = value, {}

    @handler
    async def finish(self) -> Any:
        """Write down what the calendars are for."""
        page = await self.get_state(Connections)
        whose = page.whose_id or self._user_id
        if self.linked == "" and any(row["writable"] for row in self.found):
            raise Invalid(fields={"write-where": _CHOOSE})
        linked = int(self.linked) if self.linked.isdigit() else 0
        wanted = {row["id"]: row["used"] != "" for row in self.found}
        keeps = self.linked_before != "" and self.linked not in wanted

        def write(session: Any, actor: Any) -> None:
            if not keeps:
                accounts.choose_linked(session, actor, linked or None, user_id=whose)
            for calendar_id, used in wanted.items():
                if int(calendar_id) != linked:
                    accounts.set_used(session, actor, int(calendar_id), used)

        await self._write(write)
        self.step = ""
        return [
            rx.toast.success(self._say(N_("Connected. Reading your calendars …"))),
            Connections.reread,
        ]


def _label(kind: str, username: str) -> str:
    chosen = presets.preset(kind)
    return chosen.name if chosen is not presets.OTHER else username
