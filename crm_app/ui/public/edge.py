"""Where requests for plain pages come in and errors go out: one wrapper for every endpoint.

An endpoint is a plain function of the request and the posted form that returns a response; it runs
in a thread, so it may use the database. Whatever it raises becomes a page in the visitor's
language: known errors say their sentence, unknown ones go to the log, and no traceback ever
reaches a visitor (Q-1).
"""

import functools
import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crm_app.core.errors import (
    Conflict,
    CrmError,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooMany,
)
from crm_app.core.i18n import LOCALES, N_, best_locale, translate
from crm_app.ui.public.page import message_page
from crm_app.ui.public.squeeze import squeezed

log = logging.getLogger(__name__)

Form = Mapping[str, str]
Handler = Callable[[Request, Form], Response]

# Bytes and fields of a posted form; more than any page of ours asks for.
LARGEST_FORM, MOST_FIELDS = 256_000, 200
_STATUS: tuple[tuple[type[CrmError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (NotSignedIn, 401),
    (Invalid, 422),
    (Conflict, 409),
    (TooMany, 429),
)
_TITLES = {
    400: N_("That did not work"),
    401: N_("Please sign in"),
    403: N_("This is not yours to do"),
    404: N_("This page does not exist"),
    409: N_("Something changed meanwhile"),
    413: N_("That was too much"),
    422: N_("Something is not right yet"),
    429: N_("One moment, please"),
    500: N_("Something went wrong on our side"),
}
_TEXTS = {
    400: N_("The page could not be read. Please go back and try again."),
    404: N_("The address may be mistyped, or the page was taken down."),
    413: N_("What was sent is too large. Please go back, shorten it and try again."),
    500: N_("It was noted. Please try again in a moment."),
}


def locale_of(request: Request) -> str:
    """The language that the address asks for, else the browser's."""
    chosen = request.query_params.get("lang", "")
    return chosen if chosen in LOCALES else best_locale(request.headers.get("accept-language"))


def public(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint that reads the form, calls ``handler`` in a thread, and catches what it raises."""

    @functools.wraps(handler)
    async def endpoint(request: Request) -> Response:
        return squeezed(request, await _answer(handler, request))

    return endpoint


async def _answer(handler: Handler, request: Request) -> Response:
    try:
        form = await read_form(request) if request.method == "POST" else {}
        return await run_in_threadpool(handler, request, form)
    except CrmError as error:
        return error_page(locale_of(request), error)
    except HTTPException as error:
        return plain_error_page(locale_of(request), error.status_code)
    except Exception:
        log.exception("%s %s failed", request.method, handler.__qualname__)
        return plain_error_page(locale_of(request), 500)


@public
def missing(_request: Request, _form: Form) -> Response:
    """For addresses below a page's own that nothing answers."""
    raise NotFound


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a posted form; the last one wins where a name comes twice.

    Raises HTTPException 413 beyond ``LARGEST_FORM`` bytes or ``MOST_FIELDS`` fields. Anything but a
    URL-encoded form is taken for an empty one. NUL is dropped, since PostgreSQL cannot store it.
    """
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise HTTPException(413)
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError as error:
        raise HTTPException(413) from error
    return {name.replace("\x00", ""): value.replace("\x00", "") for name, value in pairs}


def error_page(locale: str, error: CrmError) -> Response:
    """The page that tells a visitor of ``error``."""
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 400)
    if status == 404:
        return plain_error_page(locale, 404)
    text = translate(locale, error.user_message, **error.params)
    response = _page(locale, status, text)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(int(error.retry_after) + 1)
    return response


def plain_error_page(locale: str, status: int) -> Response:
    """The page for an HTTP status that says nothing more than that."""
    return _page(locale, status, translate(locale, _TEXTS.get(status, _TEXTS[500])))


def _page(locale: str, status: int, text: str) -> Response:
    title = translate(locale, _TITLES.get(status, _TITLES[400]))
    return message_page(locale=locale, title=title, text=text, status=status, embed=True)
