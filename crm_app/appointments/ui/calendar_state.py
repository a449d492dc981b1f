"""The calendar page: what is shown of whom, and what dragging does.

A drop that the server refuses is put back: its row's ``rev`` is raised, since the browser's
calendar compares deeply and would else leave the box where it was dropped.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from crm_app.appointments import queries, service
from crm_app.appointments.ui import boxes, outside
from crm_app.appointments.ui.appointment_state import AppointmentDialog
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.errors import CrmError, Invalid
from crm_app.core.i18n import N_
from crm_app.ui.state import PrivateState, handler

Row = dict[str, Any]
# A browser asks for a month at the most; more would be somebody probing.
_WIDEST = timedelta(days=400)
_WHAT_MOVES = N_("Only appointments can be moved, to another time of a day.")


class CalendarPage(PrivateState):
    """What the calendar shows. ``rows`` are its boxes in UTC; the browser shows ``zone``."""

    loading: bool = True
    rows: list[Row] = []
    people: list[dict[str, str]] = []
    calendars: list[dict[str, str]] = []
    calendar_id: str = ""
    zone: str = "UTC"
    key_open: bool = False
    may_book: bool = False
    _since: str = ""
    _until: str = ""

    @handler
    async def load(self) -> Any:
        """Open the page: people and calendars to choose from."""
        self.zone = self._time_zone
        known = {person["id"]: person["shown"] for person in self.people}
        found = await self._read(
            lambda session, actor: (
                boxes.people(session, actor),
                boxes.calendar_choices(session, actor),
                bool(boxes.bookable(session, actor)),
            )
        )
        self.people = [{**one, "shown": known.get(one["id"], "yes")} for one in found[0]]
        self.calendars, self.may_book = found[1], found[2]
        self.loading = False
        await self._show()
        asked = self.router.url.query_parameters.get("appointment", "")
        return AppointmentDialog.open(f"a{asked}") if str(asked).isdigit() else None

    @handler
    async def dates(self, shown: Row) -> None:
        """Another span is on show."""
        since, until = instant(shown.get("start")), instant(shown.get("end"))
        if until - since > _WIDEST:
            raise Invalid(N_("That is too long a span."))
        # A day more at each side: the browser's zone may differ from UTC by half a day and more.
        self._since = (since - timedelta(days=1)).isoformat()
        self._until = (until + timedelta(days=1)).isoformat()
        await self._show()

    @handler
    async def reread(self) -> None:
        """Something changed, here or in another tab."""
        await self._show()

    @handler
    async def toggle(self, user_id: str) -> None:
        """Show a person's time, or not."""
        for person in self.people:
            if person["id"] == user_id:
                person["shown"] = "" if person["shown"] else "yes"
        await self._show()

    @handler
    async def only(self, user_id: str) -> None:
        """Show one person only."""
        for person in self.people:
            person["shown"] = "yes" if person["id"] == user_id else ""
        await self._show()

    @handler
    async def choose_calendar(self, calendar_id: str) -> None:
        """Show one calendar, or all ("")."""
        self.calendar_id = calendar_id if calendar_id.isdigit() else ""
        await self._show()

    @handler
    def set_key(self, shown: bool) -> None:
        """Open or close the key of colours."""
        self.key_open = shown

    @handler
    async def moved(self, box: Row) -> None:
        """A box was dropped elsewhere or stretched: write it, or put it back."""
        try:
            await self._write(lambda session, actor: move(session, actor, box))
        except CrmError:
            self._put_back(str(box.get("id")))
            raise
        await self._show()

    @handler
    def opened(self, box: Row) -> Any:
        """A box was clicked, or Enter pressed on it."""
        if box.get("kind") != "appointment":
            return None
        return AppointmentDialog.open(str(box.get("id")))

    @handler
    def drawn(self, span: Row) -> Any:
        """A span was drawn: begin an appointment in it."""
        if not self.may_book:
            return None
        return AppointmentDialog.begin(
            str(span.get("start")), str(span.get("end")), bool(span.get("allDay")), self.calendar_id
        )

    def _put_back(self, box_id: str) -> None:
        for row in self.rows:
            if row["id"] == box_id:
                row["rev"] += 1

    async def _show(self) -> None:
        if not self._since:
            return
        since, until = datetime.fromisoformat(self._since), datetime.fromisoformat(self._until)
        ids = [int(person["id"]) for person in self.people if person["shown"]]
        calendar_id = int(self.calendar_id) if self.calendar_id else None
        self.rows = await self._read(
            lambda session, actor: boxes.between(
                session, actor, since, until, user_ids=ids, calendar_id=calendar_id
            )
        )


def instant(text: object) -> datetime:
    """A moment that the browser's calendar names, in UTC; a bare date is its midnight in UTC."""
    try:
        moment = datetime.fromisoformat(str(text).split("[")[0])
    except ValueError as error:
        raise Invalid(N_("This is no time.")) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def move(session: Session, actor: Actor, box: Row) -> None:
    """Write where a box was dropped. Only own appointments, and those of calendars one may book."""
    box_id = str(box.get("id"))
    if not box_id.startswith("a") or not box_id[1:].isdigit():
        raise Invalid(_WHAT_MOVES)
    appointment = queries.changeable_appointment(session, actor, int(box_id[1:]))
    outside.refuse_to_move(appointment)
    if box.get("allDay"):
        raise Invalid(_WHAT_MOVES)
    starts_at, ends_at = instant(box.get("start")), instant(box.get("end"))
    if (starts_at, ends_at) == (appointment.starts_at, appointment.ends_at):
        return
    if appointment.starts_at < clock.now():
        raise Invalid(N_("This appointment is in the past."))
    service.reschedule(
        session,
        actor,
        appointment,
        starts_at=starts_at,
        ends_at=ends_at,
        despite_conflicts=False,
    )
