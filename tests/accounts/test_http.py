"""USR-1 and USR-2 through the pages: set-up, sign-in, sign-out, reset, invitation."""

import re

import pytest
from sqlmodel import select

from crm_app.accounts import http, passwords, queries, service, sessions, tokens
from crm_app.core import clock, db
from crm_app.core.kinds import Role
from crm_app.core.settings import get_settings
from crm_app.models import OneTimeToken, User, UserSession
from crm_app.ui import door
from tests.accounts.browser import HOME, browser, fields
from tests.accounts.people import MINUTE, PASSWORD, founder

SET_UP = {
    "workspace_name": "Tandem & Söhne",
    "name": "Anna Nowak",
    "email": "anna@team.example",
    "password": PASSWORD,
    "time_zone": "Europe/Warsaw",
    "locale": "en",
}
SIGN_IN = {"email": "anna@team.example", "password": PASSWORD}


@pytest.fixture
def anna(lite: str) -> User:
    with db.unit_of_work() as session:
        return founder(session)


def _signed_in(client) -> User | None:
    return sessions.resolve_user(f"crm_session={client.cookies.get('crm_session', '')}")


def test_usr1_first_start_shows_the_set_up(lite: str) -> None:
    client = browser()
    assert client.get("/login").headers["location"] == "/setup"
    shown = client.get("/setup")
    assert shown.status_code == 200
    assert "Set up your workspace" in shown.text
    assert '<option value="Europe/Warsaw">' in shown.text
    answer = client.post("/setup", data=SET_UP)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert _signed_in(client).role is Role.ADMIN
    assert "Tandem &amp; Söhne" in browser().get("/login").text


def test_usr1_the_set_up_is_gone_afterwards(anna: User) -> None:
    client = browser()
    assert client.get("/setup").status_code == 404
    answer = client.post("/setup", data=SET_UP | {"email": "eve@evil.example"})
    assert answer.status_code == 404
    assert "/login" in answer.text
    assert "crm_session" not in client.cookies
    with db.reading() as session:
        assert len(session.exec(select(User)).all()) == 1


def test_q1_the_set_up_keeps_what_was_typed_except_the_password(lite: str) -> None:
    answer = browser().post(
        "/setup", data=SET_UP | {"email": '"><script>', "password": "short", "time_zone": ""}
    )
    assert answer.status_code == 422
    shown = fields(answer.text)
    assert shown["workspace_name"] == "Tandem &amp; Söhne"
    assert shown["password"] == ""
    assert "short" not in answer.text
    assert '"><script>' not in answer.text
    for text in ("name@company.com", "at least 10 characters", "choose a time zone"):
        assert text in answer.text
    assert answer.text.count('aria-invalid="true"') == 3


def test_usr2_signing_in_and_out(anna: User) -> None:
    client = browser()
    assert "Sign in" in client.get("/login").text
    answer = client.post("/login?next=/calendar%3Fview%3Dweek", data=SIGN_IN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/calendar?view=week")
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Secure", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    value = client.cookies["crm_session"]
    assert _signed_in(client).id == anna.id
    assert client.get("/login?next=/x").headers["location"] == "/x"
    out = client.post("/logout")
    assert (out.status_code, out.headers["location"]) == (303, "/login")
    assert "crm_session" not in client.cookies
    assert sessions.resolve(f"crm_session={value}") is None


def test_usr2_signing_out_needs_a_post(anna: User) -> None:
    client = browser()
    client.post("/login", data=SIGN_IN)
    assert client.get("/logout").status_code == 405
    assert _signed_in(client)


def test_usr2_cookies_travel_over_plain_http_only_where_the_site_is(
    anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_PUBLIC_URL", "http://localhost:3000")
    get_settings.cache_clear()
    assert "Secure" not in browser().post("/login", data=SIGN_IN).headers["set-cookie"]


def test_usr2_wrong_and_unknown_read_the_same(anna: User) -> None:
    client = browser()
    wrong = client.post("/login", data=SIGN_IN | {"password": "wrong password"})
    unknown = client.post("/login", data=SIGN_IN | {"email": "eve@team.example"})
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace("anna@", "eve@") == unknown.text
    assert fields(wrong.text) == {"email": "anna@team.example", "password": ""}
    assert "crm_session" not in client.cookies
    assert "wrong password" not in wrong.text


def test_q1_empty_fields_are_named_and_not_counted(anna: User) -> None:
    client = browser()
    for _ in range(8):
        answer = client.post("/login", data={"email": "", "password": ""})
    assert answer.status_code == 422
    assert answer.text.count("Please fill this in.") == 2


def test_usr2_too_many_failures_say_how_long_to_wait(anna: User) -> None:
    client = browser()
    for email in ("anna@team.example", "eve@team.example"):
        for _ in range(5):
            client.post("/login", data={"email": email, "password": "wrong password"})
        answer = client.post("/login", data={"email": email, "password": PASSWORD})
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 901
        assert "Please try again in 15 min." in answer.text
    assert "crm_session" not in client.cookies


def test_usr2_a_failed_attempt_is_counted_even_though_it_failed(anna: User) -> None:
    client = browser()
    for _ in range(5):
        client.post("/login", data=SIGN_IN | {"password": "wrong password"})
    assert browser("198.51.100.1").post("/login", data=SIGN_IN).status_code == 429


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "/%09/evil.example"]
)
def test_usr2_signing_in_never_leads_away(anna: User, wanted: str) -> None:
    answer = browser().post("/login", params={"next": wanted}, data=SIGN_IN)
    assert answer.status_code == 303
    assert answer.headers["location"] in ("/", "/%09/evil.example")
    client = browser()
    client.post("/login", data=SIGN_IN)
    gone_on = client.get("/login", params={"next": wanted})
    assert gone_on.headers["location"] in ("/", "/%09/evil.example")


def test_usr2_a_session_known_before_signing_in_is_worth_nothing(anna: User) -> None:
    attacker = browser()
    attacker.post("/login", data=SIGN_IN)
    planted = attacker.cookies["crm_session"]
    victim = browser()
    victim.cookies.set("crm_session", planted, domain="crm.example")
    victim.post("/login", data=SIGN_IN)
    with db.reading() as session:
        assert len(session.exec(select(UserSession)).all()) == 1
    assert sessions.resolve(f"crm_session={planted}") is None

    stranger = browser()
    stranger.cookies.set("crm_session", "chosen-by-an-attacker", domain="crm.example")
    stranger.post("/login", data=SIGN_IN)
    assert sessions.resolve("crm_session=chosen-by-an-attacker") is None


def test_usr2_forgotten_password_reads_the_same_for_everybody(anna: User) -> None:
    client = browser()
    assert client.get("/forgot").status_code == 200
    known = client.post("/forgot", data={"email": "anna@team.example"})
    unknown = client.post("/forgot", data={"email": "eve@team.example"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace("anna@", "eve@") == unknown.text
    with db.reading() as session:
        rows = session.exec(select(OneTimeToken).order_by(OneTimeToken.id)).all()  # type: ignore[arg-type]
    assert [row.user_id for row in rows] == [anna.id, None]
    bad = client.post("/forgot", data={"email": "anna"})
    assert bad.status_code == 422
    assert fields(bad.text)["email"] == "anna"


def _link(user: User, purpose: str = tokens.RESET) -> str:
    with db.unit_of_work() as session:
        _, token = tokens.issue(
            session, purpose, user_id=user.id, lifetime=60 * MINUTE, now=clock.now(), readable=True
        )
    return f"/{purpose}/{token}"


def test_usr2_a_reset_link_works_once_and_signs_in(anna: User) -> None:
    link = _link(anna)
    old = browser()
    old.post("/login", data=SIGN_IN)
    client = browser()
    for _ in range(3):  # a mail scanner looks first, and uses nothing up
        shown = client.get(link)
        assert shown.status_code == 200
    assert fields(shown.text)["email"] == "anna@team.example"
    assert shown.headers["referrer-policy"] == "same-origin"
    assert shown.headers["cache-control"] == "no-store"
    assert client.post(link, data={"password": "short"}).status_code == 422
    answer = client.post(link, data={"password": "a new long password"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert _signed_in(client).id == anna.id
    assert _signed_in(old) is None
    for again in (client.get(link), client.post(link, data={"password": "a third password"})):
        assert again.status_code == 404
        assert "no longer valid" in again.text
    with db.reading() as session:
        user = session.get(User, anna.id)
        assert passwords.verify(user.password_hash, "a new long password")


@pytest.mark.parametrize("token", ["x", "..%2F..%2Fetc", "%00", "a" * 5000, "%F0%9F%98%80"])
def test_usr2_made_up_links_lead_nowhere(anna: User, token: str) -> None:
    for path in (f"/reset/{token}", f"/invite/{token}"):
        assert browser().get(path).status_code == 404
        assert browser().post(path, data={"password": PASSWORD}).status_code == 404


def test_usr2_a_reset_link_is_no_invitation(anna: User) -> None:
    token = _link(anna).rpartition("/")[2]
    assert browser().get(f"/invite/{token}").status_code == 404


def test_usr1_the_invited_choose_their_password(anna: User) -> None:
    with db.unit_of_work() as session:
        service.invite_user(
            session,
            queries.actor_of(anna),
            email="ben@team.example",
            name="Ben <b>",
            now=clock.now(),
        )
        row = session.exec(select(OneTimeToken)).one()
        link = queries.one_time_link(session, row.id or 0, now=clock.now())
    path = link.url.removeprefix(HOME)
    client = browser()
    shown = client.get(path, headers={"Accept-Language": "en"})
    assert "Ben &lt;b&gt;" in shown.text
    assert client.post(path, data={"password": "a new long password"}).status_code == 303
    assert _signed_in(client).email == "ben@team.example"
    assert browser().get(path).status_code == 404


def test_pages_are_guarded_and_work_without_a_script(anna: User) -> None:
    for path in ("/login", "/forgot", _link(anna)):
        shown = browser().get(path)
        assert "script-src 'self'" in shown.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in shown.headers["content-security-policy"]
        assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=|\sstyle=", shown.text)
        assert re.search(r'<form[^>]*method="post"', shown.text)


def test_usr4_pages_speak_the_visitors_language(anna: User) -> None:
    assert '<html lang="de"' in browser().get("/login", headers={"Accept-Language": "de-AT"}).text
    assert '<html lang="it"' in browser().get("/login?lang=it").text
    # Anna's workspace is Polish.
    assert '<html lang="pl"' in browser().get("/login", headers={"Accept-Language": "ja"}).text
    assert '<html lang="en"' in browser().get("/login?lang=%22%3E").text
    shown = browser().get("/login?next=/calendar&lang=de").text
    assert "/login?next=%2Fcalendar&amp;lang=it" in shown


def test_q1_odd_requests_are_answered_calmly(anna: User) -> None:
    client = browser(**{"User-Agent": "\x01" * 900})
    for path in ("/login", "/forgot", "/setup", "/auth/google/link", "/reset/x"):
        for body in (b"\xff\xfe=%ff&email=%00&&=", b"email=" + b"a" * 1_000_000, b"a&" * 100_000):
            answer = client.post(
                path,
                content=body,
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            assert 400 <= answer.status_code < 500, (path, answer.status_code)
    for query in ("next=%00", "next=%ff", "lang=%00", "next=/a&next=//b"):
        assert client.get(f"/login?{query}").status_code == 200


def test_the_door_lets_strangers_reach_these_pages() -> None:
    heads = {"/" + route.path.split("/")[1] for route in http.routes}
    assert heads <= set(door.PUBLIC)
