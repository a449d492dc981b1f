"""Settings > Calendar configuration: what is connected, what it is used for, and how it is (SYN-1, SYN-11).

Everybody has his own; an administrator opens somebody else's with ``?user=<id>``. Every choice is
written at once. The page reads itself anew when something happens to a connection, and now and
then for the times that it shows.
"""

import asyncio
import json
from typing import Any

import reflex as rx

from crm_app.core import clock
from crm_app.core.errors import AddressRefused, Invalid, LoginExpired, RemoteError
from crm_app.core.i18n import N_
from crm_app.sync import service
from crm_app.sync.connections import accounts
from crm_app.sync.reaching import connecting, presets
from crm_app.sync.ui import shown
from crm_app.sync.ui.shown import Row
from crm_app.ui.state import PrivateState, handler

# A menu takes the focus back when it closes, also from the dialog that it opened.
_FOCUS_DIALOG = """
setTimeout(() => {
  const dialog = document.querySelector('[role=dialog], [role=alertdialog]');
  if (dialog && !dialog.contains(document.activeElement))
    (dialog.querySelector('input') || dialog.querySelector('button'))?.focus();
}, 120)
"""
PARTS = ("calendars", "option", "guests", "review", "health")
REFUSED = N_("User name or app password were not accepted.")


class Connections(PrivateState):
    """``whose`` is the name of the user that an administrator looks at, empty for one's own.

    ``part`` is the one of ``PARTS`` that is shown;
    ``asking`` names the open dialog (rename, reconnect, disconnect, policy), ``chosen`` its subject.
    """

    loading: bool = True
    part: str = PARTS[0]
    whose: str = ""
    whose_id: int = 0
    rows: list[Row] = []
    choices: list[dict[str, str]] = []
    linked: str = shown.NOWHERE
    everyone: list[dict[str, str]] = []
    asking: str = ""
    chosen: str = ""
    chosen_name: str = ""
    chosen_kind: str = ""
    tentative: bool = True
    out_of_office: bool = True
    busy: bool = False

    @handler
    async def load(self) -> None:
        """Read all anew; ``?user=`` asks for somebody else's."""
        asked = str(self.router.url.query_parameters.get("user", ""))
        self.whose_id = int(asked) if asked.isdigit() else self._user_id
        self.asking, self.errors = "", {}
        self._turn_to(str(self.router.url.query_parameters.get("part", "")))
        await self._show()
        self.loading = False

    @handler
    def show(self, part: str) -> None:
        """Turn to a part of the page."""
        self._turn_to(part)

    @handler
    async def reread(self) -> None:
        """Follow what happened meanwhile."""
        if not self.loading:
            await self._show()

    def _turn_to(self, part: str) -> None:
        self.part = part if part in PARTS else PARTS[0]

    async def _show(self) -> None:
        whose, now = self.whose_id, clock.now()
        found = await self._read(lambda session, actor: shown.overview(session, actor, whose, now))
        self.whose, self.rows, self.everyone = found["whose"], found["rows"], found["everyone"]
        self.choices, self.linked = found["choices"], found["linked"]

    @handler
    async def choose_linked(self, value: str) -> Any:
        """Have appointments written to another calendar, or nowhere."""
        whose, chosen = self.whose_id, _number(value) or None
        await self._write(
            lambda session, actor: accounts.choose_linked(session, actor, chosen, user_id=whose)
        )
        await self._show()
        if chosen is None:
            return rx.toast.success(self._say(N_("Appointments are no longer written anywhere.")))
        return rx.toast.success(self._say(N_("Coming appointments are being written there.")))

    @handler
    async def use(self, calendar_id: str, on: bool) -> None:
        """Have a calendar's events block time, or no longer."""
        number = _number(calendar_id)
        await self._write(lambda session, actor: accounts.set_used(session, actor, number, on))
        await self._show()

    @handler
    async def sync_now(self, account_id: str) -> Any:
        """Have all calendars of a connection read at once."""
        number = _number(account_id)
        count = await self._write(lambda session, actor: service.sync_now(session, actor, number))
        if not count:
            return rx.toast.info(self._say(N_("None of its calendars is used yet.")))
        return rx.toast.success(self._say(N_("Reading your calendars …")))

    @handler
    async def delete_missing(self, calendar_id: str) -> Any:
        """The yes to many deletions."""
        number, now = _number(calendar_id), clock.now()
        count = await self._write(
            lambda session, actor: service.delete_missing(session, actor, number, now=now)
        )
        await self._show()
        return rx.toast.success(
            self._say_n(
                "{count} entry was deleted here.", "{count} entries were deleted here.", count
            )
        )

    @handler
    async def list_again(self, calendar_id: str) -> Any:
        """Read a calendar from the beginning."""
        number = _number(calendar_id)
        await self._write(lambda session, actor: service.list_again(session, actor, number))
        return rx.toast.success(self._say(N_("The calendar is read anew.")))

    # Dialogs.

    @handler
    def ask(self, what: str, subject: str, name: str) -> Any:
        """Open a dialog about a connection or a calendar."""
        if what not in ("rename", "reconnect", "disconnect"):
            return None
        row: Row = next((row for row in self.rows if row["id"] == subject), {})
        kind = str(row.get("kind", ""))
        if what == "reconnect" and presets.preset(kind).way is presets.Way.SIGN_IN:
            return self._sign_in_again(row)
        self.chosen_kind = kind
        self.asking, self.chosen, self.chosen_name, self.errors = what, subject, name[:200], {}
        return rx.call_script(_FOCUS_DIALOG)

    def _sign_in_again(self, row: Row) -> Any:
        """Its owner signs in at the service itself and comes back to this page."""
        if not row["sign_in"]:
            only = N_("Only the person whose account it is can sign in there.")
            return rx.toast.info(self._say(only))
        there = json.dumps(row["sign_in"])
        return rx.call_script(f"location.assign({there} + location.pathname)")

    @handler
    def ask_policy(self, calendar_id: str) -> None:
        """Open what blocks time in a calendar."""
        for row in self.rows:
            for line in row["calendars"]:
                if line["id"] == calendar_id:
                    self.asking, self.chosen, self.chosen_name = "policy", calendar_id, line["name"]
                    self.tentative = line["tentative"] != ""
                    self.out_of_office = line["out_of_office"] != ""

    @handler
    def close(self) -> None:
        """Close the dialog."""
        self.asking, self.errors = "", {}

    @handler
    async def set_policy(self, which: str, on: bool) -> None:
        """Whether tentative or out-of-office times block."""
        number = _number(self.chosen)
        tentative = on if which == "tentative" else self.tentative
        away = on if which == "out_of_office" else self.out_of_office
        await self._write(
            lambda session, actor: accounts.set_policy(
                session, actor, number, tentative_blocks=tentative, out_of_office_blocks=away
            )
        )
        self.tentative, self.out_of_office = tentative, away
        await self._show()

    @handler
    async def rename(self, form: dict[str, Any]) -> Any:
        """Give the connection another name."""
        number, label = _number(self.chosen), str(form.get("label", ""))
        await self._write(lambda session, actor: accounts.rename(session, actor, number, label))
        self.asking = ""
        await self._show()
        return rx.toast.success(self._say(N_("Renamed.")))

    @handler
    async def disconnect(self) -> Any:
        """Forget the connection and all that was read."""
        number = _number(self.chosen)
        await self._write(lambda session, actor: accounts.disconnect(session, actor, number))
        self.asking = ""
        await self._show()
        return rx.toast.success(self._say(N_("Disconnected. What we wrote stays in the calendar.")))

    @handler(background=True)
    async def reconnect(self, form: dict[str, Any]) -> Any:
        """Try a new password and store it when it is good."""
        async with self:
            number, self.busy, self.errors = _number(self.chosen), True, {}
        try:
            login = await self._write(
                lambda session, actor: accounts.login_again(
                    session, actor, number, str(form.get("password", "")), now=clock.now()
                )
            )
            seen = await look(login)
            await self._write(
                lambda session, actor: accounts.renew(session, actor, number, login, seen)
            )
            async with self:
                self.asking = ""
                await self._show()
        finally:
            async with self:
                self.busy = False
        return rx.toast.success(self._say(N_("Connected again. Reading your calendars …")))


async def look(login: connecting.Login) -> connecting.Seen:
    """Sign in from a thread; what is wrong becomes a word beside the field that it is about."""
    try:
        return await asyncio.to_thread(connecting.look, login)
    except LoginExpired as error:
        refused = error.user_message if login.provider == connecting.ICS else REFUSED
        raise Invalid(fields={"password": refused}) from error
    except AddressRefused as error:
        raise Invalid(fields={"server_url": error.user_message}, **error.params) from error
    except RemoteError as error:
        field = "server_url" if login.provider == connecting.CALDAV else "password"
        raise Invalid(fields={field: error.user_message}, **error.params) from error


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 19 else 0
