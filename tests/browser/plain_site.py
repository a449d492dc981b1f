"""The plain pages alone, served on loopback for a browser, and a page of somebody else's site.

The test that starts it says by ``CRM_*`` which database and secret it shares with it.
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from crm_app.booking.http import routes
from crm_app.ui.public import files

OUTSIDE = """<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>
<div data-tandem="{site}/cal/advice" aria-label="Book"></div>
<a data-tandem-dialog href="{site}/cal/advice">Book a talk</a>
<script async src="{site}/public/embed.js"></script></html>"""


def outside(request: Request) -> HTMLResponse:
    """A page that embeds ours; asked for as ``localhost`` it is another origin than 127.0.0.1."""
    return HTMLResponse(OUTSIDE.format(site=f"http://127.0.0.1:{request.url.port}"))


app = Starlette(routes=[Route("/outside", outside), *files.routes, *routes])
