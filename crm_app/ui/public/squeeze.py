"""Sending less: gzip for answers whose browser takes it.

Safe for these pages although they show what was typed: none of them holds a secret that stays the
same from one answer to the next, so their lengths tell nothing.
"""

import gzip

from starlette.requests import Request
from starlette.responses import Response

# Below this many bytes one packet carries the answer either way.
_WORTH_IT = 1_000


def accepts_gzip(request: Request) -> bool:
    """Whether the browser takes gzip (RFC 9110 §12.5.3)."""
    accepted = request.headers.get("accept-encoding", "").replace(" ", "")
    return any(
        part == "gzip" or (part.startswith("gzip;") and part != "gzip;q=0")
        for part in accepted.split(",")
    )


def squeezed(request: Request, response: Response) -> Response:
    """``response``, its text compressed where that is welcome and worth it."""
    headers = response.headers
    if not headers.get("content-type", "").startswith("text/"):
        return response
    headers.add_vary_header("Accept-Encoding")
    body = bytes(getattr(response, "body", b""))
    if len(body) < _WORTH_IT or not accepts_gzip(request):
        return response
    response.body = gzip.compress(body, compresslevel=6, mtime=0)
    headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(response.body))
    return response
