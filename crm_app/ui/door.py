"""The door: the outermost ASGI layer, which decides who comes in before any other code runs.

Without a valid session there is no websocket, hence no event handler at all, and a page of the
dashboard leads to sign-in. Reflex's upload endpoint is always closed, since its events carry no
headers that the guard could check. Websockets and unsafe methods need an Origin of ours; the lists
of what is open to strangers are explicit and everything else is closed. An empty database leads
every page to the set-up.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from crm_app.core.access import Actor
from crm_app.ui import headers, origins

# Pages and endpoints of their own that need no session; each checks by itself what it needs.
PUBLIC = (
    "/login",
    "/logout",
    "/setup",
    "/forgot",
    "/reset",
    "/invite",
    "/auth",
    "/cal",
    "/booking",
    "/f",
    "/l",
    "/o",
    "/u",
    "/public",
    "/healthz",
    "/metrics",
)
# The built dashboard's files: code, styles and fonts without any data.
FILES = ("/assets", "/fonts", "/favicon.ico", "/robots.txt", "/manifest.webmanifest")
# Visitors' forms: an old browser sends no Origin, the form's signed token is checked instead.
# Mail programs post to /u by themselves, without any (RFC 8058).
VISITORS = ("/cal", "/booking", "/f", "/u")
# Called by programs with a bearer token or a signature, never with the cookie.
MACHINES = ("/api", "/hooks")
SETUP = "/setup"
LOGIN = "/login"
_SAFE = ("GET", "HEAD", "OPTIONS")
_WRONG_ADDRESS = (
    "This request did not come from a page of this server.\n"
    "If you see this on your own server, set CRM_PUBLIC_URL to the address in the browser's bar.\n"
)


@dataclass(frozen=True, slots=True)
class Keys:
    """What the door asks others: who a Cookie header is, whether there is a user yet, our address."""

    resolve: Callable[[str | None], Actor | None]
    has_users: Callable[[], bool]
    public_url: Callable[[], str]


class Door:
    """See the module."""

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._app, self._keys = app, keys
        self._shielded = headers.Shield(self._page, keys.public_url)
        self._set_up = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._shielded(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = await self._refusal(scope, Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = Headers(scope=scope)
        if self._from_us(sent) and await self._actor(sent):
            await self._app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1008})

    async def _refusal(self, scope: Scope, sent: Headers) -> Response | None:
        path: str = scope["path"]
        if ".." in path or "//" in path or "\\" in path:
            return PlainTextResponse("Bad request", 400)
        if _under(path, ("/_upload",)):
            return PlainTextResponse("Forbidden", 403)
        if scope["method"] not in _SAFE and not self._may_send(path, sent):
            return PlainTextResponse(_WRONG_ADDRESS, 403)
        if _under(path, FILES) or _under(path, MACHINES) or path in ("/healthz", "/metrics"):
            return None
        if not _under(path, (SETUP, "/public")) and not await self._is_set_up():
            return RedirectResponse(SETUP, 303)
        if _under(path, PUBLIC) or await self._actor(sent):
            return None
        return _to_login(scope, sent)

    def _may_send(self, path: str, sent: Headers) -> bool:
        if _under(path, MACHINES) or self._from_us(sent):
            return True
        return _under(path, VISITORS) and "origin" not in sent and not _cross_site(sent)

    def _from_us(self, sent: Headers) -> bool:
        named = sent.getlist("origin")
        # No browser sends two, and whoever reads the other one would decide differently.
        origin = named[0] if len(named) == 1 else None
        return origins.is_ours(origin, sent.get("host", ""), self._keys.public_url())

    async def _actor(self, sent: Headers) -> Actor | None:
        cookie = sent.get("cookie")
        return await asyncio.to_thread(self._keys.resolve, cookie) if cookie else None

    async def _is_set_up(self) -> bool:
        # Users are never deleted, so a yes is remembered.
        self._set_up = self._set_up or await asyncio.to_thread(self._keys.has_users)
        return self._set_up


def _under(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(path == prefix or path.startswith(prefix + "/") for prefix in prefixes)


def _cross_site(sent: Headers) -> bool:
    return sent.get("sec-fetch-site") in ("cross-site", "same-site")


def _to_login(scope: Scope, sent: Headers) -> Response:
    if scope["method"] not in ("GET", "HEAD") or "text/html" not in sent.get("accept", ""):
        return PlainTextResponse("Please sign in.", 401)
    query = scope.get("query_string", b"").decode("latin-1")
    wanted = scope["path"] + (f"?{query}" if query else "")
    target = LOGIN if wanted == "/" else f"{LOGIN}?next={quote(wanted, safe='/')}"
    return RedirectResponse(target, 303, headers={"Cache-Control": "no-store"})
