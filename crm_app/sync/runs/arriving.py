"""Objects that no listing brought before and that belong to nothing else: nearly all of a first listing.

They are laid out first and then written with their busy time as plain values, in two statements for
all of them; an ORM object for each would be most of the work. Whatever is known already, or is one of
several objects of a series, goes the way of ``storing`` and ``busy_rows.lay``.
"""

from collections import Counter
from collections.abc import Collection, Mapping

from sqlmodel import Session, select

from crm_app.core.columns import among
from crm_app.models import ExternalCalendar, ExternalObject
from crm_app.providers.calendar_port import RemoteEvent
from crm_app.sync.records import busy_rows, storing
from crm_app.sync.records.busy_rows import Whose
from crm_app.sync.records.recognising import Own
from crm_app.sync.rules.laying import Span


def alone(
    session: Session, calendar: ExternalCalendar, new: Collection[RemoteEvent]
) -> list[RemoteEvent]:
    """Those of the ``new`` objects of a page that are the only ones of their series so far."""
    given = Counter(event.belongs_to for event in new)
    roots = [e for e in new if e.belongs_to == e.href and given[e.href] == 1]
    known = set(
        session.exec(
            select(ExternalObject.series).where(
                ExternalObject.external_calendar_id == calendar.id,
                among(ExternalObject.series, [event.href for event in roots]),
            )
        )
    )
    return [event for event in roots if event.href not in known]


def arrive(
    session: Session,
    calendar: ExternalCalendar,
    where: Whose,
    events: Collection[RemoteEvent],
    own: Mapping[str, Own],
    *,
    history: bool,
) -> bool:
    """Store objects that are ``alone``, and their busy time; whether there is any."""
    spans: dict[str, tuple[Span, ...]] = {}
    rows = []
    for event in events:
        row = storing.values(calendar, event, own)
        laid = busy_rows.laid_out(where, row["raw"])
        trouble = laid.trouble.value if laid.trouble else ""
        row |= {"continues": laid.continues, "trouble": trouble}
        rows.append(row)
        # Copies of appointments take no time twice.
        if laid.spans and event.href not in own:
            spans[event.href] = laid.spans
    storing.insert(session, calendar, rows, history=history)
    ids = storing.ids_of(session, calendar, spans.keys())
    return busy_rows.add(session, where, {ids[href]: found for href, found in spans.items()})
