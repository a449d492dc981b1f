"""The dialog "Connect a calendar" and Settings > Integrations, as a tab uses them: SYN-1, SYN-13, Q-3."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlmodel import select

from crm_app.accounts.ui.apps_state import Apps
from crm_app.core import db
from crm_app.core.kinds import AccountState, CalendarRole
from crm_app.models import ConnectedAccount, ExternalCalendar, User
from crm_app.sync.reaching import connecting, presets
from crm_app.sync.reaching.connecting import Login
from crm_app.sync.ui.connecting_state import Connecting
from crm_app.sync.ui.connections_state import Connections
from tests import factories
from tests.servers.google import GoogleService
from tests.servers.plain_http import Asked, PlainServer, Told, plain_server
from tests.sync import abroad, rig
from tests.sync.abroad import Browser, accounts, somebody
from tests.ui.tabs import Tab

pytestmark = pytest.mark.usefixtures("lite")
OpenTab = Callable[..., Tab]
PAGE, INTEGRATIONS = "/settings/connections", "/settings/integrations"
SECRET_PATH = "/calendar/private-4711/basic.ics"


@pytest.fixture
def google(lite: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleService]:
    with abroad.google(monkeypatch) as running:
        yield running


@pytest.fixture
def feed(lite: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlainServer]:
    """A feed with one event behind a secret address."""

    def answer(asked: Asked) -> Told:
        if asked.path != SECRET_PATH:
            return Told(404)
        text = rig.entry("dentist", rig.soon(1), summary="Dentist")
        return Told(200, {"Content-Type": "text/calendar"}, text.encode())

    with plain_server(answer) as running:
        abroad.configure(monkeypatch, allow_private_addresses="127.0.0.1")
        yield running


def arrive(open_tab: OpenTab, user: User, address: str) -> Tab:
    """A page that was returned to."""
    return open_tab(user, address).fire(Connections.load).fire(Connecting.arrive)


# Services that people sign in to.


def test_syn1_back_from_google_the_dialog_asks_what_its_calendars_are_for(
    open_tab: OpenTab, google: GoogleService
) -> None:
    kate = somebody()
    browser = Browser(kate)
    path, told = browser.back("google", google.account.consent(browser.begin("google")))
    tab = arrive(open_tab, kate, f"{path}?connected={told['connected']}")
    dialog = tab.see(Connecting)
    assert (dialog.step, dialog.can_write) == ("calendars", True)
    assert [one["name"] for one in dialog.found] == ["Work"]
    assert "replaceState" in tab.said
    tab.fire(Connecting.choose_linked, value=dialog.found[0]["id"]).fire(Connecting.finish)
    with db.reading() as session:
        (calendar,) = session.exec(select(ExternalCalendar)).all()
    assert calendar.role == CalendarRole.LINKED
    secret = accounts()[0].secret
    assert secret[:40] not in str(tab.held)


def test_syn1_back_again_it_only_says_so(open_tab: OpenTab) -> None:
    kate = rig.connect()
    tab = arrive(open_tab, kate.user, f"{PAGE}?reconnected={kate.account_id}")
    assert "Connected again" in tab.said
    assert tab.see(Connecting).step == ""


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("denied", "nothing was connected"),
        ("scopes", "every box ticked"),
        ("other", "another account"),
        ("over", "not begun in this browser"),
        ("missing", "administrator"),
        ("app", "client secret"),
        ("away", "cannot be reached"),
        ("refused", "Google let you in, but"),
        ("many", "Too many"),
        ("gone", "not connected any more"),
    ],
)
def test_q1_how_it_ended_is_said_in_words(open_tab: OpenTab, key: str, word: str) -> None:
    tab = arrive(open_tab, somebody(), f"{PAGE}?connect={key}&service=google")
    assert tab.see(Connecting).step == "problem"
    assert word in tab.see(Connecting).problem
    assert "{" not in tab.see(Connecting).problem


@pytest.mark.parametrize(
    "query",
    [
        "connect=<b>Call 0900</b>&service=google",
        "connect=denied%00",
        "connected=x",
        "connected=99999",
        "connected=99999999999999999999999",
        "",
    ],
)
def test_an_address_puts_no_words_of_its_own_on_the_page(open_tab: OpenTab, query: str) -> None:
    tab = arrive(open_tab, somebody(), f"{PAGE}?{query}")
    assert tab.see(Connecting).step == ""
    assert "0900" not in str(vars(tab.see(Connecting)))


def test_usr3_anothers_account_is_not_shown(open_tab: OpenTab) -> None:
    kate, paul = rig.connect(), rig.connect()
    tab = arrive(open_tab, paul.user, f"{PAGE}?connected={kate.account_id}")
    assert tab.see(Connecting).step == ""
    assert tab.see(Connecting).found == []


def test_q3_what_the_service_itself_said_is_told_to_whoever_tried(
    open_tab: OpenTab, google: GoogleService
) -> None:
    kate, paul = somebody(), somebody()
    browser = Browser(kate)
    there = browser.begin("google")
    _, told = browser.back("google", {"state": _state(there), "error": "server_error"})
    assert told["connect"] == "refused"
    query = f"{PAGE}?connect=refused&service=google&attempt={told['attempt']}"
    own = arrive(open_tab, kate, query).see(Connecting).problem
    others = arrive(open_tab, paul, query).see(Connecting).problem
    assert own == "The answer of Google does not fit. Please begin again."
    assert "let you in" in others


def _state(address: str) -> str:
    from urllib.parse import parse_qsl, urlsplit

    return dict(parse_qsl(urlsplit(address).query))["state"]


def test_q3_without_an_app_the_service_says_what_to_enter(open_tab: OpenTab) -> None:
    with db.unit_of_work() as session:
        factories.workspace(session)
        boss = factories.admin(session)
    tab = open_tab(boss, INTEGRATIONS).fire(Connections.load).fire(Connecting.arrive)
    missing = tab.see(Connecting).missing
    assert "Settings > Integrations" in missing["google"]
    assert missing["icloud"] == ""
    tab.fire(Apps.load).fire(Apps.edit, provider="google")
    tab.fire(Apps.save, form={"client_id": "x", "client_secret": "y"})
    tab.fire(Connecting.follow)
    assert tab.see(Connecting).missing["google"] == ""


def test_only_its_owner_signs_in_to_an_account(open_tab: OpenTab, google: GoogleService) -> None:
    kate = somebody()
    browser = Browser(kate)
    browser.back("google", google.account.consent(browser.begin("google")))
    (account,) = accounts()
    with db.unit_of_work() as session:
        boss = factories.admin(session)
    own = open_tab(kate, PAGE).fire(Connections.load)
    own.fire(Connections.ask, what="reconnect", subject=str(account.id), name="Google")
    assert f"/connect/google?account={account.id}&next=" in own.said
    assert own.see(Connections).asking == ""
    admin = open_tab(boss, f"{PAGE}?user={kate.id}").fire(Connections.load)
    admin.fire(Connections.ask, what="reconnect", subject=str(account.id), name="Google")
    assert "Only the person" in admin.said
    admin.fire(Connecting.begin)
    assert "Only the person" in admin.see(Connecting).missing["google"]
    admin.fire(Connecting.choose, kind="google")
    admin.fire(Connecting.connect, form={"server_url": "", "username": "a", "password": "b"})
    assert "Sign in at the service" in admin.said


# Feeds.


def test_syn1_a_feed_is_connected_by_its_secret_address(
    open_tab: OpenTab, feed: PlainServer
) -> None:
    kate = somebody()
    tab = open_tab(kate, PAGE).fire(Connections.load)
    tab.fire(Connecting.begin).fire(Connecting.choose, kind="ics")
    tab.fire(Connecting.connect, form={"server_url": feed.url("/wrong.ics")})
    assert tab.see(Connecting).errors["server_url"]
    address = feed.url(SECRET_PATH)
    tab.fire(Connecting.connect, form={"server_url": address})
    dialog = tab.see(Connecting)
    assert (dialog.step, dialog.can_write) == ("calendars", False)
    assert [(one["used"], one["writable"]) for one in dialog.found] == [("yes", "")]
    tab.fire(Connecting.finish)
    assert tab.see(Connecting).step == ""
    rig.settle()
    assert [row.summary for row in rig.busy(kate)] == ["Dentist"]
    (account,) = accounts()
    assert account.secret == address
    assert account.server_url == "https://127.0.0.1"
    assert account.label == "127.0.0.1"
    tab.fire(Connections.reread)
    assert "private-4711" not in str(tab.held)
    with db.reading() as session:
        stored = session.connection().exec_driver_sql("SELECT * FROM connected_account").all()
    assert "private-4711" not in str(stored)
    # It can be read and never written to.
    assert [choice["value"] for choice in tab.see(Connections).choices] == ["0"]
    (card,) = tab.see(Connections).rows
    assert (card["kind"], card["service"]) == ("ics", "ICS")


def test_syn1_the_same_feed_again_is_no_second_one_and_another_is(
    open_tab: OpenTab, feed: PlainServer
) -> None:
    tab = open_tab(somebody(), PAGE).fire(Connections.load)
    for address in (feed.url(SECRET_PATH), feed.url(SECRET_PATH), feed.url(SECRET_PATH + "?x")):
        tab.fire(Connecting.begin).fire(Connecting.choose, kind="ics")
        tab.fire(Connecting.connect, form={"server_url": address})
    assert len(accounts()) == 1
    feed.answer = lambda _asked: Told(200, {}, rig.entry("another", rig.soon(2)).encode())
    tab.fire(Connecting.connect, form={"server_url": feed.url("/another.ics")})
    assert len(accounts()) == 2
    assert len({row.subject for row in accounts()}) == 2


@pytest.mark.parametrize(
    "address",
    ["", "two words", "ftp://x.example/a.ics", "file:///etc/passwd", "https://", "x" * 3000],
)
def test_q1_an_address_that_is_none_is_marked(open_tab: OpenTab, address: str) -> None:
    tab = open_tab(somebody(), PAGE).fire(Connections.load)
    tab.fire(Connecting.begin_with, kind="ics")
    tab.fire(Connecting.connect, form={"server_url": address})
    assert "address of the calendar" in tab.see(Connecting).errors["server_url"]


def test_trap91_a_feed_in_our_own_network_is_refused(
    open_tab: OpenTab, feed: PlainServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    abroad.configure(monkeypatch, allow_private_addresses="")
    tab = open_tab(somebody(), PAGE).fire(Connections.load)
    tab.fire(Connecting.begin_with, kind="ics")
    tab.fire(Connecting.connect, form={"server_url": feed.url(SECRET_PATH)})
    assert "CRM_ALLOW_PRIVATE_ADDRESSES" in tab.see(Connecting).errors["server_url"]
    assert feed.asked == []
    assert "private-4711" not in str(tab.held)


def test_syn11_a_feed_gets_a_new_address(open_tab: OpenTab, feed: PlainServer) -> None:
    tab = open_tab(somebody(), PAGE).fire(Connections.load)
    tab.fire(Connecting.begin_with, kind="ics")
    tab.fire(Connecting.connect, form={"server_url": feed.url(SECRET_PATH)})
    (account,) = accounts()
    feed.answer = lambda asked: Told(
        *((200, {}, rig.entry("a", rig.soon(1)).encode()) if "new" in asked.path else (404,))
    )
    tab.fire(Connections.reread)
    tab.fire(Connections.ask, what="reconnect", subject=str(account.id), name="x")
    assert tab.see(Connections).chosen_kind == presets.FEED.key
    tab.fire(Connections.reconnect, form={"password": "not an address at all"})
    assert "address of the calendar" in tab.see(Connections).errors["password"]
    tab.fire(Connections.reconnect, form={"password": feed.url("/new.ics")})
    (renewed,) = accounts()
    assert (renewed.id, renewed.secret) == (account.id, feed.url("/new.ics"))
    assert renewed.state == AccountState.ACTIVE


def test_webcal_is_https_by_another_name() -> None:
    from crm_app.sync.reaching.typed_login import feed as login_of_feed

    login = login_of_feed(" webcal://calendar.example/private.ics ")
    assert login == Login(
        "ics",
        "https://calendar.example",
        "",
        "https://calendar.example/private.ics",
        subject=login.subject,
    )
    assert "private" not in repr(login)
    assert len(login.subject) == 64


# Settings > Integrations.


def test_syn1_members_see_their_accounts_and_no_apps(open_tab: OpenTab) -> None:
    kate = rig.connect()
    tab = open_tab(kate.user, INTEGRATIONS)
    for load in (Connections.load, Connecting.arrive, Apps.load):
        tab.fire(load)
        assert "not allowed" not in tab.said
    assert len(tab.see(Connections).rows) == 1
    assert tab.see(Apps).google == {}


def test_the_account_of_every_service_finds_its_card(lite: str) -> None:
    with db.unit_of_work() as session:
        user = factories.user(session)
        for each in presets.ALL:
            provider = each.key if each.way is not presets.Way.PASSWORD else connecting.CALDAV
            session.add(
                ConnectedAccount(
                    user_id=user.id or 0,
                    provider=provider,
                    label=each.name,
                    server_url=each.address,
                    secret="x",
                    created_at=rig.soon(),
                )
            )
    shown = {presets.preset_of(row.server_url, row.provider).key for row in accounts()}
    assert shown == {"google", "microsoft", "icloud", "fastmail", "caldav", "ics"}


def test_q3_the_values_of_an_app_are_tried(open_tab: OpenTab) -> None:
    from tests.servers import oidc

    with db.unit_of_work() as session:
        factories.workspace(session)
        boss = factories.admin(session)
    with oidc.provider() as running:
        tab = open_tab(boss, INTEGRATIONS).fire(Apps.load)
        abroad.enter_app("google", oidc.CLIENT_ID, oidc.CLIENT_SECRET, issuer=running.issuer)
        assert "accepts" in tab.fire(Apps.check).said
        abroad.enter_app("google", oidc.CLIENT_ID, "mistyped", issuer=running.issuer)
        assert "client secret is wrong" in tab.fire(Apps.check).said
        running.faults = {"away"}
        assert "cannot be reached" in tab.fire(Apps.check).said
    assert not tab.see(Apps).checking
    assert "mistyped" not in str(tab.held)


def test_what_the_page_says_that_the_apps_ask_for_is_what_they_ask_for(
    open_tab: OpenTab, google: GoogleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    from urllib.parse import parse_qsl, urlsplit

    with db.unit_of_work() as session:
        boss = factories.admin(session)
    tab = open_tab(boss, INTEGRATIONS).fire(Apps.load)
    with abroad.microsoft(monkeypatch):
        for provider in ("google", "microsoft"):
            query = dict(parse_qsl(urlsplit(Browser(boss).begin(provider)).query))
            row: Any = getattr(tab.see(Apps), provider)
            assert set(query["scope"].split()) <= set(row["scopes"].split())
            assert row["back"] == query["redirect_uri"]
