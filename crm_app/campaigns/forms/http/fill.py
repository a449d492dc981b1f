"""Filling in and sending a form: ``/f/<slug>``, page by page, without a script.

Nothing is stored until the form is sent. Whatever goes wrong on the way brings the same page back
with everything in it (Q-1). A form that is sent twice is one submission: its token's nonce is the
submission's public id (FRM-1).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from crm_app.accounts import rate
from crm_app.booking import bound
from crm_app.campaigns.forms import (
    checking,
    checks,
    given,
    queries,
    submitting,
    token,
    turning,
    visit,
)
from crm_app.campaigns.forms.http.opened import Opened, answer, open_form
from crm_app.campaigns.forms.layout import Layout
from crm_app.campaigns.forms.pages.form import Shown, form_page
from crm_app.campaigns.forms.pages.sent import onward, thanks
from crm_app.campaigns.forms.token import FormToken
from crm_app.campaigns.forms.turning import Turn
from crm_app.core import clock, db
from crm_app.core.addresses import email_key
from crm_app.core.errors import CrmError, Invalid, TooMany
from crm_app.core.i18n import N_, translate
from crm_app.models import Calendar
from crm_app.ui.public import edge
from crm_app.ui.public.sender import address_of

# More than these are no person any more.
_PER_NETWORK, _PER_HOUR = 30, timedelta(hours=1)
_PER_EMAIL, _PER_DAY = 20, timedelta(days=1)

_EXPIRED = N_("This form was open for a long time. Please look it over and send it again.")
_TOO_QUICK = N_("That was very quick. Please press the button once more.")


@edge.public
def show(request: Request, _form: edge.Form) -> Response:
    """The form as it begins."""
    with db.reading() as session:
        return begin(session, open_form(session, request), request.query_params)


@edge.public
def send(request: Request, form: edge.Form) -> Response:
    """One page on or back, or the whole form taken."""
    now = clock.now()
    with db.reading() as session:
        opened = open_form(session, request)
        proof = token.read(form.get("form", ""), opened.form.id or 0, now)
        if proof and queries.by_public_id(session, proof.nonce) is not None:
            return after(session, opened, checking.read(opened.layout, form))
    made = turning.turn(opened.layout, form)
    if form.get(checking.HONEYPOT):
        return look(opened, made, proof, now, trapped=True, status=422)
    if not made.done:
        return look(opened, made, proof, now, status=422 if made.errors else 200)
    if proof is None or proof.too_quick(now):
        return look(opened, made, proof, now, _EXPIRED if proof is None else _TOO_QUICK, status=422)
    return _take(request, opened, made, proof, now)


@edge.public
def sent(request: Request, _form: edge.Form) -> Response:
    """What stands after sending; it knows nothing of what was sent."""
    with db.reading() as session:
        return ended(open_form(session, request))


def begin(session: Session, opened: Opened, query: Mapping[str, str]) -> Response:
    """The first page; with name and address where the link says whose it is."""
    layout, now = opened.layout, clock.now()
    known = bound.known(session, opened.visit.bound_to)
    values = visit.known_values(layout, known) | visit.hidden_values(layout, query)
    return look(opened, turning.first(layout, values), None, now, first_look=True)


def look(
    opened: Opened,
    made: Turn,
    proof: FormToken | None,
    now: datetime,
    notice: str = "",
    *,
    notice_params: Mapping[str, object] | None = None,
    trapped: bool = False,
    first_look: bool = False,
    status: int = 200,
) -> Response:
    """The page of ``made``; ``notice`` is a message id."""
    locale = opened.visit.locale
    shown = Shown(
        turn=made,
        token=(proof or token.issue(opened.form.id or 0, now)).text(),
        team=opened.workspace.name,
        now=now,
        notice=translate(locale, notice, **(notice_params or {})),
        privacy_url=opened.privacy_url,
        trapped=trapped,
        errors={name: translate(locale, text) for name, text in made.errors.items()},
    )
    content = form_page(opened.visit, opened.layout, shown)
    return answer(opened, content, status=status, first_look=first_look)


def ended(opened: Opened) -> Response:
    """The thank-you, or the way to the author's own page."""
    layout, locale = opened.layout, opened.visit.locale
    url = layout.after.url
    if layout.after.kind != "redirect" or not checks.is_web_address(url):
        return answer(opened, thanks(locale, layout, team=opened.workspace.name))
    # Not by a redirect of the posted form, which the policy of its page keeps to this site. A frame
    # stays where it is: the page around it is told to go on, or the visitor presses the button.
    stays = opened.visit.embed or opened.trial or not url.isascii()
    headers = {} if stays else {"Refresh": f"0; url={url}"}
    content = onward(locale, url, team=opened.workspace.name)
    return answer(opened, content, headers=headers)


def after(session: Session, opened: Opened, values: Mapping[str, str]) -> Response:
    """On to what follows: a text or another site, a booking page, the next survey."""
    where = _follows(session, opened.layout)
    kept = {name: text for name, text in opened.visit.carried.items() if name != "for"}
    if not where:
        plain = visit.Visit(f"{opened.visit.path}/sent", "", carried=kept)
        return _to(plain.address())
    address = visit.Visit(where, "", carried=kept).address()
    contact = bound.contact_of(session, opened.visit.bound_to)
    if contact is not None:
        return _to(bound.bind(address, contact.id or 0))
    said = given.read(opened.layout, values)
    typed = {"name": said.full_name, "email": said.email, "phone": said.phone}
    return _to(bound.hand_on(address, typed))


def _take(
    request: Request, opened: Opened, made: Turn, proof: FormToken, now: datetime
) -> Response:
    try:
        _count(address_of(request), opened.layout, made.values, now)
        with db.unit_of_work() as session:
            form, _ = queries.public_form(session, opened.form.slug)
            submitting.submit(
                session,
                form=form,
                layout=opened.layout,
                values=made.values,
                sender=submitting.Sender(
                    locale=opened.visit.locale,
                    contact=bound.contact_of(session, opened.visit.bound_to),
                ),
                public_id=proof.nonce,
                now=now,
            )
    except (Invalid, TooMany) as error:
        status = 429 if isinstance(error, TooMany) else 422
        return look(
            opened, made, proof, now, _told(error), notice_params=error.params, status=status
        )
    with db.reading() as session:
        return after(session, opened, made.values)


def _told(error: CrmError) -> str:
    """What the visitor is told; of a refused contact the first thing to correct."""
    fields = error.fields if isinstance(error, Invalid) else {}
    return next(iter(fields.values()), error.user_message)


def _count(address: str, layout: Layout, values: Mapping[str, str], now: datetime) -> None:
    """Count the attempt, committed before it is taken; TooMany when there were too many."""
    email = rate.hidden(email_key(given.read(layout, values).email))
    with db.unit_of_work() as session:
        rate.allow(session, f"form:{rate.network(address)}", _PER_NETWORK, _PER_HOUR, now)
        rate.allow(session, f"form-as:{email}", _PER_EMAIL, _PER_DAY, now)


def _follows(session: Session, layout: Layout) -> str:
    """The path of the page of ours that follows; "" when a text or another site does."""
    if layout.after.kind == "booking" and layout.after.calendar_id is not None:
        calendar = session.get(Calendar, layout.after.calendar_id)
        return f"/cal/{calendar.slug}" if calendar is not None and calendar.active else ""
    if layout.after.kind == "form" and layout.after.form_id is not None:
        slug = queries.slug_of_published(session, layout.after.form_id)
        return f"/f/{slug}" if slug else ""
    return ""


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})


routes = [
    Route("/f/{slug}", show, methods=["GET"]),
    Route("/f/{slug}", send, methods=["POST"]),
    Route("/f/{slug}/sent", sent, methods=["GET"]),
    Route("/f/{rest:path}", edge.missing),
]
