"""The page behind an appointment's signed link: see it, cancel it, take it as a file.

Reading never changes anything, since mail scanners open every link; only posted forms do. These
pages are never framed by other sites; a booking page inside one ends on ``show_framed``, which has
nothing to press.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from crm_app.appointments import links
from crm_app.appointments import service as appointments
from crm_app.booking import invite
from crm_app.booking.http.found import back, find, lead_of, reply, title_of
from crm_app.booking.http.opened import answer
from crm_app.booking.pages import manage as pages
from crm_app.booking.pages.manage import State
from crm_app.core import clock, db
from crm_app.ui.public import edge


@edge.public
def show(request: Request, _form: edge.Form) -> Response:
    """The appointment, and what may be done."""
    with db.reading() as session:
        found = find(session, request, clock.now())
        return reply(found, pages.manage(found.visit, found.booked))


@edge.public
def show_framed(request: Request, _form: edge.Form) -> Response:
    """The confirmation for a booking page inside another site: it shows, and does nothing."""
    with db.reading() as session:
        found = find(session, request, clock.now())
        content = pages.confirmation(found.visit, found.booked)
        return answer(found.visit, found.workspace, title_of(found), content, wide=True, embed=True)


@edge.public
def file(request: Request, _form: edge.Form) -> Response:
    """The appointment as an ``.ics`` file."""
    now = clock.now()
    with db.reading() as session:
        found = find(session, request, now)
        if found.booked.state in (State.CANCELLED, State.CLOSED):
            return back(found)
        text = invite.ics(
            found.appointment,
            found.calendar,
            found.user,
            url=links.manage_url(found.appointment.public_id),
            now=now,
        )
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": 'attachment; filename="appointment.ics"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(text, media_type="text/calendar", headers=headers)


@edge.public
def ask_cancel(request: Request, _form: edge.Form) -> Response:
    """The question before cancelling."""
    with db.reading() as session:
        found = find(session, request, clock.now())
        if not found.booked.may_change:
            return back(found)
        return reply(found, pages.cancelling(found.visit, found.booked))


@edge.public
def cancel(request: Request, form: edge.Form) -> Response:
    """Cancel, unless it is too late or done already."""
    now = clock.now()
    with db.unit_of_work() as session:
        found = find(session, request, now)
        if found.booked.may_change:
            appointments.cancel(
                session,
                lead_of(found),
                found.appointment,
                by="lead",
                reason=form.get("reason", "")[:1000],
            )
    return back(found)


routes = [
    Route("/booking/{token}", show, methods=["GET"]),
    Route("/booking/{token}/invite.ics", file, methods=["GET"]),
    Route("/booking/{token}/cancel", ask_cancel, methods=["GET"]),
    Route("/booking/{token}/cancel", cancel, methods=["POST"]),
    Route("/cal/{calendar}/booked/{token}", show_framed, methods=["GET"]),
]
