"""Connecting by signing in at Google and Microsoft: SYN-1, SYN-11, SYN-13, trap 55."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from sqlmodel import select

from crm_app.accounts import service as people
from crm_app.core import db
from crm_app.core.access import system
from crm_app.core.errors import LoginExpired, NotFound, RemoteUnavailable
from crm_app.core.jobs import Job
from crm_app.core.kinds import AccountState, CalendarRole
from crm_app.models import AuditEntry, ConnectedAccount, Message, OneTimeToken
from crm_app.providers.google.oauth import EVENTS
from crm_app.sync.connections import accounts as connections
from crm_app.sync.reaching import apps, connecting
from crm_app.sync.runs import runs
from tests import factories
from tests.servers.google import CLIENT_SECRET, GoogleService
from tests.servers.google.person import put, timed
from tests.servers.graph.server import Graph
from tests.sync import abroad, rig
from tests.sync.abroad import Browser, accounts, calendars, somebody

pytestmark = pytest.mark.usefixtures("lite")


@pytest.fixture
def google(lite: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleService]:
    with abroad.google(monkeypatch) as running:
        yield running


@pytest.fixture
def microsoft(lite: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    with abroad.microsoft(monkeypatch) as running:
        yield running


def connect(browser: Browser, running: GoogleService, query: str = "") -> dict[str, str]:
    """There and back; what the page's address says."""
    there = browser.begin("google", query)
    return browser.back("google", running.account.consent(there))[1]


def use_all(user: object) -> None:
    """All calendars are used, the first one that can be written is the linked one."""
    with db.unit_of_work() as session:
        actor = factories.actor(user)  # type: ignore[arg-type]
        linked = next(row for row in calendars() if row.writable)
        connections.choose_linked(session, actor, linked.id)


def test_syn1_google_there_and_back(google: GoogleService) -> None:
    kate = somebody()
    browser = Browser(kate)
    there = browser.begin("google", "?next=/settings/connections")
    asked = dict(parse_qsl(urlsplit(there).query))
    assert asked["redirect_uri"] == "https://crm.example/connect/google/back"
    assert asked["code_challenge_method"] == "S256"
    assert CLIENT_SECRET not in there
    path, told = browser.back("google", google.account.consent(there))
    (account,) = accounts()
    assert (path, told) == ("/settings/connections", {"connected": str(account.id)})
    assert (account.user_id, account.provider, account.label) == (kate.id, "google", "Google")
    assert (account.username, account.subject) == ("me@example.org", "1234567890")
    assert "me@example.org" in account.aliases
    (calendar,) = calendars()
    assert (calendar.name, calendar.role) == ("Work", CalendarRole.UNUSED)


def test_syn1_microsoft_there_and_back_and_in_step(microsoft: Graph) -> None:
    kate = somebody()
    browser = Browser(kate)
    back = microsoft.signin.consent(browser.begin("microsoft"))
    path, told = browser.back("microsoft", back)
    (account,) = accounts()
    assert (path, told) == ("/settings/integrations", {"connected": str(account.id)})
    assert (account.label, account.username) == ("Microsoft 365", "me@example.org")
    use_all(kate)
    rig.settle()
    assert accounts()[0].state == AccountState.ACTIVE
    assert any(row.complete for row in calendars())


def test_syn1_what_is_connected_is_read(google: GoogleService) -> None:
    kate = somebody()
    connect(Browser(kate), google)
    put(google.calendars["me@example.org"], "doctor", **timed(rig.soon(1)), summary="Doctor")
    use_all(kate)
    rig.settle()
    assert [row.summary for row in rig.busy(kate)] == ["Doctor"]


def test_syn1_connected_again_it_is_renewed_and_never_doubled(google: GoogleService) -> None:
    browser = Browser(somebody())
    connect(browser, google)
    before = accounts()[0]
    google.account.email = "renamed@example.org"
    told = connect(browser, google)
    (account,) = accounts()
    assert told == {"connected": str(account.id)}
    assert account.id == before.id
    assert account.secret != before.secret
    assert account.username == "renamed@example.org"
    google.account.subject = "somebody else"
    connect(browser, google)
    assert len(accounts()) == 2


def test_syn1_two_users_may_connect_the_same_account(google: GoogleService) -> None:
    for user in (somebody(), somebody()):
        connect(Browser(user), google)
    assert len({row.user_id for row in accounts()}) == 2


def test_trap55_a_revoked_token_is_told_once_and_reconnecting_goes_on(
    google: GoogleService,
) -> None:
    kate = somebody()
    browser = Browser(kate)
    connect(browser, google)
    use_all(kate)
    rig.settle()
    google.account.revoke_all()
    (calendar,) = calendars()
    appointment = rig.book(kate, at=rig.soon(2))
    for _ in range(3):
        runs.run(calendar.id or 0)
        rig.settle()
    (account,) = accounts()
    assert account.state == AccountState.NEEDS_RECONNECT
    with db.reading() as session:
        (letter,) = session.exec(select(Message).where(Message.kind == "connection")).all()
    assert "sign in to Google again" in letter.text
    assert "password" not in letter.text
    assert not any(link.href for link in rig.links())
    told = connect(browser, google, f"?account={account.id}&next=/settings/connections")
    assert told == {"reconnected": str(account.id)}
    rig.settle()
    assert accounts()[0].state == AccountState.ACTIVE
    assert [link.appointment_id for link in rig.links() if link.href] == [appointment.id]
    assert google.calendars["me@example.org"].ids()


def test_syn11_reconnecting_asks_for_that_account(google: GoogleService) -> None:
    browser = Browser(somebody())
    connect(browser, google)
    (before,) = accounts()
    there = browser.begin("google", f"?account={before.id}")
    assert dict(parse_qsl(urlsplit(there).query))["login_hint"] == "me@example.org"
    google.account.subject = "another"
    _, told = browser.back("google", google.account.consent(there))
    assert (told["connect"], told["service"]) == ("other", "google")
    (account,) = accounts()
    assert account.secret == before.secret


def test_syn1_whoever_says_no_reads_so(google: GoogleService, microsoft: Graph) -> None:
    browser = Browser(somebody())
    asked = dict(parse_qsl(urlsplit(browser.begin("google")).query))
    _, told = browser.back("google", {"error": "access_denied", "state": asked["state"]})
    assert told == {"connect": "denied", "service": "google"}
    microsoft.signin.refuses = "access_denied"
    _, told = browser.back("microsoft", microsoft.signin.consent(browser.begin("microsoft")))
    assert told == {"connect": "denied", "service": "microsoft"}
    assert accounts() == []


def test_syn1_a_box_that_was_not_ticked_is_missed(google: GoogleService) -> None:
    browser = Browser(somebody())
    there = browser.begin("google")
    _, told = browser.back("google", google.account.consent(there, without=EVENTS))
    assert told["connect"] == "scopes"
    assert accounts() == []


def test_q3_a_service_that_refuses_the_app_or_is_away(
    google: GoogleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(somebody())
    abroad.enter_app("google", "crm-client", "no longer the secret")
    assert connect(browser, google)["connect"] == "app"
    abroad.configure(monkeypatch, google_token_url="http://127.0.0.1:1/token")
    assert connect(browser, google)["connect"] == "away"


def test_q3_without_an_app_the_page_says_what_is_missing(lite: str) -> None:
    browser = Browser(somebody())
    there = urlsplit(browser.begin("google", "?next=/settings/connections"))
    assert (there.path, there.query) == (
        "/settings/connections",
        "connect=missing&service=google",
    )
    with db.reading() as session:
        offers = {offer.preset.key: offer.why for offer in apps.offered(session)}
    assert "administrator" in offers["google"]
    assert "administrator" in offers["microsoft"]
    assert offers["icloud"] == offers["ics"] == ""


def test_syn1_switched_off_nobody_connects_anew_and_what_is_connected_goes_on(
    google: GoogleService,
) -> None:
    kate = somebody()
    browser = Browser(kate)
    connect(browser, google)
    use_all(kate)
    abroad.enter_app("google", "crm-client", CLIENT_SECRET, for_calendars=False)
    assert "connect=missing" in browser.begin("google")
    rig.settle()
    assert accounts()[0].state == AccountState.ACTIVE
    with db.unit_of_work() as session:
        people.remove_sign_in_provider(session, system("test"), "google")
    (calendar,) = calendars()
    runs.run(calendar.id or 0)
    # Nobody has to reconnect: it works again once the app is back.
    assert accounts()[0].state == AccountState.ERROR
    assert "An administrator has to enter the app for Google" in accounts()[0].last_error
    abroad.enter_app("google", "crm-client", CLIENT_SECRET)
    rig.settle()
    assert accounts()[0].state == AccountState.ACTIVE


def test_syn11_a_client_secret_that_ran_out_needs_nobody_but_the_administrator(
    microsoft: Graph,
) -> None:
    kate = somebody()
    browser = Browser(kate)
    browser.back("microsoft", microsoft.signin.consent(browser.begin("microsoft")))
    use_all(kate)
    rig.settle()
    microsoft.signin.app_refused = True
    microsoft.signin.access.clear()
    calendar = next(row for row in calendars() if row.role == CalendarRole.LINKED)
    runs.run(calendar.id or 0)
    assert accounts()[0].state != AccountState.ACTIVE
    microsoft.signin.app_refused = False
    abroad.enter_app("microsoft", "graph-client", "graph-client-secret")
    rig.settle()
    assert accounts()[0].state == AccountState.ACTIVE
    with db.reading() as session:
        told = session.exec(select(Message).where(Message.kind == "connection")).all()
    assert len(told) <= 1


def test_syn13_a_microsoft_app_of_one_organisation_asks_there(microsoft: Graph) -> None:
    abroad.enter_app(
        "microsoft",
        "graph-client",
        "graph-client-secret",
        issuer="https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0",
    )
    with db.reading() as session:
        app = apps.app_of(session, "microsoft")
    assert app is not None
    assert app.tenant == "11111111-2222-3333-4444-555555555555"


# Attacks.


def test_a_state_works_once(google: GoogleService) -> None:
    browser = Browser(somebody())
    brought = google.account.consent(browser.begin("google"))
    browser.back("google", brought)
    google.account.codes[brought["code"]] = {}
    _, told = browser.back("google", brought)
    assert told["connect"] == "over"
    assert len(accounts()) == 1


@pytest.mark.parametrize("state", ["", "x", "a" * 5000, "\x00", "%00' OR 1=1 --"])
def test_an_invented_state_leads_nowhere(google: GoogleService, state: str) -> None:
    browser = Browser(somebody())
    assert browser.back("google", {"code": "x", "state": state})[1]["connect"] == "over"


def test_a_state_belongs_to_its_user_its_session_and_its_service(
    google: GoogleService, microsoft: Graph
) -> None:
    kate, paul = somebody(), somebody()
    browser = Browser(kate)
    brought = google.account.consent(browser.begin("google"))
    # Paul's browser, another session of Kate's own, and the other service.
    assert Browser(paul).back("google", brought)[1]["connect"] == "over"
    assert Browser(kate).back("google", brought)[1]["connect"] == "over"
    assert browser.back("microsoft", brought)[1]["connect"] == "over"
    assert accounts() == []
    # None of that used it up.
    assert "connected" in browser.back("google", brought)[1]
    (account,) = accounts()
    assert account.user_id == kate.id


def test_a_state_is_over_after_a_while(google: GoogleService) -> None:
    browser = Browser(somebody())
    brought = google.account.consent(browser.begin("google"))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16)):
        assert browser.back("google", brought)[1]["connect"] == "over"


def test_usr3_nobody_reconnects_another_ones_account(google: GoogleService) -> None:
    kate = somebody()
    connect(Browser(kate), google)
    (account,) = accounts()
    with db.unit_of_work() as session:
        boss = factories.admin(session)
    for other in (somebody(), boss):
        there = Browser(other).begin("google", f"?account={account.id}")
        assert "connect=gone" in there
    assert "connect=gone" in Browser(kate).begin("google", "?account=99999")


def test_nobody_who_is_not_signed_in_gets_anywhere(google: GoogleService) -> None:
    stranger = Browser(None)
    for path in ("/connect/google", "/connect/google/back?code=x&state=y"):
        assert stranger.client.get(path).status_code in (303, 401)
    with db.reading() as session:
        assert session.exec(select(OneTimeToken)).all() == []
    assert accounts() == []


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/",
        "//evil.example/settings/x",
        "/\\evil.example",
        "/login",
        "/settings/../../evil",
        "javascript:alert(1)",
    ],
)
def test_no_other_site_is_returned_to(google: GoogleService, page: str) -> None:
    browser = Browser(somebody())
    there = browser.begin("google", f"?next={page}")
    path, _ = browser.back("google", google.account.consent(there))
    assert path.startswith("/settings/")


def test_another_site_cannot_begin(google: GoogleService) -> None:
    browser = Browser(somebody())
    there = browser.begin("google", **{"Sec-Fetch-Site": "cross-site"})
    assert there == "/settings/integrations"
    with db.reading() as session:
        assert session.exec(select(OneTimeToken)).all() == []


@pytest.mark.parametrize("provider", ["icloud", "caldav", "ics", "x", "google%2F.."])
def test_other_services_have_no_such_way(google: GoogleService, provider: str) -> None:
    assert Browser(somebody()).client.get(f"/connect/{provider}").status_code == 404


def test_usr2_connecting_is_rate_limited(google: GoogleService) -> None:
    browser = Browser(somebody())
    for _ in range(20):
        browser.begin("google")
    assert "connect=many" in browser.begin("google")


def test_syn13_no_secret_is_in_the_database_in_the_clear_nor_in_a_log(
    google: GoogleService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = Browser(somebody())
    there = browser.begin("google")
    state = dict(parse_qsl(urlsplit(there).query))["state"]
    with db.reading() as session:
        (row,) = session.exec(select(OneTimeToken)).all()
    assert "verifier" not in json.dumps(row.data)
    assert state not in json.dumps(row.data) + row.token_hash
    brought = google.account.consent(there)
    browser.back("google", brought)
    (account,) = accounts()
    secret = json.loads(account.secret)
    with db.reading() as session:
        stored = session.connection().exec_driver_sql("SELECT secret FROM connected_account")
        assert secret["refresh_token"] not in str(stored.all())
        kept = str(session.exec(select(AuditEntry)).all()) + str(session.exec(select(Job)).all())
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("crm_app"))
    with db.reading() as session:
        login = connecting.login_of(session, session.get_one(ConnectedAccount, account.id))
    for text in (kept, ours, repr(login)):
        for hidden in (secret["refresh_token"], secret["access_token"], CLIENT_SECRET):
            assert hidden not in text


# Secrets that change while they are used.


def test_syn13_a_refreshed_token_is_stored_once(google: GoogleService) -> None:
    kate = somebody()
    connect(Browser(kate), google)
    use_all(kate)
    rig.settle()
    before = accounts()[0].secret
    google.account.expire_access()
    runs.run(calendars()[0].id or 0)
    after = accounts()[0].secret
    assert after != before
    asked = google.calls.count("token")
    runs.run(calendars()[0].id or 0)
    assert google.calls.count("token") == asked
    assert accounts()[0].secret == after


def test_syn13_a_late_run_never_overwrites_a_newer_secret(google: GoogleService) -> None:
    browser = Browser(somebody())
    connect(browser, google)
    with db.reading() as session:
        old = connecting.login_of(session, session.get_one(ConnectedAccount, accounts()[0].id))
    google.account.expire_access()
    with connecting.opened(old) as provider:
        connect(browser, google)
        newer = accounts()[0].secret
        google.account.expire_access()
        provider.discover()
    assert accounts()[0].secret == newer


def test_trap55_a_token_that_another_job_used_up_locks_nobody_out(google: GoogleService) -> None:
    google.account.rotates = True
    connect(Browser(somebody()), google)
    with db.reading() as session:
        login = connecting.login_of(session, session.get_one(ConnectedAccount, accounts()[0].id))
    google.account.expire_access()
    with connecting.opened(login) as first:
        first.discover()
    google.account.expire_access()
    with pytest.raises(RemoteUnavailable), connecting.opened(login) as second:
        second.discover()
    google.account.revoke_all()
    with db.reading() as session:
        login = connecting.login_of(session, session.get_one(ConnectedAccount, accounts()[0].id))
    with pytest.raises(LoginExpired), connecting.opened(login) as third:
        third.discover()


# Taking leave.


def test_syn1_disconnecting_gives_the_access_back(google: GoogleService) -> None:
    kate = somebody()
    connect(Browser(kate), google)
    assert google.account.refresh
    with db.unit_of_work() as session:
        connections.disconnect(session, factories.actor(kate), accounts()[0].id or 0)
        jobs = session.exec(select(Job.args).where(Job.kind == "sync.farewell")).all()
    assert [list(args) for args in jobs] == [["token_id"]]
    rig.settle()
    assert google.calls.count("revoke") == 1
    assert google.account.refresh == {}
    with db.reading() as session:
        kept = session.exec(select(OneTimeToken.purpose)).all()
    assert "farewell" not in kept


def test_syn1_an_account_that_somebody_else_still_uses_is_not_revoked(
    google: GoogleService,
) -> None:
    kate, paul = somebody(), somebody()
    connect(Browser(kate), google)
    connect(Browser(paul), google)
    with db.unit_of_work() as session:
        mine = next(row for row in accounts() if row.user_id == kate.id)
        connections.disconnect(session, factories.actor(kate), mine.id or 0)
    rig.settle()
    assert google.calls.count("revoke") == 0


def test_syn1_disconnecting_works_while_the_service_is_away(
    google: GoogleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    kate = somebody()
    connect(Browser(kate), google)
    abroad.configure(monkeypatch, google_revoke_url="http://127.0.0.1:1/revoke")
    with db.unit_of_work() as session:
        connections.disconnect(session, factories.actor(kate), accounts()[0].id or 0)
    rig.settle()
    assert accounts() == []
    abroad.configure(monkeypatch, google_revoke_url=google.revoke_url)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):
        rig.settle()
    assert google.account.refresh == {}


def test_microsoft_is_left_without_a_word(microsoft: Graph) -> None:
    kate = somebody()
    browser = Browser(kate)
    browser.back("microsoft", microsoft.signin.consent(browser.begin("microsoft")))
    with db.unit_of_work() as session:
        connections.disconnect(session, factories.actor(kate), accounts()[0].id or 0)
    rig.settle()
    with db.reading() as session:
        assert {job.state for job in session.exec(select(Job))} <= {"done"}


def test_nothing_answers_under_another_name(google: GoogleService) -> None:
    with db.reading() as session, pytest.raises(NotFound):
        apps.app_to_connect(session, "icloud")
