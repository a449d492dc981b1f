"""Rows for the objects that a page brought: new ones in one statement, known ones changed in place."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy
from sqlmodel import Session, SQLModel, select

from crm_app.core import db
from crm_app.core.columns import among
from crm_app.models import ExternalCalendar, ExternalObject
from crm_app.providers.calendar_port import RemoteEvent
from crm_app.sync.records.recognising import Own

# Longer names do not fit into the databases' indexes, and no server makes them.
LONGEST_NAME = 1000
_TABLE = SQLModel.metadata.tables["external_object"]


def rows_of(
    session: Session, calendar: ExternalCalendar, hrefs: Iterable[str]
) -> dict[str, ExternalObject]:
    """The objects of a calendar that are known under ``hrefs``."""
    wanted = list(hrefs)
    if not wanted:
        return {}
    query = select(ExternalObject).where(
        ExternalObject.external_calendar_id == calendar.id,
        among(ExternalObject.href, wanted),
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
    said = {event.href: values(calendar, event, own) for event in events}
    new = [row for href, row in said.items() if href not in rows]
    made: dict[str, ExternalObject] = {}
    if new:
        insert(session, calendar, new, history=history)
        made = rows_of(session, calendar, (row["href"] for row in new))
    for href, known in rows.items():
        for name, value in said.get(href, {}).items():
            setattr(known, name, value)
    return [rows[href] if href in rows else made[href] for href in said]


def insert(
    session: Session, calendar: ExternalCalendar, new: Sequence[dict[str, Any]], *, history: bool
) -> None:
    """Add rows of ``values``, and what else is known of them."""
    blank = ExternalObject(external_calendar_id=calendar.id or 0, href="", uid="", history=history)
    rest = blank.model_dump(exclude={"id"})
    db.insert_many(session, _TABLE, [rest | row for row in new])


def ids_of(session: Session, calendar: ExternalCalendar, hrefs: Collection[str]) -> dict[str, int]:
    """The ids of the objects of a calendar that are known under ``hrefs``."""
    if not hrefs:
        return {}
    rows = session.execute(
        sqlalchemy.select(_TABLE.c.href, _TABLE.c.id).where(
            _TABLE.c.external_calendar_id == calendar.id, among(_TABLE.c.href, hrefs)
        )
    )
    return {row.href: row.id for row in rows}


def values(
    calendar: ExternalCalendar, event: RemoteEvent, own: Mapping[str, Own]
) -> dict[str, Any]:
    """What a row says of ``event``."""
    return {
        "href": event.href,
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
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "").encode("utf-8", "replace").decode()
