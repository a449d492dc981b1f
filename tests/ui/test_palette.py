"""The command palette: pages by name, records by providers, rights kept."""

from collections.abc import Callable, Iterator

import pytest
from sqlmodel import Session

from crm_app.core import db
from crm_app.core.access import Actor
from crm_app.models import User
from crm_app.ui import palette
from crm_app.ui.palette import Hit, Palette
from tests import factories
from tests.ui.tabs import Tab


@pytest.fixture
def users(lite: str) -> tuple[User, User]:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session), factories.user(session)


@pytest.fixture
def provided() -> Iterator[None]:
    def find(_session: Session, actor: Actor, text: str) -> list[Hit]:
        return [Hit(f"{text} for {actor.user_id}", "", "/contacts/1")]

    palette.provide(find)
    yield
    palette._providers.remove(find)


def labels(tab: Tab) -> list[str]:
    return [hit["label"] for hit in tab.see(Palette).hits]


def test_pages_are_found_by_name(open_tab: Callable[..., Tab], users: tuple[User, User]) -> None:
    tab = open_tab(users[0]).fire(Palette.begin)
    assert {"Home", "Settings", "Team calendar configuration"} <= set(labels(tab))
    assert labels(tab.fire(Palette.look, text="hOm")) == ["Home"]


def test_usr3_administrators_pages_are_shown_to_administrators(
    open_tab: Callable[..., Tab], users: tuple[User, User]
) -> None:
    assert "Team calendar configuration" not in labels(open_tab(users[1]).fire(Palette.begin))


def test_records_come_from_providers_with_the_actors_rights(
    open_tab: Callable[..., Tab], users: tuple[User, User], provided: None
) -> None:
    tab = open_tab(users[1]).fire(Palette.look, text="Maja")
    assert f"Maja for {users[1].id}" in labels(tab)
    assert not any("for" in label for label in labels(tab.fire(Palette.look, text="  ")))
