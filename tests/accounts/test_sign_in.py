"""USR-2: passwords, rate limits, sessions, reset links."""

import threading
import time
from datetime import timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from sqlmodel import Session, select

from crm_app.accounts import (
    passwords,
    queries,
    rate,
    recovery,
    service,
    sessions,
    sign_in,
    tokens,
)
from crm_app.core import access, crypto, db, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotFound, TooMany
from crm_app.models import AuditEntry, OneTimeToken, RateWindow, User, UserSession
from tests import factories
from tests.accounts.people import DAY, MINUTE, NOW, PASSWORD, actions, founder

HERE = "203.0.113.7"


@pytest.fixture
def anna(session: Session) -> User:
    return founder(session)


def _sign_in(
    session: Session, email: str, password: str, *, at=NOW, old: str | None = None
) -> str | None:
    attempt = sign_in.begin(session, email=email, address=HERE, now=at)
    return sign_in.finish(
        session,
        attempt,
        password=password,
        correct=passwords.verify(attempt.password_hash, password),
        old_cookie=old,
        user_agent="Firefox",
        address=HERE,
        now=at,
    )


def _fail(session: Session, email: str, *, at=NOW) -> None:
    """A wrong password, without taking the time to compare it."""
    attempt = sign_in.begin(session, email=email, address=HERE, now=at)
    sign_in.finish(
        session,
        attempt,
        password="wrong password",
        correct=False,
        old_cookie=None,
        user_agent="",
        address=HERE,
        now=at,
    )


@pytest.mark.parametrize(
    "password",
    ["short", "aaaaaaaaaaaa", "1234567890", "qwertyuiop", "Password123", "x" * 201, "ababababab"],
)
def test_usr2_weak_passwords_have_a_problem(password: str) -> None:
    assert passwords.problem(password)


def test_usr2_an_address_is_no_password() -> None:
    assert passwords.problem("annanowak1@x.example", email="AnnaNowak1@x.example")
    assert passwords.problem("annanowak1", email="annanowak1@x.example")
    assert passwords.problem("annanowak1 and more", email="annanowak1@x.example") is None


def test_usr2_a_password_is_the_same_on_every_keyboard() -> None:
    stored = passwords.hashed("Ångström café")
    assert passwords.verify(stored, "Ångström café")
    assert not passwords.verify(stored, "angstrom cafe")


def test_usr2_nothing_opens_an_account_without_a_password() -> None:
    for typed in ("", "nobody has this password", PASSWORD):
        assert not passwords.verify(None, typed)
        assert not passwords.verify("", typed)
        assert not passwords.verify("not a hash", typed)


def test_usr2_a_longer_password_is_not_cut_off() -> None:
    stored = passwords.hashed("ab cd ef " * 22)
    assert not passwords.verify(stored, "ab cd ef " * 22 + "x" * 100)


def test_usr2_signing_in_by_any_spelling_of_the_address(session: Session, anna: User) -> None:
    cookie = _sign_in(session, " ANNA@Team.Example ", PASSWORD)
    assert cookie
    found = sessions.user_of_cookie(session, cookie, NOW)
    assert found is anna
    row = session.exec(select(UserSession)).one()
    assert cookie not in str(row.model_dump())
    assert (row.user_agent, row.address) == ("Firefox", HERE)


def test_usr2_wrong_password_unknown_and_left_users_look_alike(
    session: Session, anna: User
) -> None:
    ben = factories.user(session, password_hash=passwords.hashed(PASSWORD), active=False)
    cleo = factories.user(session)
    for email, password in (
        (anna.email, "wrong password"),
        ("nobody@team.example", PASSWORD),
        ("no address at all", PASSWORD),
        (ben.email, PASSWORD),
        (cleo.email, ""),
    ):
        assert _sign_in(session, email, password) is None
    assert session.exec(select(UserSession)).all() == []
    failed = session.exec(
        select(AuditEntry).where(AuditEntry.action == "user.sign_in_failed")
    ).all()
    assert len(failed) == 5
    assert "no address at all" not in str([entry.model_dump() for entry in failed])


def test_usr2_an_unknown_account_takes_as_long_to_refuse() -> None:
    stored = passwords.hashed(PASSWORD)
    passwords.verify(None, "x")

    def fastest(hash_: str | None) -> float:
        times = []
        for _ in range(5):
            began = time.process_time()
            passwords.verify(hash_, "wrong password")
            times.append(time.process_time() - began)
        return min(times)

    known, unknown = fastest(stored), fastest(None)
    assert 0.5 < known / unknown < 2


def test_usr2_five_failures_lock_an_account_for_a_while(session: Session, anna: User) -> None:
    for _ in range(5):
        _fail(session, anna.email)
    with pytest.raises(TooMany) as raised:
        _sign_in(session, anna.email.upper(), PASSWORD, at=NOW + MINUTE)
    assert raised.value.retry_after == pytest.approx(14 * 60)
    assert str(raised.value) == "Too many attempts. Please try again in 14 min."
    assert _sign_in(session, anna.email, PASSWORD, at=NOW + 16 * MINUTE)


def test_usr2_an_unknown_account_is_locked_just_the_same(session: Session, anna: User) -> None:
    for _ in range(5):
        _fail(session, "nobody@team.example")
    with pytest.raises(TooMany):
        _fail(session, "nobody@team.example")


def test_usr2_twenty_failures_from_one_network_are_enough(session: Session, anna: User) -> None:
    for number in range(20):
        _fail(session, f"nobody{number}@team.example")
    with pytest.raises(TooMany):
        _sign_in(session, anna.email, PASSWORD)


def test_usr2_success_takes_the_counts_back(session: Session, anna: User) -> None:
    for _ in range(6):
        assert _sign_in(session, anna.email, PASSWORD)
    assert [row.count for row in session.exec(select(RateWindow))] == [0]


def test_usr2_counts_do_not_show_what_was_typed(session: Session, anna: User) -> None:
    _sign_in(session, "my-secret-password", "x")
    assert "secret" not in str([row.key for row in session.exec(select(RateWindow))])


def test_usr2_a_crowd_cannot_slip_through_the_limit_together(database: str) -> None:
    refused: list[TooMany] = []
    start = threading.Barrier(12)

    def knock() -> None:
        start.wait()
        try:
            with db.unit_of_work() as session:
                rate.allow(session, "door", 5, 15 * MINUTE, NOW)
        except TooMany as error:
            refused.append(error)

    threads = [threading.Thread(target=knock) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        ("x", "unknown"),
    ],
)
def test_usr2_a_customer_is_one_network(address: str, network: str) -> None:
    assert rate.network(address) == network


def test_usr2_old_counts_are_forgotten(session: Session) -> None:
    rate.allow(session, "a", 5, MINUTE, NOW - 2 * DAY)
    rate.allow(session, "b", 5, MINUTE, NOW)
    rate.purge(session, NOW)
    assert [row.key for row in session.exec(select(RateWindow))] == ["b"]


def test_usr2_old_hashes_are_renewed_at_sign_in(session: Session, anna: User) -> None:
    anna.password_hash = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    old = anna.password_hash
    assert _sign_in(session, anna.email, PASSWORD)
    assert anna.password_hash != old
    assert not passwords.is_outdated(anna.password_hash)
    assert passwords.verify(anna.password_hash, PASSWORD)


def test_usr2_signing_in_ends_the_session_that_was_there(session: Session, anna: User) -> None:
    first = _sign_in(session, anna.email, PASSWORD)
    second = _sign_in(session, anna.email, PASSWORD, old=first)
    assert first != second
    assert sessions.user_of_cookie(session, first, NOW) is None
    assert sessions.user_of_cookie(session, second, NOW) is anna


def test_usr2_a_password_changed_meanwhile_does_not_open(session: Session, anna: User) -> None:
    attempt = sign_in.begin(session, email=anna.email, address=HERE, now=NOW)
    anna.password_hash = passwords.hashed("another password")
    session.flush()
    assert (
        sign_in.finish(
            session,
            attempt,
            password=PASSWORD,
            correct=True,
            old_cookie=None,
            user_agent="",
            address=HERE,
            now=NOW,
        )
        is None
    )


def test_usr2_sessions_live_thirty_days_after_they_were_seen(session: Session, anna: User) -> None:
    cookie = sessions.create(session, anna, now=NOW)
    assert sessions.user_of_cookie(session, cookie, NOW + 30 * DAY - MINUTE)
    assert sessions.user_of_cookie(session, cookie, NOW + 30 * DAY) is None
    sessions.touch(session, cookie, NOW + 29 * DAY)
    session.expire_all()
    assert sessions.user_of_cookie(session, cookie, NOW + 58 * DAY)
    sessions.touch(session, cookie, NOW + 60 * DAY)
    session.expire_all()
    assert sessions.user_of_cookie(session, cookie, NOW + 60 * DAY) is None
    sessions.purge(session, NOW + 60 * DAY)
    assert session.exec(select(UserSession)).all() == []


def test_usr2_being_seen_is_written_once_a_minute(session: Session, anna: User) -> None:
    cookie = sessions.create(session, anna, now=NOW)
    for seconds, seen in ((59, 0), (61, 61), (100, 61), (122, 122)):
        sessions.touch(session, cookie, NOW + timedelta(seconds=seconds))
        session.expire_all()
        row = session.exec(select(UserSession)).one()
        assert row.last_seen_at == NOW + timedelta(seconds=seen)


@pytest.mark.parametrize("cookie", [None, "", "x", "' OR 1=1 --", "a" * 10_000, "\x00"])
def test_usr2_no_other_cookie_opens(session: Session, anna: User, cookie: str | None) -> None:
    sessions.create(session, anna, now=NOW)
    assert sessions.user_of_cookie(session, cookie, NOW) is None


def test_usr2_a_cookie_header_leads_to_the_user(database: str) -> None:
    with time_machine.travel(NOW, tick=False), db.unit_of_work() as session:
        anna = founder(session)
        cookie = sessions.create(session, anna, now=NOW)
    with time_machine.travel(NOW + 29 * DAY, tick=False):
        header = f"theme=dark; crm_session={cookie}; x"
        assert sessions.resolve(header) == anna.id
        actor = sessions.resolve_actor(header)
        assert actor == queries.actor_of(anna)
        for other in (None, "", "crm_session=", f"session={cookie}", "crm_session=" + cookie[:-1]):
            assert sessions.resolve(other) is None
    # Having been seen on day 29 it is still alive a month later.
    with time_machine.travel(NOW + 50 * DAY, tick=False):
        assert sessions.resolve(header) == anna.id
    with db.unit_of_work() as session:
        user = session.get(User, anna.id)
        assert user
        user.active = False
        session.add(user)
    with time_machine.travel(NOW + 50 * DAY, tick=False):
        assert sessions.resolve(header) is None


def test_usr2_sessions_are_listed_and_revoked(session: Session, anna: User) -> None:
    actor = queries.actor_of(anna)
    first = sessions.create(session, anna, now=NOW, user_agent="Phone")
    second = sessions.create(session, anna, now=NOW + MINUTE, user_agent="Laptop")
    rows = sessions.list_sessions(
        session, actor, anna.id or 0, now=NOW + MINUTE, current_cookie=first
    )
    assert [(row.user_agent, row.current) for row in rows] == [("Laptop", False), ("Phone", True)]
    assert not hasattr(rows[0], "token_hash")
    sessions.revoke(session, actor, rows[0].id)
    assert sessions.user_of_cookie(session, second, NOW) is None
    assert sessions.user_of_cookie(session, first, NOW) is anna
    third = sessions.create(session, anna, now=NOW)
    sessions.revoke_others(session, actor, anna.id or 0, current_cookie=first)
    assert sessions.user_of_cookie(session, third, NOW) is None
    assert sessions.user_of_cookie(session, first, NOW) is anna


def test_usr3_nobody_sees_or_ends_a_colleagues_sessions(session: Session, anna: User) -> None:
    ben, cleo = factories.user(session), factories.user(session)
    sessions.create(session, cleo, now=NOW)
    row = session.exec(select(UserSession)).one()
    for actor in (factories.actor(ben), access.visitor()):
        with pytest.raises(NotFound):
            sessions.list_sessions(session, actor, cleo.id or 0, now=NOW)
        with pytest.raises(NotFound):
            sessions.revoke(session, actor, row.id or 0)
        with pytest.raises(NotFound):
            sessions.revoke_others(session, actor, cleo.id or 0, current_cookie=None)
    for wrong in (0, -1, 10**30, (row.id or 0) + 1):
        with pytest.raises(NotFound):
            sessions.revoke(session, factories.actor(anna), wrong)
    assert session.exec(select(UserSession)).one() is row
    assert sessions.list_sessions(session, factories.actor(anna), cleo.id or 0, now=NOW)


def test_usr2_own_password_needs_the_present_one(session: Session, anna: User) -> None:
    actor = queries.actor_of(anna)
    here = sessions.create(session, anna, now=NOW)
    there = sessions.create(session, anna, now=NOW)
    new = "a new long password"
    with pytest.raises(Invalid) as raised:
        service.change_password(session, actor, anna, present="wrong", new=new, current_cookie=here)
    assert set(raised.value.fields) == {"present"}
    with pytest.raises(Invalid) as raised:
        service.change_password(
            session, actor, anna, present=PASSWORD, new="short", current_cookie=here
        )
    assert set(raised.value.fields) == {"new"}
    service.change_password(session, actor, anna, present=PASSWORD, new=new, current_cookie=here)
    assert sessions.user_of_cookie(session, here, NOW) is anna
    assert sessions.user_of_cookie(session, there, NOW) is None
    assert _sign_in(session, anna.email, PASSWORD) is None
    assert _sign_in(session, anna.email, new)


def test_usr3_not_even_an_administrator_sets_anothers_password(
    session: Session, anna: User
) -> None:
    ben = factories.user(session)
    with pytest.raises(NotFound):
        service.change_password(
            session,
            factories.actor(anna),
            ben,
            present=PASSWORD,
            new="a new long password",
            current_cookie=None,
        )


def test_usr2_confirmations_are_limited(session: Session, anna: User) -> None:
    for _ in range(5):
        service.count_confirmation(session, anna, now=NOW)
    with pytest.raises(TooMany):
        service.count_confirmation(session, anna, now=NOW)


def _requested(session: Session, email: str) -> tuple[OneTimeToken, queries.OneTimeLink | None]:
    service.request_reset(session, email=email, address=HERE, now=NOW)
    fact = session.exec(select(facts.FactRow).order_by(facts.FactRow.id.desc())).first()  # type: ignore[union-attr]
    assert fact
    loaded = facts.load(session, fact.id or 0)
    assert isinstance(loaded, facts.PasswordResetRequested)
    row = session.get(OneTimeToken, loaded.token_id)
    assert row
    return row, queries.one_time_link(session, loaded.token_id, now=NOW)


def test_usr2_a_reset_link_sets_the_password_once(session: Session, anna: User) -> None:
    before = sessions.create(session, anna, now=NOW)
    row, link = _requested(session, "ANNA@team.example")
    assert link
    assert (link.purpose, link.user, link.expires_at) == ("reset", anna, NOW + timedelta(hours=1))
    token = link.url.removeprefix("https://crm.example/reset/")
    new = "a new long password"
    with pytest.raises(NotFound):
        recovery.set_password(session, tokens.INVITE, token=token, password=new, now=NOW)
    recovery.set_password(session, tokens.RESET, token=token, password=new, now=NOW)
    assert sessions.user_of_cookie(session, before, NOW) is None
    assert _sign_in(session, anna.email, new)
    with pytest.raises(NotFound):
        recovery.set_password(session, tokens.RESET, token=token, password=new, now=NOW)
    assert queries.one_time_link(session, row.id or 0, now=NOW) is None
    assert "user.reset_used" in actions(session)


def test_usr2_a_weak_password_does_not_use_the_link_up(database: str) -> None:
    with db.unit_of_work() as session:
        anna = founder(session)
        row, _ = tokens.issue(
            session, tokens.RESET, user_id=anna.id, lifetime=DAY, now=NOW, readable=True
        )
        token = tokens.readable(row, NOW) or ""
    with pytest.raises(Invalid), db.unit_of_work() as session:
        recovery.set_password(session, tokens.RESET, token=token, password="short", now=NOW)
    with db.unit_of_work() as session:
        recovery.set_password(
            session, tokens.RESET, token=token, password="a new long password", now=NOW
        )


def test_usr2_reset_links_end_after_an_hour_and_with_the_user(session: Session, anna: User) -> None:
    row, link = _requested(session, anna.email)
    assert link
    token = link.url.rpartition("/")[2]
    assert queries.one_time_link(session, row.id or 0, now=NOW + timedelta(hours=1)) is None
    with pytest.raises(NotFound):
        recovery.holder(session, tokens.RESET, token, NOW + timedelta(hours=1))
    anna.active = False
    session.flush()
    with pytest.raises(NotFound):
        recovery.holder(session, tokens.RESET, token, NOW)
    assert queries.one_time_link(session, row.id or 0, now=NOW) is None


def test_usr2_asking_for_a_link_leaves_the_same_rows_for_anybody(
    session: Session, anna: User
) -> None:
    known, link = _requested(session, anna.email)
    unknown, nothing = _requested(session, "nobody@team.example")
    assert link
    assert nothing is None
    assert (known.user_id, unknown.user_id) == (anna.id, None)
    assert set(known.data) == set(unknown.data)


def test_usr2_a_mailbox_is_not_flooded_with_links(session: Session, anna: User) -> None:
    for _ in range(3):
        _requested(session, anna.email)
    with pytest.raises(TooMany):
        service.request_reset(session, email="Anna@TEAM.example", address="198.51.100.1", now=NOW)


def test_usr2_of_two_uses_of_a_link_at_once_one_wins(database: str) -> None:
    with db.unit_of_work() as session:
        anna = founder(session)
        _, token = tokens.issue(session, tokens.RESET, user_id=anna.id, lifetime=DAY, now=NOW)
    start, lost = threading.Barrier(2), list[str]()

    def use(password: str) -> None:
        start.wait()
        try:
            with db.unit_of_work() as session:
                recovery.set_password(
                    session, tokens.RESET, token=token, password=password, now=NOW
                )
        except NotFound:
            lost.append(password)

    typed = ["a new long password", "the other password"]
    threads = [threading.Thread(target=use, args=(password,)) for password in typed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lost) == 1
    with db.reading() as session:
        (user,) = session.exec(select(User)).all()
    assert [passwords.verify(user.password_hash, password) for password in typed] == [
        password not in lost for password in typed
    ]


def test_old_links_are_forgotten(session: Session, anna: User) -> None:
    tokens.issue(session, tokens.RESET, user_id=anna.id, lifetime=DAY, now=NOW - 3 * DAY)
    row, _ = tokens.issue(session, tokens.RESET, user_id=anna.id, lifetime=DAY, now=NOW)
    tokens.purge(session, NOW)
    assert session.exec(select(OneTimeToken)).all() == [row]


def test_a_token_of_the_wrong_kind_is_no_token(session: Session, anna: User) -> None:
    _, token = tokens.issue(session, tokens.OPENID, user_id=anna.id, lifetime=DAY, now=NOW)
    for purpose, typed in ((tokens.RESET, token), (tokens.OPENID, crypto.token_hash(token))):
        with pytest.raises(NotFound):
            tokens.use(session, purpose, typed, NOW)


def test_actor_is_who_the_row_says_now(session: Session, anna: User) -> None:
    assert queries.actor_of(anna) == Actor(
        kind="user",
        user_id=anna.id,
        role=anna.role,
        label="Anna Nowak",
        locale="pl",
        time_zone="Europe/Warsaw",
    )
