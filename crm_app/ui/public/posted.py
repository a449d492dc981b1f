"""What a visitor's browser sends with a form, read from endpoints that run in a thread.

Bounded: a body is read up to a limit and parsed as plain form fields; files never come this way.
NUL characters are dropped, since PostgreSQL stores no text with them.
"""

from urllib.parse import parse_qsl

import anyio.from_thread
from starlette.datastructures import ImmutableMultiDict
from starlette.exceptions import HTTPException
from starlette.requests import Request

_LARGEST = 256 * 1024
_MOST_FIELDS = 500


def form(request: Request) -> ImmutableMultiDict[str, str]:
    """The fields of an ``application/x-www-form-urlencoded`` body (WHATWG URL §5).

    For sync endpoints only, which Starlette runs in a thread. Raises HTTPException 400 or 413.
    """
    body: bytes = anyio.from_thread.run(_body, request)
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"),
            keep_blank_values=True,
            errors="replace",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:
        raise HTTPException(400) from error
    return ImmutableMultiDict(
        [(name.replace("\x00", ""), value.replace("\x00", "")) for name, value in pairs]
    )


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST:
            raise HTTPException(413)
    return bytes(body)
