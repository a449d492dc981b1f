"""The addresses in messages that count: ``/l/<token>`` leads on, ``/o/<token>.gif`` is a picture.

A link leads to the address that was stored with it and nowhere else. Counting must never keep
anybody from what he wanted to see: it happens beside the answer's content, not instead of it.
"""

import base64

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from crm_app.core import clock, db
from crm_app.core.errors import NotFound
from crm_app.messaging import tracking
from crm_app.ui.public import edge

# One transparent pixel.
_PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}


@edge.public
def follow(request: Request, _form: edge.Form) -> Response:
    """On to the stored address; counted when it looks like a person."""
    with db.reading() as session:
        link = tracking.find(session, request.path_params["token"])
    if not link.url:
        raise NotFound
    if tracking.is_person(request.method, request.headers):
        with db.unit_of_work() as session:
            tracking.clicked(session, link, now=clock.now())
    return RedirectResponse(link.url, 302, headers=_HEADERS)


@edge.public
def picture(request: Request, _form: edge.Form) -> Response:
    """The picture, whoever asks; the first time notes that the mail was opened.

    Mail services fetch pictures for their readers by proxy, so here programs count too.
    """
    try:
        with db.reading() as session:
            link = tracking.find(session, request.path_params["token"])
        if not link.url and request.method == "GET":
            with db.unit_of_work() as session:
                tracking.opened(session, link, now=clock.now())
    except NotFound:
        pass
    return Response(_PICTURE, media_type="image/gif", headers=_HEADERS)


routes = [
    Route("/l/{token}", follow, methods=["GET"]),
    Route("/o/{token}.gif", picture, methods=["GET"]),
]
