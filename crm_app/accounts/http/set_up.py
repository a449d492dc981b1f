"""The set-up page: an empty database gets its workspace and first administrator (USR-1).

Afterwards the page is gone. Of two people who fill it in at the same moment one wins, and the
other learns that the workspace is set up.
"""

from collections.abc import Mapping

import htpy as h
from starlette.responses import Response
from starlette.routing import Route

from crm_app.accounts import queries, service, sign_in, time_zones
from crm_app.accounts.http import frame
from crm_app.core import clock, db
from crm_app.core.errors import Invalid, NotFound
from crm_app.core.i18n import LOCALE_NAMES, N_
from crm_app.ui.public import forms

_FIELDS = ("workspace_name", "name", "email", "password", "time_zone", "locale")
_LABELS = {
    "workspace_name": N_("Name of the workspace"),
    "name": N_("Your name"),
    "email": N_("Your e-mail address"),
    "password": N_("Password"),
    "time_zone": N_("Time zone"),
    "locale": N_("Language"),
}
_DONE = N_("This workspace is set up already. Sign in, or ask an administrator to invite you.")


@frame.answers
def show(who: frame.Visit) -> Response:
    """The empty form; 404 once there is a user."""
    _refuse_when_done()
    return _page(who, {"locale": who.locale}, {})


@frame.answers
def save(who: frame.Visit) -> Response:
    """Set up and sign in at once; or the form again with what was typed and what is wrong."""
    _refuse_when_done()
    values = {name: who.form.get(name, "") for name in _FIELDS}
    now = clock.now()
    try:
        with db.unit_of_work() as session:
            user = service.set_up(session, **values, now=now)
            cookie = sign_in.open_session(
                session,
                user,
                old_cookie=who.cookie,
                user_agent=who.user_agent,
                address=who.address,
                now=now,
            )
    except NotFound as error:
        raise NotFound(_DONE) from error
    except Invalid as error:
        return _page(who, values, frame.field_errors(who, error))
    return frame.enter("/", cookie)


def _refuse_when_done() -> None:
    with db.reading() as session:
        if queries.has_users(session):
            raise NotFound(_DONE)


def _page(who: frame.Visit, values: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    labels = {name: who.say(label) for name, label in _LABELS.items()}
    return frame.card(
        who,
        who.say(N_("Set up your workspace")),
        h.p(".muted")[
            who.say(N_("One page, and your team can be booked. All of it can be changed later."))
        ],
        frame.form(
            who,
            frame.summary(who, errors, labels),
            [_control(who, name, labels[name], values.get(name, ""), errors) for name in _FIELDS],
            forms.submit(who.say(N_("Create the workspace")), look="primary wide"),
        ),
        status=422 if errors else 200,
        scripts=("detect_zone.js",),
    )


def _control(
    who: frame.Visit, name: str, label: str, value: str, errors: Mapping[str, str]
) -> h.Node:
    error = errors.get(name, "")
    match name:
        case "time_zone":
            empty = ("", who.say(N_("Please choose")))
            return forms.select(
                who.locale,
                name,
                label,
                [empty, *time_zones.choices()],
                value=value,
                required=True,
                error=error,
                help=who.say(N_("Your working hours are read in this zone.")),
                data_detect_zone=True,
            )
        case "locale":
            languages = list(LOCALE_NAMES.items())
            return forms.select(
                who.locale, name, label, languages, value=value, required=True, error=error
            )
        case "password":
            return password_field(who, label, error)
        case "email":
            return forms.field(
                who.locale,
                name,
                label,
                value=value,
                kind="email",
                required=True,
                error=error,
                autocomplete="username",
            )
        case _:
            complete = "organization" if name == "workspace_name" else "name"
            return forms.field(
                who.locale,
                name,
                label,
                value=value,
                required=True,
                error=error,
                autocomplete=complete,
                max_length=100,
            )


def password_field(who: frame.Visit, label: str, error: str) -> h.Node:
    """A field for a new password, which is never shown again."""
    return forms.field(
        who.locale,
        "password",
        label,
        kind="password",
        required=True,
        error=error,
        help=who.say(N_("At least 10 characters; a few words are easy to remember.")),
        autocomplete="new-password",
    )


routes = [
    Route("/setup", show, methods=["GET"]),
    Route("/setup", save, methods=["POST"]),
]
