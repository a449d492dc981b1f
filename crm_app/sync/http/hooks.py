"""Where services call to wake us: ``/hooks/google`` and ``/hooks/microsoft`` (SYN-10).

Called by machines, with a secret of ours and without any session; the answer comes at once, and all
that a call can bring about is that a calendar is read. Whoever knows no channel and secret of ours
learns nothing and costs one look-up.

Pages: https://developers.google.com/workspace/calendar/api/guides/push,
https://learn.microsoft.com/graph/change-notifications-delivery-webhooks,
https://learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

import json
import logging
from datetime import timedelta
from typing import Any

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from crm_app.accounts import rate
from crm_app.core import clock, crypto, db
from crm_app.core.errors import TooMany
from crm_app.models import PushChannel
from crm_app.sync.runs import channels

log = logging.getLogger(__name__)
# Graph sends some hundred notifications at once at most, of about a kilobyte each.
_LARGEST_BODY, _MOST_NOTIFICATIONS = 1_000_000, 1000
_LONGEST_TOKEN, _LONGEST_HEADER = 2048, 512
_PER_CHANNEL, _PER = 120, timedelta(minutes=1)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


async def google(request: Request) -> Response:
    """A call of Google's: all it says is in its headers."""
    sent = {
        name: request.headers.get(f"x-goog-{name}", "")[:_LONGEST_HEADER]
        for name in (
            "channel-id",
            "channel-token",
            "resource-id",
            "resource-state",
            "message-number",
        )
    }
    try:
        known = await run_in_threadpool(_google, sent)
    except TooMany as error:
        return _slower(error)
    return _empty(200 if known else 404)


async def microsoft(request: Request) -> Response:
    """A call of Microsoft's: the check of our address, changes, or news of a subscription itself."""
    token = request.query_params.get("validationToken")
    if token is not None:
        return _validation(token)
    body = await _body(request)
    if body is None:
        return _empty(413)
    said = _notifications(body)
    if said is None:
        return _empty(400)
    try:
        await run_in_threadpool(_microsoft, said)
    except TooMany as error:
        return _slower(error)
    return _empty(202)


def _google(sent: dict[str, str]) -> bool:
    """Wake the calendar; whether the call named a channel of ours."""
    with db.reading() as session:
        row = channels.find(session, sent["channel-id"], sent["channel-token"])
    if row is None:
        return False
    # Until the service has answered our request, we do not know what it calls the calendar.
    if row.resource_id and not crypto.same(row.resource_id, sent["resource-id"]):
        return False
    number = sent["message-number"]
    if not (number.isdecimal() and number.isascii() and len(number) < 19):
        return True
    _count(row)
    with db.unit_of_work() as session:
        # The first call only says that the channel stands.
        if channels.is_new(session, row, int(number)) and sent["resource-state"] != "sync":
            channels.wake(session, row.external_calendar_id)
    return True


def _microsoft(said: list[dict[str, Any]]) -> None:
    """Do what the notifications of our subscriptions ask for; others are not heard."""
    told = [
        (_text(one, "subscriptionId"), _text(one, "clientState"), _text(one, "lifecycleEvent"))
        for one in said
    ]
    with db.reading() as session:
        known = channels.find_all(session, {(channel_id, secret) for channel_id, secret, _ in told})
    for row in known.values():
        _count(row)
    wanted = {
        (known[channel_id, secret].id or 0, event)
        for channel_id, secret, event in told
        if (channel_id, secret) in known
    }
    if wanted:
        with db.unit_of_work() as session:
            for row_id, event in sorted(wanted):
                _act(session, row_id, event)


def _act(session: Session, row_id: int, event: str) -> None:
    row = session.get(PushChannel, row_id)
    if row is None:
        return
    if event == "reauthorizationRequired":
        channels.expiring(session, row)
    elif event == "subscriptionRemoved":
        channels.lost(session, row)
    else:
        # A change, or "missed": some changes were not told.
        channels.wake(session, row.external_calendar_id)


def _count(row: PushChannel) -> None:
    with db.unit_of_work() as session:
        rate.allow(session, f"hook:{row.id}", _PER_CHANNEL, _PER, clock.now())


def _text(one: dict[str, Any], name: str) -> str:
    value = one.get(name)
    return value[:_LONGEST_HEADER] if isinstance(value, str) else ""


def _notifications(body: bytes) -> list[dict[str, Any]] | None:
    """What is told; None when it is nothing that Graph would send."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    told = said.get("value") if isinstance(said, dict) else None
    if not isinstance(told, list) or len(told) > _MOST_NOTIFICATIONS:
        return None
    return [one for one in told if isinstance(one, dict)]


async def _body(request: Request) -> bytes | None:
    """The whole body; None when it is larger than any that is meant."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            return None
    return bytes(body)


def _validation(token: str) -> Response:
    """Give the token back as plain text, so that a browser never takes it for a page."""
    if len(token) > _LONGEST_TOKEN or not token.isprintable():
        return _empty(400)
    return PlainTextResponse(token, 200, headers=_HEADERS)


def _slower(error: TooMany) -> Response:
    answer = _empty(429)
    answer.headers["Retry-After"] = str(int(error.retry_after) + 1)
    return answer


def _empty(status: int) -> Response:
    return Response(status_code=status, headers=_HEADERS)


routes = [
    Route("/hooks/google", google, methods=["POST"]),
    Route("/hooks/microsoft", microsoft, methods=["POST"]),
]
