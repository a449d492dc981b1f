"""USR-2 on Settings > Sign-in and sessions: seeing and ending one's own sessions, and ways in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from crm_app.accounts import browsers, service, sessions
from crm_app.accounts.ui.sessions_state import Sessions
from crm_app.core import clock, db
from crm_app.models import Identity, User, UserSession
from tests import factories
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]
ROUTE = "/settings/sessions"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


def signed_in(user: User, user_agent: str) -> None:
    with db.unit_of_work() as session:
        sessions.create(
            session,
            user,
            now=clock.now() - timedelta(hours=3),
            user_agent=user_agent,
            address="203.0.113.7",
        )


def count(user: User) -> int:
    with db.reading() as session:
        return len(session.exec(select(UserSession).where(UserSession.user_id == user.id)).all())


def test_usr2_all_browsers_are_listed_and_this_one_is_marked(open_tab: OpenTab, ben: User) -> None:
    signed_in(ben, FIREFOX)
    signed_in(ben, IPHONE)
    seen = open_tab(ben, ROUTE).fire(Sessions.load).see(Sessions)
    assert [row["current"] for row in seen.rows] == ["yes", "", ""]
    assert {row["name"] for row in seen.rows[1:]} == {"Firefox on Windows", "Safari on iPhone"}
    assert seen.rows[1]["seen"] == "3 hours ago"
    assert seen.others == 2
    assert "token" not in str(seen)


def test_usr2_one_session_or_all_others_can_be_ended(
    open_tab: OpenTab, ben: User, ada: User
) -> None:
    for _ in range(3):
        signed_in(ben, FIREFOX)
    signed_in(ada, FIREFOX)
    tab = open_tab(ben, ROUTE).fire(Sessions.load)
    tab.fire(Sessions.revoke, session_id=tab.see(Sessions).rows[1]["id"])
    assert "signed out" in tab.said
    assert count(ben) == 3
    tab.fire(Sessions.revoke_others)
    assert tab.see(Sessions).others == 0
    assert [row["current"] for row in tab.see(Sessions).rows] == ["yes"]
    assert (count(ben), count(ada)) == (1, 1)


def test_usr3_nobody_ends_somebody_elses_session(open_tab: OpenTab, ben: User, ada: User) -> None:
    signed_in(ada, FIREFOX)
    with db.reading() as session:
        hers = session.exec(select(UserSession).where(UserSession.user_id == ada.id)).one()
    tab = open_tab(ben, ROUTE).fire(Sessions.revoke, session_id=str(hers.id))
    assert "does not exist" in tab.said
    tab.fire(Sessions.revoke, session_id="-1")
    assert count(ada) == 1


def test_usr2_connected_accounts_are_shown_and_disconnected(
    open_tab: OpenTab, ben: User, ada: User
) -> None:
    with db.unit_of_work() as session:
        service.set_sign_in_provider(
            session, factories.actor(ada), provider="google", client_id="id", client_secret="key"
        )
    tab = open_tab(ben, ROUTE).fire(Sessions.load)
    assert tab.see(Sessions).ways == [{"provider": "google", "label": "Google", "identity": ""}]
    with db.unit_of_work() as session:
        session.add(Identity(user_id=ben.id or 0, provider="google", subject="s1"))
        session.add(Identity(user_id=ada.id or 0, provider="google", subject="s2"))
    (way,) = tab.fire(Sessions.load).see(Sessions).ways
    tab.fire(Sessions.disconnect, identity_id=way["identity"])
    assert tab.see(Sessions).ways[0]["identity"] == ""
    with db.reading() as session:
        assert [one.user_id for one in session.exec(select(Identity))] == [ada.id]
        hers = session.exec(select(Identity)).one()
    tab.fire(Sessions.disconnect, identity_id=str(hers.id))
    assert "does not exist" in tab.said


@pytest.mark.parametrize(
    ("user_agent", "browser", "system"),
    [
        (FIREFOX, "Firefox", "Windows"),
        (IPHONE, "Safari", "iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Chrome/1 Safari/1 Edg/1", "Edge", "macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36", "Chrome", "Linux"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/130.0 Mobile Safari/537.36", "Chrome", "Android"),
        ("curl/8.5", "", ""),
        ("", "", ""),
    ],
)
def test_a_browser_is_named_as_its_owner_would(user_agent: str, browser: str, system: str) -> None:
    assert (browsers.browser_of(user_agent), browsers.system_of(user_agent)) == (browser, system)


def test_a_stranger_gets_nothing(open_tab: OpenTab, ada: User) -> None:
    signed_in(ada, FIREFOX)
    tab = open_tab(None, ROUTE).fire(Sessions.load)
    assert "/login" in tab.said
    tab.fire(Sessions.revoke_others)
    assert count(ada) == 1
    assert "Firefox" not in str(tab.held)
