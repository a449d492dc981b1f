"""The connections page: SYN-1, SYN-11, SYN-13, USR-3, as a tab uses it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from crm_app.core import db
from crm_app.core.errors import LoginExpired, RemoteUnavailable
from crm_app.core.kinds import AccountState, CalendarRole
from crm_app.core.settings import get_settings
from crm_app.models import ConnectedAccount, ExternalCalendar
from crm_app.sync.ui.connecting_state import Connecting
from crm_app.sync.ui.connections_state import Connections
from tests import factories
from tests.servers.radicale import RadicaleServer
from tests.sync import rig
from tests.sync.rig import soon

pytestmark = pytest.mark.usefixtures("lite")
PAGE = "/settings/connections"


def row(tab: Any) -> dict[str, Any]:
    (found,) = tab.see(Connections).rows
    return dict(found)


def test_syn11_a_card_says_how_the_connection_is(open_tab: Any) -> None:
    kate = rig.connect(calendars=2, roles=(CalendarRole.LINKED, CalendarRole.UNUSED))
    kate.put("a", soon(1))
    kate.run()
    tab = open_tab(kate.user, PAGE).fire(Connections.load)
    card = row(tab)
    assert card["light"] == "good"
    assert card["words"].startswith("In step")
    assert [(line["linked"], line["used"]) for line in card["calendars"]] == [
        ("yes", "yes"),
        ("", ""),
    ]
    assert card["calendars"][0]["note"] == "1 entry"
    assert tab.see(Connections).linked == str(kate.calendar_ids[0])


def test_syn13_nothing_secret_is_sent(open_tab: Any) -> None:
    kate = rig.connect()
    kate.put("a", soon(1), summary="Doctor")
    kate.run()
    tab = open_tab(kate.user, PAGE).fire(Connections.load)
    sent = repr(vars(tab.see(Connections)))
    assert "open sesame" not in sent
    assert "Doctor" not in sent


def test_syn11_trouble_is_said_in_words_with_what_to_do(open_tab: Any) -> None:
    kate = rig.connect()
    kate.service.fail(RemoteUnavailable())
    kate.run()
    card = row(open_tab(kate.user, PAGE).fire(Connections.load))
    assert card["light"] == "warn"
    assert "cannot be reached" in card["calendars"][0]["trouble"]
    assert "Next attempt" in card["calendars"][0]["trouble"]
    assert card["calendars"][0]["advice"]


def test_syn11_locked_out_says_what_holds_meanwhile(open_tab: Any) -> None:
    kate = rig.connect()
    kate.run()
    kate.service.fail(LoginExpired())
    kate.run()
    card = row(open_tab(kate.user, PAGE).fire(Connections.load))
    assert card["light"] == "bad"
    assert "until then your slots use what we knew at" in card["locked"]


def test_syn1_choosing_calendars_takes_effect_at_once(open_tab: Any) -> None:
    kate = rig.connect(calendars=2, roles=(CalendarRole.UNUSED, CalendarRole.UNUSED))
    tab = open_tab(kate.user, PAGE).fire(Connections.load)
    tab.fire(Connections.choose_linked, value=str(kate.calendar_ids[0]))
    tab.fire(Connections.use, calendar_id=str(kate.calendar_ids[1]), on=True)
    assert rig.calendar(kate.calendar_ids[0]).role == CalendarRole.LINKED
    assert rig.calendar(kate.calendar_ids[1]).role == CalendarRole.CONFLICT
    tab.fire(Connections.use, calendar_id=str(kate.calendar_ids[1]), on=False)
    assert rig.calendar(kate.calendar_ids[1]).role == CalendarRole.UNUSED
    tab.fire(Connections.choose_linked, value="0")
    assert rig.calendar(kate.calendar_ids[0]).role == CalendarRole.CONFLICT


def test_syn3_the_settings_of_a_calendar(open_tab: Any) -> None:
    kate = rig.connect()
    tab = open_tab(kate.user, PAGE).fire(Connections.load)
    tab.fire(Connections.ask_policy, calendar_id=str(kate.calendar_id))
    assert tab.see(Connections).asking == "policy"
    tab.fire(Connections.set_policy, which="tentative", on=False)
    row_now = rig.calendar(kate.calendar_id)
    assert (row_now.tentative_blocks, row_now.out_of_office_blocks) == (False, True)
    tab.fire(Connections.close)
    assert tab.see(Connections).asking == ""


def test_syn1_rename_and_disconnect(open_tab: Any) -> None:
    kate = rig.connect()
    tab = open_tab(kate.user, PAGE).fire(Connections.load)
    tab.fire(Connections.ask, what="rename", subject=str(kate.account_id), name="Memory")
    tab.fire(Connections.rename, form={"label": " "})
    assert tab.see(Connections).errors["label"]
    tab.fire(Connections.rename, form={"label": "My own"})
    assert row(tab)["label"] == "My own"
    tab.fire(Connections.ask, what="disconnect", subject=str(kate.account_id), name="My own")
    tab.fire(Connections.disconnect)
    assert tab.see(Connections).rows == []


def test_syn11_a_new_password_from_the_page(open_tab: Any) -> None:
    kate = rig.connect()
    kate.service.fail(LoginExpired())
    kate.run()
    tab = open_tab(kate.user, PAGE).fire(Connections.load)
    tab.fire(Connections.ask, what="reconnect", subject=str(kate.account_id), name="Memory")
    kate.service.fail(LoginExpired(), call="discover")
    tab.fire(Connections.reconnect, form={"password": "still wrong"})
    assert tab.see(Connections).errors["password"]
    assert not tab.see(Connections).busy
    assert rig.account(kate.account_id).state == AccountState.NEEDS_RECONNECT
    tab.fire(Connections.reconnect, form={"password": "right"})
    assert tab.see(Connections).asking == ""
    assert rig.account(kate.account_id).state == AccountState.ACTIVE
    assert rig.account(kate.account_id).secret == "right"


def test_usr3_somebody_elses_connections(open_tab: Any) -> None:
    kate, paul = rig.connect(), rig.connect()
    with db.unit_of_work() as session:
        boss = factories.admin(session)
    tab = open_tab(paul.user, f"{PAGE}?user={kate.user.id}").fire(Connections.load)
    assert tab.see(Connections).rows == []
    tab = open_tab(paul.user, PAGE).fire(Connections.load)
    assert tab.see(Connections).everyone == []
    for event in (
        lambda: tab.fire(Connections.use, calendar_id=str(kate.calendar_id), on=False),
        lambda: tab.fire(Connections.sync_now, account_id=str(kate.account_id)),
        lambda: tab.fire(Connections.delete_missing, calendar_id=str(kate.calendar_id)),
        lambda: tab.fire(Connections.list_again, calendar_id=str(kate.calendar_id)),
    ):
        event()
    tab.fire(Connections.ask, what="disconnect", subject=str(kate.account_id), name="x").fire(
        Connections.disconnect
    )
    assert rig.calendar(kate.calendar_id).role == CalendarRole.LINKED
    admin = open_tab(boss, f"{PAGE}?user={kate.user.id}").fire(Connections.load)
    assert admin.see(Connections).whose == kate.user.name
    assert len(admin.see(Connections).everyone) == 2
    admin.fire(Connections.ask, what="rename", subject=str(kate.account_id), name="Memory")
    admin.fire(Connections.rename, form={"label": "Kate's"})
    assert rig.account(kate.account_id).label == "Kate's"


def test_strangers_get_nothing(open_tab: Any) -> None:
    rig.connect()
    tab = open_tab(None, PAGE).fire(Connections.load)
    assert not vars(tab.see(Connections)).get("rows")


@pytest.mark.server
def test_syn1_connecting_from_the_page(
    open_tab: Any, radicale_server: RadicaleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.unit_of_work() as session:
        factories.workspace(session)
        user = factories.user(session)
    remote = radicale_server.make_user()
    remote.make_calendar("private", "Private")
    remote.make_calendar("work", "Work")
    remote.put("work", "a.ics", rig.entry("a", soon(1)))
    address = {"server_url": f"127.0.0.1:{remote.port}", "username": remote.name}
    address["server_url"] = f"http://{address['server_url']}/"
    tab = open_tab(user, PAGE).fire(Connections.load)
    tab.fire(Connecting.begin).fire(Connecting.choose, kind="caldav")
    tab.fire(Connecting.connect, form={**address, "password": ""})
    assert list(tab.see(Connecting).errors) == ["password"]
    tab.fire(Connecting.connect, form={**address, "password": remote.password})
    assert "CRM_ALLOW_PRIVATE_ADDRESSES" in tab.see(Connecting).errors["server_url"]
    monkeypatch.setenv("CRM_ALLOW_PRIVATE_ADDRESSES", "127.0.0.1")
    get_settings.cache_clear()
    tab.fire(Connecting.connect, form={**address, "password": "wrong"})
    assert "not accepted" in tab.see(Connecting).errors["password"]
    # Nothing typed is lost; the password is never sent back.
    assert tab.see(Connecting).username == remote.name
    assert "wrong" not in repr(vars(tab.see(Connecting)))
    tab.fire(Connecting.connect, form={**address, "password": remote.password})
    dialog = tab.see(Connecting)
    assert dialog.step == "calendars"
    assert [one["name"] for one in dialog.found] == ["Private", "Work"]
    tab.fire(Connecting.finish)
    assert tab.see(Connecting).errors["write-where"]
    work = next(one["id"] for one in dialog.found if one["name"] == "Work")
    tab.fire(Connecting.choose_linked, value=work).fire(Connecting.finish)
    assert tab.see(Connecting).step == ""
    with db.reading() as session:
        roles = {r.name: r.role for r in session.exec(select(ExternalCalendar))}
        secret = session.exec(select(ConnectedAccount)).one().secret
    assert roles == {"Work": CalendarRole.LINKED, "Private": CalendarRole.CONFLICT}
    assert secret == remote.password
    rig.settle()
    assert len(rig.busy(user)) == 1
    assert datetime.now(UTC)
