"""Security headers of every answer; an answer that sets one itself (the public pages) keeps its own.

The dashboard's Content-Security-Policy allows the inline scripts that the build made, by their
hashes, and nothing else inline. ``unsafe-eval`` has to stay: Reflex's client evaluates the scripts
that handlers return (``rx.call_script``, toasts).
"""

import base64
import functools
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BUILT = Path(".web/build/client")
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)

_FOR_EVER = "public, max-age=31536000, immutable"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def inline_hashes(html: str) -> set[str]:
    """CSP sources (Level 3, ``'sha256-…'``) of the inline scripts of ``html``."""
    return {
        f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
        for code in _INLINE.findall(html)
    }


def policy(hashes: set[str]) -> str:
    """The dashboard's Content-Security-Policy."""
    return (
        "default-src 'self'; "
        f"script-src 'self' 'unsafe-eval' {' '.join(sorted(hashes))}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


@functools.cache
def dashboard_policy() -> str:
    """The policy for the pages that were built."""
    pages = sorted(_BUILT.rglob("*.html"))
    return policy(set().union(*(inline_hashes(page.read_text("utf-8")) for page in pages)))


class Shield:
    """Adds the headers to what ``app`` answers."""

    def __init__(self, app: ASGIApp, public_url: Callable[[], str]) -> None:
        self._app, self._public_url = app, public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message))
                if scope["path"].startswith("/assets/") and message["status"] == 200:
                    # The build puts a hash of the content into each of these names.
                    MutableHeaders(scope=message)["Cache-Control"] = _FOR_EVER
            await send(message)

        await self._app(scope, receive, guarded)

    def _add(self, answer: MutableHeaders) -> None:
        for name, value in ALWAYS.items():
            answer.setdefault(name, value)
        if self._public_url().startswith("https://"):
            answer.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not answer.get("content-type", "").startswith("text/html"):
            return
        if "content-security-policy" not in answer:
            answer["Content-Security-Policy"] = dashboard_policy()
            answer["X-Frame-Options"] = "DENY"
            # A new build brings new file names: the page itself is always asked for again.
            answer["Cache-Control"] = "no-cache"
