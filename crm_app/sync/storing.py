"""Rows for the objects that a page brought: new ones in one statement, known ones changed in place.

A first listing brings thousands of new objects, for which an ORM object each would be most of the
work; they are written as plain values and read back.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from crm_app.models import ExternalCalendar, ExternalObject
from crm_app.providers.calendar_port import RemoteEvent
from crm_app.sync.recognising import Own

# Longer names do not fit into the databases' indexes, and no server makes them.
LONGEST_NAME = 1000


def rows_of(
    session: Session, calendar: ExternalCalendar, hrefs: Iterable[str]
) -> dict[str, ExternalObject]:
    """The objects of a calendar that are known under ``hrefs``."""
    query = select(ExternalObject).where(
        ExternalObject.external_calendar_id == calendar.id,
        col(ExternalObject.href).in_(list(hrefs)),
    )
    return {row.href: row for row in session.exec(query)}


def store(
    session: Session,
    calendar: ExternalCalendar,
    rows: Mapping[str, ExternalObject],
    events: Collection[RemoteEvent],
    own: Mapping[str, Own],
    *,
    history: bool,
) -> list[ExternalObject]:
    """The rows of ``events``, known ones from ``rows``, as they say now; new ones are made.

    ``history``: whatever is new was there before anybody looked, and is no news.
    """
    said = {event.href: _said(calendar, event, own) for event in events}
    new = [{**values, "href": href} for href, values in said.items() if href not in rows]
    made: dict[str, ExternalObject] = {}
    if new:
        blank = ExternalObject(
            external_calendar_id=calendar.id or 0, href="", uid="", history=history
        ).model_dump(exclude={"id"})
        session.execute(insert(ExternalObject), [blank | values for values in new])
        made = rows_of(session, calendar, (values["href"] for values in new))
    for href, row in rows.items():
        for name, value in said.get(href, {}).items():
            setattr(row, name, value)
    return [rows[href] if href in rows else made[href] for href in said]


def _said(calendar: ExternalCalendar, event: RemoteEvent, own: Mapping[str, Own]) -> dict[str, Any]:
    return {
        "series": event.belongs_to[:LONGEST_NAME],
        "etag": event.etag,
        "uid": event.uid[:LONGEST_NAME],
        "raw": _storable(event.raw),
        "content_hash": event.content_hash,
        "generation": calendar.generation,
        "missing_since": None,
        "appointment_id": own[event.href].appointment_id if event.href in own else None,
    }


def _storable(text: str) -> str:
    """Without what PostgreSQL cannot hold: NUL and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
