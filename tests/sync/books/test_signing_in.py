"""Connecting contacts by signing in at Google and Microsoft: SCT-1, SYN-13."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlmodel import select

from crm_app.core import clock, db
from crm_app.core.access import system
from crm_app.core.errors import NotFound
from crm_app.core.kinds import AccountPurpose, AccountState
from crm_app.models import AddressBook, ConnectedAccount, ExternalCard, OneTimeToken, User
from crm_app.providers.google import oauth
from crm_app.sync.books import accounts as book_accounts
from crm_app.sync.books import queries
from crm_app.sync.connections import accounts as calendar_accounts
from crm_app.sync.reaching import apps, sign_in_problems
from crm_app.sync.reaching.sign_in_problems import Problem
from tests import factories
from tests.servers.google import GoogleService
from tests.servers.google.people_owner import put
from tests.servers.graph.outside import seed_contacts
from tests.servers.graph.server import Graph
from tests.sync import abroad, rig
from tests.sync.abroad import Browser, accounts, somebody

pytestmark = pytest.mark.usefixtures("lite")
PAGE = "/settings/accounts"
BEGIN = f"?for=contacts&next={PAGE}"


def allow(provider: str, on: bool = True) -> None:
    with db.unit_of_work() as session:
        apps.allow_contacts(session, system("test"), provider, on)


@pytest.fixture
def google(lite: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[GoogleService]:
    with abroad.google(monkeypatch) as running:
        abroad.configure(monkeypatch, google_people_api=running.people_api)
        allow("google")
        yield running


@pytest.fixture
def microsoft(lite: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Graph]:
    with abroad.microsoft(monkeypatch) as running:
        allow("microsoft")
        yield running


def asked(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


def connect(browser: Browser, google: GoogleService, query: str = BEGIN) -> dict[str, str]:
    _, told = browser.back("google", google.account.consent(browser.begin("google", query)))
    return told


def books() -> list[AddressBook]:
    with db.reading() as session:
        return list(session.exec(select(AddressBook)))


def test_sct1_google_there_and_back_and_read(google: GoogleService) -> None:
    put(
        google.book,
        "c1",
        names=[{"displayName": "Ann Lee", "givenName": "Ann", "familyName": "Lee"}],
    )
    kate = somebody()
    browser = Browser(kate)
    there = browser.begin("google", BEGIN)
    assert asked(there)["redirect_uri"] == "https://crm.example/connect/google/back"
    scopes = asked(there)["scope"].split()
    assert oauth.CONTACTS in scopes
    assert oauth.EVENTS not in scopes
    path, told = browser.back("google", google.account.consent(there))
    (account,) = accounts()
    assert (path, told) == (PAGE, {"connected": str(account.id)})
    assert (account.purpose, account.label) == (AccountPurpose.CONTACTS, "Google")
    assert (account.username, account.subject) == ("me@example.org", "1234567890")
    (book,) = books()
    assert (book.used, book.main) == (True, True)
    rig.settle()
    with db.reading() as session:
        assert [row.name for row in session.exec(select(ExternalCard))] == ["Ann Lee"]


def test_sct1_microsoft_there_and_back_and_read(microsoft: Graph) -> None:
    seed_contacts(microsoft, 5)
    kate = somebody()
    browser = Browser(kate)
    there = browser.begin("microsoft", BEGIN)
    assert "Contacts.ReadWrite" in asked(there)["scope"]
    assert "Calendars" not in asked(there)["scope"]
    path, told = browser.back("microsoft", microsoft.signin.consent(there))
    (account,) = accounts()
    assert (path, told) == (PAGE, {"connected": str(account.id)})
    assert (account.purpose, account.label) == (AccountPurpose.CONTACTS, "Office 365")
    rig.settle()
    with db.reading() as session:
        assert queries.counts(session, factories.actor(kate)).waiting == 5
    assert accounts()[0].state is AccountState.ACTIVE


def test_sct1_until_an_administrator_allows_it_nobody_gets_there(
    google: GoogleService, microsoft: Graph
) -> None:
    browser = Browser(somebody())
    for provider in ("google", "microsoft"):
        allow(provider, False)
        location = browser.begin(provider, BEGIN)
        assert urlsplit(location).path == PAGE
        assert asked(location) == {"connect": "missing", "service": provider}
        # Calendars are another matter.
        assert asked(browser.begin(provider))["client_id"]
    said = sign_in_problems.words("missing", AccountPurpose.CONTACTS)
    assert "Settings > Configuration" in said


def test_sct1_without_a_page_it_ends_among_the_external_accounts(google: GoogleService) -> None:
    browser = Browser(somebody())
    there = browser.begin("google", "?for=contacts&next=https://evil.example/settings/x")
    path, told = browser.back("google", google.account.consent(there))
    assert path == PAGE
    assert "connected" in told


def test_sct1_calendars_and_contacts_of_one_account_are_two_connections(
    google: GoogleService,
) -> None:
    kate = somebody()
    browser = Browser(kate)
    connect(browser, google, "")
    connect(browser, google)
    connect(browser, google)
    first, second = accounts()
    assert (first.purpose, second.purpose) == (AccountPurpose.CALENDARS, AccountPurpose.CONTACTS)
    assert first.subject == second.subject
    assert first.secret != second.secret


def test_sct1_reconnecting_asks_for_that_account_and_purpose(google: GoogleService) -> None:
    kate, paul = somebody(), somebody()
    browser = Browser(kate)
    connect(browser, google, "")
    connect(browser, google)
    calendars, contacts = accounts()
    there = browser.begin("google", f"{BEGIN}&account={contacts.id}")
    assert asked(there)["login_hint"] == "me@example.org"
    _, told = browser.back("google", google.account.consent(there))
    assert told == {"reconnected": str(contacts.id)}
    for query, who in (
        (f"{BEGIN}&account={calendars.id}", browser),
        (f"?account={contacts.id}", browser),
        (f"{BEGIN}&account={contacts.id}", Browser(paul)),
    ):
        assert asked(who.begin("google", query))["connect"] == "gone"


def test_sct1_another_account_is_not_put_in_its_place(google: GoogleService) -> None:
    browser = Browser(somebody())
    connect(browser, google)
    (account,) = accounts()
    there = browser.begin("google", f"{BEGIN}&account={account.id}")
    google.account.subject = "somebody else"
    _, told = browser.back("google", google.account.consent(there))
    assert told == {"connect": "other", "service": "google"}


def test_sct1_a_box_that_was_not_ticked_is_missed(google: GoogleService) -> None:
    browser = Browser(somebody())
    there = browser.begin("google", BEGIN)
    _, told = browser.back("google", google.account.consent(there, without=oauth.CONTACTS))
    assert told == {"connect": "scopes", "service": "google"}
    assert accounts() == []


@pytest.mark.parametrize("problem", Problem)
def test_q1_how_it_ended_is_said_in_words_about_contacts(problem: Problem) -> None:
    words = sign_in_problems.words(problem.value, AccountPurpose.CONTACTS)
    assert words
    assert "calendar" not in words.lower()
    assert sign_in_problems.words("<b>", AccountPurpose.CONTACTS) == ""


def test_sct1_leaving_gives_the_access_back_once_nothing_else_uses_it(
    google: GoogleService,
) -> None:
    kate = somebody()
    browser = Browser(kate)
    connect(browser, google, "")
    connect(browser, google)
    calendars, contacts = accounts()
    with db.unit_of_work() as session:
        book_accounts.disconnect(
            session, factories.actor(kate), contacts.id or 0, remove_ours=False, now=clock.now()
        )
    rig.settle()
    assert google.calls.count("revoke") == 0
    with db.unit_of_work() as session:
        calendar_accounts.disconnect(session, factories.actor(kate), calendars.id or 0)
    rig.settle()
    assert google.calls.count("revoke") == 1


def test_syn13_nothing_secret_is_kept_in_the_clear(google: GoogleService) -> None:
    browser = Browser(somebody())
    connect(browser, google)
    (account,) = accounts()
    with db.reading() as session:
        kept = repr([row.data for row in session.exec(select(OneTimeToken))])
        raw = session.connection().exec_driver_sql("SELECT secret FROM connected_account").scalar()
    assert account.secret[:30] not in kept
    assert account.secret not in str(raw)


def test_usr3_only_its_owner_signs_in_again(google: GoogleService) -> None:
    kate = somebody()
    connect(Browser(kate), google)
    (account,) = accounts()
    boss = _admin()
    assert (
        asked(Browser(boss).begin("google", f"{BEGIN}&account={account.id}"))["connect"] == "gone"
    )
    with db.unit_of_work() as session:
        assert queries.get_account(session, factories.actor(boss), account.id or 0)
        with pytest.raises(NotFound):
            queries.get_own_account(session, factories.actor(boss), account.id or 0)
    assert isinstance(account, ConnectedAccount)


def _admin() -> User:
    with db.unit_of_work() as session:
        return factories.admin(session)
