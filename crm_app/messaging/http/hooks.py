"""Where Twilio and Meta call us: reports about messages, and messages from people.

Called by machines without any session. Every call proves by its signature that it comes from the
service; what does not is answered 403 and changes nothing. The same call twice changes nothing
either. The address that Twilio signs is the public one of the settings, whatever a proxy in front
of us made of it.

Pages: https://www.twilio.com/docs/usage/webhooks/webhooks-security,
https://www.twilio.com/docs/messaging/guides/webhook-request,
https://developers.facebook.com/docs/messenger-platform/webhooks
"""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from crm_app.core import clock, crypto, db
from crm_app.core.settings import get_settings
from crm_app.messaging import channels, incoming, reports
from crm_app.messaging.drafts import MESSENGER, SMS
from crm_app.providers import messenger, twilio
from crm_app.ui.public import edge

_LARGEST_BODY = 1_000_000
_LONGEST_TOKEN = 2048
_LONGEST_ID = 200
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
# Twilio's markup language for "say nothing".
_SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


async def twilio_status(request: Request) -> Response:
    """What became of a message that Twilio took."""
    form = await edge.read_form(request)
    return await run_in_threadpool(_twilio_status, request, form)


async def twilio_incoming(request: Request) -> Response:
    """A text message from a person."""
    form = await edge.read_form(request)
    return await run_in_threadpool(_twilio_incoming, request, form)


async def messenger_check(request: Request) -> Response:
    """Meta looks whether the address is ours: its challenge goes back if it knows our token."""
    return await run_in_threadpool(_messenger_check, request)


async def messenger_call(request: Request) -> Response:
    """Messages of people at the page, and reports."""
    body = await _body(request)
    if body is None:
        return _empty(413)
    return await run_in_threadpool(_messenger_call, request, body)


def _twilio_status(request: Request, form: Mapping[str, str]) -> Response:
    if not _from_twilio(request, form):
        return _empty(403)
    report = reports.Report(
        ours=request.query_params.get("m", "")[:_LONGEST_ID],
        theirs=form.get("MessageSid", "")[:_LONGEST_ID],
        status=form.get("MessageStatus", ""),
        code=_number(form.get("ErrorCode", "")),
        attempt=_number(request.query_params.get("a", "")),
    )
    with db.unit_of_work() as session:
        reports.take(session, report, now=clock.now())
    return _empty(204)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _twilio_incoming(request: Request, form: Mapping[str, str]) -> Response:
    if not _from_twilio(request, form):
        return _empty(403)
    sid, sender = form.get("MessageSid", ""), form.get("From", "")
    if sid and sender:
        with db.unit_of_work() as session:
            incoming.take(
                session,
                channel=SMS,
                external_id=sid[:_LONGEST_ID],
                from_address=sender[:_LONGEST_ID],
                to_address=form.get("To", "")[:_LONGEST_ID],
                text=form.get("Body", ""),
                at=clock.now(),
            )
    return Response(_SILENCE, media_type="text/xml", headers=_HEADERS)


def _from_twilio(request: Request, form: Mapping[str, str]) -> bool:
    with db.reading() as session:
        token = channels.account(session, SMS).secret("auth_token")
    query = request.url.query
    url = get_settings().url + request.url.path + (f"?{query}" if query else "")
    sent = request.headers.get("x-twilio-signature", "")
    return bool(token) and crypto.same(twilio.signature(token, url, form), sent)


def _messenger_check(request: Request) -> Response:
    with db.reading() as session:
        token = channels.account(session, MESSENGER).secret("verify_token")
    asked = request.query_params
    challenge = asked.get("hub.challenge", "")
    known = bool(token) and crypto.same(token, asked.get("hub.verify_token", ""))
    if not known or asked.get("hub.mode") != "subscribe":
        return _empty(403)
    if len(challenge) > _LONGEST_TOKEN or not challenge.isprintable():
        return _empty(400)
    return PlainTextResponse(challenge, headers=_HEADERS)


def _messenger_call(request: Request, body: bytes) -> Response:
    with db.reading() as session:
        known = channels.account(session, MESSENGER)
    secret, sent = known.secret("app_secret"), request.headers.get("x-hub-signature-256", "")
    if not secret or not crypto.same(messenger.signature(secret, body), sent):
        return _empty(403)
    with db.unit_of_work() as session:
        for one in _happenings(body, known.option("page_id")):
            message = one["message"]
            incoming.take(
                session,
                channel=MESSENGER,
                external_id=str(message["mid"])[:_LONGEST_ID],
                from_address=str(one["sender"]["id"])[:_LONGEST_ID],
                to_address=known.option("page_id"),
                text=_words(message),
                at=_instant(one.get("timestamp")),
            )
    return PlainTextResponse("EVENT_RECEIVED", headers=_HEADERS)


def _happenings(body: bytes, page_id: str) -> Iterator[dict[str, Any]]:
    """The messages of people to the page in what Meta told; the page's own echoes are none."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return
    entries = told.get("entry") if isinstance(told, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        said = entry.get("messaging") if isinstance(entry, dict) else None
        for one in said if isinstance(said, list) else []:
            if _is_message(one) and str(one["sender"]["id"]) != page_id:
                yield one


def _is_message(one: Any) -> bool:
    if not isinstance(one, dict):
        return False
    message, sender = one.get("message"), one.get("sender")
    if not isinstance(message, dict) or not isinstance(sender, dict):
        return False
    return bool(message.get("mid")) and bool(sender.get("id")) and not message.get("is_echo")


def _words(message: Mapping[str, Any]) -> str:
    text, attached = message.get("text"), message.get("attachments")
    if isinstance(text, str) and text:
        return text.replace("\x00", "")
    kinds = [one.get("type", "") for one in attached or [] if isinstance(one, dict)]
    return " ".join(f"[{kind}]" for kind in kinds if isinstance(kind, str))


def _instant(milliseconds: object) -> datetime:
    """When Meta says that it was written, never later than now."""
    now = clock.now()
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool):
        return now
    try:
        return min(now, datetime.fromtimestamp(milliseconds / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return now


async def _body(request: Request) -> bytes | None:
    """The whole body; None when it is larger than any that is meant."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            return None
    return bytes(body)


def _empty(status: int) -> Response:
    return Response(status_code=status, headers=_HEADERS)


routes = [
    Route(channels.TWILIO_STATUS, twilio_status, methods=["POST"]),
    Route(channels.TWILIO_INCOMING, twilio_incoming, methods=["POST"]),
    Route(channels.MESSENGER_HOOK, messenger_check, methods=["GET"]),
    Route(channels.MESSENGER_HOOK, messenger_call, methods=["POST"]),
]
