"""The dialog "Connect a calendar": which service, how to sign in, what its calendars are for (SYN-1).

Some services are signed in to at their own pages: the browser leaves and comes back to the page it
came from, with the account or with the key of what went wrong in the address.
"""

import asyncio
from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, RemoteError
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import CalendarRole
from crm_app.sync import queries
from crm_app.sync.connections import accounts, signing_in
from crm_app.sync.queries import Connection
from crm_app.sync.reaching import apps, connecting, presets, sign_in_problems
from crm_app.sync.reaching.connecting import Login, Seen
from crm_app.sync.reaching.presets import Way
from crm_app.sync.ui.connections_state import Connections, look
from crm_app.ui.state import PrivateState, handler

_ELSEWHERE = N_("Only the person whose account it is can sign in there.")
# What was told once is not told again when the page is loaded anew.
_FORGET_QUERY = """
history.replaceState(history.state, '', location.pathname)
"""
_CHOOSE = N_("Choose a calendar, or choose not to write them anywhere.")


class Connecting(PrivateState):
    """``step`` is service, login, calendars or problem; empty while the dialog is closed.

    ``missing`` says for each service why it cannot be connected yet, ``problem`` how an attempt at
    ``kind`` ended.
    """

    step: str = ""
    kind: str = presets.ICLOUD.key
    server_url: str = ""
    username: str = ""
    busy: bool = False
    missing: dict[str, str] = dict.fromkeys((each.key for each in presets.ALL), "")
    problem: str = ""
    found: list[dict[str, str]] = []
    can_write: bool = False
    linked: str = ""
    linked_before: str = ""

    @handler
    async def begin(self) -> None:
        """Open the dialog at its first question."""
        await self._look_for_apps()
        self.step, self.kind, self.errors, self.busy = "service", presets.ICLOUD.key, {}, False
        self.server_url, self.username, self.found = "", "", []

    @handler
    def begin_with(self, kind: str) -> None:
        """Open the dialog for a service whose login is typed here."""
        chosen = presets.preset(kind)
        self.step, self.kind, self.errors, self.busy = "login", chosen.key, {}, False
        self.server_url, self.username, self.found = "", "", []

    @handler
    async def arrive(self) -> Any:
        """Go on after signing in at a service, as the page's address says."""
        await self._look_for_apps()
        told = self.router.url.query_parameters
        connected, key = str(told.get("connected", "")), str(told.get("connect", ""))
        if told.get("reconnected"):
            again = N_("Connected again. Reading your calendars …")
            return [rx.toast.success(self._say(again)), rx.call_script(_FORGET_QUERY)]
        if connected.isdigit() and len(connected) < 19:
            offer = await self._offered(int(connected), self._user_id)
            if offer is None:
                return None
            self._take(offer)
        elif words := sign_in_problems.words(key):
            chosen = presets.preset(str(told.get("service", "")))
            self.kind, self.step, self.errors = chosen.key, "problem", {}
            words = await self._own_words(str(told.get("attempt", ""))) or words
            self.problem = self._say(words, service=chosen.name)
        else:
            # A dialog that was left open on another page is not taken along.
            self.step = ""
            return None
        return rx.call_script(_FORGET_QUERY)

    @handler
    async def follow(self) -> Any:
        """Follow what happened to apps and accounts meanwhile."""
        await self._look_for_apps()
        return Connections.reread

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
            kind = self.kind
            # A feed's address is a secret, so it stays in the form alone.
            is_secret = presets.preset(kind).way is Way.ADDRESS
            self.server_url = "" if is_secret else typed["server_url"]
            self.username = typed["username"]
            page = await self.get_state(Connections)
            whose = page.whose_id or self._user_id
        try:
            login = await self._write(
                lambda session, actor: accounts.check(
                    session, actor, kind=kind, **typed, now=clock.now(), user_id=whose
                )
            )
            seen = await _look(login)
            made = await self._write(
                lambda session, actor: accounts.add(
                    session,
                    actor,
                    login,
                    seen,
                    label=_label(kind, login),
                    now=clock.now(),
                    user_id=whose,
                )
            )
            offer = await self._offered(made.id or 0, whose)
            async with self:
                if offer is not None:
                    self._take(offer)
        finally:
            async with self:
                self.busy = False
        return None

    async def _own_words(self, attempt: str) -> str:
        """What the service's own refusal of an attempt of this user's says; mostly nothing."""
        number = int(attempt) if attempt.isdigit() and len(attempt) < 19 else 0
        return await self._read(lambda session, actor: signing_in.told(session, actor, number))

    async def _look_for_apps(self) -> None:
        page = await self.get_state(Connections)
        mine = page.whose_id in (0, self._user_id)
        self.missing = await self._read(lambda session, actor: missing(session, actor, mine))

    async def _offered(self, account_id: int, whose: int) -> list[Connection] | None:
        """All connections of a user, the one that was just made first; None when it is not his."""
        now = clock.now()
        everything = await self._read(
            lambda session, actor: queries.connections(session, actor, now=now, user_id=whose)
        )
        everything.sort(key=lambda one: one.id != account_id)
        return everything if everything and everything[0].id == account_id else None

    def _take(self, everything: list[Connection]) -> None:
        """Ask what the calendars are for; most people want all of them to block time."""
        lines = everything[0].calendars
        linked = next(
            (
                line
                for one in everything
                for line in one.calendars
                if line.role == CalendarRole.LINKED
            ),
            None,
        )
        fresh = all(line.role == CalendarRole.UNUSED for line in lines)
        # Holidays and other people's calendars are mostly read-only; a feed is nothing else.
        self.can_write = any(line.writable for line in lines)
        self.found = [
            {
                "id": str(line.id),
                "name": line.name,
                "color": line.color,
                "writable": "yes" if line.writable else "",
                "used": "yes"
                if line.role != CalendarRole.UNUSED
                or (fresh and (line.writable or not self.can_write))
                else "",
            }
            for line in lines
        ]
        self.linked_before = linked.name if linked else ""
        self.linked = str(linked.id) if linked else ""
        self.step, self.errors = "calendars", {}

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


async def _look(login: Login) -> Seen:
    """Try a login; what is wrong with a feed stands beside its only field."""
    if login.provider != connecting.ICS:
        return await look(login)
    try:
        return await asyncio.to_thread(connecting.look, login)
    except RemoteError as error:
        raise Invalid(fields={"server_url": error.user_message}, **error.params) from error


def missing(session: Session, actor: Actor, mine: bool) -> dict[str, str]:
    """Why each service cannot be connected, in the reader's language; empty where it can."""
    return {
        offer.preset.key: translate(actor.locale, _why(offer, mine)) if _why(offer, mine) else ""
        for offer in apps.offered(session)
    }


def _why(offer: apps.Offer, mine: bool) -> str:
    if offer.preset.way is Way.SIGN_IN and not mine:
        return _ELSEWHERE
    return offer.why


def _label(kind: str, login: Login) -> str:
    """What a new connection is called."""
    chosen = presets.preset(kind)
    if chosen is presets.OTHER:
        return login.username
    return login.server_url.partition("://")[2] if chosen is presets.FEED else chosen.name
