"""Live pages: an open tab hears that something changed and reads its page anew.

The table of facts is the change feed. One task per web process looks for new facts every half
second and sends the tabs that show their topic the page's own reload handler, as an event that the
browser sends back through the guard; so a tick carries no data and works with any number of
processes. What happens within half a second becomes one tick. The same task sends tabs whose
session has ended to the sign-in, so that nothing stays on a screen after signing out elsewhere.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate
from sqlalchemy import func, select
from sqlmodel import Session, col

from crm_app.core import db
from crm_app.core.access import Actor
from crm_app.core.facts import FactRow
from crm_app.ui.state import SIGN_IN

log = logging.getLogger(__name__)
POLL_SECONDS = 0.5
SWEEP_EVERY = 10  # polls
# Ids are given before the commit: a lower one may become visible after a higher one.
_OVERLAP = 200

# Which handler reloads a page when a topic changes, by route.
_reloads: dict[str, dict[str, Any]] = {}
# Which route a tab shows, by client token.
_open: dict[str, str] = {}


def register(route: str, on_live: Mapping[str, Any]) -> None:
    """A page follows topics."""
    if on_live:
        _reloads[_plain(route)] = dict(on_live)


def opened(token: str, route: str) -> None:
    """The tab ``token`` shows ``route`` (its pattern) now."""
    if _plain(route) in _reloads:
        _open[token] = _plain(route)
    else:
        _open.pop(token, None)


def _plain(route: str) -> str:
    return route.strip("/") or "index"


@dataclass(slots=True)
class Feed:
    """Where this process stands in the table of facts."""

    newest: int = 0
    seen: set[int] = field(default_factory=set)

    @classmethod
    def at_the_end(cls, session: Session) -> "Feed":
        """A feed that has heard of everything so far."""
        feed = cls(session.execute(select(func.max(FactRow.id))).scalar() or 0)
        feed.topics(session)
        return feed

    def topics(self, session: Session) -> set[str]:
        """The topics of the facts that appeared since the last call."""
        rows = session.execute(
            select(col(FactRow.id), col(FactRow.topic)).where(
                col(FactRow.id) > self.newest - _OVERLAP
            )
        ).all()
        fresh = {topic for number, topic in rows if number not in self.seen and topic}
        self.seen = {number for number, _ in rows}
        self.newest = max(self.seen, default=self.newest)
        return fresh


async def publish(app: rx.App, topics: Iterable[str]) -> int:
    """Send the reload handlers of ``topics`` to the open tabs; how many tabs were told."""
    namespace = app.event_namespace
    changed, told = set(topics), 0
    for token, route in list(_open.items()):
        if not await namespace._token_manager.is_token_connected(token):
            _open.pop(token, None)
            continue
        handlers = [reload for topic, reload in _reloads[route].items() if topic in changed]
        if handlers:
            events = Event.from_event_type(list(dict.fromkeys(handlers)))
            await namespace.emit_update(StateUpdate(events=events), token)
            told += 1
    return told


async def sweep(app: rx.App, resolve: Callable[[str | None], Actor | None]) -> int:
    """Send the tabs whose session is over to the sign-in; how many there were."""
    namespace = app.event_namespace
    cookies = {
        sid: data["headers"].get("cookie")
        for sid, data in list(namespace._static_router_data.items())
    }
    ended = await asyncio.to_thread(
        lambda: {cookie for cookie in set(cookies.values()) if resolve(cookie) is None}
    )
    events = Event.from_event_type(rx.call_script(SIGN_IN))
    tokens = [namespace.sid_to_token.get(sid) for sid, cookie in cookies.items() if cookie in ended]
    for token in filter(None, tokens):
        await namespace.emit_update(StateUpdate(events=events), token)
    return len(tokens)


def _topics(feed: Feed) -> set[str]:
    with db.reading() as session:
        return feed.topics(session)


def _begin() -> Feed:
    with db.reading() as session:
        return Feed.at_the_end(session)


async def follow(app: rx.App, resolve: Callable[[str | None], Actor | None]) -> None:
    """Publish what happens until cancelled. A database that is away is asked again later."""
    feed, polls = await asyncio.to_thread(_begin), 0
    while True:
        await asyncio.sleep(POLL_SECONDS)
        polls += 1
        try:
            with app.set_contexts():
                if topics := await asyncio.to_thread(_topics, feed):
                    await publish(app, topics)
                if polls % SWEEP_EVERY == 0:
                    await sweep(app, resolve)
        except Exception:
            log.exception("the live feed could not look for changes")
            await asyncio.sleep(5)


@contextlib.asynccontextmanager
async def feed(
    dashboard: rx.App, resolve: Callable[[str | None], Actor | None]
) -> AsyncIterator[None]:
    """Follow while the server runs."""
    task = asyncio.create_task(follow(dashboard, resolve))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
