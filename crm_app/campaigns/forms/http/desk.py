"""The builder's endpoints: a form as its visitors would see it, and what was sent as a file.

Behind the door, so only signed-in people come here; who may see what is asked again in queries.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crm_app.accounts import sessions
from crm_app.campaigns.forms import layout, queries, table, turning
from crm_app.campaigns.forms.http import fill, opened
from crm_app.campaigns.forms.http.opened import Opened
from crm_app.contacts.timeline import instant
from crm_app.core import clock, db
from crm_app.core.access import Actor
from crm_app.core.errors import NotSignedIn
from crm_app.core.i18n import N_, translate
from crm_app.ui.public import edge

_MOST_ROWS = 50_000


@edge.public
def preview(request: Request, form: edge.Form) -> Response:
    """The draft as a page; it can be filled in and turned, and nothing is kept."""
    actor = _who(request)
    with db.reading() as session:
        actor.require_admin()
        found = queries.get_form(session, actor, request.path_params["form_id"])
        tried = opened.of(session, request, found, layout.parse(found.draft), trial=True)
        if request.method == "GET":
            return _page(tried, request.query_params.get("page", ""))
    made = turning.turn(tried.layout, form)
    if made.done:
        return fill.ended(tried)
    return fill.look(tried, made, None, clock.now(), status=422 if made.errors else 200)


@edge.public
def download(request: Request, _form: edge.Form) -> Response:
    """What was sent with the form, as far as the reader may see it."""
    actor = _who(request)
    with db.reading() as session:
        form = queries.get_form(session, actor, request.path_params["form_id"])
        rows = queries.submissions(session, actor, form, limit=_MOST_ROWS)
        order = [each.id for each in layout.parse(form.draft).fields()]
    columns = table.columns((row.submission.answers for row in rows), order)
    head = [
        translate(actor.locale, N_("Sent at")),
        translate(actor.locale, N_("Contact")),
        *(label for _, label in columns),
    ]
    lines = []
    for row in rows:
        said = {a.get("field") or a["label"]: a["value"] for a in row.submission.answers}
        at = instant(actor.locale, actor.time_zone, row.submission.at)
        lines.append([at, row.contact_name, *(said.get(key, "") for key, _ in columns)])
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{form.slug}.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(table.as_csv(head, lines), media_type="text/csv", headers=headers)


def _page(tried: Opened, page_id: str) -> Response:
    """The page of the draft that is being worked on."""
    ids = [page.id for page in tried.layout.pages]
    found = tried.layout.page(page_id) or (tried.layout.pages[0] if tried.layout.pages else None)
    made = turning.first(tried.layout, {})
    if found is not None:
        number = ids.index(found.id) + 1
        made = turning.Turn(page=found, number=number, of=len(ids), values={})
    return fill.look(tried, made, None, clock.now())


def _who(request: Request) -> Actor:
    actor = sessions.resolve_actor(request.headers.get("cookie"))
    if actor is None:
        raise NotSignedIn
    return actor


routes = [
    Route("/forms/{form_id:int}/preview", preview, methods=["GET", "POST"]),
    Route("/forms/{form_id:int}/submissions.csv", download, methods=["GET"]),
]
