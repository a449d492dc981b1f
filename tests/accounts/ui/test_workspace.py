"""Settings > Workspace and > Integrations: what the team shares, and the sign-in apps (USR-2, Q-1)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from crm_app.accounts.ui.apps_state import Apps
from crm_app.accounts.ui.workspace_state import WorkspaceSettings
from crm_app.core import db
from crm_app.models import SignInProvider, User, Workspace
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]
APP = {"client_id": "4711.apps", "client_secret": "very-secret-value"}


def workspace() -> Workspace:
    with db.reading() as session:
        return session.exec(select(Workspace)).one()


def app(provider: str) -> SignInProvider | None:
    with db.reading() as session:
        return session.get(SignInProvider, provider)


def typed(tab: Tab, **values: str) -> Tab:
    for name, value in values.items():
        tab.fire(WorkspaceSettings.set_field, name=name, value=value)
    return tab


def test_an_administrator_changes_what_the_team_shares(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada).fire(WorkspaceSettings.load)
    assert tab.see(WorkspaceSettings).form["name"] == "Tandem Team"
    typed(
        tab,
        name="Lind & Partner",
        locale="pl",
        time_zone="warsaw",
        privacy_url="https://lind.example/privacy",
        when_unreachable="block",
        accent="#0F766E",
    ).fire(WorkspaceSettings.save)
    assert "Saved." in tab.said
    now = workspace()
    assert (now.name, now.locale, now.time_zone) == ("Lind & Partner", "pl", "Europe/Warsaw")
    assert (now.privacy_url, now.when_unreachable) == ("https://lind.example/privacy", "block")
    assert now.accent == "#0f766e"
    assert not tab.see(WorkspaceSettings).changed


def test_q1_what_is_wrong_is_marked_and_stays_as_typed(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada).fire(WorkspaceSettings.load)
    typed(tab, name="", time_zone="Moon", privacy_url="javascript:alert(1)", when_unreachable="x")
    typed(tab, accent="red;background:url(x)")
    tab.fire(WorkspaceSettings.save)
    seen = tab.see(WorkspaceSettings)
    assert set(seen.errors) == {
        "name",
        "time_zone",
        "privacy_url",
        "when_unreachable",
        "accent",
    }
    assert seen.form["privacy_url"] == "javascript:alert(1)"
    assert workspace().name == "Tandem Team"


def test_settings_that_are_not_on_the_page_cannot_be_typed(open_tab: OpenTab, ada: User) -> None:
    tab = typed(open_tab(ada).fire(WorkspaceSettings.load), smtp_url="smtp://evil.example")
    tab.fire(WorkspaceSettings.save)
    assert workspace().smtp_url is None


def test_usr2_a_sign_in_app_is_entered_and_its_secret_never_comes_out(
    open_tab: OpenTab, ada: User
) -> None:
    tab = open_tab(ada).fire(Apps.load)
    assert tab.see(Apps).google["callback"] == ("https://crm.example/auth/google/callback")
    tab.fire(Apps.edit, provider="google").fire(Apps.save, form=APP)
    assert "Google" in tab.said
    seen = tab.see(Apps)
    assert (seen.google["set"], seen.google["enabled"], seen.editing) == ("yes", "yes", "")
    assert seen.google["for_calendars"] == "yes"
    assert seen.google["back"] == "https://crm.example/connect/google/back"
    assert seen.microsoft["set"] == ""
    assert APP["client_secret"] not in str(tab.held)
    kept = app("google")
    assert kept is not None
    assert kept.client_secret == APP["client_secret"]


def test_usr2_an_empty_secret_keeps_the_one_that_is_set_and_off_stays_off(
    open_tab: OpenTab, ada: User
) -> None:
    tab = open_tab(ada).fire(Apps.load)
    tab.fire(Apps.edit, provider="google").fire(Apps.save, form=APP)
    tab.fire(Apps.set_enabled, provider="google", on=False)
    assert tab.see(Apps).google["enabled"] == ""
    tab.fire(Apps.edit, provider="google")
    tab.fire(Apps.save, form={"client_id": "other", "client_secret": ""})
    kept = app("google")
    assert kept is not None
    assert (kept.client_id, kept.client_secret) == ("other", APP["client_secret"])
    assert not kept.enabled
    tab.fire(Apps.ask_to_remove, provider="google").fire(Apps.remove)
    assert app("google") is None
    tab.fire(Apps.set_enabled, provider="google", on=True)
    assert "does not exist" in tab.said


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"client_id": "", "client_secret": "x"}, "client_id"),
        ({"client_id": "x", "client_secret": ""}, "client_secret"),
        ({"client_id": "x", "client_secret": "x", "issuer": "http://evil.example"}, "issuer"),
    ],
)
def test_q1_an_app_that_cannot_be_is_marked(
    open_tab: OpenTab, ada: User, form: dict[str, str], field: str
) -> None:
    tab = open_tab(ada).fire(Apps.edit, provider="microsoft")
    tab.fire(Apps.save, form=form)
    assert set(tab.see(Apps).errors) == {field}
    assert tab.see(Apps).editing == "microsoft"
    assert app("microsoft") is None


def test_usr3_members_and_strangers_can_do_nothing_of_it(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    calls: list[tuple[Any, dict[str, Any]]] = [
        (WorkspaceSettings.load, {}),
        (WorkspaceSettings.set_field, {"name": "name", "value": "Mine"}),
        (WorkspaceSettings.save, {}),
        (Apps.edit, {"provider": "google"}),
        (Apps.save, {"form": APP}),
        (Apps.set_enabled, {"provider": "google", "on": True}),
        (Apps.set_for_calendars, {"provider": "google", "on": True}),
        (Apps.remove, {}),
    ]
    for user, answer in ((ben, "not allowed"), (None, "/login")):
        tab = open_tab(user)
        for handler, payload in calls:
            assert answer in tab.fire(handler, **payload).said
        assert "Tandem Team" not in str(tab.held)
    assert workspace().name == "Tandem Team"
    assert app("google") is None
