"""Showing the form step: for a fresh choice, or again with what was typed and what stood in the way.

Whoever shows it says which time was chosen; whether that time is still free is looked up here, so
a form never pins a time that is gone but offers the nearest ones instead (CAL-5).
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlmodel import Session
from starlette.responses import Response

from crm_app.booking import bound, form_token, picker
from crm_app.booking.entered import Entered
from crm_app.booking.form_token import FormToken
from crm_app.booking.http.opened import SCRIPTS, Opened, answer, finder
from crm_app.booking.pages.details import FormView, details
from crm_app.booking.service import SlotTaken
from crm_app.booking.slots import Slot
from crm_app.core.i18n import translate

ALTERNATIVES = 8
_LOOK_AROUND, _LOOK_AHEAD = timedelta(days=14), timedelta(days=100)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A form on its way: the chosen time (None: none was), what was typed, and its token."""

    opened: Opened
    starts_at: datetime | None
    now: datetime
    typed: Entered = field(default_factory=Entered)
    token: FormToken | None = None


def show(session: Session, attempt: Attempt, *, notice: str = "", status: int = 200) -> Response:
    """The form as a page; ``notice`` is in the visitor's language and stands on top."""
    opened = attempt.opened
    chosen, alternatives = _look_up(session, attempt)
    if alternatives and not notice:
        notice = translate(opened.visit.locale, SlotTaken.default_message)
    token = attempt.token or form_token.issue(opened.calendar.id or 0, attempt.now)
    view = FormView(
        starts_at=chosen.starts_at if chosen else None,
        ends_at=chosen.ends_at if chosen else None,
        token=token.text(),
        asked=opened.asked,
        entered=attempt.typed if attempt.typed.values else _known(session, opened),
        alternatives=alternatives,
        notice=notice,
        privacy_url=opened.privacy_url,
    )
    # The links to other languages lead back to the form, not to the picker.
    seen = replace(opened.visit, slot=attempt.starts_at)
    return answer(
        seen,
        opened.workspace,
        opened.calendar.name,
        details(seen, opened.about, view),
        status=status,
        wide=True,
        embed=True,
        scripts=SCRIPTS,
    )


def _known(session: Session, opened: Opened) -> Entered:
    """What a bound link tells about the visitor."""
    return Entered(values=bound.known(session, opened.visit.bound_to))


def _look_up(session: Session, attempt: Attempt) -> tuple[Slot | None, list[Slot]]:
    """The chosen slot when it is free, else the free ones nearest to it."""
    opened, wanted, now = attempt.opened, attempt.starts_at, attempt.now
    find = finder(session, opened.calendar, now, user_slug=opened.user_slug)
    if chosen := wanted and picker.exactly(find, wanted):
        return chosen, []
    return None, nearby(find, wanted or now, now)


def nearby(find: picker.Find, wanted: datetime, now: datetime) -> list[Slot]:
    """The free slots nearest to ``wanted``; the next ones where there are none around it."""
    around = find(max(now, wanted - _LOOK_AROUND), max(now, wanted) + _LOOK_AROUND)
    return picker.near(around or find(now, now + _LOOK_AHEAD), wanted, ALTERNATIVES)
