"""Signing in with Google or Microsoft, and connecting them to a user who is signed in.

The state of a sign-in is a row that works once, for the browser that began it: its cookie must
match. Connecting begins with a post only, so that no foreign page can start it; it answers with a
page instead of a redirect, because browsers apply our form-action policy to redirects of a post.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from crm_app.accounts import identities, next_page, rate, redirects, sessions, sign_in, tokens
from crm_app.accounts.http import frame
from crm_app.accounts.http.sign_in import page as sign_in_page
from crm_app.core import clock, crypto, db
from crm_app.core.errors import CrmError, NotFound, NotSignedIn, RemoteError
from crm_app.core.i18n import N_
from crm_app.models import OneTimeToken
from crm_app.providers import oidc
from crm_app.ui.public.page import message_page

log = logging.getLogger(__name__)

COOKIE = "crm_openid"
_PATH = "/auth"
_LIFETIME = timedelta(minutes=10)
_PER_NETWORK = 30
_PER = timedelta(minutes=15)
_NOT_BEGUN_HERE = N_(
    "This sign-in was not begun in this browser, or too long ago. Please start again."
)
_REFUSED = N_("{provider} did not let you in, or you stopped it there. Please try again.")


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes, and what it must bring back in its cookie."""

    url: str
    binder: str


@frame.answers
def begin(who: frame.Visit) -> Response:
    """To the provider, to sign in."""
    provider = who.params["provider"]
    try:
        begun = _begin(who, provider, user_id=None, target=who.next)
    except NotFound:
        raise
    except CrmError as error:
        return _sign_in_again(who, error)
    response = RedirectResponse(begun.url, 303, headers={"Cache-Control": "no-store"})
    _bind(response, begun)
    return response


@frame.answers
def begin_connecting(who: frame.Visit) -> Response:
    """To the provider, to connect it with the user who is signed in."""
    provider = who.params["provider"]
    target = next_page.safe_next(who.form.get("next"))
    with db.reading() as session:
        user = sessions.user_of_cookie(session, who.cookie, clock.now())
    if user is None:
        raise NotSignedIn
    begun = _begin(who, provider, user_id=user.id, target=target)
    response = message_page(
        locale=who.locale,
        title=who.say(N_("On to {provider}"), provider=oidc.NAMES[provider]),
        text=who.say(N_("Choose the account there that you want to sign in with here.")),
        workspace_name=who.workspace_name,
        action=(begun.url, who.say(N_("Continue with {provider}"), provider=oidc.NAMES[provider])),
    )
    response.headers["Refresh"] = f"0;url={begun.url}"
    _bind(response, begun)
    return response


@frame.answers
def finish(who: frame.Visit) -> Response:
    """Back from the provider: find out who it is, and sign him in or connect him."""
    provider = who.params["provider"]
    try:
        row = _begun_here(who, provider)
    except NotFound as error:
        return _sign_in_again(who, error)
    target = next_page.safe_next(row.data["next"])
    try:
        person = _person(who, provider, row)
        cookie = None
        if row.user_id:
            _connect(who, provider, person, row)
        else:
            cookie = _enter(who, provider, person)
    except CrmError as error:
        if isinstance(error, RemoteError):
            log.warning("%s sign-in failed: %s", provider, error.detail)
        if row.user_id:
            return _back(who, error, target)
        return _sign_in_again(who, error)
    return frame.enter(target, cookie) if cookie else RedirectResponse(target, 303)


def _begin(who: frame.Visit, provider: str, *, user_id: int | None, target: str) -> Begun:
    now = clock.now()
    # One browser may begin in two tabs; both are bound to the same cookie.
    binder = who.cookies.get(COOKIE) or crypto.new_token()
    nonce, verifier = crypto.new_token(), crypto.new_token()
    with db.unit_of_work() as session:
        rate.allow(session, f"openid:{rate.network(who.address)}", _PER_NETWORK, _PER, now)
        app = identities.get_app(session, provider)
        _, state = tokens.issue(
            session,
            tokens.OPENID,
            user_id=user_id,
            lifetime=_LIFETIME,
            now=now,
            data={
                "provider": provider,
                "binder": crypto.token_hash(binder),
                "nonce": nonce,
                "verifier": crypto.encrypt(verifier),
                "next": target,
            },
        )
    url = oidc.authorization_url(
        app,
        redirect_uri=redirects.sign_in(provider),
        state=state,
        nonce=nonce,
        verifier=verifier,
        locale=who.locale,
    )
    return Begun(url, binder)


def _begun_here(who: frame.Visit, provider: str) -> OneTimeToken:
    """The state's row, used up now; NotFound unless this browser began it with this provider."""
    binder = crypto.token_hash(who.cookies.get(COOKIE, ""))
    try:
        with db.unit_of_work() as session:
            row = tokens.use(session, tokens.OPENID, who.query.get("state", ""), clock.now())
            if row.data["provider"] != provider or not crypto.same(row.data["binder"], binder):
                raise NotFound
    except NotFound as error:
        raise NotFound(_NOT_BEGUN_HERE) from error
    return row


def _person(who: frame.Visit, provider: str, row: OneTimeToken) -> oidc.Person:
    code = who.query.get("code")
    if not code:
        raise NotSignedIn(_REFUSED, provider=oidc.NAMES[provider])
    with db.reading() as session:
        app = identities.get_app(session, provider)
    return oidc.identify(
        app,
        redirect_uri=redirects.sign_in(provider),
        code=code,
        verifier=crypto.decrypt(row.data["verifier"]),
        nonce=row.data["nonce"],
        now=clock.now(),
    )


def _enter(who: frame.Visit, provider: str, person: oidc.Person) -> str:
    now = clock.now()
    with db.unit_of_work() as session:
        user = identities.user_of(session, provider, person)
        return sign_in.open_session(
            session,
            user,
            old_cookie=who.cookie,
            user_agent=who.user_agent,
            address=who.address,
            now=now,
            way=provider,
        )


def _connect(who: frame.Visit, provider: str, person: oidc.Person, row: OneTimeToken) -> None:
    with db.unit_of_work() as session:
        user = sessions.user_of_cookie(session, who.cookie, clock.now())
        if user is None or user.id != row.user_id:
            raise NotSignedIn
        identities.connect(session, user, provider, person)


def _sign_in_again(who: frame.Visit, error: CrmError) -> Response:
    return sign_in_page(
        who.at("/login"),
        problem=frame.problem(who, error),
        status=frame.status_of(error),
        headers=frame.retry_headers(error),
    )


def _back(who: frame.Visit, error: CrmError, target: str) -> Response:
    return message_page(
        locale=who.locale,
        title=who.say(N_("Not connected")),
        text=frame.problem(who, error),
        status=frame.status_of(error),
        workspace_name=who.workspace_name,
        action=(target, who.say(N_("Back"))),
    )


def _bind(response: Response, begun: Begun) -> None:
    age = int(_LIFETIME.total_seconds())
    frame.put_cookie(response, COOKIE, begun.binder, path=_PATH, max_age=age)


routes = [
    Route("/auth/{provider}", begin, methods=["GET"]),
    Route("/auth/{provider}/link", begin_connecting, methods=["POST"]),
    Route("/auth/{provider}/callback", finish, methods=["GET"]),
]
