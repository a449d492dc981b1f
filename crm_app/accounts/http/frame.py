"""What all pages before sign-in share: who asks and in which language, the card, errors, cookies."""

import dataclasses
import functools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import htpy as h
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from crm_app.accounts import next_page, queries, sessions
from crm_app.core import db
from crm_app.core.errors import Conflict, CrmError, Invalid, NotFound, RemoteError, TooMany
from crm_app.core.i18n import LOCALES, N_, best_locale, translate
from crm_app.core.settings import get_settings
from crm_app.ui.public import edge, forms
from crm_app.ui.public.page import message_page, page
from crm_app.ui.public.sender import address_of

# The row in the database ends a session; the cookie only has to outlive it (RFC 6265bis: 400 days).
_COOKIE_AGE = 400 * 24 * 3600
_STATUS: dict[type[CrmError], int] = {
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    RemoteError: 502,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """A request to one of these pages, with all that its sender could choose.

    ``params`` are the parts of the path, ``cookie`` is the session's, valid or not.
    """

    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    cookies: Mapping[str, str]
    locale: str
    workspace_name: str
    address: str
    user_agent: str
    cookie: str | None

    def say(self, message: str, /, **params: object) -> str:
        """``message`` in the visitor's language."""
        return translate(self.locale, message, **params)

    def at(self, path: str) -> "Visit":
        """The same visit as if it had come to ``path``, for a page that shows another's."""
        kept = {"lang": self.query["lang"]} if "lang" in self.query else {}
        return dataclasses.replace(self, path=path, query=kept)

    def here(self, *, lang: str | None = None) -> str:
        """This page, with where to go next and the chosen language kept."""
        kept = {name: self.query[name] for name in ("next", "lang") if name in self.query}
        query = urlencode(kept | ({"lang": lang} if lang else {}))
        return f"{self.path}?{query}" if query else self.path

    @property
    def next(self) -> str:
        """Where to go after signing in: a page of ours."""
        return next_page.safe_next(self.query.get("next"))


Handler = Callable[[Visit], Response]


def visit(request: Request, form: Mapping[str, str]) -> Visit:
    """Read what the request says about its sender."""
    with db.reading() as session:
        workspace_name = queries.workspace_name(session)
        home_locale = queries.home_locale(session)
    chosen = request.query_params.get("lang", "")
    accepted = best_locale(request.headers.get("accept-language"), home_locale)
    return Visit(
        path=request.url.path,
        params=request.path_params,
        query=dict(request.query_params),
        form=form,
        cookies=request.cookies,
        locale=chosen if chosen in LOCALES else accepted,
        workspace_name=workspace_name,
        address=address_of(request),
        user_agent=request.headers.get("user-agent", ""),
        cookie=sessions.cookie_of_header(request.headers.get("cookie")),
    )


def card(
    who: Visit,
    title: str,
    *content: h.Node,
    status: int = 200,
    scripts: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A page with one narrow card, and the other languages below it."""
    return page(
        locale=who.locale,
        title=title,
        body=h.div(".card.narrow.stack")[h.h1[title], content],
        status=status,
        workspace_name=who.workspace_name,
        scripts=scripts,
        languages={lang: who.here(lang=lang) for lang in LOCALES},
        headers=headers,
    )


def form(who: Visit, *content: h.Node) -> h.Element:
    """A form that posts to the page it is on. Validation is ours, so that errors read alike."""
    return h.form(".stack", method="post", action=who.here(), novalidate=True)[content]


def problem(who: Visit, error: CrmError) -> str:
    """What ``error`` says, in the visitor's language."""
    return who.say(error.user_message, **error.params)


def field_errors(who: Visit, error: Invalid) -> dict[str, str]:
    """The errors by field, in the visitor's language."""
    return {
        name: who.say(message, **error.params) if error.params else who.say(message)
        for name, message in error.fields.items()
    }


def alert(text: str | None) -> h.Node:
    """A sentence on top of a form that screen readers read at once."""
    return h.div(".notice.bad", role="alert")[h.p[text]] if text else None


def summary(who: Visit, errors: Mapping[str, str], labels: Mapping[str, str]) -> h.Node:
    """All errors on top of a longer form."""
    return forms.error_summary(who.locale, errors, labels=labels)


def status_of(error: CrmError) -> int:
    """The HTTP status that says the same as ``error``."""
    return next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 403)


def retry_headers(error: CrmError) -> dict[str, str]:
    """Retry-After (RFC 9110 §10.2.3) for a rate limit."""
    return {"Retry-After": str(int(error.retry_after) + 1)} if isinstance(error, TooMany) else {}


def answers(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that calls ``handler`` in a thread with what the request says.

    What we foresee becomes a page that says what to do; the rest is ``edge.public``'s.
    """

    @functools.wraps(handler)
    def answer(request: Request, form: edge.Form) -> Response:
        who = visit(request, form)
        try:
            return handler(who)
        except CrmError as error:
            said = message_page(
                locale=who.locale,
                title=who.say(N_("This did not work")),
                text=problem(who, error),
                status=status_of(error),
                workspace_name=who.workspace_name,
                action=("/login", who.say(N_("Go to sign-in"))),
            )
            said.headers.update(retry_headers(error))
            return said

    return edge.public(answer)


def enter(target: str, cookie: str) -> Response:
    """Send a browser that just signed in to ``target``, with its session's cookie."""
    response = RedirectResponse(target, 303, headers={"Cache-Control": "no-store"})
    put_cookie(response, sessions.COOKIE, cookie, path="/", max_age=_COOKIE_AGE)
    return response


def put_cookie(response: Response, name: str, value: str, *, path: str, max_age: int) -> None:
    """Set a cookie that scripts cannot read and other sites cannot post with."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=path,
        secure=_is_secure(),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, name: str, *, path: str) -> None:
    """Remove a cookie that ``put_cookie`` set."""
    response.delete_cookie(name, path=path, secure=_is_secure(), httponly=True, samesite="lax")


def _is_secure() -> bool:
    return get_settings().url.startswith("https://")
