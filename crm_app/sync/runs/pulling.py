"""Reading what changed in one external calendar, page by page, over the network (SYN-10)."""

from crm_app.core import clock, db
from crm_app.providers.calendar_port import CalendarProvider, Page, RemoteEvent
from crm_app.sync.reaching.lanes import Lane
from crm_app.sync.runs import deletions, pages, reading
from crm_app.sync.runs.reading import Source


def pull(
    lane: Lane,
    provider: CalendarProvider,
    ref: str,
    cursor: str | None,
    *,
    deadline: float,
    leave_rest: bool = False,
) -> reading.Pulled[Page]:
    """Read on from the saved ``cursor``; see ``reading.read``."""
    source: Source[Page] = Source(
        called=f"calendar {lane.id}",
        list_from=lambda since: provider.pull(ref, since),
        begin=lambda: _begin_listing(lane),
        apply=lambda page: _apply(lane, page),
        set_aside=lambda event: _set_aside(lane, event),
    )
    return reading.read(source, cursor, deadline=deadline, leave_rest=leave_rest)


def _begin_listing(lane: Lane) -> None:
    with db.unit_of_work() as session:
        pages.begin_listing(session, lane, now=clock.now())


def _apply(lane: Lane, page: Page) -> None:
    """The page, and behind the last one what turns out to be missing."""
    with db.unit_of_work() as session:
        now = clock.now()
        calendar = pages.apply(session, lane, page, now=now)
        if page.complete:
            listed = calendar.events_seen if page.full else None
            deletions.sweep(session, calendar, listed=listed, now=now)


def _set_aside(lane: Lane, event: RemoteEvent) -> None:
    with db.unit_of_work() as session:
        pages.set_aside(session, lane, event, now=clock.now())
