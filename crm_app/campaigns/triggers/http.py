"""Where other programs call a trigger: ``POST /hooks/in/<token>`` (TRG-1).

The token is all that lets a caller in, and only its hash is stored. JSON and forms are read, up to
64 kB; the contact is found by e-mail address or phone number, else made. Whoever knows no token
learns nothing and costs one look-up; a caller is told at once, the work is a job's.
"""

import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crm_app.accounts import rate
from crm_app.campaigns.triggers import callers
from crm_app.core import access, clock, crypto, db, jobs
from crm_app.core.errors import CrmError, Invalid, NotFound, TooMany
from crm_app.models import Trigger

log = logging.getLogger(__name__)
PATH = "/hooks/in/"
LARGEST, MOST_FIELDS, LONGEST_TOKEN = 64_000, 200, 100
_MOST, _PER = 60, timedelta(minutes=1)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


async def inbound(request: Request) -> Response:
    """A call of another program."""
    try:
        body = await _body(request)
        given = _fields(body, request.headers.get("content-type", ""))
        key = request.headers.get("idempotency-key", "")[:200]
        token = str(request.path_params["token"])[:LONGEST_TOKEN]
        await run_in_threadpool(_take_in, token, given, body.decode("utf-8", "replace"), key)
    except CrmError as error:
        return _refused(error)
    except _TooLarge:
        return _answer(413, {"error": "The call is larger than 64 kB."})
    except _Unreadable:
        return _answer(400, {"error": "Send a JSON object or a form."})
    return _answer(202, {"received": True})


class _TooLarge(Exception):
    pass


class _Unreadable(Exception):
    pass


def _take_in(token: str, given: Mapping[str, Any], text: str, key: str) -> None:
    """Find or make the contact and have the trigger look at the call."""
    now = clock.now()
    with db.reading() as session:
        trigger_id = _called(session, token)
    with db.unit_of_work() as session:
        # Counted and committed before anything is done.
        rate.allow(session, f"hook-in:{trigger_id}", _MOST, _PER, now)
    with db.unit_of_work() as session:
        trigger = session.get_one(Trigger, trigger_id)
        actor = access.system(f"webhook:{trigger_id}")
        contact = callers.find_or_make(session, actor, given, trigger.options)
        call = rate.hidden(f"{trigger_id}:{key}") if key else crypto.new_token()
        jobs.enqueue(
            session,
            "triggers.hook",
            key=f"trigger.hook:{call}",
            trigger_id=trigger_id,
            contact_id=contact.id,
            # NUL is no text to PostgreSQL.
            text=text.replace("\x00", ""),
            call=call,
            at=now.isoformat(),
        )


def _called(session: Session, token: str) -> int:
    found = session.exec(
        select(Trigger).where(Trigger.hook_hash == crypto.token_hash(token))
    ).first()
    listens = found is not None and found.enabled and found.deleted_at is None
    if found is None or not listens or found.event != "inbound_webhook":
        raise NotFound
    return found.id or 0


def _fields(body: bytes, content_type: str) -> Mapping[str, Any]:
    if content_type.startswith("application/x-www-form-urlencoded"):
        try:
            pairs = parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
        except ValueError as error:
            raise _Unreadable from error
        return dict(pairs)
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _Unreadable from error
    if not isinstance(given, dict):
        raise _Unreadable
    return given


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise _TooLarge
    return bytes(body)


def _refused(error: CrmError) -> Response:
    if isinstance(error, NotFound):
        return _answer(404, {"error": "There is nothing here."})
    if isinstance(error, TooMany):
        answer = _answer(429, {"error": "Too many calls. Try again later."})
        answer.headers["Retry-After"] = str(int(error.retry_after) + 1)
        return answer
    fields = error.fields if isinstance(error, Invalid) else {}
    return _answer(422, {"error": str(error), "fields": fields})


def _answer(status: int, body: Mapping[str, Any]) -> Response:
    return JSONResponse(dict(body), status, headers=_HEADERS)


routes = [Route(PATH + "{token}", inbound, methods=["POST"])]
