"""What the public pages load beside their HTML: stylesheet, scripts and fonts, under ``/public/``.

All of it is read once, kept in memory, and addressed with a fingerprint of its content, so that
browsers may keep it for a year and still get every change at once.
"""

import functools
import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crm_app.ui.public import accent, style
from crm_app.ui.public.squeeze import accepts_gzip

_HERE = Path(__file__).parent
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class PublicFile:
    """A file as it goes out. ``squeezed`` is its gzip form, None where that gains nothing."""

    content: bytes
    squeezed: bytes | None
    media_type: str
    fingerprint: str


def _file(name: str, content: bytes) -> PublicFile:
    if name.endswith(".js"):
        content = squeezed_script(content.decode()).encode()
    media_type = _TYPES[Path(name).suffix]
    squeezed = None if name.endswith(".woff2") else gzip.compress(content, mtime=0)
    return PublicFile(content, squeezed, media_type, hashlib.sha256(content).hexdigest()[:12])


def squeezed_script(code: str) -> str:
    """``code`` without indentation and lines that are comments. Our scripts know no other comments,
    and no text that goes over a line's end."""
    lines = (line.strip() for line in code.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


@functools.cache
def _files() -> dict[str, PublicFile]:
    found = {
        path.name: _file(path.name, path.read_bytes())
        for folder in ("scripts", "fonts", "images")
        for path in sorted((_HERE / folder).iterdir())
        if path.suffix in _TYPES
    }
    return found | {"style.css": _file("style.css", style.stylesheet().encode())}


def address(name: str) -> str:
    """The address of a public file, e.g. ``style.css``; KeyError when there is none."""
    return f"/public/{name}?v={_files()[name].fingerprint}"


def serve(request: Request) -> Response:
    """A public file, compressed where the browser takes it."""
    name = request.path_params["name"]
    file = _files().get(name)
    if file is None:
        return Response(status_code=404)
    headers = {
        "Cache-Control": "public, max-age=3600",
        "ETag": f'"{file.fingerprint}"',
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    # The stylesheet names fonts without a fingerprint; a new font gets a new name.
    if request.query_params.get("v") == file.fingerprint or name.endswith(".woff2"):
        headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    content = file.content
    if file.squeezed and accepts_gzip(request):
        content = file.squeezed
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=file.media_type, headers=headers)


def accent_address(colour: str) -> str:
    """The stylesheet that lays ``colour`` over the theme; "" for what is no colour."""
    normal = accent.normal(colour)
    return f"/public/accent/{normal[1:]}.css" if normal else ""


def serve_accent(request: Request) -> Response:
    """The rules for the colour in the path."""
    normal = accent.normal(request.path_params["colour"])
    if not normal:
        return Response(status_code=404)
    headers = {"Cache-Control": "public, max-age=86400", "X-Content-Type-Options": "nosniff"}
    return Response(accent.stylesheet(normal), media_type=_TYPES[".css"], headers=headers)


routes = [
    Route("/public/{name}", serve, methods=["GET"]),
    Route("/public/accent/{colour}.css", serve_accent, methods=["GET"]),
]
