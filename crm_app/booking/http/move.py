"""Moving an appointment by its signed link: another time, then old and new to confirm (CAL-7)."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from crm_app.booking import asking, picker, service, visit
from crm_app.booking.http.form import nearby
from crm_app.booking.http.found import Found, back, find, reply
from crm_app.booking.http.opened import about_calendar, finder
from crm_app.booking.pages.moving import confirming, now_at
from crm_app.booking.pages.picking import picking
from crm_app.core import clock, db
from crm_app.core.errors import Conflict
from crm_app.core.kinds import CalendarKind
from crm_app.ui.public import edge


@edge.public
def choose(request: Request, _form: edge.Form) -> Response:
    """The picker for another time, then old and new time to confirm."""
    now = clock.now()
    with db.reading() as session:
        found = find(session, request, now)
        if not found.booked.may_change:
            return back(found)
        seen = found.visit
        slots = finder(session, found.calendar, now, moving=found.appointment)
        if seen.slot is not None:
            return _confirm(found, slots, seen.slot, now)
        shown = picker.arrange(
            slots,
            month=seen.month,
            day=seen.day,
            zone=seen.zone,
            now=now,
            horizon_days=found.calendar.horizon_days,
            first_weekday=seen.formats.first_week_day,
        )
        kept = found.calendar.reschedule_keeps_member or found.calendar.kind != CalendarKind.TEAM
        about = about_calendar(found.calendar, found.workspace, [found.user] if kept else [])
        content = picking(seen, about, shown, now=now, lead_in=now_at(seen, found.booked))
        return reply(found, content, wide=True)


@edge.public
def move(request: Request, form: edge.Form) -> Response:
    """Move the appointment; the nearest free times when the new one cannot be had."""
    now = clock.now()
    wanted = visit.read_slot(form.get("slot", ""))
    _ask_members(request, wanted, now)
    try:
        with db.unit_of_work() as session:
            found = find(session, request, now)
            if not found.booked.may_change:
                return back(found)
            if wanted is None:
                return RedirectResponse(found.visit.address(), 303)
            # Sent twice: it stands there already.
            if wanted != found.appointment.starts_at:
                service.move(session, appointment=found.appointment, starts_at=wanted, now=now)
    except Conflict as error:
        notice = error.user_message
        with db.reading() as session:
            found = find(session, request, now)
            slots = finder(session, found.calendar, now, moving=found.appointment)
            return _confirm(found, slots, wanted or now, now, notice=notice, status=409)
    return back(found, "moved")


def _ask_members(request: Request, wanted: datetime | None, now: datetime) -> None:
    """What the members' own calendars say of the wanted time, before anything is locked."""
    with db.reading() as session:
        found = find(session, request, now)
    if wanted is not None and found.booked.may_change and wanted != found.appointment.starts_at:
        asking.ask_members(found.calendar, wanted, now=now, moving=found.appointment)


def _confirm(
    found: Found,
    slots: picker.Find,
    wanted: datetime,
    now: datetime,
    *,
    notice: str = "",
    status: int = 200,
) -> Response:
    """Old and new side by side; other times where the new one is not free."""
    free = picker.exactly(slots, wanted)
    content = confirming(
        found.visit,
        found.booked,
        starts_at=wanted,
        ends_at=wanted + (found.appointment.ends_at - found.appointment.starts_at),
        alternatives=() if free else nearby(slots, wanted, now),
        notice=notice or ("" if free else service.SlotTaken.default_message),
    )
    return reply(found, content, status=status)


_PATH = "/booking/{token}/reschedule"
routes = [Route(_PATH, choose, methods=["GET"]), Route(_PATH, move, methods=["POST"])]
