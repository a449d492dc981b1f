"""USR-1 and USR-3: the first administrator, invitations, roles, leaving."""

import threading
from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from crm_app.accounts import passwords, queries, recovery, service, sessions, tokens
from crm_app.core import access, crypto, db, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, CrmError, Invalid, NotAllowed, NotFound
from crm_app.core.kinds import Role
from crm_app.models import OneTimeToken, User, Workspace
from tests import factories
from tests.accounts.people import DAY, NOW, PASSWORD, actions, founder, set_up


def test_usr1_set_up_makes_workspace_and_administrator(session: Session) -> None:
    assert not queries.has_users(session)
    anna = set_up(session)
    workspace = queries.get_workspace(session)
    assert (workspace.name, workspace.locale, workspace.time_zone) == (
        "Tandem Team",
        "pl",
        "Europe/Warsaw",
    )
    assert (anna.role, anna.slug, anna.time_zone, anna.locale) == (
        Role.ADMIN,
        "anna-nowak",
        "Europe/Warsaw",
        "pl",
    )
    assert anna.password_hash
    assert anna.password_hash.startswith("$argon2id$")
    assert passwords.verify(anna.password_hash, PASSWORD)
    assert queries.has_users(session)
    assert actions(session) == ["workspace.set_up"]


def test_usr1_set_up_works_only_once(session: Session) -> None:
    set_up(session)
    session.commit()
    with pytest.raises(NotFound):
        set_up(session, email="eve@evil.example", workspace_name="Mine")
    session.rollback()
    assert queries.get_workspace(session).name == "Tandem Team"
    assert len(session.exec(select(User)).all()) == 1


def test_usr1_set_up_names_every_mistake(session: Session) -> None:
    with pytest.raises(Invalid) as raised:
        set_up(
            session,
            workspace_name=" ",
            name="",
            email="anna",
            password="short",
            time_zone="Mars",
            locale="xx",
        )
    assert set(raised.value.fields) == {
        "workspace_name",
        "name",
        "email",
        "password",
        "time_zone",
        "locale",
    }
    assert not queries.has_users(session)


def _at_once(*acts: Callable[[Session], object]) -> list[CrmError]:
    """Run each act in its own unit of work at the same moment; the errors that came of it."""
    start, errors = threading.Barrier(len(acts)), list[CrmError]()

    def run(act: Callable[[Session], object]) -> None:
        start.wait()
        try:
            with db.unit_of_work() as session:
                act(session)
        except CrmError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_usr1_of_many_set_ups_at_once_one_wins(database: str) -> None:
    def setting_up(number: int) -> Callable[[Session], object]:
        return lambda session: set_up(
            session, email=f"a{number}@x.example", workspace_name=f"Team {number}"
        )

    errors = _at_once(*(setting_up(number) for number in range(6)))
    assert [type(error) for error in errors] == [NotFound] * 5
    with db.reading() as session:
        (winner,) = session.exec(select(User)).all()
        (workspace,) = session.exec(select(Workspace)).all()
    assert workspace.name.split()[1] == winner.email[1]


@pytest.fixture
def admin(session: Session) -> Actor:
    return queries.actor_of(founder(session))


def test_usr3_only_administrators_change_the_team(session: Session, admin: Actor) -> None:
    ben = factories.user(session)
    for actor in (factories.actor(ben), access.visitor()):
        for act in (
            lambda a: service.invite_user(session, a, email="c@x.example", name="C", now=NOW),
            lambda a: service.create_user(session, a, email="c@x.example", name="C"),
            lambda a: service.set_role(session, a, ben, Role.ADMIN),
            lambda a: service.deactivate(session, a, ben),
            lambda a: service.activate(session, a, ben),
            lambda a: service.invite_again(session, a, ben, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                act(actor)
    assert ben.role is Role.MEMBER


def test_usr1_an_invitation_is_a_fact_and_a_link_and_no_password(
    session: Session, admin: Actor
) -> None:
    ben = service.invite_user(session, admin, email="Ben@Team.example", name="Ben", now=NOW)
    assert (ben.email, ben.email_key, ben.password_hash) == (
        "Ben@Team.example",
        "ben@team.example",
        None,
    )
    assert (ben.time_zone, ben.locale) == ("Europe/Warsaw", "pl")
    fact = session.exec(select(facts.FactRow).where(facts.FactRow.kind == "UserInvited")).one()
    link = queries.one_time_link(session, fact.data["token_id"], now=NOW)
    assert link is not None
    assert link.user is ben
    head, _, token = link.url.rpartition("/")
    assert head == "https://crm.example/invite"
    assert recovery.holder(session, tokens.INVITE, token, NOW) is ben
    row = session.exec(select(OneTimeToken)).one()
    assert token not in str(row.model_dump())
    assert token not in str(fact.data)
    assert actions(session)[-2:] == ["user.created", "user.invited"]


def test_usr1_an_invitation_ends_after_a_week_and_by_a_newer_one(
    session: Session, admin: Actor
) -> None:
    ben = service.invite_user(session, admin, email="ben@team.example", name="Ben", now=NOW)
    first = session.exec(select(OneTimeToken)).one()
    assert queries.one_time_link(session, first.id or 0, now=NOW + 7 * DAY) is None
    service.invite_again(session, admin, ben, now=NOW)
    (second,) = session.exec(select(OneTimeToken)).all()
    assert second.token_hash != first.token_hash


def test_usr1_two_users_cannot_share_an_address(session: Session, admin: Actor) -> None:
    with pytest.raises(Invalid) as raised:
        service.invite_user(session, admin, email="ANNA@TEAM.EXAMPLE", name="A", now=NOW)
    assert set(raised.value.fields) == {"email"}


def test_usr4_slugs_of_namesakes_differ(session: Session, admin: Actor) -> None:
    made = [
        service.create_user(session, admin, email=f"a{n}@x.example", name="Anna Nowak").slug
        for n in range(2)
    ]
    assert made == ["anna-nowak-2", "anna-nowak-3"]


def test_usr3_the_last_administrator_stays(session: Session, admin: Actor) -> None:
    anna = queries.get_user(session, admin, admin.user_id or 0)
    for act in (
        lambda: service.set_role(session, admin, anna, Role.MEMBER),
        lambda: service.deactivate(session, admin, anna),
    ):
        with pytest.raises(Conflict):
            act()
    ben = factories.admin(session)
    service.deactivate(session, admin, ben)
    with pytest.raises(Conflict):
        service.set_role(session, admin, anna, Role.MEMBER)
    service.activate(session, admin, ben)
    service.set_role(session, admin, anna, Role.MEMBER)
    assert anna.role is Role.MEMBER


def test_usr3_two_administrators_cannot_remove_each_other_at_once(database: str) -> None:
    with db.unit_of_work() as session:
        anna, ben = founder(session), factories.admin(session)
        pairs = [(factories.actor(anna), ben.id or 0), (factories.actor(ben), anna.id or 0)]

    def demoting(actor: Actor, user_id: int) -> Callable[[Session], object]:
        def act(session: Session) -> None:
            user = queries.get_user(session, actor, user_id)
            service.set_role(session, actor, user, Role.MEMBER)

        return act

    errors = _at_once(*(demoting(*pair) for pair in pairs))
    assert [type(error) for error in errors] == [Conflict]
    with db.reading() as session:
        assert len(session.exec(select(User).where(User.role == Role.ADMIN)).all()) == 1


def test_usr5_who_leaves_is_out_at_once(session: Session, admin: Actor) -> None:
    ben = service.create_user(
        session, admin, email="ben@team.example", name="Ben", password=PASSWORD
    )
    cookie = sessions.create(session, ben, now=NOW)
    service.request_reset(session, email=ben.email, address="203.0.113.1", now=NOW)
    service.deactivate(session, admin, ben)
    assert sessions.user_of_cookie(session, cookie, NOW) is None
    assert session.exec(select(OneTimeToken)).all() == []
    assert queries.user_by_email(session, ben.email) is None
    assert ben not in queries.list_users(session, admin)
    assert ben in queries.list_users(session, admin, active_only=False)


def test_usr2_changing_the_address_needs_the_password(session: Session, admin: Actor) -> None:
    anna = queries.get_user(session, admin, admin.user_id or 0)
    for typed in (None, "", "wrong password"):
        with pytest.raises(Invalid):
            service.change_email(session, admin, anna, email="new@team.example", password=typed)
    assert anna.email == "anna@team.example"
    service.change_email(session, admin, anna, email="New@team.example", password=PASSWORD)
    assert (anna.email, anna.email_key) == ("New@team.example", "new@team.example")


def test_usr2_a_changed_address_voids_links_sent_to_the_old(session: Session, admin: Actor) -> None:
    ben = service.invite_user(session, admin, email="wrong@team.example", name="Ben", now=NOW)
    service.change_email(session, admin, ben, email="ben@team.example")
    assert session.exec(select(OneTimeToken)).all() == []
    with pytest.raises(Invalid):
        service.change_email(session, admin, ben, email="anna@team.example")


def test_usr3_nobody_changes_a_colleagues_address(session: Session, admin: Actor) -> None:
    ben, cleo = factories.user(session), factories.user(session)
    with pytest.raises(NotFound):
        service.change_email(session, factories.actor(ben), cleo, email="b@evil.example")


def test_usr1_weak_passwords_are_refused_with_a_reason(session: Session, admin: Actor) -> None:
    with pytest.raises(Invalid) as raised:
        service.create_user(session, admin, email="b@x.example", name="B", password="aaaaaaaaaaaa")
    assert set(raised.value.fields) == {"password"}


def test_tokens_are_stored_as_hashes_only(session: Session, admin: Actor) -> None:
    row, token = tokens.issue(
        session, tokens.RESET, user_id=admin.user_id, lifetime=DAY, now=NOW, readable=True
    )
    assert row.token_hash == crypto.token_hash(token)
    assert token not in str(row.data)
    assert tokens.readable(row, NOW) == token
    assert tokens.readable(row, NOW + DAY) is None
