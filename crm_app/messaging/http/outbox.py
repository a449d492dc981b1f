"""A message as a file, and as it looks: outside of the dashboard's pages, with the same access check.

``/outbox/<id>.eml`` opens in mail programs. ``/outbox/<id>/look`` is the HTML part for a frame
on the Outbox page; nothing in it runs, loads or leads anywhere.
"""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crm_app.accounts import sessions
from crm_app.core import db
from crm_app.core.errors import NotFound, NotSignedIn
from crm_app.messaging import queries
from crm_app.models import Message
from crm_app.ui.public import edge

_LOOK_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"
)


@edge.public
def file(request: Request, _form: edge.Form) -> Response:
    """The whole message (RFC 5322) to download."""
    with db.reading() as session:
        message = _message(session, request)
        content = queries.eml(session, message)
    return Response(
        content,
        media_type="message/rfc822",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="message-{message.id}.eml"',
        },
    )


@edge.public
def look(request: Request, _form: edge.Form) -> Response:
    """The HTML part as a mail program shows it; NotFound for a message of plain text."""
    with db.reading() as session:
        message = _message(session, request)
    if not message.html:
        raise NotFound
    return Response(
        message.html,
        media_type="text/html",
        headers={
            "Cache-Control": "no-store",
            "Content-Security-Policy": _LOOK_POLICY,
            "X-Frame-Options": "SAMEORIGIN",
        },
    )


def _message(session: Session, request: Request) -> Message:
    actor = sessions.resolve_actor(request.headers.get("cookie"))
    if actor is None:
        raise NotSignedIn
    return queries.shown_message(session, actor, int(request.path_params["message_id"]))


routes = [
    Route("/outbox/{message_id:int}.eml", file, methods=["GET"]),
    Route("/outbox/{message_id:int}/look", look, methods=["GET"]),
]
