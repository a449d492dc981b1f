"""Live pages: an open tab hears that something changed and reads its page anew.

The table of facts is the change feed. One task per web process looks for new facts every half
second and sends the tabs that show their topic the page's own reload handler, as an event that the
browser sends back through the guard; so a tick carries no data and works with any number of
processes. Ticks of half a second are merged into one.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate
from reflex_base.registry import RegistrationContext
from sqlalchemy import func, select
from sqlmodel import col

from crm_app.core import db
from crm_app.core.facts import FactRow

log = logging.getLogger(__name__)
POLL_SECONDS = 0.5

# Which handler reloads a page when a topic changes, by route.
_reloads: dict[str, dict[str, Any]] = {}
# Which route a tab shows, by client token.
_open: dict[str, str] = {}


def register(route: str, on_live: Mapping[str, Any]) -> None:
    """A page follows topics."""
    if on_live:
        _reloads[route] = dict(on_live)


def opened(token: str, route: str) -> None:
    """The tab ``token`` shows ``route`` now."""
    if route in _reloads:
        _open[token] = route
    else:
        _open.pop(token, None)


def last_fact() -> int:
    """The newest fact's id; 0 when there is none."""
    with db.reading() as session:
        return session.execute(select(func.max(FactRow.id))).scalar() or 0


def topics_after(fact_id: int) -> tuple[int, set[str]]:
    """The newest fact's id and the topics of all facts after ``fact_id``."""
    with db.reading() as session:
        rows = session.execute(
            select(FactRow.id, FactRow.topic).where(col(FactRow.id) > fact_id)
        ).all()
    return max((row[0] for row in rows), default=fact_id), {row[1] for row in rows if row[1]}


async def publish(topics: Iterable[str]) -> int:
    """Send the reload handlers of ``topics`` to the open tabs; how many tabs were told."""
    app = RegistrationContext.get().app
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


async def follow(app: rx.App) -> None:
    """Publish what happens until cancelled. A database that is away is asked again later."""
    newest = await asyncio.to_thread(last_fact)
    while True:
        await asyncio.sleep(POLL_SECONDS)
        try:
            newest, topics = await asyncio.to_thread(topics_after, newest)
            if topics:
                with app.set_contexts():
                    await publish(topics)
        except Exception:
            log.exception("the live feed could not look for changes")
            await asyncio.sleep(5)


@contextlib.asynccontextmanager
async def feed(dashboard: rx.App) -> AsyncIterator[None]:
    """Follow while the server runs."""
    task = asyncio.create_task(follow(dashboard))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
