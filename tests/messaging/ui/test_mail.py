"""Q-3 on Settings > Mail: set a server without ever getting its password back, and test it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from crm_app.core import db
from crm_app.core.job_runner import drain
from crm_app.core.settings import get_settings
from crm_app.messaging.ui.mail_state import MailSettings
from crm_app.models import Message, User, Workspace
from tests.servers.smtp import SmtpSink
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]
FORM = {
    "host": "mail.example.com",
    "port": "587",
    "security": "starttls",
    "username": "ada",
    "password": "swordfish",
}


def smtp_url() -> str | None:
    with db.reading() as session:
        return session.exec(select(Workspace)).one().smtp_url


def test_q3_a_server_is_set_shown_without_its_password_and_removed(
    open_tab: OpenTab, ada: User
) -> None:
    tab = open_tab(ada).fire(MailSettings.load)
    assert tab.see(MailSettings).way == ""
    tab.fire(MailSettings.set_editing, on=True).fire(MailSettings.save_server, form=FORM)
    seen = tab.see(MailSettings)
    assert (seen.way, seen.editing, seen.server["host"]) == ("own", False, "mail.example.com")
    assert seen.server["has_password"] == "yes"
    assert "swordfish" not in str(tab.held)
    assert "swordfish" not in tab.said
    assert smtp_url() == "smtp://ada:swordfish@mail.example.com:587"
    tab.fire(MailSettings.save_server, form=FORM | {"password": "", "lenient": "on"})
    assert smtp_url() == "smtp://ada:swordfish@mail.example.com:587?verify=no"
    tab.fire(MailSettings.set_removing, on=True).fire(MailSettings.remove_server)
    assert smtp_url() is None
    assert tab.see(MailSettings).way == ""


def test_q1_a_server_that_cannot_be_is_marked_and_the_dialog_stays(
    open_tab: OpenTab, ada: User
) -> None:
    tab = open_tab(ada).fire(MailSettings.set_editing, on=True)
    tab.fire(MailSettings.save_server, form=FORM | {"port": "many"})
    assert set(tab.see(MailSettings).errors) == {"port"}
    assert tab.see(MailSettings).editing
    tab.fire(MailSettings.save_server, form={})
    assert set(tab.see(MailSettings).errors) == {"host"}
    assert smtp_url() is None


def test_q3_the_senders_address_is_checked(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada).fire(MailSettings.load)
    assert tab.see(MailSettings).default_from == "tandem@crm.example"
    tab.fire(MailSettings.save_from, form={"mail_from": "nobody"})
    assert set(tab.see(MailSettings).errors) == {"mail_from"}
    tab.fire(MailSettings.save_from, form={"mail_from": "Lind <mail@lind.example>"})
    assert tab.see(MailSettings).default_from == "mail@lind.example"


def test_q3_the_environments_server_is_shown_as_such(
    open_tab: OpenTab, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_SMTP_URL", "smtps://env:kept-from-tabs@mail.env.example")
    get_settings.cache_clear()
    tab = open_tab(ada).fire(MailSettings.load)
    assert tab.see(MailSettings).way == "environment"
    assert tab.see(MailSettings).server["host"] == "mail.env.example"
    assert "kept-from-tabs" not in str(tab.held)
    # Its password is not ours to keep for another entry.
    form = FORM | {"host": "mail.env.example", "username": "env", "password": "", "port": "465"}
    tab.fire(MailSettings.save_server, form=form)
    assert set(tab.see(MailSettings).errors) == {"password"}


def test_q3_without_a_server_the_test_waits_in_the_outbox(open_tab: OpenTab, ada: User) -> None:
    tab = open_tab(ada).fire(MailSettings.load).fire(MailSettings.send_test)
    assert tab.see(MailSettings).test["state"] == "outbox"
    with db.reading() as session:
        message = session.exec(select(Message)).one()
    assert (message.to_address, message.user_id) == (ada.email, ada.id)


@pytest.mark.server
def test_q3_the_test_message_arrives_and_the_page_says_so(
    open_tab: OpenTab, ada: User, smtp_sink: SmtpSink
) -> None:
    tab = open_tab(ada).fire(MailSettings.load)
    form = FORM | {"host": "127.0.0.1", "port": str(smtp_sink.port)}
    tab.fire(MailSettings.save_server, form=form | {"username": "", "password": ""})
    tab.fire(MailSettings.send_test)
    assert tab.see(MailSettings).test["state"] == "queued"
    drain()
    assert tab.fire(MailSettings.follow).see(MailSettings).test["state"] == "sent"
    assert smtp_sink.received[0].recipient == ada.email
    smtp_sink.refuse = {"RCPT": "550 no such user"}
    tab.fire(MailSettings.send_test)
    drain()
    test = tab.fire(MailSettings.follow).see(MailSettings).test
    assert test["state"] == "failed"
    assert "550" in test["reason"]


def test_usr3_members_and_strangers_can_do_nothing_of_it(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    calls: list[tuple[Any, dict[str, Any]]] = [
        (MailSettings.load, {}),
        (MailSettings.save_server, {"form": FORM}),
        (MailSettings.save_from, {"form": {"mail_from": "x@y.example"}}),
        (MailSettings.remove_server, {}),
        (MailSettings.send_test, {}),
    ]
    for user, answer in ((ben, "not allowed"), (None, "/login")):
        tab = open_tab(user)
        for handler, payload in calls:
            assert answer in tab.fire(handler, **payload).said
    assert smtp_url() is None
    with db.reading() as session:
        assert session.exec(select(Message)).all() == []
