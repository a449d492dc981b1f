"""Settings > Sign-in and sessions: the signed-in browsers, and Google or Microsoft as a way in (USR-2)."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import browsers, queries, service, sessions
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.providers import oidc
from crm_app.ui import moments
from crm_app.ui.state import PrivateState, handler

Row = dict[str, str]


class Sessions(PrivateState):
    """``ways`` are the sign-in providers that the workspace offers, with the user's connection."""

    loading: bool = True
    rows: list[Row] = []
    others: int = 0
    ways: list[Row] = []

    @handler
    async def load(self) -> None:
        """Read the browsers and the ways in."""
        await self._show()
        self.loading = False

    @handler
    async def revoke(self, session_id: str) -> Any:
        """Sign one browser out."""
        number = int(session_id) if session_id.isdigit() else 0
        await self._write(lambda session, actor: sessions.revoke(session, actor, number))
        await self._show()
        return rx.toast.success(self._say(N_("That browser is signed out.")))

    @handler
    async def revoke_others(self) -> Any:
        """Sign all browsers out but this one."""
        cookie = self._cookie()
        await self._write(
            lambda session, actor: sessions.revoke_others(
                session, actor, actor.require_user(), current_cookie=cookie
            )
        )
        await self._show()
        return rx.toast.success(self._say(N_("All other browsers are signed out.")))

    @handler
    async def disconnect(self, identity_id: str) -> Any:
        """Sign in with that account no more."""
        number = int(identity_id) if identity_id.isdigit() else 0
        await self._write(
            lambda session, actor: service.disconnect_identity(session, actor, number)
        )
        await self._show()
        return rx.toast.success(self._say(N_("Disconnected.")))

    def _cookie(self) -> str | None:
        return sessions.cookie_of_header(self.router.headers.cookie)

    async def _show(self) -> None:
        cookie = self._cookie()
        self.rows = await self._read(lambda session, actor: session_rows(session, actor, cookie))
        self.others = sum(1 for row in self.rows if not row["current"])
        self.ways = await self._read(way_rows)


def session_rows(session: Session, actor: Actor, cookie: str | None) -> list[Row]:
    """One's own signed-in browsers, this one first."""
    now = clock.now()
    found = sessions.list_sessions(
        session, actor, actor.require_user(), now=now, current_cookie=cookie
    )
    return [
        {
            "id": str(row.id),
            "name": _name(actor.locale, row.user_agent),
            "kind": "phone" if browsers.is_phone(row.user_agent) else "desk",
            "address": row.address,
            "seen": moments.ago(actor.locale, row.last_seen_at, now),
            "since": moments.moment(actor.locale, actor.time_zone, row.created_at, now),
            "current": "yes" if row.current else "",
        }
        for row in sorted(found, key=lambda row: not row.current)
    ]


def _name(locale: str, user_agent: str) -> str:
    browser, system = browsers.browser_of(user_agent), browsers.system_of(user_agent)
    if browser and system:
        return translate(locale, N_("{browser} on {system}"), browser=browser, system=system)
    return browser or system or translate(locale, N_("Unknown browser"))


def way_rows(session: Session, actor: Actor) -> list[Row]:
    """The providers that can be used here, and whether this user connected them."""
    mine = {
        one.provider: str(one.id)
        for one in queries.list_identities(session, actor, actor.require_user())
    }
    offered = set(queries.enabled_providers(session)) | set(mine)
    return [
        {"provider": name, "label": oidc.NAMES[name], "identity": mine.get(name, "")}
        for name in sorted(offered)
    ]
