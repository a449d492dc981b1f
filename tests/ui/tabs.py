"""A browser's tab without a browser: events go through Reflex's whole pipeline, guard included.

``open_tab(user)`` gives a tab that is signed in (``None``: not). ``fire`` sends an event as a
browser would and waits until everything that it set off has ended; ``see`` tells what the browser
holds of a state then, ``said`` what was sent to run there (toasts, redirects, scripts), and
``failures`` what went wrong outside of our handlers.
"""

import asyncio
import contextvars
import uuid
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from reflex.event import Event
from reflex.state import StateUpdate
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.utils.format import format_event_handler

from crm_app.accounts import sessions
from crm_app.core import clock, db
from crm_app.models import User
from crm_app.ui.guard import Guard


def cookie_of(user: User) -> str:
    """A Cookie header of a new session of ``user``."""
    with db.unit_of_work() as session:
        return f"{sessions.COOKIE}={sessions.create(session, user, now=clock.now())}"


class Tab:
    """One tab. ``path`` is what it claims to show."""

    def __init__(self, app: Any, cookie: str = "", path: str = "/", token: str = "") -> None:
        self.app, self.cookie, self.path = app, cookie, path
        self.token = token or str(uuid.uuid4())
        self.held: dict[str, dict[str, Any]] = {}
        self.events: list[Event] = []

    async def emit_update(self, update: StateUpdate, token: str) -> None:
        """What the server sends arrives here."""
        assert token == self.token
        self.events += update.events
        for name, changes in update.delta.items():
            self.held.setdefault(name, {}).update(changes)

    def fire(self, handler: Any, **payload: Any) -> "Tab":
        """Send the event of ``handler`` (``State.method``) with a payload."""
        return self.fire_named(format_event_handler(getattr(handler, "handler", handler)), payload)

    def fire_named(self, name: str, payload: Mapping[str, Any]) -> "Tab":
        """Send an event by its name on the wire."""
        self.events = []
        return self._run(self._fire(name, dict(payload)))

    def flood(self, handler: Any, times: int, **payload: Any) -> "Tab":
        """Send the same event many times at once."""
        name = format_event_handler(getattr(handler, "handler", handler))
        return self._run(self._fire(name, payload, times))

    def _run(self, work: Coroutine[Any, Any, None]) -> "Tab":
        # In a thread of its own: Playwright keeps a loop running in the main one.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(contextvars.copy_context().run, asyncio.run, work).result()
        return self

    async def _fire(self, name: str, payload: dict[str, Any], times: int = 1) -> None:
        router = {
            "pathname": self.path,
            "asPath": self.path,
            "token": self.token,
            "headers": {"cookie": self.cookie, "origin": "https://crm.example"},
        }
        event = Event(name=name, payload=payload, router_data=router)
        processor = BaseStateEventProcessor(
            middleware=self.app, backend_exception_handler=self.app.backend_exception_handler
        )
        self.app._event_processor = processor
        self.failures: list[Exception] = []
        with self.app.set_contexts():
            async with processor.configure(
                state_manager=self.app.state_manager, event_namespace=self
            ):
                for future in [await processor.enqueue(self.token, event) for _ in range(times)]:
                    try:
                        await future.wait_all()
                    except Exception as error:
                        self.failures.append(error)
        self.app._event_processor = None

    def see(self, state: Any) -> SimpleNamespace:
        """What the browser holds of ``state``, by the names of its vars."""
        held = self.held.get(state.get_full_name(), {})
        return SimpleNamespace(**{k.removesuffix(FIELD_MARKER): v for k, v in held.items()})

    @property
    def said(self) -> str:
        """All that was sent to run in the browser by the last event, as text."""
        return "\n".join(f"{event.name} {event.payload}" for event in self.events)


@pytest.fixture(scope="session")
def dashboard() -> Any:
    """The app as it is served, not compiled."""
    from crm_app.app import app

    return app


@pytest.fixture
def open_tab(dashboard: Any, lite: str) -> Callable[..., Tab]:
    """Opens tabs on this test's SQLite database: ``open_tab(user, "/contacts")``."""

    for middleware in dashboard._middlewares:
        if isinstance(middleware, Guard):
            middleware.forget_rates()

    def opened(user: User | None = None, path: str = "/") -> Tab:
        return Tab(dashboard, cookie_of(user) if user else "", path)

    return opened
