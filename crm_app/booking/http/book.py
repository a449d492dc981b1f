"""Choosing a time, saying who one is, and booking: ``/cal/<calendar>`` and ``/cal/<calendar>/<user>``.

Whatever goes wrong on the way brings the same form back with everything in it (Q-1, CAL-5). A form
that is sent twice books once: its token's nonce is the appointment's public id.
"""

from datetime import timedelta

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from crm_app.accounts import rate
from crm_app.appointments import links, queries
from crm_app.booking import asking, bound, entered, form_token, picker, service, visit
from crm_app.booking.http import form as form_step
from crm_app.booking.http.form import Attempt
from crm_app.booking.http.opened import SCRIPTS, Opened, answer, finder, open_calendar
from crm_app.booking.pages.picking import picking
from crm_app.booking.service import Lead
from crm_app.core import clock, db
from crm_app.core.addresses import email_key
from crm_app.core.errors import Conflict, NotFound, TooMany
from crm_app.core.i18n import N_, translate
from crm_app.models import Appointment
from crm_app.ui.public import edge
from crm_app.ui.public.sender import address_of

# More bookings than these are no person any more.
_PER_NETWORK, _PER_HOUR = 30, timedelta(hours=1)
_PER_EMAIL, _PER_DAY = 10, timedelta(days=1)

_EXPIRED = N_("This form was open for a long time. Please look it over and send it again.")
_TOO_QUICK = N_("That was very quick. Please press the button once more.")
_NO_TIME = N_("Please choose a time.")


@edge.public
def show(request: Request, _form: edge.Form) -> Response:
    """The picker, or the form once a slot is chosen."""
    now = clock.now()
    with db.reading() as session:
        opened = open_calendar(session, request)
        seen = opened.visit
        if seen.slot is not None:
            return form_step.show(session, Attempt(opened, seen.slot, now))
        shown = picker.arrange(
            finder(session, opened.calendar, now, user_slug=opened.user_slug),
            month=seen.month,
            day=seen.day,
            zone=seen.zone,
            now=now,
            horizon_days=opened.calendar.horizon_days,
            first_weekday=seen.formats.first_week_day,
        )
    return answer(
        seen,
        opened.workspace,
        opened.calendar.name,
        picking(seen, opened.about, shown, now=now),
        wide=True,
        embed=True,
        scripts=SCRIPTS,
    )


@edge.public
def send(request: Request, form: edge.Form) -> Response:
    """Book what the form says."""
    now = clock.now()
    with db.reading() as session:
        opened = open_calendar(session, request)
        token = form_token.read(form.get("form", ""), opened.calendar.id or 0, now)
        if token and (made := _made_from(session, token.nonce)):
            return _thanks(opened, made)
        typed = entered.read(form, opened.asked)
        attempt = Attempt(opened, visit.read_slot(form.get("slot", "")), now, typed, token)
        notice = _objection(attempt)
        if notice or typed.errors:
            return form_step.show(
                session, attempt, notice=translate(opened.visit.locale, notice), status=422
            )
    try:
        _count(address_of(request), attempt)
        return _thanks(opened, _book(attempt))
    except (Conflict, TooMany) as error:
        notice = translate(opened.visit.locale, error.user_message, **error.params)
        status = 409 if isinstance(error, Conflict) else 429
        with db.reading() as session:
            return form_step.show(session, attempt, notice=notice, status=status)


def _objection(attempt: Attempt) -> str:
    """What keeps the whole form from being taken, as a message id; "" when nothing does."""
    if attempt.token is None:
        return _EXPIRED
    if attempt.token.too_quick(attempt.now):
        return _TOO_QUICK
    return _NO_TIME if attempt.starts_at is None else ""


def _made_from(session: Session, nonce: str) -> Appointment | None:
    """What the same form booked before."""
    try:
        return queries.by_public_id(session, nonce)
    except NotFound:
        return None


def _count(address: str, attempt: Attempt) -> None:
    """Count the attempt, committed before the booking itself; TooMany when there were too many."""
    email = rate.hidden(email_key(attempt.typed.values["email"]))
    with db.unit_of_work() as session:
        now = attempt.now
        rate.allow(session, f"book:{rate.network(address)}", _PER_NETWORK, _PER_HOUR, now)
        rate.allow(session, f"book-as:{email}", _PER_EMAIL, _PER_DAY, now)


def _book(attempt: Attempt) -> Appointment:
    """One transaction; SlotTaken when somebody was quicker."""
    opened = attempt.opened
    if attempt.starts_at is None or attempt.token is None:
        raise Conflict
    asking.ask_members(
        opened.calendar, attempt.starts_at, now=attempt.now, user_slug=opened.user_slug
    )
    with db.unit_of_work() as session:
        return service.book(
            session,
            calendar=queries.public_calendar(session, opened.calendar.slug),
            starts_at=attempt.starts_at,
            lead=_lead(attempt),
            bound_to=bound.contact_of(session, opened.visit.bound_to),
            now=attempt.now,
            user_slug=opened.user_slug,
            public_id=attempt.token.nonce,
        )


def _lead(attempt: Attempt) -> Lead:
    values, seen = attempt.typed.values, attempt.opened.visit
    return Lead(
        name=values["name"],
        email=values["email"],
        phone=values.get("phone", ""),
        locale=seen.locale,
        time_zone=seen.zone,
        answers=attempt.typed.answers,
        guests=[{"name": "", "email": address} for address in attempt.typed.guests],
        note=values.get("note", ""),
    )


def _thanks(opened: Opened, appointment: Appointment) -> Response:
    """On to the appointment's own page; in a frame to one that other sites may show."""
    token = links.manage_token(appointment.public_id)
    path = f"/booking/{token}?news=booked"
    if opened.visit.embed:
        path = f"/cal/{opened.calendar.slug}/booked/{token}?news=booked&embed=1"
    return RedirectResponse(path, 303, headers={"Cache-Control": "no-store"})


_PATHS = ("/cal/{calendar}", "/cal/{calendar}/{user}")
routes = [
    *(Route(path, show, methods=["GET"]) for path in _PATHS),
    *(Route(path, send, methods=["POST"]) for path in _PATHS),
]
