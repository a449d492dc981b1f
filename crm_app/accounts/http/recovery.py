"""The forgotten password, and the links in mails that set one: reset and invitation.

Opening a link only shows a form, since mail scanners open links too; sending the form uses it up.
"""

import htpy as h
from starlette.responses import Response
from starlette.routing import Route

from crm_app.accounts import checks, recovery, sign_in, tokens
from crm_app.accounts.http import frame
from crm_app.accounts.http.set_up import password_field
from crm_app.core import clock, db
from crm_app.core.errors import Invalid, TooMany
from crm_app.core.i18n import N_
from crm_app.models import User
from crm_app.ui.public import forms


@frame.answers
def ask(who: frame.Visit) -> Response:
    """The form that asks for the address."""
    return _ask_page(who)


@frame.answers
def send(who: frame.Visit) -> Response:
    """Have the link mailed; the answer is the same for every address."""
    email = who.form.get("email", "").strip()
    try:
        checks.cleaned({"email": checks.email}, {"email": email})
        with db.unit_of_work() as session:
            recovery.request_reset(session, email=email, address=who.address, now=clock.now())
    except Invalid as error:
        return _ask_page(
            who, email=email, error=frame.field_errors(who, error)["email"], status=422
        )
    except TooMany as error:
        return _ask_page(
            who,
            email=email,
            problem=frame.problem(who, error),
            status=429,
            headers=frame.retry_headers(error),
        )
    return frame.card(
        who,
        who.say(N_("Look into your mail")),
        h.p[
            who.say(
                N_(
                    "If {email} belongs to a user here, a link to a new password is on its way. It works for one hour."
                ),
                email=email,
            )
        ],
        h.p(".muted.small")[
            who.say(
                N_(
                    "Nothing there after some minutes? Look among the junk mail, or ask an administrator."
                )
            )
        ],
        h.p[h.a(href="/login")[who.say(N_("Back to sign-in"))]],
    )


@frame.answers
def show(who: frame.Visit) -> Response:
    """The form for the new password; 404 when the link is over."""
    purpose, token = _link(who)
    with db.reading() as session:
        user = recovery.holder(session, purpose, token, clock.now())
    return _password_page(who, purpose, user)


@frame.answers
def save(who: frame.Visit) -> Response:
    """Set the password and sign in at once; every other session of the user ends."""
    purpose, token = _link(who)
    password = who.form.get("password", "")
    now = clock.now()
    try:
        with db.unit_of_work() as session:
            user = recovery.set_password(session, purpose, token=token, password=password, now=now)
            cookie = sign_in.open_session(
                session,
                user,
                old_cookie=who.cookie,
                user_agent=who.user_agent,
                address=who.address,
                now=now,
                way=purpose,
            )
    except Invalid as error:
        with db.reading() as session:
            user = recovery.holder(session, purpose, token, now)
        return _password_page(who, purpose, user, error=frame.field_errors(who, error)["password"])
    return frame.enter("/", cookie)


def _link(who: frame.Visit) -> tuple[str, str]:
    purpose = tokens.INVITE if who.path.startswith("/invite/") else tokens.RESET
    return purpose, who.params["token"]


def _ask_page(
    who: frame.Visit,
    *,
    email: str = "",
    error: str = "",
    problem: str | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    return frame.card(
        who,
        who.say(N_("Set a new password")),
        h.p(".muted")[
            who.say(N_("Enter the address that you sign in with, and we mail you a link."))
        ],
        frame.alert(problem),
        frame.form(
            who,
            forms.field(
                who.locale,
                "email",
                who.say(N_("E-mail address")),
                value=email,
                kind="email",
                required=True,
                error=error,
                autocomplete="username",
            ),
            forms.submit(who.say(N_("Send the link")), look="primary wide"),
        ),
        h.p(".small")[h.a(href="/login")[who.say(N_("Back to sign-in"))]],
        status=status,
        headers=headers,
    )


def _password_page(who: frame.Visit, purpose: str, user: User, *, error: str = "") -> Response:
    invited = purpose == tokens.INVITE
    title = (
        who.say(N_("Welcome, {name}"), name=user.name)
        if invited
        else who.say(N_("Set a new password"))
    )
    text = (
        who.say(N_("Choose a password, and you are in."))
        if invited
        else who.say(N_("You will be signed out on all other devices."))
    )
    return frame.card(
        who,
        title,
        h.p(".muted")[text],
        frame.form(
            who,
            # For password managers, which file the new password under this name.
            forms.field(
                who.locale,
                "email",
                who.say(N_("E-mail address")),
                value=user.email,
                kind="email",
                required=True,
                autocomplete="username",
                readonly=True,
            ),
            password_field(who, who.say(N_("New password")), error),
            forms.submit(who.say(N_("Save and sign in")), look="primary wide"),
        ),
        status=422 if error else 200,
    )


routes = [
    Route("/forgot", ask, methods=["GET"]),
    Route("/forgot", send, methods=["POST"]),
    Route("/reset/{token}", show, methods=["GET"]),
    Route("/reset/{token}", save, methods=["POST"]),
    Route("/invite/{token}", show, methods=["GET"]),
    Route("/invite/{token}", save, methods=["POST"]),
]
