"""The dialog "New sync account": which service, and how to sign in (SCT-1).

Some services are signed in to at their own pages: the browser leaves and comes back with the account
or with the key of what went wrong in the address.
"""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import AccountPurpose
from crm_app.sync.books import accounts
from crm_app.sync.books.ui.accounts_state import ExternalAccounts, look
from crm_app.sync.connections import signing_in
from crm_app.sync.reaching import apps, presets, sign_in_problems
from crm_app.sync.reaching.connecting import Login
from crm_app.ui.state import PrivateState, handler

CONTACTS = AccountPurpose.CONTACTS
_FORGET_QUERY = "history.replaceState(history.state, '', location.pathname)"


class NewAccount(PrivateState):
    """``step`` is service, login or problem; empty while the dialog is closed. ``missing`` says for each
    service why it cannot be chosen yet."""

    step: str = ""
    kind: str = presets.general(CONTACTS).key
    server_url: str = ""
    username: str = ""
    busy: bool = False
    missing: dict[str, str] = dict.fromkeys((each.key for each in presets.FOR_CONTACTS), "")
    problem: str = ""

    @handler
    async def begin(self) -> None:
        """Open the dialog."""
        await self._look_for_apps()
        self.step, self.errors, self.busy = "service", {}, False
        self.server_url, self.username = "", ""

    @handler
    async def arrive(self) -> Any:
        """Go on after signing in at a service, as the page's address says."""
        await self._look_for_apps()
        told = self.router.url.query_parameters
        if told.get("connected") or told.get("reconnected"):
            self.step = ""
            return [rx.toast.success(self._say(_CONNECTED)), rx.call_script(_FORGET_QUERY)]
        words = sign_in_problems.words(str(told.get("connect", "")), CONTACTS)
        if not words:
            self.step = ""
            return None
        chosen = presets.preset(str(told.get("service", "")), CONTACTS)
        self.kind, self.step, self.errors = chosen.key, "problem", {}
        words = await self._own_words(str(told.get("attempt", ""))) or words
        self.problem = self._say(words, service=chosen.name)
        return rx.call_script(_FORGET_QUERY)

    @handler
    def choose(self, kind: str) -> None:
        """A service was chosen: ask for its login."""
        self.kind, self.step, self.errors = presets.preset(kind, CONTACTS).key, "login", {}

    @handler
    def back(self) -> None:
        """Choose another service."""
        self.step, self.errors = "service", {}

    @handler
    def close(self) -> None:
        """Close the dialog."""
        self.step, self.errors = "", {}

    @handler(background=True)
    async def connect(self, form: dict[str, Any]) -> Any:
        """Sign in, list the address books, store the account; its download begins."""
        server_url, username = str(form.get("server_url", "")), str(form.get("username", ""))
        password = str(form.get("password", ""))
        async with self:
            self.busy, self.errors = True, {}
            kind, self.server_url, self.username = self.kind, server_url, username
        try:
            login = await self._write(
                lambda session, actor: accounts.check(
                    session,
                    actor,
                    kind=kind,
                    server_url=server_url,
                    username=username,
                    password=password,
                    now=clock.now(),
                )
            )
            seen = await look(login)
            await self._write(
                lambda session, actor: accounts.add(
                    session, actor, login, seen, label=_label(kind, login), now=clock.now()
                )
            )
            async with self:
                self.step = ""
        finally:
            async with self:
                self.busy = False
        return [rx.toast.success(self._say(_CONNECTED)), ExternalAccounts.load]

    async def _own_words(self, attempt: str) -> str:
        """What the service's own refusal of an attempt of this user's says; mostly nothing."""
        number = int(attempt) if attempt.isdigit() and len(attempt) < 19 else 0
        return await self._read(lambda session, actor: signing_in.told(session, actor, number))

    async def _look_for_apps(self) -> None:
        self.missing = await self._read(missing)


_CONNECTED = N_("Connected. The first download has begun.")


def missing(session: Session, actor: Actor) -> dict[str, str]:
    """Why each service cannot be chosen, in the reader's language; empty where it can."""
    return {
        offer.preset.key: translate(actor.locale, offer.why) if offer.why else ""
        for offer in apps.offered(session, CONTACTS)
    }


def _label(kind: str, login: Login) -> str:
    """What a new account is called."""
    chosen = presets.preset(kind, CONTACTS)
    return login.username if chosen == presets.general(CONTACTS) else chosen.name
