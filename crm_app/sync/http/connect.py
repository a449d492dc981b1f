"""To a service and back, to connect an account of its (SYN-1, SCT-1): ``/connect/<service>``.

Behind the door, so always somebody who is signed in. Both ways end on a page of ours, with the
account that was connected or the key of what went wrong; nothing that the service said is shown. A
beginning that another site asks for is not made: it would put that site's timing on a consent.
"""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from crm_app.accounts import queries as people
from crm_app.accounts import redirects, sessions
from crm_app.accounts.next_page import safe_next
from crm_app.core import clock, db
from crm_app.core.access import Actor
from crm_app.core.errors import (
    CrmError,
    LoginExpired,
    NotFound,
    NotSignedIn,
    RateLimited,
    Rejected,
    RemoteError,
    RemoteUnavailable,
    TooMany,
)
from crm_app.core.kinds import AccountPurpose
from crm_app.models import ConnectedAccount
from crm_app.providers.oauth_port import Granted
from crm_app.sync.books import signing_in as book_signing_in
from crm_app.sync.connections import signing_in
from crm_app.sync.connections.signing_in import OtherAccount, Return
from crm_app.sync.reaching import apps, presets
from crm_app.sync.reaching.sign_in_problems import Problem
from crm_app.ui.public import edge

log = logging.getLogger(__name__)
HOME = "/settings/integrations"
HOME_OF_CONTACTS = "/settings/accounts"
Store = Callable[[Session, Actor], ConnectedAccount]


class _Ended(Exception):
    """It came to nothing; the page is told why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


@edge.public
def begin(request: Request, _form: edge.Form) -> Response:
    """To the service: ``?next=<page of ours>``, ``&account=<id>`` to reconnect that one,
    ``&for=contacts`` to connect its address books instead of its calendars."""
    purpose = _purpose(request)
    provider, page = _provider(request), _page(request.query_params.get("next"), purpose)
    if request.headers.get("sec-fetch-site") == "cross-site":
        return _to(page)
    asked = request.query_params.get("account", "")
    try:
        return _to(_address(request, provider, purpose, page, _number(asked)))
    except NotSignedIn:
        raise
    except CrmError as error:
        return _to_told(page, provider, _problem(error, Problem.NO_APP))


@edge.public
def back(request: Request, _form: edge.Form) -> Response:
    """Back from the service: find out whose account it is, and store it."""
    provider = _provider(request)
    try:
        returned = _returned(request, provider)
    except NotFound:
        return _to_told(HOME, provider, Problem.NOT_BEGUN_HERE)
    except Rejected:
        return _to_told(HOME, provider, Problem.NO_APP)
    try:
        granted = _granted(request, provider, returned)
        account = _stored(request, provider, returned, granted)
    except NotSignedIn:
        raise
    except _Ended as ended:
        return _to_told(returned.page, provider, ended.problem)
    except CrmError as error:
        detail = error.detail if isinstance(error, RemoteError) else ""
        log.warning("%s could not be connected: %s %s", provider, type(error).__name__, detail)
        return _to_told(
            returned.page,
            provider,
            _problem(error, Problem.REFUSED),
            attempt=_noted(returned, error),
        )
    way = "reconnected" if returned.account_id else "connected"
    return _to(_with(returned.page, **{way: account.id or 0}))


def _address(
    request: Request, provider: str, purpose: AccountPurpose, page: str, account_id: int
) -> str:
    """Where the browser is to go, after noting that it goes there."""
    with db.unit_of_work() as session:
        start = signing_in.begin(
            session,
            _actor(session, request),
            provider=provider,
            browser=_browser(request),
            page=page,
            account_id=account_id,
            now=clock.now(),
            purpose=purpose,
        )
    begun = apps.service_of(provider).begin(
        start.app,
        redirect_uri=redirects.calendars(provider),
        state=start.state,
        login_hint=start.login_hint,
        purpose=purpose,
    )
    with db.unit_of_work() as session:
        signing_in.keep(session, start, begun.keep)
    return begun.address


def _returned(request: Request, provider: str) -> Return:
    with db.unit_of_work() as session:
        return signing_in.come_back(
            session,
            _actor(session, request),
            provider=provider,
            state=request.query_params.get("state", ""),
            browser=_browser(request),
            now=clock.now(),
        )


def _granted(request: Request, provider: str, returned: Return) -> Granted:
    """The account that lets us in, with all that we asked for."""
    answer = dict(request.query_params)
    if answer.get("error") == "access_denied":
        raise _Ended(Problem.DENIED)
    granted = apps.service_of(provider).finish(
        returned.app,
        redirect_uri=redirects.calendars(provider),
        keep=returned.keep,
        answer=answer,
        purpose=returned.purpose,
    )
    if granted.missing:
        raise _Ended(Problem.SCOPES)
    return granted


def _stored(
    request: Request, provider: str, returned: Return, granted: Granted
) -> ConnectedAccount:
    store = _look(provider, returned, granted)
    try:
        with db.unit_of_work() as session:
            return store(session, _actor(session, request))
    except OtherAccount as error:
        raise _Ended(Problem.OTHER_ACCOUNT) from error
    except NotFound as error:
        raise _Ended(Problem.ACCOUNT_GONE) from error


def _look(provider: str, returned: Return, granted: Granted) -> Store:
    """List what the account offers; gives what stores it."""
    account_id, now = returned.account_id, clock.now()
    if returned.purpose is AccountPurpose.CONTACTS:
        login, books = book_signing_in.look(provider, returned.app, granted)
        return lambda session, actor: book_signing_in.store(
            session, actor, login, books, account_id=account_id, now=now
        )
    login, seen = signing_in.look(provider, returned.app, granted)
    return lambda session, actor: signing_in.store(
        session, actor, login, seen, account_id=account_id, now=now
    )


def _noted(returned: Return, error: CrmError) -> int:
    """The attempt whose refusal says more than we know; 0 when there is nothing to add."""
    if not isinstance(error, Rejected) or error.user_message == Rejected.default_message:
        return 0
    with db.unit_of_work() as session:
        signing_in.note_refusal(session, returned, error)
    return returned.row_id


def _problem(error: CrmError, otherwise: Problem) -> Problem:
    for kind, problem in (
        (TooMany, Problem.TOO_MANY),
        (NotFound, Problem.ACCOUNT_GONE),
        (LoginExpired, Problem.APP_REFUSED),
        (RemoteUnavailable, Problem.AWAY),
        (RateLimited, Problem.AWAY),
    ):
        if isinstance(error, kind):
            return problem
    return otherwise


def _provider(request: Request) -> str:
    provider: str = request.path_params["provider"]
    if all(each.key != provider for each in presets.SIGN_IN):
        raise NotFound
    return provider


def _purpose(request: Request) -> AccountPurpose:
    contacts = request.query_params.get("for") == AccountPurpose.CONTACTS
    return AccountPurpose.CONTACTS if contacts else AccountPurpose.CALENDARS


def _page(wanted: str | None, purpose: AccountPurpose) -> str:
    """A settings page of ours, without its query."""
    path = urlsplit(safe_next(wanted)).path
    home = HOME_OF_CONTACTS if purpose is AccountPurpose.CONTACTS else HOME
    return path if path.startswith("/settings/") else home


def _actor(session: Session, request: Request) -> Actor:
    """Who is signed in, as the database has him now."""
    user = sessions.user_of_cookie(session, _browser(request), clock.now())
    if user is None:
        raise NotSignedIn
    return people.actor_of(user)


def _browser(request: Request) -> str:
    return sessions.cookie_of_header(request.headers.get("cookie")) or ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 19 else 0


def _to_told(page: str, provider: str, problem: Problem, *, attempt: int = 0) -> Response:
    more = {"attempt": attempt} if attempt else {}
    return _to(_with(page, connect=problem.value, service=provider, **more))


def _with(page: str, **values: Any) -> str:
    return f"{page}?{urlencode(values)}"


def _to(address: str) -> Response:
    return RedirectResponse(
        address, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    )


routes = [
    Route("/connect/{provider}", begin, methods=["GET"]),
    Route("/connect/{provider}/back", back, methods=["GET"]),
]
