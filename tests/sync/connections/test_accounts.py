"""Connecting accounts and choosing calendars: SYN-1, SYN-3, SYN-13; trap 91."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlmodel import select

from crm_app.core import db
from crm_app.core.access import visitor
from crm_app.core.errors import AddressRefused, Invalid, NotFound, TooMany
from crm_app.core.kinds import CalendarRole
from crm_app.models import (
    AuditEntry,
    BusyTime,
    ConnectedAccount,
    ExternalCalendar,
    ExternalObject,
    User,
)
from crm_app.providers.calendar_port import RemoteCalendar
from crm_app.sync.connections import accounts
from crm_app.sync.reaching import connecting
from crm_app.sync.reaching.connecting import Login, Seen
from tests import factories
from tests.sync import rig
from tests.sync.rig import soon

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TYPED = {
    "kind": "caldav",
    "server_url": "calendar.example.com/dav",
    "username": " kate ",
    "password": "open sesame",
}
SEEN = Seen(
    (
        RemoteCalendar("https://c.example/1/", "Work", "#112233", True, "Europe/Berlin"),
        RemoteCalendar("https://c.example/2/", "Holidays", "", False, None),
    ),
    ("kate@c.example",),
)


def made() -> tuple[User, ConnectedAccount]:
    """A user who connected an account with two calendars, one of them read-only."""
    with db.unit_of_work() as session:
        user = factories.user(session)
        actor = factories.actor(user)
        login = accounts.check(session, actor, **TYPED, now=NOW)
        account = accounts.add(session, actor, login, SEEN, label="", now=NOW)
    return user, account


def calendars() -> dict[str, ExternalCalendar]:
    with db.reading() as session:
        return {row.name: row for row in session.exec(select(ExternalCalendar))}


def test_syn1_an_account_is_connected_with_its_calendars_none_of_them_used_yet() -> None:
    _, account = made()
    assert account.server_url == "https://calendar.example.com/dav"
    assert account.username == "kate"
    assert account.label == "kate"
    assert account.aliases == ["kate@c.example"]
    found = calendars()
    assert {row.role for row in found.values()} == {CalendarRole.UNUSED}
    assert (found["Work"].time_zone, found["Work"].color) == ("Europe/Berlin", "#112233")
    assert not found["Holidays"].writable


def test_syn13_the_secret_is_encrypted_and_in_no_log() -> None:
    made()
    with db.reading() as session:
        stored = session.execute(text("SELECT secret FROM connected_account")).scalar_one()
        entries = session.exec(select(AuditEntry)).all()
    assert "open sesame" not in stored
    assert "open sesame" not in repr([entry.detail for entry in entries])
    login = Login("caldav", "https://x.example", "kate", "open sesame")
    assert "open sesame" not in repr(login)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"server_url": ""}, "server_url"),
        ({"server_url": "ftp://x.example"}, "server_url"),
        ({"server_url": "file:///etc/passwd"}, "server_url"),
        ({"server_url": "memory://kate"}, "server_url"),
        ({"server_url": "two words"}, "server_url"),
        ({"username": "  "}, "username"),
        ({"password": ""}, "password"),
        ({"password": "x" * 501}, "password"),
    ],
)
def test_q1_each_mistake_is_said_beside_its_field(changed: dict[str, str], field: str) -> None:
    with db.unit_of_work() as session:
        actor = factories.actor(factories.user(session))
        with pytest.raises(Invalid) as caught:
            accounts.check(session, actor, **{**TYPED, **changed}, now=NOW)
    assert list(caught.value.fields) == [field]


def test_syn1_icloud_needs_no_address() -> None:
    with db.unit_of_work() as session:
        actor = factories.actor(factories.user(session))
        login = accounts.check(
            session,
            actor,
            **{**TYPED, "kind": "icloud", "server_url": "https://evil.example"},
            now=NOW,
        )
    assert login.server_url == "https://caldav.icloud.com/"


def test_usr2_connecting_is_rate_limited() -> None:
    with db.unit_of_work() as session:
        actor = factories.actor(factories.user(session))
        for _ in range(20):
            accounts.check(session, actor, **TYPED, now=NOW)
        with pytest.raises(TooMany):
            accounts.check(session, actor, **TYPED, now=NOW)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://10.0.0.1/", "http://[::1]/"])
def test_trap91_private_networks_are_refused(address: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        connecting.look(Login("caldav", address, "kate", "open sesame"))
    assert "CRM_ALLOW_PRIVATE_ADDRESSES" in caught.value.user_message


def test_an_unknown_kind_of_account_cannot_be_opened() -> None:
    with pytest.raises(Invalid):
        connecting.look(Login("carrier pigeon", "x", "y", "z"))


def test_syn1_the_same_account_again_gets_the_new_password() -> None:
    user, account = made()
    actor = factories.actor(user)
    with db.unit_of_work() as session:
        login = accounts.check(session, actor, **{**TYPED, "password": "newer"}, now=NOW)
        again = accounts.add(session, actor, login, SEEN, label="Other", now=NOW)
    assert again.id == account.id
    assert again.secret == "newer"
    assert len(calendars()) == 2


def test_usr3_others_accounts_are_out_of_reach_except_for_administrators() -> None:
    user, account = made()
    with db.unit_of_work() as session:
        paul, boss = factories.user(session), factories.admin(session)
    for actor in (factories.actor(paul), visitor()):
        with db.unit_of_work() as session:
            with pytest.raises(NotFound):
                accounts.check(session, actor, **TYPED, now=NOW, user_id=user.id)
            with pytest.raises(NotFound):
                accounts.login_again(session, actor, account.id or 0, "x", now=NOW)
            with pytest.raises(NotFound):
                accounts.rename(session, actor, account.id or 0, "x")
            with pytest.raises(NotFound):
                accounts.disconnect(session, actor, account.id or 0)
            with pytest.raises(NotFound):
                accounts.choose_linked(session, actor, None, user_id=user.id)
            with pytest.raises(NotFound):
                accounts.choose_conflicts(session, actor, [], user_id=user.id)
            with pytest.raises(NotFound):
                accounts.set_policy(
                    session,
                    actor,
                    calendars()["Work"].id or 0,
                    tentative_blocks=False,
                    out_of_office_blocks=False,
                )
    with db.unit_of_work() as session:
        accounts.rename(session, factories.actor(boss), account.id or 0, " Kate's  own ")
    with db.reading() as session:
        assert session.get_one(ConnectedAccount, account.id).label == "Kate's own"


def test_syn1_one_linked_calendar_over_all_accounts() -> None:
    kate = rig.connect(calendars=2, roles=(CalendarRole.UNUSED, CalendarRole.UNUSED))
    actor = factories.actor(kate.user)
    with db.unit_of_work() as session:
        other = accounts.add(
            session, actor, Login("memory", "memory://x", "x", "y"), SEEN, label="", now=NOW
        )
    work = next(row for row in calendars().values() if row.account_id == other.id and row.writable)
    for chosen in (kate.calendar_ids[0], work.id, kate.calendar_ids[1]):
        with db.unit_of_work() as session:
            accounts.choose_linked(session, actor, chosen)
        with db.reading() as session:
            linked = session.exec(
                select(ExternalCalendar.id).where(ExternalCalendar.role == CalendarRole.LINKED)
            ).all()
        assert list(linked) == [chosen]
    assert rig.calendar(kate.calendar_ids[0]).role == CalendarRole.CONFLICT


def test_syn1_a_read_only_calendar_cannot_be_linked() -> None:
    user, _ = made()
    with db.unit_of_work() as session, pytest.raises(Invalid):
        accounts.choose_linked(session, factories.actor(user), calendars()["Holidays"].id)


def test_usr3_somebody_elses_calendar_cannot_be_chosen() -> None:
    made()
    with db.unit_of_work() as session:
        paul = factories.actor(factories.user(session))
        theirs = calendars()["Work"].id or 0
        with pytest.raises(NotFound):
            accounts.choose_linked(session, paul, theirs)
        with pytest.raises(NotFound):
            accounts.choose_conflicts(session, paul, [theirs])


def test_syn3_conflict_calendars_are_read_and_forgotten_again() -> None:
    kate = rig.connect(calendars=2, roles=(CalendarRole.LINKED, CalendarRole.UNUSED))
    kate.put("a", soon(1), which=1)
    actor = factories.actor(kate.user)
    with db.unit_of_work() as session:
        accounts.choose_conflicts(session, actor, [kate.calendar_ids[1]])
    rig.settle()
    assert len(rig.busy(kate.user)) == 1
    with db.unit_of_work() as session:
        accounts.choose_conflicts(session, actor, [])
    assert rig.busy(kate.user) == []
    row = rig.calendar(kate.calendar_ids[1])
    assert (row.role, row.cursor, row.complete) == (CalendarRole.UNUSED, None, False)
    assert rig.calendar(kate.calendar_ids[0]).role == CalendarRole.LINKED
    with db.unit_of_work() as session:
        accounts.choose_conflicts(session, actor, [kate.calendar_ids[1]])
    rig.settle()
    assert len(rig.busy(kate.user)) == 1


def test_syn3_a_policy_is_set_per_calendar() -> None:
    kate = rig.connect()
    kate.put("maybe", soon(1), "STATUS:TENTATIVE")
    rig.settle()
    kate.run()
    with db.unit_of_work() as session:
        accounts.set_policy(
            session,
            factories.actor(kate.user),
            kate.calendar_id,
            tentative_blocks=False,
            out_of_office_blocks=True,
        )
    rig.settle()
    assert [row.blocks for row in rig.busy(kate.user)] == [False]


def test_syn1_disconnecting_frees_the_time_and_leaves_what_we_wrote() -> None:
    kate = rig.connect()
    rig.book(kate.user, at=soon())
    kate.put("a", soon(1))
    rig.settle()
    kate.run()
    with db.unit_of_work() as session:
        accounts.disconnect(session, factories.actor(kate.user), kate.account_id)
    assert len(kate.remote()) == 2
    with db.reading() as session:
        for table in (ConnectedAccount, ExternalCalendar, ExternalObject, BusyTime):
            assert session.exec(select(table)).all() == []
    assert rig.links() == []
