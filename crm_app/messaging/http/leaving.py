"""``/u/<token>``: a person leaves a channel, or comes back (CAM-9).

Opening the page changes nothing, since programs that look into mail open every address in it. The
form's button does, and so does what mail programs post by themselves (RFC 8058 §3.1): no cookie, no
further question, and no redirect.
"""

import htpy as h
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from crm_app.accounts import queries as accounts
from crm_app.contacts import merged, reach
from crm_app.core import access, db
from crm_app.core.errors import NotFound
from crm_app.core.i18n import LOCALES, N_, translate
from crm_app.messaging import unsubscribe
from crm_app.messaging.unsubscribe import Ticket
from crm_app.models import Contact
from crm_app.ui.public import edge, forms
from crm_app.ui.public.page import page

_ACT, _LEAVE, _RETURN = "act", "leave", "return"
_ONE_CLICK_FIELD, _ONE_CLICK_VALUE = unsubscribe.ONE_CLICK.split("=")


@edge.public
def show(request: Request, _form: edge.Form) -> Response:
    """How it stands, with the button to change it."""
    with db.reading() as session:
        ticket, contact = _meant(session, request)
        return _page(session, request, ticket, contact)


@edge.public
def change(request: Request, form: edge.Form) -> Response:
    """Leave, or come back."""
    one_click = form.get(_ONE_CLICK_FIELD) == _ONE_CLICK_VALUE
    if not one_click and form.get(_ACT) not in (_LEAVE, _RETURN):
        return show_again(request)
    with db.unit_of_work() as session:
        ticket, contact = _meant(session, request)
        quiet = one_click or form.get(_ACT) == _LEAVE
        actor = access.visitor(contact.name)
        reach.set_quiet(session, actor, contact, ticket.channel, quiet)
        answer = _page(session, request, ticket, contact, changed=True)
    return PlainTextResponse("Unsubscribed.\n") if one_click else answer


def show_again(request: Request) -> Response:
    """The page for a post that says nothing."""
    with db.reading() as session:
        ticket, contact = _meant(session, request)
        return _page(session, request, ticket, contact)


def _meant(session: Session, request: Request) -> tuple[Ticket, Contact]:
    ticket = unsubscribe.read(request.path_params["token"])
    contact = session.get(Contact, merged.kept_id(session, ticket.contact_id))
    if contact is None:
        raise NotFound
    return ticket, contact


def _page(
    session: Session, request: Request, ticket: Ticket, contact: Contact, *, changed: bool = False
) -> Response:
    locale = _locale(request, contact)
    quiet = ticket.channel in contact.do_not_disturb
    workspace = accounts.workspace_name(session)
    title, text, label, act = _words(quiet, changed)
    content = h.div(".card.narrow.stack")[
        h.h1[translate(locale, title)],
        h.p(role="status" if changed else None)[translate(locale, text, workspace=workspace)],
        h.form(method="post", action=request.url.path)[
            forms.hidden(_ACT, act),
            forms.submit(translate(locale, label), look="quiet" if quiet else "primary"),
        ],
    ]
    languages = {each: f"{request.url.path}?lang={each}" for each in LOCALES}
    return page(
        locale=locale,
        title=translate(locale, title),
        body=content,
        workspace_name=workspace,
        languages=languages,
    )


def _words(quiet: bool, changed: bool) -> tuple[str, str, str, str]:
    """Title, text, the button's label and what it does."""
    if not quiet:
        text = (
            N_("You get messages from {workspace} again.")
            if changed
            else N_("Messages that you asked for, such as about your appointments, still come.")
        )
        title = N_("Welcome back") if changed else N_("Unsubscribe from our messages?")
        return title, text, N_("Unsubscribe"), _LEAVE
    text = N_(
        "You get no more such mail from {workspace}. Messages about your appointments still come."
    )
    return N_("You are unsubscribed"), text, N_("Subscribe again"), _RETURN


def _locale(request: Request, contact: Contact) -> str:
    """The language that was chosen on the page, else the contact's, else the browser's."""
    if request.query_params.get("lang") in LOCALES or contact.locale not in LOCALES:
        return edge.locale_of(request)
    return contact.locale


routes = [
    Route("/u/{token}", show, methods=["GET"]),
    Route("/u/{token}", change, methods=["POST"]),
]
