"""Settings > Messages: what goes in, what never comes out, who may (Q-3, SYN-13, CAM-9)."""

import json
from collections.abc import Callable

import pytest

from crm_app.core import db, job_runner
from crm_app.core.settings import get_settings
from crm_app.messaging import channels
from crm_app.messaging.ui.channels_state import Channels
from crm_app.models import ChannelAccount, Message, User
from tests.servers import twilio
from tests.servers.twilio import twilio_service
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]
SMS = {"account_sid": twilio.SID, "auth_token": "sms-secret", "sender": "+1 500 555 0006"}
PAGE = {
    "page_id": "102030",
    "page_token": "page-secret",
    "app_secret": "app-secret",
    "verify_token": "verify-secret",
}


def _kept(channel: str) -> channels.Account:
    with db.reading() as session:
        return channels.account(session, channel)


def _opened(open_tab: OpenTab, user: User) -> Tab:
    return open_tab(user, "/settings/messages").fire(Channels.load)


def test_q3_an_account_goes_in_and_its_secret_never_comes_out(open_tab: OpenTab, ada: User) -> None:
    tab = _opened(open_tab, ada).fire(Channels.edit, channel="sms")
    tab.fire(Channels.save_sms, form=SMS).fire(Channels.save_messenger, form=PAGE)
    assert not tab.see(Channels).errors
    shown = tab.see(Channels)
    assert (shown.sms["set"], shown.sms["sender"]) == ("yes", twilio.NUMBER)
    assert shown.addresses["incoming"] == "https://crm.example/hooks/twilio/incoming"
    sent = json.dumps(tab.held, default=str) + tab.said
    for secret in (SMS["auth_token"], *(PAGE[name] for name in PAGE if name != "page_id")):
        assert secret not in sent
    assert _kept("sms").secrets == {"auth_token": "sms-secret"}
    assert "sms-secret" not in repr(_kept("sms"))
    with db.reading() as session:
        raw = session.connection().exec_driver_sql("SELECT secret FROM channel_account").all()
    assert "sms-secret" not in str(raw)
    assert session.get_bind() is not None


def test_q3_an_empty_token_keeps_the_one_of_the_same_account_only(
    open_tab: OpenTab, ada: User
) -> None:
    tab = _opened(open_tab, ada).fire(Channels.save_sms, form=SMS)
    tab.fire(Channels.save_sms, form=SMS | {"auth_token": "", "sender": "Tandem"})
    assert (_kept("sms").secret("auth_token"), _kept("sms").option("sender")) == (
        "sms-secret",
        "Tandem",
    )
    other = "AC" + "f" * 32
    tab.fire(Channels.save_sms, form=SMS | {"auth_token": "", "account_sid": other})
    assert set(tab.see(Channels).errors) == {"auth_token"}
    assert _kept("sms").option("account_sid") == twilio.SID


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"account_sid": "AC1"}, "account_sid"),
        ({"auth_token": ""}, "auth_token"),
        ({"auth_token": "ü"}, "auth_token"),
        ({"sender": ""}, "sender"),
        ({"sender": "12"}, "sender"),
        ({"sender": "much too long a name"}, "sender"),
    ],
)
def test_q1_what_cannot_be_is_marked(
    open_tab: OpenTab, ada: User, change: dict[str, str], field: str
) -> None:
    tab = _opened(open_tab, ada).fire(Channels.save_sms, form=SMS | change)
    assert set(tab.see(Channels).errors) == {field}
    assert not _kept("sms").enabled


def test_q1_the_page_wants_all_three_secrets(open_tab: OpenTab, ada: User) -> None:
    tab = _opened(open_tab, ada).fire(Channels.save_messenger, form={"page_id": "my page"})
    wanted = {"page_id", "page_token", "app_secret", "verify_token"}
    assert set(tab.see(Channels).errors) == wanted


def test_q3_off_and_forgotten_messages_wait_again(open_tab: OpenTab, ada: User) -> None:
    tab = _opened(open_tab, ada).fire(Channels.save_sms, form=SMS)
    tab.fire(Channels.set_enabled, channel="sms", on=False)
    with db.reading() as session:
        assert not channels.is_ready(session, "sms")
    tab.fire(Channels.set_enabled, channel="sms", on=True)
    tab.fire(Channels.ask_to_remove, channel="sms").fire(Channels.remove)
    with db.reading() as session:
        assert not channels.is_ready(session, "sms")
        assert session.get_one(ChannelAccount, "sms").secret is None
    tab.fire(Channels.set_enabled, channel="sms", on=True)
    assert not _kept("sms").enabled


def test_q3_a_test_message_says_what_became_of_it(
    open_tab: OpenTab, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with twilio_service() as service:
        monkeypatch.setenv("CRM_TWILIO_API", service.url)
        get_settings.cache_clear()
        tab = _opened(open_tab, ada)
        tab.fire(Channels.save_sms, form=SMS | {"auth_token": twilio.TOKEN})
        tab.fire(Channels.send_test, form={"number": "nobody"})
        assert set(tab.see(Channels).errors) == {"number"}
        tab.fire(Channels.send_test, form={"number": "0170 1234567"})
        job_runner.drain()
        tab.fire(Channels.follow)
        assert tab.see(Channels).test["state"] == "sent"
        assert [text.to for text in service.taken] == ["+491701234567"]


def test_cam9_limits_and_openings_are_kept(open_tab: OpenTab, ada: User) -> None:
    tab = _opened(open_tab, ada).fire(
        Channels.save_limits, form={"limit-sms": "60", "limit-email": ""}
    )
    assert tab.see(Channels).limits["sms"] == "60"
    assert _kept("sms").per_minute == 60
    tab.fire(Channels.save_limits, form={"limit-sms": "many"})
    assert set(tab.see(Channels).errors) == {"limit-sms"}
    assert _kept("sms").per_minute == 60
    tab.fire(Channels.save_limits, form={})
    assert _kept("sms").per_minute == 0
    tab.fire(Channels.set_opens, on=True)
    assert _kept("email").measures_opens


def test_the_signing_secret_is_shown_when_asked_for_and_can_be_renewed(
    open_tab: OpenTab, ada: User
) -> None:
    tab = _opened(open_tab, ada)
    assert tab.see(Channels).secret == ""
    first = tab.fire(Channels.show_secret).see(Channels).secret
    assert first.startswith("whsec_")
    assert tab.fire(Channels.show_secret).see(Channels).secret == ""
    assert tab.fire(Channels.show_secret).see(Channels).secret == first
    second = tab.fire(Channels.renew_secret).see(Channels).secret
    assert second not in ("", first)
    assert _kept("webhook").secret("signing") == second


def test_usr3_members_read_and_write_none_of_it(open_tab: OpenTab, ben: User) -> None:
    tab = _opened(open_tab, ben)
    tab.fire(Channels.save_sms, form=SMS).fire(Channels.show_secret)
    tab.fire(Channels.send_test, form={"number": "+491701234567"})
    assert not getattr(tab.see(Channels), "secret", "")
    with db.reading() as session:
        assert session.get(ChannelAccount, "sms") is None
        assert session.get(ChannelAccount, "webhook") is None
        assert session.get(Message, 1) is None
