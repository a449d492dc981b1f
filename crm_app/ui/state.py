"""The base of every state behind sign-in, and the decorator of its handlers.

``PrivateState`` sends nothing to a browser whose tab is not bound to a user; the guard binds the
tab before every event. Handlers reach the database only through ``_read`` and ``_write``, which
run in a thread with an actor loaded in the same session, so that no handler blocks the others and
every right is checked as it is now. Errors end in ``handler``: words for the person, a reference
for the log.
"""

import asyncio
import builtins
import dataclasses
import functools
import inspect
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import reflex as rx
from reflex.istate.proxy import StateProxy
from reflex.state import _override_base_method
from reflex_base.utils import types as reflex_types
from sqlmodel import Session

from crm_app.core import db
from crm_app.core.access import Actor
from crm_app.core.errors import CrmError, Invalid, NotSignedIn
from crm_app.core.i18n import N_, translate, translate_n

log = logging.getLogger(__name__)
T = TypeVar("T")

LoadActor = Callable[[Session, int], Actor | None]
SIGN_IN = "window.location.assign('/login')"
_FOCUS_FIRST_ERROR = "setTimeout(() => document.querySelector('[aria-invalid=true]')?.focus(), 60)"
_SURPRISE = N_("Something went wrong on our side. It is logged under {reference}.")


def _nobody(_session: Session, _user_id: int) -> Actor | None:
    return None


@dataclasses.dataclass(slots=True)
class _Injected:
    load_actor: LoadActor = _nobody


_injected = _Injected()


def use_actors(load_actor: LoadActor) -> None:
    """Tell the states how a user's actor is loaded; called once by the map of the product."""
    _injected.load_actor = load_actor


class _WithErrors(type(rx.State)):  # type: ignore[misc]  # Reflex is Any
    """Gives every page's state its own ``errors``, before Reflex collects the fields."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> Any:
        if any(base.__name__ == "PrivateState" for base in bases):
            hints = {**namespace.get("__annotations__", {}), "errors": dict[str, str]}
            namespace = {**namespace, "__annotations__": hints, "errors": {}}
        return super().__new__(mcs, name, bases, namespace, **kwargs)


class PrivateState(rx.State, metaclass=_WithErrors):
    """Base of every state behind sign-in. Each direct subclass has its own ``errors`` by field."""

    _user_id: int = 0
    _locale: str = "en"
    _time_zone: str = "UTC"
    _is_admin: bool = False

    if TYPE_CHECKING:
        errors: builtins.dict[str, str]

    def __init_subclass__(cls, mixin: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(mixin=mixin, **kwargs)
        for name, computed in getattr(cls, "computed_vars", {}).items():
            unset = isinstance(computed._initial_value, reflex_types.Unset)
            if name in cls.__dict__ and unset:
                # Without it the build would run the getter and put real rows into the bundle.
                raise TypeError(f"{cls.__name__}.{name}: computed vars need initial_value=")

    @_override_base_method
    def dict(
        self, include_computed: bool = True, initial: bool = False, **kwargs: Any
    ) -> builtins.dict[str, Any]:
        """What hydration sends: nothing while no user is bound (``initial`` is the build)."""
        if not initial and not self._user_id:
            return {}
        sent: builtins.dict[str, Any] = super().dict(
            include_computed=include_computed, initial=initial, **kwargs
        )
        return sent

    @_override_base_method
    def get_delta(self) -> Any:
        """What an event sends: nothing while no user is bound."""
        return super().get_delta() if self._user_id else {}

    async def _read(self, fn: Callable[[Session, Actor], T]) -> T:
        """``fn(session, actor)`` on a reading session, in a thread."""
        return await asyncio.to_thread(_reading, self._user_id, fn)

    async def _write(self, fn: Callable[[Session, Actor], T]) -> T:
        """``fn(session, actor)`` in one unit of work, in a thread; clears ``errors`` when it held."""
        result = await asyncio.to_thread(_writing, self._user_id, fn)
        if not isinstance(self, StateProxy) and getattr(self, "errors", None):
            self.errors = {}
        return result

    def _say(self, message: str, /, **params: object) -> str:
        """``message`` in the user's language, for what a handler shows."""
        return translate(self._locale, message, **params)

    def _say_n(self, one: str, many: str, count: int, /, **params: object) -> str:
        """The plural form for ``count`` in the user's language."""
        return translate_n(self._locale, one, many, count, **params)


def _actor(session: Session, user_id: int) -> Actor:
    actor = _injected.load_actor(session, user_id) if user_id else None
    if actor is None:
        raise NotSignedIn
    return actor


def _reading(user_id: int, fn: Callable[[Session, Actor], T]) -> T:
    with db.reading() as session:
        return fn(session, _actor(session, user_id))


def _writing(user_id: int, fn: Callable[[Session, Actor], T]) -> T:
    with db.unit_of_work() as session:
        return fn(session, _actor(session, user_id))


def handler(
    fn: Callable[..., Any] | None = None, *, admin: bool = False, background: bool = False
) -> Any:
    """Declare an event handler of a private state.

    ``admin``: the guard lets administrators only call it. A CrmError becomes a toast in the user's
    language, an Invalid with fields becomes ``self.errors``; anything else is logged with a
    reference that the person can tell. ``background``: Reflex's background task, in which changes
    of the state go inside ``async with self``.
    """
    if fn is None:
        return functools.partial(handler, admin=admin, background=background)
    for name, parameter in list(inspect.signature(fn).parameters.items())[1:]:
        if parameter.annotation is inspect.Parameter.empty:
            raise TypeError(f"{fn.__qualname__}({name}): the guard needs an annotation")
    wrapped: Any = _watched_steps(fn) if inspect.isasyncgenfunction(fn) else _watched(fn)
    wrapped._crm_admin = admin
    return rx.event(wrapped, background=True) if background else rx.event(wrapped)


def _watched(fn: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(fn)
    async def run(self: PrivateState, *args: Any, **kwargs: Any) -> Any:
        try:
            result = fn(self, *args, **kwargs)
            return await result if inspect.isawaitable(result) else result
        except Exception as error:
            return await _told(self, error)

    return run


def _watched_steps(fn: Callable[..., Any]) -> Callable[..., AsyncIterator[Any]]:
    @functools.wraps(fn)
    async def run(self: PrivateState, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        try:
            async for step in fn(self, *args, **kwargs):
                yield step
        except Exception as error:
            yield await _told(self, error)

    return run


async def _told(state: PrivateState, error: Exception) -> list[Any]:
    """The person hears of ``error``; what nobody expected goes to the log too."""
    if isinstance(error, NotSignedIn):
        return [rx.call_script(SIGN_IN)]
    if isinstance(error, Invalid) and error.fields:
        errors = {
            name: state._say(text, **_params(text, error.params))
            for name, text in error.fields.items()
        }
        if isinstance(state, StateProxy):
            async with state:
                cast(PrivateState, state).errors = errors
        else:
            state.errors = errors
        return [rx.call_script(_FOCUS_FIRST_ERROR)]
    if isinstance(error, CrmError):
        return [rx.toast.error(state._say(error.user_message, **error.params))]
    return [_surprise(state._locale, error)]


def unexpected(exception: Exception) -> rx.event.EventSpec:
    """What Reflex does with an exception that no handler of ours caught, such as the guard's own."""
    return _surprise("en", exception)


def _surprise(locale: str, error: Exception) -> rx.event.EventSpec:
    reference = secrets.token_hex(4)
    log.error("an event failed, reference %s", reference, exc_info=error)
    return rx.toast.error(translate(locale, _SURPRISE, reference=reference))


def _params(text: str, params: dict[str, object]) -> dict[str, object]:
    return params if "{" in text else {}
