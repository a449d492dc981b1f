"""Files of contacts that come in and go out, behind the door: ``/import/upload``, ``/contacts/export.csv``.

A file that comes in is sent as it is, as the body of the request, and is limited while it arrives. What
it is is judged by its content; the name that it had is only kept to be shown. Files that go out are made
while they are sent, so that a hundred thousand contacts need no more room than two hundred.
"""

import logging
from collections.abc import Iterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from crm_app.accounts import sessions
from crm_app.contacts import exporting
from crm_app.contacts.importing import queries, refused, service
from crm_app.core import clock, db
from crm_app.core.access import Actor
from crm_app.core.errors import CrmError, Invalid, NotFound, NotSignedIn
from crm_app.core.i18n import N_, translate
from crm_app.ui.public import edge

log = logging.getLogger(__name__)
_TYPES = {exporting.CSV: "text/csv; charset=utf-8", exporting.VCARD: "text/vcard; charset=utf-8"}
_NAMES = {exporting.CSV: "contacts.csv", exporting.VCARD: "contacts.vcf"}
_SURPRISE = N_("Something went wrong on our side. It was noted. Please try again in a moment.")


async def upload(request: Request) -> Response:
    """Take a file in: ``{"id": 12}``, or ``{"error": "..."}`` in the user's language."""
    actor = await run_in_threadpool(_actor_or_none, request)
    if actor is None:
        return JSONResponse({"error": translate("en", NotSignedIn.default_message)}, 401)
    try:
        content = await _body(request)
        name = request.query_params.get("name", "")
        return JSONResponse({"id": await run_in_threadpool(_taken_in, actor, name, content)})
    except CrmError as error:
        return JSONResponse({"error": translate(actor.locale, _told(error))}, 422)
    except Exception:
        log.exception("a file could not be taken in")
        return JSONResponse({"error": translate(actor.locale, _SURPRISE)}, 500)


def _told(error: CrmError) -> str:
    fields = error.fields if isinstance(error, Invalid) else {}
    return next(iter(fields.values()), error.user_message)


async def _body(request: Request) -> bytes:
    """The body, as long as it is no larger than a file may be."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > service.LARGEST_FILE:
            raise Invalid(fields={"file": service.TOO_LARGE})
    return bytes(content)


def _taken_in(actor: Actor, name: str, content: bytes) -> int:
    looked = service.look(content)
    with db.unit_of_work() as session:
        row = service.begin(session, actor, file_name=name, content=content, looked=looked)
        return row.id or 0


@edge.public
def refused_rows(request: Request, _form: edge.Form) -> Response:
    """The rows that an import refused, with the reasons, as a table to mend and bring again."""
    actor = _actor(request)
    with db.reading() as session:
        row = queries.get_import(session, actor, request.path_params["import_id"])
        made = list(refused.table(session, actor, row))
    return _download(iter(made), exporting.CSV, f"refused-{row.id}.csv")


@edge.public
def example(request: Request, _form: edge.Form) -> Response:
    """A table that shows how one can look, in the reader's language."""
    actor = _actor(request)
    return _download(iter(refused.example(actor.locale)), exporting.CSV, "example.csv")


@edge.public
def export(request: Request, _form: edge.Form) -> Response:
    """The contacts that the address asks for, as far as the reader may see them."""
    actor = _actor(request)
    form = request.path_params["form"]
    if form not in _TYPES or request.headers.get("sec-fetch-site") == "cross-site":
        raise NotFound
    wanted = exporting.asked_for(request.query_params.get("of", ""))
    with db.unit_of_work() as session:
        exporting.record(session, actor, wanted, form)
    if form == exporting.CSV:
        pieces = exporting.table(db.reading, actor, wanted, locale=actor.locale)
    else:
        pieces = exporting.cards(db.reading, actor, wanted)
    stamp = clock.now().date().isoformat()
    return _download(pieces, form, _NAMES[form].replace(".", f"-{stamp}."))


def _download(pieces: Iterator[bytes], form: str, name: str) -> Response:
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(pieces, media_type=_TYPES[form], headers=headers)


def _actor_or_none(request: Request) -> Actor | None:
    return sessions.resolve_actor(request.headers.get("cookie"))


def _actor(request: Request) -> Actor:
    actor = _actor_or_none(request)
    if actor is None:
        raise NotSignedIn
    return actor


routes = [
    Route("/import/upload", upload, methods=["POST"]),
    Route("/import/example.csv", example, methods=["GET"]),
    Route("/import/{import_id:int}/refused.csv", refused_rows, methods=["GET"]),
    Route(f"{exporting.PATH}.{{form}}", export, methods=["GET"]),
]
