"""USR-2 with Google and Microsoft, against a provider on loopback with real keys."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import time_machine
from sqlmodel import select
from starlette.testclient import TestClient

from crm_app.accounts import identities, queries, service, sessions
from crm_app.core import clock, db
from crm_app.core.access import system
from crm_app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from crm_app.models import AuditEntry, Identity, OneTimeToken, User
from tests import factories
from tests.accounts.browser import HOME, browser
from tests.accounts.people import PASSWORD, founder
from tests.servers import oidc as fake

ANNAS = {"email": "Anna@Team.example", "email_verified": True, "name": "Anna N."}


@pytest.fixture
def anna(lite: str) -> User:
    with db.unit_of_work() as session:
        return founder(session)


def _offer(provider: str, issuer: str) -> None:
    with db.unit_of_work() as session:
        service.set_sign_in_provider(
            session,
            system("test"),
            provider=provider,
            client_id=fake.CLIENT_ID,
            client_secret=fake.CLIENT_SECRET,
            issuer=issuer,
        )


@pytest.fixture
def google(anna: User) -> Iterator[fake.Provider]:
    with fake.provider() as running:
        _offer("google", running.issuer)
        running.claims = dict(ANNAS)
        yield running


@pytest.fixture
def microsoft(anna: User) -> Iterator[fake.Provider]:
    with fake.provider("/common/v2.0") as running:
        _offer("microsoft", running.issuer)
        running.claims = {"email": "anna@team.example", "tid": fake.TENANT}
        yield running


def _go(client: TestClient, running: fake.Provider, provider: str = "google", query: str = ""):
    """Begin in ``client``, agree at the provider, and come back."""
    begun = client.get(f"/auth/{provider}{query}")
    assert begun.status_code == 303, begun.text
    back = running.authorize(begun.headers["location"])
    return client.get(f"/auth/{provider}/callback", params=back)


def _user_of(client: TestClient) -> int | None:
    return sessions.resolve(f"crm_session={client.cookies.get('crm_session', '')}")


def test_usr2_a_confirmed_address_opens_and_is_remembered(
    anna: User, google: fake.Provider
) -> None:
    client = browser()
    assert "Continue with Google" in client.get("/login").text
    answer = _go(client, google, query="?next=/calendar")
    assert (answer.status_code, answer.headers["location"]) == (303, "/calendar")
    assert _user_of(client) == anna.id
    with db.reading() as session:
        identity = session.exec(select(Identity)).one()
    assert (identity.user_id, identity.provider) == (anna.id, "google")
    assert identity.subject == f"{google.issuer}#subject-1"
    # From now on the subject counts, whatever the address.
    google.claims = {"email": "other@elsewhere.example", "email_verified": False}
    again = browser()
    _go(again, google)
    assert _user_of(again) == anna.id


def test_usr2_the_request_is_complete(google: fake.Provider) -> None:
    client = browser()
    begun = client.get("/auth/google")
    asked = dict(parse_qsl(urlsplit(begun.headers["location"]).query))
    assert asked["redirect_uri"] == f"{HOME}/auth/google/callback"
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert len(asked["state"]) > 40
    assert len(asked["nonce"]) > 40
    assert fake.CLIENT_SECRET not in begun.headers["location"]
    cookie = begun.headers["set-cookie"]
    for part in ("crm_openid=", "HttpOnly", "SameSite=lax", "Secure", "Path=/auth"):
        assert part in cookie
    with db.reading() as session:
        row = session.exec(select(OneTimeToken)).one()
    assert asked["state"] not in str(row.model_dump())
    assert client.cookies["crm_openid"] not in str(row.model_dump())


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("wrong nonce", "Invalid claim: 'nonce'"),
        ("no nonce", "Missing claim: 'nonce'"),
        ("expired", "ExpiredTokenError"),
        ("wrong audience", "Invalid claim: 'aud'"),
        ("wrong issuer", "Invalid claim: 'iss'"),
        ("stranger's key", "BadSignatureError"),
        ("no algorithm", "Algorithm of 'none' is not allowed"),
        ("public key as secret", "Algorithm of 'HS256' is not allowed"),
        ("no json", "no JSON object"),
        ("too long", "too long"),
        ("away", "status 503"),
        ("other issuer", "names another issuer"),
        ("plain token", "no safe token_endpoint"),
    ],
)
def test_usr2_whatever_is_wrong_with_the_answer_nobody_gets_in(
    google: fake.Provider, caplog: pytest.LogCaptureFixture, fault: str, reason: str
) -> None:
    client = browser()
    begun = client.get("/auth/google")
    back = google.authorize(begun.headers["location"])
    google.faults = {fault}
    answer = client.get("/auth/google/callback", params=back)
    assert answer.status_code == 502
    assert reason in caplog.text
    assert 'role="alert"' in answer.text
    assert "crm_session" not in client.cookies
    with db.reading() as session:
        assert session.exec(select(Identity)).all() == []
    # And the same person gets in when nothing is wrong.
    google.faults = set()
    _go(client, google)
    assert _user_of(client)


@pytest.mark.parametrize("fault", ["away", "other issuer"])
def test_usr2_a_provider_that_is_away_is_said_so(google: fake.Provider, fault: str) -> None:
    google.faults = {fault}
    answer = browser().get("/auth/google")
    assert answer.status_code == 502
    assert 'role="alert"' in answer.text


def test_usr2_another_browsers_sign_in_cannot_be_finished_here(google: fake.Provider) -> None:
    attacker, victim = browser(), browser()
    begun = attacker.get("/auth/google")
    back = google.authorize(begun.headers["location"])
    for client in (victim, _with_own_cookie(victim)):
        answer = client.get("/auth/google/callback", params=back)
        assert answer.status_code == 404
        assert "not begun in this browser" in answer.text
        assert "crm_session" not in client.cookies
    # The attempt did not use it up for the one who began.
    assert attacker.get("/auth/google/callback", params=back).status_code == 303


def _with_own_cookie(client: TestClient) -> TestClient:
    client.get("/auth/google")
    return client


@pytest.mark.parametrize("state", ["", "x", "\x00", "a" * 4000])
def test_usr2_a_made_up_state_is_refused(google: fake.Provider, state: str) -> None:
    client = browser()
    back = google.authorize(client.get("/auth/google").headers["location"])
    answer = client.get("/auth/google/callback", params=back | {"state": state})
    assert answer.status_code == 404
    assert "crm_session" not in client.cookies


def test_usr2_an_answer_works_once(google: fake.Provider) -> None:
    client = browser()
    back = google.authorize(client.get("/auth/google").headers["location"])
    assert client.get("/auth/google/callback", params=back).status_code == 303
    assert client.get("/auth/google/callback", params=back).status_code == 404


def test_usr2_a_sign_in_that_took_too_long_is_over(google: fake.Provider) -> None:
    client = browser()
    back = google.authorize(client.get("/auth/google").headers["location"])
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        assert client.get("/auth/google/callback", params=back).status_code == 404


def test_usr2_a_state_of_google_is_none_of_microsoft(
    google: fake.Provider, microsoft: fake.Provider
) -> None:
    client = browser()
    back = google.authorize(client.get("/auth/google").headers["location"])
    assert client.get("/auth/microsoft/callback", params=back).status_code == 404


def test_usr2_a_code_of_another_sign_in_is_refused(google: fake.Provider) -> None:
    attacker, victim = browser(), browser()
    stolen = google.authorize(attacker.get("/auth/google").headers["location"])["code"]
    mine = google.authorize(victim.get("/auth/google").headers["location"])
    answer = victim.get("/auth/google/callback", params=mine | {"code": stolen})
    assert answer.status_code == 502
    assert "crm_session" not in victim.cookies


def test_usr2_two_tabs_of_a_browser_can_sign_in(google: fake.Provider) -> None:
    client = browser()
    first = google.authorize(client.get("/auth/google").headers["location"])
    second = google.authorize(client.get("/auth/google").headers["location"])
    assert client.get("/auth/google/callback", params=first).status_code == 303
    assert client.get("/auth/google/callback", params=second).status_code == 303


def test_usr2_an_unconfirmed_address_does_not_open(google: fake.Provider) -> None:
    for claims in (
        {"email": "anna@team.example", "email_verified": False},
        {"email": "anna@team.example"},
        {"email": "anna@team.example", "email_verified": "false"},
        {"email_verified": True},
    ):
        google.claims = claims
        client = browser()
        answer = _go(client, google)
        assert answer.status_code == 403
        assert "does not confirm your address" in answer.text
        assert _user_of(client) is None


def test_usr2_nobody_becomes_a_user_by_signing_in(google: fake.Provider) -> None:
    google.claims = {"email": "<eve>@evil.example", "email_verified": True}
    answer = _go(browser(), google)
    assert answer.status_code == 403
    assert "&lt;eve&gt;@evil.example" in answer.text
    google.claims = {"email": "eve@evil.example", "email_verified": True}
    assert "Ask an administrator" in _go(browser(), google).text
    with db.reading() as session:
        assert len(session.exec(select(User)).all()) == 1


def test_usr2_who_left_does_not_get_in(anna: User, google: fake.Provider) -> None:
    _go(browser(), google)
    with db.unit_of_work() as session:
        factories.admin(session)
        user = session.get(User, anna.id)
        service.deactivate(session, system("test"), user)
    client = browser()
    assert "no longer active" in _go(client, google).text
    assert _user_of(client) is None


def test_usr2_an_address_that_changed_hands_opens_nothing(google: fake.Provider) -> None:
    _go(browser(), google)
    google.claims = ANNAS | {"sub": "somebody-new"}
    client = browser()
    answer = _go(client, google)
    assert answer.status_code == 409
    assert "connected with others already" in answer.text
    assert _user_of(client) is None


def test_usr2_stopping_at_the_provider_is_no_fault(google: fake.Provider) -> None:
    client = browser()
    state = google.authorize(client.get("/auth/google").headers["location"])["state"]
    answer = client.get("/auth/google/callback", params={"state": state, "error": "access_denied"})
    assert answer.status_code == 403
    assert "did not let you in" in answer.text
    # The form that it comes with is the sign-in form, wherever it is shown.
    assert 'action="/login"' in answer.text
    assert 'href="/login?lang=de"' in answer.text


def test_usr2_signing_in_renews_the_session(anna: User, google: fake.Provider) -> None:
    client = browser()
    client.post("/login", data={"email": anna.email, "password": PASSWORD})
    before = client.cookies["crm_session"]
    _go(client, google)
    assert client.cookies["crm_session"] != before
    assert sessions.resolve(f"crm_session={before}") is None


def test_usr2_microsofts_addresses_need_a_verified_domain(
    anna: User, microsoft: fake.Provider
) -> None:
    client = browser()
    answer = _go(client, microsoft, "microsoft")
    assert answer.status_code == 403
    assert "Microsoft does not confirm your address" in answer.text
    microsoft.claims |= {"email_verified": True}
    assert _go(client, microsoft, "microsoft").status_code == 403
    microsoft.claims |= {"xms_edov": True}
    assert _go(client, microsoft, "microsoft").status_code == 303
    assert _user_of(client) == anna.id


@pytest.mark.parametrize("tenant", [None, "evil.example/x", "../../evil", "{tenantid}"])
def test_usr2_microsofts_issuer_is_the_tenants(
    microsoft: fake.Provider, tenant: str | None
) -> None:
    microsoft.claims |= {"xms_edov": True, "tid": tenant}
    assert _go(browser(), microsoft, "microsoft").status_code == 502
    microsoft.claims |= {"tid": "99999999-2222-3333-4444-555555555555"}
    assert _go(browser(), microsoft, "microsoft").status_code == 502


def test_usr2_one_tenant_vouches_for_its_own(anna: User) -> None:
    with fake.provider(f"/{fake.TENANT}/v2.0") as running:
        _offer("microsoft", running.issuer)
        running.claims = {"email": "anna@team.example", "tid": fake.TENANT}
        client = browser()
        assert _go(client, running, "microsoft").status_code == 303
        assert _user_of(client) == anna.id


def test_usr2_connecting_begins_with_a_post_of_ones_own(anna: User, google: fake.Provider) -> None:
    client = browser()
    assert client.get("/auth/google/link").status_code == 405
    assert client.post("/auth/google/link").status_code == 403
    client.post("/login", data={"email": anna.email, "password": PASSWORD})
    google.claims = {"email": "private@elsewhere.example", "email_verified": False}
    begun = client.post("/auth/google/link", data={"next": "/settings/profile"})
    assert begun.status_code == 200
    target = begun.headers["refresh"].removeprefix("0;url=")
    back = google.authorize(target)
    answer = client.get("/auth/google/callback", params=back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/settings/profile")
    fresh = browser()
    _go(fresh, google)
    assert _user_of(fresh) == anna.id


def test_usr2_connecting_ends_with_the_user_who_began(anna: User, google: fake.Provider) -> None:
    with db.unit_of_work() as session:
        service.create_user(
            session, queries.actor_of(anna), email="b@x.example", name="Ben", password=PASSWORD
        )
    client = browser()
    client.post("/login", data={"email": anna.email, "password": PASSWORD})
    begun = client.post("/auth/google/link", data={"next": "//evil.example"})
    back = google.authorize(begun.headers["refresh"].removeprefix("0;url="))
    client.post("/login", data={"email": "b@x.example", "password": PASSWORD})
    answer = client.get("/auth/google/callback", params=back)
    assert answer.status_code == 403
    assert "evil" not in answer.text
    with db.reading() as session:
        assert session.exec(select(Identity)).all() == []


def test_usr2_an_identity_belongs_to_one_user(anna: User, google: fake.Provider) -> None:
    _go(browser(), google)
    with db.unit_of_work() as session:
        service.create_user(
            session, queries.actor_of(anna), email="b@x.example", name="Ben", password=PASSWORD
        )
    client = browser()
    client.post("/login", data={"email": "b@x.example", "password": PASSWORD})
    begun = client.post("/auth/google/link")
    back = google.authorize(begun.headers["refresh"].removeprefix("0;url="))
    assert client.get("/auth/google/callback", params=back).status_code == 409


def test_usr2_disconnecting_leaves_a_way_in(anna: User, google: fake.Provider) -> None:
    _go(browser(), google)
    with db.unit_of_work() as session:
        ben = factories.user(session)
        user = session.get(User, anna.id)
        (identity,) = queries.list_identities(session, queries.actor_of(user), user.id)
        with pytest.raises(NotFound):
            service.disconnect_identity(session, factories.actor(ben), identity.id)
        kept, user.password_hash = user.password_hash, None
        with pytest.raises(Conflict):
            service.disconnect_identity(session, queries.actor_of(user), identity.id)
        user.password_hash = kept
        service.disconnect_identity(session, queries.actor_of(user), identity.id)
        assert session.exec(select(Identity)).all() == []


def test_usr3_only_administrators_enter_providers(anna: User) -> None:
    with db.unit_of_work() as session:
        ben = factories.actor(factories.user(session))
        with pytest.raises(NotAllowed):
            service.set_sign_in_provider(
                session, ben, provider="google", client_id="x", client_secret="y"
            )
        with pytest.raises(NotAllowed):
            service.remove_sign_in_provider(session, ben, "google")


def test_usr2_a_providers_secret_is_kept_encrypted_and_unseen(anna: User) -> None:
    actor = queries.actor_of(anna)
    with db.unit_of_work() as session:
        with pytest.raises(Invalid) as raised:
            service.set_sign_in_provider(session, actor, provider="google", client_id="")
        assert set(raised.value.fields) == {"client_id", "client_secret"}
        with pytest.raises(Invalid):
            service.set_sign_in_provider(
                session,
                actor,
                provider="google",
                client_id="x",
                client_secret="y",
                issuer="http://accounts.evil.example",
            )
        with pytest.raises(NotFound):
            service.set_sign_in_provider(
                session, actor, provider="facebook", client_id="x", client_secret="y"
            )
        service.set_sign_in_provider(
            session, actor, provider="google", client_id="x", client_secret="hush-hush"
        )
        service.set_sign_in_provider(session, actor, provider="google", client_id="z")
    with db.reading() as session:
        app = identities.get_app(session, "google")
        raw = session.connection().exec_driver_sql("SELECT client_secret FROM sign_in_provider")
        assert "hush" not in raw.scalar_one()
        assert "hush" not in str([row.detail for row in session.exec(select(AuditEntry))])
    assert (app.client_id, app.client_secret) == ("z", "hush-hush")
    assert app.issuer == "https://accounts.google.com"


@pytest.mark.parametrize("provider", ["google", "facebook", "%00", "microsoft"])
def test_usr2_a_provider_that_is_not_offered_does_not_exist(anna: User, provider: str) -> None:
    with db.unit_of_work() as session:
        service.set_sign_in_provider(
            session,
            queries.actor_of(anna),
            provider="google",
            client_id="x",
            client_secret="y",
            enabled=False,
        )
    client = browser()
    assert client.get(f"/auth/{provider}").status_code == 404
    assert client.get(f"/auth/{provider}/callback?state=x&code=y").status_code == 404
    assert "Continue with" not in client.get("/login").text


def test_usr2_beginning_is_limited_per_network(google: fake.Provider) -> None:
    client = browser()
    for _ in range(30):
        assert client.get("/auth/google").status_code == 303
    answer = client.get("/auth/google")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
