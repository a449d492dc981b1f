"""My profile > External accounts: what is connected for contacts, and how it is (SCT-1, SCT-2).

Everybody has his own; an administrator opens somebody else's with ``?user=<id>`` and sees how they
are, never what is in them. The page reads itself anew when something happens.
"""

import asyncio
from typing import Any

import reflex as rx

from crm_app.core import clock
from crm_app.core.errors import AddressRefused, Invalid, LoginExpired, RemoteError
from crm_app.core.i18n import N_
from crm_app.sync.books import accounts, managing
from crm_app.sync.books.ui import shown_accounts
from crm_app.sync.books.ui.queue_state import CardQueue
from crm_app.sync.books.ui.rules_state import CardRules
from crm_app.sync.books.ui.shown_accounts import AccountRow
from crm_app.sync.reaching import book_access
from crm_app.sync.reaching.book_access import SeenBooks
from crm_app.sync.reaching.connecting import Login
from crm_app.ui.state import PrivateState, handler

TABS = ("accounts", "queue")
REFUSED = N_("User name or app password were not accepted.")


class ExternalAccounts(PrivateState):
    """``asking`` names the open dialog (rename, reconnect, disconnect, missing) about ``chosen``."""

    loading: bool = True
    tab: str = TABS[0]
    whose: str = ""
    whose_id: int = 0
    rows: list[AccountRow] = []
    everyone: list[dict[str, str]] = []
    queued: int = 0
    waiting: str = ""
    asking: str = ""
    chosen: int = 0
    chosen_name: str = ""
    made: str = ""
    remove_ours: bool = False
    busy: bool = False

    @handler
    async def load(self) -> None:
        """The page opens; ``?user=`` asks for somebody else's, ``?tab=queue`` for the queue."""
        told = self.router.url.query_parameters
        asked = str(told.get("user", ""))
        self.whose_id = int(asked) if asked.isdigit() and len(asked) < 19 else self._user_id
        tab = str(told.get("tab", ""))
        self.tab = tab if tab in TABS else TABS[0]
        self.asking, self.errors = "", {}
        await self._show()
        self.loading = False

    @handler
    async def follow(self) -> Any:
        """Something happened to an account or the queue."""
        await self._show()
        return [CardQueue.load, CardRules.follow]

    @handler
    def set_tab(self, tab: str) -> None:
        """Turn to a tab."""
        self.tab = tab if tab in TABS else TABS[0]

    @handler
    async def sync_now(self, account_id: int) -> Any:
        """Read all of it at once."""
        await self._write(lambda session, actor: managing.sync_now(session, actor, account_id))
        return rx.toast.success(self._say(N_("Reading your address books …")))

    @handler
    async def pause(self, account_id: int) -> None:
        """Read and write nothing there for now."""
        await self._write(lambda session, actor: managing.pause(session, actor, account_id))
        await self._show()

    @handler
    async def resume(self, account_id: int) -> None:
        """Let it go on."""
        await self._write(lambda session, actor: managing.resume(session, actor, account_id))
        await self._show()

    @handler
    async def stop(self, book_id: int) -> None:
        """Stop the download; what came so far stays."""
        now = clock.now()
        await self._write(lambda session, actor: managing.stop(session, actor, book_id, now=now))
        await self._show()

    @handler
    async def go_on(self, book_id: int) -> None:
        """Go on where it was stopped."""
        await self._write(lambda session, actor: managing.go_on(session, actor, book_id))
        await self._show()

    @handler
    async def use(self, book_id: int, on: bool) -> None:
        """Read an address book and write to it, or no longer."""
        now = clock.now()
        await self._write(
            lambda session, actor: managing.use_book(session, actor, book_id, on, now=now)
        )
        await self._show()

    @handler
    async def choose_main(self, book_id: int) -> Any:
        """Have what is ticked written to this one."""
        await self._write(lambda session, actor: managing.choose_main(session, actor, book_id))
        await self._show()
        return rx.toast.success(self._say(N_("New entries are written there from now on.")))

    @handler
    async def list_again(self, book_id: int) -> Any:
        """Read an address book from the beginning."""
        await self._write(lambda session, actor: managing.list_again(session, actor, book_id))
        return rx.toast.success(self._say(N_("The address book is read anew.")))

    @handler
    async def delete_missing(self) -> Any:
        """The yes to many deletions."""
        book_id, now, self.asking = self.chosen, clock.now(), ""
        count = await self._write(
            lambda session, actor: managing.delete_missing(session, actor, book_id, now=now)
        )
        await self._show()
        return rx.toast.success(
            self._say_n("{count} entry is forgotten.", "{count} entries are forgotten.", count)
        )

    # Dialogs.

    @handler
    def ask(self, what: str, subject: int, name: str) -> None:
        """Open a dialog about an account or (missing) an address book."""
        if what not in ("rename", "reconnect", "disconnect", "missing"):
            return
        row = next((each for each in self.rows if each.id == subject), AccountRow())
        self.asking, self.chosen, self.chosen_name = what, subject, name[:200]
        self.made, self.remove_ours, self.errors, self.busy = row.made, False, {}, False

    @handler
    def close(self) -> None:
        """Close the dialog."""
        self.asking, self.errors, self.busy = "", {}, False

    @handler
    def set_remove_ours(self, on: bool) -> None:
        """Whether the entries that we made are removed there when the account is disconnected."""
        self.remove_ours = on

    @handler
    async def rename(self, form: dict[str, Any]) -> None:
        """Give the account another name."""
        account_id, label = self.chosen, str(form.get("label", ""))
        await self._write(lambda session, actor: accounts.rename(session, actor, account_id, label))
        self.asking = ""
        await self._show()

    @handler(background=True)
    async def reconnect(self, form: dict[str, Any]) -> Any:
        """Try a new password, and store it when it is accepted."""
        password = str(form.get("password", ""))
        async with self:
            self.busy, self.errors = True, {}
            account_id = self.chosen
        try:
            login = await self._write(
                lambda session, actor: accounts.login_again(
                    session, actor, account_id, password, now=clock.now()
                )
            )
            seen = await look(login)
            await self._write(
                lambda session, actor: accounts.renew(session, actor, account_id, login, seen)
            )
            async with self:
                self.asking = ""
                await self._show()
        finally:
            async with self:
                self.busy = False
        return rx.toast.success(self._say(N_("Connected again. Reading your address books …")))

    @handler
    async def disconnect(self) -> Any:
        """Forget the account; contacts stay."""
        account_id, remove, now = self.chosen, self.remove_ours, clock.now()
        await self._write(
            lambda session, actor: accounts.disconnect(
                session, actor, account_id, remove_ours=remove, now=now
            )
        )
        self.asking = ""
        await self._show()
        return [
            rx.toast.success(self._say(N_("Disconnected. Your contacts are still here."))),
            CardQueue.load,
        ]

    async def _show(self) -> None:
        whose, now = self.whose_id or self._user_id, clock.now()
        found = await self._read(
            lambda session, actor: shown_accounts.overview(session, actor, whose, now)
        )
        self.whose, self.rows, self.everyone = found.whose, found.rows, found.everyone
        self.queued, self.waiting = found.queued, found.waiting


async def look(login: Login) -> SeenBooks:
    """Sign in from a thread; what is wrong becomes a word beside the field that it is about."""
    try:
        return await asyncio.to_thread(book_access.look_at_books, login)
    except LoginExpired as error:
        raise Invalid(fields={"password": REFUSED}) from error
    except AddressRefused as error:
        raise Invalid(fields={"server_url": error.user_message}, **error.params) from error
    except RemoteError as error:
        raise Invalid(fields={"server_url": error.user_message}, **error.params) from error
