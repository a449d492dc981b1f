"""Signing in with a password, and signing out (USR-2).

The page says the same, after the same time, whether the account exists or not.
"""

from urllib.parse import urlencode

import htpy as h
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from crm_app.accounts import checks, passwords, queries, sessions, sign_in
from crm_app.accounts.http import frame
from crm_app.core import clock, db
from crm_app.core.errors import TooMany
from crm_app.core.i18n import N_
from crm_app.providers import oidc
from crm_app.ui.public import forms


@frame.answers
def show(who: frame.Visit) -> Response:
    """The form; whoever is signed in already goes on, and an empty database goes to the set-up."""
    with db.reading() as session:
        if not queries.has_users(session):
            return RedirectResponse("/setup", 303)
        if sessions.user_of_cookie(session, who.cookie, clock.now()):
            return RedirectResponse(who.next, 303)
    return page(who)


@frame.answers
def enter(who: frame.Visit) -> Response:
    """Check the password; sign in, or show the form again with the address that was typed."""
    email, password = who.form.get("email", "").strip(), who.form.get("password", "")
    missing = {
        name: who.say(checks.REQUIRED)
        for name, value in (("email", email), ("password", password))
        if not value
    }
    if missing:
        return page(who, email=email, errors=missing, status=422)
    try:
        cookie = _cookie(who, email, password)
    except TooMany as error:
        return page(
            who,
            email=email,
            problem=frame.problem(who, error),
            status=429,
            headers=frame.retry_headers(error),
        )
    if cookie is None:
        return page(who, email=email, problem=who.say(sign_in.WRONG), status=422)
    return frame.enter(who.next, cookie)


@frame.answers
def leave(who: frame.Visit) -> Response:
    """End this browser's session."""
    with db.unit_of_work() as session:
        sign_in.sign_out(session, who.cookie, now=clock.now())
    response = RedirectResponse("/login", 303)
    frame.drop_cookie(response, sessions.COOKIE, path="/")
    return response


def _cookie(who: frame.Visit, email: str, password: str) -> str | None:
    now = clock.now()
    with db.unit_of_work() as session:
        attempt = sign_in.begin(session, email=email, address=who.address, now=now)
    # Outside of any transaction: this takes a tenth of a second, on purpose.
    correct = passwords.verify(attempt.password_hash, password)
    with db.unit_of_work() as session:
        return sign_in.finish(
            session,
            attempt,
            password=password,
            correct=correct,
            old_cookie=who.cookie,
            user_agent=who.user_agent,
            address=who.address,
            now=now,
        )


def page(
    who: frame.Visit,
    *,
    email: str = "",
    problem: str | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """The sign-in page; ``problem`` is a sentence on top, ``errors`` stand beside their fields."""
    with db.reading() as session:
        providers = queries.enabled_providers(session)
    return frame.card(
        who,
        who.say(N_("Sign in")),
        frame.alert(problem),
        frame.form(who, *_fields(who, email, errors or {})),
        _others(who, providers),
        h.p(".small")[h.a(href="/forgot")[who.say(N_("Forgot your password?"))]],
        status=status,
        headers=headers,
    )


def _fields(who: frame.Visit, email: str, errors: dict[str, str]) -> tuple[h.Node, ...]:
    return (
        forms.field(
            who.locale,
            "email",
            who.say(N_("E-mail address")),
            value=email,
            kind="email",
            required=True,
            error=errors.get("email", ""),
            autocomplete="username",
            autofocus=not email,
        ),
        forms.field(
            who.locale,
            "password",
            who.say(N_("Password")),
            kind="password",
            required=True,
            error=errors.get("password", ""),
            autocomplete="current-password",
            autofocus=bool(email),
        ),
        forms.submit(who.say(N_("Sign in")), look="primary wide"),
    )


def _others(who: frame.Visit, providers: list[str]) -> h.Node:
    query = f"?{urlencode({'next': who.next})}" if who.next != "/" else ""
    return [
        h.p[
            h.a(".button.quiet.wide", href=f"/auth/{provider}{query}")[
                who.say(N_("Continue with {provider}"), provider=oidc.NAMES[provider])
            ]
        ]
        for provider in providers
        if provider in oidc.NAMES
    ]


routes = [
    Route("/login", show, methods=["GET"]),
    Route("/login", enter, methods=["POST"]),
    Route("/logout", leave, methods=["POST"]),
]
