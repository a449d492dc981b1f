""" "New sync account" and Settings > Configuration, as a tab uses them (SCT-1, Q-1, USR-3)."""

from collections.abc import Callable

import pytest

from crm_app import models
from crm_app.core import db
from crm_app.sync.books.ui.configuration_page import Configuration
from crm_app.sync.books.ui.connecting_state import NewAccount
from tests import factories
from tests.sync.books.rig import Holder
from tests.sync.books.ui.conftest import PAGE, nothing_of, stored
from tests.ui.tabs import Tab

Open = Callable[..., Tab]
CONFIGURATION = "/settings/configuration"


def allowed() -> bool:
    with db.reading() as session:
        return session.get_one(models.SignInProvider, "microsoft").for_contacts


@pytest.fixture
def office(kate: Holder) -> None:
    """The app for Microsoft is entered, and not enabled for contacts."""
    with db.unit_of_work() as session:
        session.add(
            models.SignInProvider(
                provider="microsoft",
                issuer="https://login.microsoftonline.com/common/v2.0",
                client_id="client",
                client_secret="hush hush",
            )
        )


def test_sct1_office_365_is_offered_once_an_administrator_enabled_it(
    open_tab: Open, kate: Holder, boss: models.User, office: None
) -> None:
    tab = open_tab(kate.user, PAGE).fire(NewAccount.arrive).fire(NewAccount.begin)
    seen = tab.see(NewAccount)
    assert seen.step == "service"
    assert "“Office 365 – Contacts” under Settings > Configuration" in seen.missing["microsoft"]
    assert (seen.missing["icloud"], seen.missing["carddav"]) == ("", "")
    settings = open_tab(boss, CONFIGURATION).fire(Configuration.load)
    rows = settings.see(Configuration).rows
    assert rows["microsoft"] == {"name": "Office 365 – Contacts", "entered": "yes", "on": ""}
    assert rows["google"]["entered"] == ""
    settings.fire(Configuration.allow, provider="microsoft", on=True)
    assert settings.see(Configuration).rows["microsoft"]["on"] == "yes"
    assert tab.fire(NewAccount.begin).see(NewAccount).missing["microsoft"] == ""
    settings.fire(Configuration.allow, provider="microsoft", on=False)
    assert not allowed()
    assert "hush hush" not in str(settings.held)


def test_sct1_without_an_app_nothing_is_enabled(
    open_tab: Open, kate: Holder, boss: models.User
) -> None:
    tab = open_tab(boss, CONFIGURATION).fire(Configuration.load)
    tab.fire(Configuration.allow, provider="google", on=True)
    assert tab.see(Configuration).rows["google"]["on"] == ""
    tab.fire(Configuration.allow, provider="carddav", on=True)
    with db.reading() as session:
        assert session.get(models.SignInProvider, "google") is None


def test_usr3_members_do_not_get_the_configuration(
    open_tab: Open, kate: Holder, office: None
) -> None:
    for user in (kate.user, None):
        tab = open_tab(user, CONFIGURATION).fire(Configuration.load)
        assert nothing_of(tab, Configuration) or not any(tab.see(Configuration).rows.values())
        tab.fire(Configuration.allow, provider="microsoft", on=True)
        assert not allowed()


def test_q1_what_is_missing_is_said_beside_its_field_and_nothing_typed_is_lost(
    open_tab: Open, kate: Holder
) -> None:
    before = stored()
    tab = open_tab(kate.user, PAGE).fire(NewAccount.begin).fire(NewAccount.choose, kind="carddav")
    tab.fire(
        NewAccount.connect,
        form={"server_url": "https://contacts.example.com", "username": "kate", "password": ""},
    )
    seen = tab.see(NewAccount)
    assert set(seen.errors) == {"password"}
    assert (seen.step, seen.busy) == ("login", False)
    assert (seen.server_url, seen.username) == ("https://contacts.example.com", "kate")
    assert stored() == before


def test_trap91_an_address_in_our_own_network_is_refused(open_tab: Open, kate: Holder) -> None:
    before = stored()
    tab = open_tab(kate.user, PAGE).fire(NewAccount.begin).fire(NewAccount.choose, kind="carddav")
    tab.fire(
        NewAccount.connect,
        form={"server_url": "https://127.0.0.1/", "username": "kate", "password": "hush hush"},
    )
    seen = tab.see(NewAccount)
    assert set(seen.errors) == {"server_url"}
    assert stored() == before
    assert "hush hush" not in str(tab.held)


def test_usr3_strangers_connect_nothing(open_tab: Open, kate: Holder) -> None:
    before = stored()
    tab = open_tab(None, PAGE).fire(NewAccount.begin)
    tab.fire(
        NewAccount.connect,
        form={"server_url": "https://x.example", "username": "kate", "password": "p"},
    )
    assert nothing_of(tab, NewAccount)
    assert stored() == before


@pytest.mark.parametrize(
    ("query", "step"),
    [
        ("connected=1", ""),
        ("reconnected=1", ""),
        ("connect=denied&service=google", "problem"),
        ("connect=missing&service=microsoft", "problem"),
        ("connect=<b>Call</b>&service=google", ""),
        ("", ""),
    ],
)
def test_sct1_how_a_sign_in_ended_is_said_in_words(
    open_tab: Open, kate: Holder, query: str, step: str
) -> None:
    tab = open_tab(kate.user, f"{PAGE}?{query}").fire(NewAccount.arrive)
    seen = tab.see(NewAccount)
    assert seen.step == step
    assert bool(seen.problem) is (step == "problem")
    assert "<b>" not in str(vars(seen))
    assert "{" not in seen.problem


def test_usr3_anothers_attempt_tells_nothing(
    open_tab: Open, kate: Holder, paul: models.User
) -> None:
    tab = open_tab(paul, f"{PAGE}?connect=refused&service=google&attempt=1").fire(NewAccount.arrive)
    assert tab.see(NewAccount).step == "problem"
    assert factories.actor(paul).user_id != kate.user.id
