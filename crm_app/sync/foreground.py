"""Bringing calendars in step at once and in this process, for whoever waits at a shell (API-2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session, func, select

from crm_app.core import clock, db
from crm_app.core.i18n import translate
from crm_app.core.settings import get_settings
from crm_app.models import ConnectedAccount, ExternalCalendar, ExternalObject
from crm_app.sync import service
from crm_app.sync.runs import runs
from crm_app.sync.runs.runs import Ended

# Nobody else waits for this process, so a listing is not cut into slices.
_UNHURRIED = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Told:
    """How it went with one calendar, in words; ``well`` is off when it could not be read."""

    line: str
    well: bool


def run(*, account_id: int | None, everything: bool) -> Iterator[Told]:
    """Run the due calendars (or all that are used) one after the other, of one account or of all."""
    every = timedelta(seconds=get_settings().poll_seconds)
    with db.unit_of_work() as session:
        if everything:
            wanted = service.used_calendars(session, account_id=account_id)
        else:
            wanted = service.claim_due(session, now=clock.now(), every=every, account_id=account_id)
    for calendar_id in wanted:
        ended = runs.run(calendar_id, seconds=_UNHURRIED)
        with db.reading() as session:
            yield Told(_line(session, calendar_id, ended), ended is not Ended.FAILED)


def _line(session: Session, calendar_id: int, ended: Ended) -> str:
    calendar = session.get_one(ExternalCalendar, calendar_id)
    account = session.get_one(ConnectedAccount, calendar.account_id)
    return f"{account.label} ({account.username}), {calendar.name}: {_words(session, calendar, account, ended)}"


def _words(
    session: Session, calendar: ExternalCalendar, account: ConnectedAccount, ended: Ended
) -> str:
    if ended is Ended.HELD:
        return "another process is at it and will go on with it"
    if ended is Ended.FAILED:
        trouble = calendar.last_error or account.last_error
        return (
            translate("en", trouble) if trouble else f"not asked, the connection is {account.state}"
        )
    known = session.exec(
        select(func.count())
        .select_from(ExternalObject)
        .where(ExternalObject.external_calendar_id == calendar.id)
    ).one()
    return f"in step, {known} events known"
