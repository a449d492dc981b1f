"""The guard: runs before every event of the dashboard and lets nothing through by default.

Each event looks its session up, so that a revoked session ends at once. The tab is bound to that
session's user; a tab whose user changed is emptied first. Reflex's ``setvar`` is dropped, payloads
must fit the handler's annotations, administrators' handlers need one, and a person's tabs share a
rate. When the look-up itself fails the exception stops the event: closed, not open.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, get_type_hints

import reflex as rx
from reflex.event import Event
from reflex.middleware import Middleware
from reflex.state import State, StateUpdate
from reflex_base.registry import RegistrationContext

from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.ui.payload import fits
from crm_app.ui.rate import Buckets
from crm_app.ui.state import SIGN_IN, LoadActor, PrivateState, use_actors

Resolve = Callable[[str | None], Actor | None]

# What the framework itself needs of a tab; these never touch our states' rows.
_FRAMEWORK = {
    "hydrate",
    "hydrate_and_load",
    "set_is_hydrated",
    "on_load_internal",
    "update_vars_internal",
    "handle_frontend_exception",
}
_FRAMEWORK_MODULES = {"reflex.state", "reflex.istate.shared"}


class Guard(Middleware):
    """See the module. ``resolve`` maps a Cookie header to the signed-in actor, or None."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self.forget_rates()

    def forget_rates(self) -> None:
        """Everybody may send a whole burst again; tests, which share ids of users, need it."""
        self._buckets = Buckets(per_second=20, burst=80)

    async def preprocess(self, app: rx.App, state: Any, event: Event) -> StateUpdate | None:
        """None lets the event run; an update answers in its place."""
        registered = RegistrationContext.get().event_handlers[event.name]
        function = registered.handler.fn
        actor = await asyncio.to_thread(self._resolve, state.router.headers.cookie)
        await _bind(state._get_root_state(), actor)
        if function.__name__ == "setvar" or not self._may_ask(actor):
            return StateUpdate()
        if function.__module__ in _FRAMEWORK_MODULES and function.__name__ in _FRAMEWORK:
            return None
        if actor is None or not issubclass(registered.states[0], PrivateState):
            return _answer(rx.call_script(SIGN_IN))
        if getattr(function, "_crm_admin", False) and not actor.is_admin:
            return _answer(rx.toast.error(translate(actor.locale, _ADMINS_ONLY)))
        return None if _payload_fits(registered.handler, event.payload) else StateUpdate()

    def _may_ask(self, actor: Actor | None) -> bool:
        return self._buckets.take(actor.user_id if actor else None, time.monotonic())


_ADMINS_ONLY = N_("You are not allowed to do this. Ask an administrator.")


async def _bind(root: State, actor: Actor | None) -> None:
    """Make the tab the actor's: another user's rows are gone before anything can send them."""
    base = await root.get_state(PrivateState)
    user_id = actor.user_id or 0 if actor else 0
    if base._user_id != user_id:
        root.reset()
        base._user_id = user_id
    if actor and (base._locale, base._time_zone, base._is_admin) != _traits(actor):
        base._locale, base._time_zone, base._is_admin = _traits(actor)


def _traits(actor: Actor) -> tuple[str, str, bool]:
    return actor.locale, actor.time_zone, actor.is_admin


def _answer(event: Any) -> StateUpdate:
    return StateUpdate(events=Event.from_event_type(event))


def _payload_fits(handler: Any, payload: dict[str, Any]) -> bool:
    hints = _hints(handler)
    return all(
        name in handler._parameters and name in hints and fits(value, hints[name])
        for name, value in payload.items()
    )


def _hints(handler: Any) -> dict[str, Any]:
    found: dict[str, Any] = handler._type_hints or get_type_hints(handler.fn)
    return found


def install(app: rx.App, *, resolve: Resolve, load_actor: LoadActor) -> None:
    """Put the guard before every event of ``app``."""
    use_actors(load_actor)
    app.add_middleware(Guard(resolve))
