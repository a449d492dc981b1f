"""The guard inside Reflex's own pipeline: every registered handler, with nobody and with others."""

from collections.abc import Callable
from typing import Any

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext
from sqlmodel import col, delete

from crm_app.core import db
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.models import User, UserSession
from crm_app.ui import guard
from crm_app.ui.payload import fits
from crm_app.ui.state import PrivateState, handler
from tests import factories
from tests.ui.tabs import Tab, cookie_of

OpenTab = Callable[..., Tab]


class Probe(PrivateState):
    """A page's state whose every handler leaves a trace."""

    rows: list[str] = []
    role: str = "viewer"
    note: str = ""
    counted: int = 0
    _secret: str = "stays on the server"

    @rx.var(initial_value=[])
    def computed(self) -> list[str]:
        return ["computed secret"]

    @rx.var(initial_value=[], cache=False)
    def fresh(self) -> list[str]:
        return ["fresh secret"]

    @handler
    async def load(self) -> None:
        self.rows = await self._read(lambda _session, actor: [f"row of {actor.user_id}"])

    @handler
    async def typed(self, number: int, names: list[str] | None = None) -> None:
        self.note = f"typed {number!r} {names!r}"

    @handler(admin=True)
    async def govern(self) -> None:
        self.note = "governed"

    @handler
    async def refuse(self) -> None:
        raise Invalid(fields={"name": "Enter a name."})

    @handler
    async def conflict(self) -> None:
        raise Conflict

    @handler
    async def explode(self) -> None:
        raise RuntimeError("inner detail")

    @handler
    async def count(self) -> None:
        self.counted += 1

    @handler
    async def set_role(self, role: str) -> None:
        self.role = role

    @handler
    async def rename(self, form: dict[str, Any]) -> Any:
        await self._write(lambda session, actor: _rename(session, actor, str(form["name"])))
        return rx.toast.success(self._say("Saved."))

    @handler
    async def steps(self) -> Any:
        self.note = "one"
        yield
        raise NotFound


def _rename(session: Any, actor: Actor, name: str) -> None:
    user = session.get_one(User, actor.user_id)
    user.name = name
    if not name:
        raise Invalid(fields={"name": "Enter a name."})


class Open(rx.State):
    """A state that forgot to be private."""

    note: str = ""

    @rx.event
    def ping(self) -> None:
        self.note = "pong"


@pytest.fixture
def ada(lite: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session, name="Ada Lovelace")


@pytest.fixture
def bob(lite: str) -> User:
    with db.unit_of_work() as session:
        return factories.user(session, name="Bob Ross")


def private_parts(tab: Tab) -> dict[str, Any]:
    """What the tab holds of private states."""
    return {name: held for name, held in tab.held.items() if "private_state" in name and held}


def handlers() -> dict[str, Any]:
    return dict(RegistrationContext.get().event_handlers)


def test_no_handler_does_anything_for_a_stranger(open_tab: OpenTab, dashboard: Any) -> None:
    tab = open_tab(None, "/contacts")
    names = handlers()
    assert len(names) > 20
    for name, registered in names.items():
        tab.fire_named(name, {})
        assert private_parts(tab) == {}, name
        if (
            issubclass(registered.states[0], PrivateState)
            and registered.handler.fn.__name__ != "setvar"
        ):
            assert "/login" in tab.said or not tab.events, name
    assert "pong" not in str(tab.held)
    assert "secret" not in str(tab.held)


def test_a_state_that_forgot_to_be_private_is_closed_even_to_users(
    open_tab: OpenTab, ada: User
) -> None:
    tab = open_tab(ada).fire(Open.ping)
    assert "pong" not in str(tab.held)


def test_setvar_is_dropped_on_every_state(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada)
    for name in [name for name in handlers() if name.endswith(".setvar")]:
        tab.fire_named(name, {"var_name": "role", "value": "admin"})
    assert "admin" not in str(tab.held.get(Probe.get_full_name(), {}))


def test_every_handlers_parameters_have_types_that_the_guard_knows(dashboard: Any) -> None:
    for name, registered in handlers().items():
        if not issubclass(registered.states[0], PrivateState):
            continue
        for parameter, hint in guard._hints(registered.handler).items():
            if parameter != "return" and registered.handler.fn.__name__ != "setvar":
                assert not fits(object(), hint) or hint is Any, (name, parameter)


def test_a_user_sees_his_own_rows(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada).fire(Probe.load)
    assert tab.see(Probe).rows == [f"row of {ada.id}"]
    assert "stays on the server" not in str(tab.held)


@pytest.mark.parametrize(
    "payload",
    [
        {"number": {"$ne": 1}},
        {"number": "1"},
        {"number": True},
        {"number": None},
        {"number": 1, "names": [1]},
        {"number": 1, "evil": 1},
        {"number": 1, "self": 1},
        {"number": 1, "return": None},
    ],
)
def test_wrong_payloads_never_reach_the_handler(
    open_tab: OpenTab, ada: User, payload: dict[str, Any]
) -> None:
    tab = open_tab(ada).fire(Probe.load)
    tab.fire_named(_name("typed"), payload)
    assert "typed" not in tab.see(Probe).note


def test_right_payloads_do(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada).fire(Probe.typed, number=3, names=["a"])
    assert tab.see(Probe).note == "typed 3 ['a']"


def _name(method: str) -> str:
    return f"{Probe.get_full_name()}.{method}"


def test_usr3_administrators_handlers_need_one(open_tab: OpenTab, ada: User, bob: User) -> None:
    assert open_tab(ada).fire(Probe.govern).see(Probe).note == "governed"
    tab = open_tab(bob).fire(Probe.load).fire(Probe.govern)
    assert tab.see(Probe).note == ""
    assert "not allowed" in tab.said


def test_usr2_a_revoked_session_ends_at_the_next_event(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada).fire(Probe.load)
    with db.unit_of_work() as session:
        session.exec(delete(UserSession).where(col(UserSession.user_id) == ada.id))
    tab.held.clear()
    tab.fire(Probe.load)
    assert private_parts(tab) == {}
    assert "/login" in tab.said


def test_usr5_a_deactivated_user_is_out(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada).fire(Probe.load)
    with db.unit_of_work() as session:
        session.get_one(User, ada.id).active = False
    tab.held.clear()
    assert private_parts(tab.fire(Probe.load)) == {}


def test_somebody_elses_tab_is_emptied_before_anything_is_sent(
    open_tab: OpenTab, ada: User, bob: User, dashboard: Any
) -> None:
    hers = open_tab(ada).fire(Probe.load)
    for thief in (
        Tab(dashboard, cookie_of(bob), token=hers.token),
        Tab(dashboard, token=hers.token),
    ):
        thief.fire(rx.State.hydrate)
        thief.fire(Probe.typed, number=1)
        assert f"row of {ada.id}" not in str(thief.held)


def test_q1_invalid_input_marks_the_field_in_the_users_language(
    open_tab: OpenTab, ada: User
) -> None:
    tab = open_tab(ada).fire(Probe.refuse)
    assert tab.see(Probe).errors == {"name": "Enter a name."}
    assert "aria-invalid" in tab.said


def test_a_write_commits_or_rolls_back_and_clears_errors(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada).fire(Probe.rename, form={"name": ""})
    assert tab.see(Probe).errors == {"name": "Enter a name."}
    with db.reading() as session:
        assert session.get_one(User, ada.id).name == "Ada Lovelace"
    tab.fire(Probe.rename, form={"name": "Ada King"})
    assert tab.see(Probe).errors == {}
    assert "Saved." in tab.said
    with db.reading() as session:
        assert session.get_one(User, ada.id).name == "Ada King"


def test_q1_no_traceback_reaches_a_person(
    open_tab: OpenTab, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    assert "Somebody else changed this" in open_tab(ada).fire(Probe.conflict).said
    tab = open_tab(ada).fire(Probe.explode)
    assert "inner detail" not in tab.said
    reference = tab.said.split("logged under ")[1].split(".")[0]
    assert reference in caplog.text
    assert "inner detail" in caplog.text


def test_an_error_in_the_middle_of_steps_is_told_too(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada).fire(Probe.steps)
    assert tab.see(Probe).note == "one"
    assert "does not exist" in tab.said


def test_a_flood_of_events_is_thinned(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada).flood(Probe.count, 400)
    assert 80 <= tab.see(Probe).counted < 400


def test_when_the_look_up_fails_the_event_dies(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada)
    with db.unit_of_work() as session:
        session.connection().exec_driver_sql("ALTER TABLE user_session RENAME TO elsewhere")
    tab.fire(Probe.load)
    assert len(tab.failures) == 1
    assert private_parts(tab) == {}


def test_a_computed_var_needs_a_value_for_the_build() -> None:
    with pytest.raises(TypeError, match="initial_value"):

        class Leaky(PrivateState):
            @rx.var
            def rows(self) -> list[str]:
                return ["a row"]


def test_a_handler_needs_annotations() -> None:
    with pytest.raises(TypeError, match="annotation"):

        @handler
        async def loose(self: Any, anything) -> None:  # type: ignore[no-untyped-def]
            pass
