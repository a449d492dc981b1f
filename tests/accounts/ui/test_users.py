"""USR-3 and USR-5 on Settings > Users: who invites, who governs, who leaves."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import col, select

from crm_app.accounts.ui.users_state import Users
from crm_app.core import db
from crm_app.core.job_runner import drain
from crm_app.core.kinds import Role
from crm_app.models import AuditEntry, Message, User
from tests import factories
from tests.ui.tabs import Tab

OpenTab = Callable[..., Tab]
ROUTE = "/settings/users"
ZOE = {"name": "Zoe Lang", "email": "zoe@team.example", "role": "member", "locale": "de"}


@pytest.fixture
def zoe(ada: User, open_tab: OpenTab) -> User:
    open_tab(ada, ROUTE).fire(Users.invite, form=ZOE)
    return by_email(ZOE["email"])


def by_email(email: str) -> User:
    with db.reading() as session:
        return session.exec(select(User).where(User.email == email)).one()


def stored(user: User) -> User:
    with db.reading() as session:
        return session.get_one(User, user.id)


def row_of(tab: Tab, user: User) -> dict[str, str]:
    return next(row for row in tab.see(Users).rows if row["id"] == str(user.id))


def test_usr3_the_team_is_listed_with_role_and_state(
    open_tab: OpenTab, ada: User, ben: User, zoe: User
) -> None:
    with db.unit_of_work() as session:
        gone = factories.user(session, name="Aaron Gone", active=False)
    tab = open_tab(ada, ROUTE).fire(Users.load)
    assert row_of(tab, ada) | {"role": "admin", "state": "active", "self": "yes"} == row_of(
        tab, ada
    )
    assert row_of(tab, ben)["state"] == "active"
    assert row_of(tab, zoe)["state"] == "invited"
    assert tab.see(Users).rows[-1]["id"] == str(gone.id)
    assert "argon2" not in str(tab.held)


def test_usr3_an_invitation_is_mailed_and_its_link_never_stands_in_the_state(
    open_tab: OpenTab, ada: User
) -> None:
    tab = open_tab(ada, ROUTE).fire(Users.load).fire(Users.begin)
    tab.fire(Users.invite, form=ZOE)
    seen = tab.see(Users)
    assert seen.mode == "link"
    assert seen.chosen["name"] == "Zoe Lang"
    assert not seen.mails_go_out
    link = tab.said.split("value = ")[1].split('"')[1].replace("\\", "")
    assert link.startswith("https://crm.example/invite/")
    assert "/invite/" not in str(tab.held)
    zoe = by_email(ZOE["email"])
    assert (zoe.role, zoe.locale, zoe.time_zone) == (Role.MEMBER, "de", "Europe/Berlin")
    drain()
    with db.reading() as session:
        mail = session.exec(select(Message)).one()
    assert mail.to_address == ZOE["email"]
    assert link in mail.text


def test_usr3_an_old_invitation_stops_working_when_a_new_one_is_sent(
    open_tab: OpenTab, ada: User, zoe: User
) -> None:
    tab = open_tab(ada, ROUTE).fire(Users.load)
    first = tab.fire(Users.show_link, user_id=str(zoe.id)).said
    second = tab.fire(Users.invite_again, user_id=str(zoe.id)).said
    assert "/invite/" in second
    assert first != second
    assert tab.fire(Users.show_link, user_id=str(zoe.id)).said == second
    tab.fire(Users.show_link, user_id=str(ada.id))
    assert "This invitation is over" in tab.said


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": "no address"}, "email"),
        ({"email": "BEN@team.example"}, "email"),
        ({"role": "owner"}, "role"),
    ],
)
def test_q1_a_wrong_invitation_is_marked_and_the_dialog_stays(
    open_tab: OpenTab, ada: User, ben: User, changes: dict[str, str], field: str
) -> None:
    tab = open_tab(ada, ROUTE).fire(Users.begin).fire(Users.invite, form=ZOE | changes)
    assert set(tab.see(Users).errors) == {field}
    assert tab.see(Users).mode == "invite"


def test_usr3_roles_change_but_the_last_administrator_stays(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    tab = open_tab(ada, ROUTE).fire(Users.load)
    tab.fire(Users.set_role, user_id=str(ada.id), role="member")
    assert "needs an administrator" in tab.said
    tab.fire(Users.set_role, user_id=str(ben.id), role="admin")
    assert stored(ben).role is Role.ADMIN
    tab.fire(Users.set_role, user_id=str(ben.id), role="god")
    assert stored(ben).role is Role.ADMIN
    tab.fire(Users.set_role, user_id=str(ben.id), role="member")
    tab.fire(Users.ask_to_leave, user_id=str(ada.id)).fire(Users.deactivate)
    assert "needs an administrator" in tab.said
    assert stored(ada).active


def test_usr5_somebody_leaves_and_comes_back(open_tab: OpenTab, ada: User, ben: User) -> None:
    his = open_tab(ben, "/settings/profile")
    tab = open_tab(ada, ROUTE).fire(Users.load)
    tab.fire(Users.ask_to_leave, user_id=str(ben.id))
    assert tab.see(Users).leaving
    tab.fire(Users.deactivate)
    assert "Ben Nowak can no longer sign in" in tab.said
    assert not tab.see(Users).leaving
    assert row_of(tab, ben)["state"] == "left"
    assert "/login" in his.fire(Users.load).said
    tab.fire(Users.activate, user_id=str(ben.id))
    assert row_of(tab, ben)["state"] == "active"


def test_usr2_an_administrator_sends_a_reset_link(open_tab: OpenTab, ada: User, ben: User) -> None:
    tab = open_tab(ada, ROUTE).fire(Users.load)
    tab.fire(Users.send_link, user_id=str(ben.id))
    assert "waits in the Outbox" in tab.said
    drain()
    with db.reading() as session:
        mail = session.exec(select(Message)).one()
        noted = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
    assert (mail.to_address, mail.kind, mail.confidential) == (ben.email, "password_reset", True)
    assert noted is not None
    assert (noted.action, noted.actor_user_id, noted.subject_id) == (
        "user.reset_sent",
        ada.id,
        ben.id,
    )


def test_usr3_members_and_strangers_can_do_nothing_of_it(
    open_tab: OpenTab, ada: User, ben: User
) -> None:
    who = str(ada.id)
    calls: list[tuple[Any, dict[str, Any]]] = [
        (Users.load, {}),
        (Users.invite, {"form": ZOE}),
        (Users.invite_again, {"user_id": who}),
        (Users.show_link, {"user_id": who}),
        (Users.set_role, {"user_id": str(ben.id), "role": "admin"}),
        (Users.send_link, {"user_id": who}),
        (Users.ask_to_leave, {"user_id": who}),
        (Users.deactivate, {}),
        (Users.activate, {"user_id": who}),
    ]
    for user, answer in ((ben, "not allowed"), (None, "/login")):
        tab = open_tab(user, ROUTE)
        for handler, payload in calls:
            assert answer in tab.fire(handler, **payload).said
        assert ada.email not in str(tab.held)
    assert stored(ben).role is Role.MEMBER
    assert stored(ada).active
    with db.reading() as session:
        assert len(session.exec(select(User)).all()) == 2


def test_last_seen_is_told_in_words(open_tab: OpenTab, ada: User, ben: User) -> None:
    tab = open_tab(ada, ROUTE).fire(Users.load)
    assert row_of(tab, ada)["seen"] == "just now"
    assert row_of(tab, ben)["seen"] == "not lately"
