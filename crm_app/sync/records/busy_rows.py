"""Laying external objects out as busy time: the rows that slots and the calendar page read.

An object's rows are always replaced as a whole, and only where they differ, so that a change of
spelling outside changes nothing here and tells nobody.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete
from sqlmodel import Session, SQLModel, col, select

from crm_app.core import db, facts
from crm_app.models import BusyTime, ConnectedAccount, ExternalCalendar, ExternalObject, User
from crm_app.sync.records import series
from crm_app.sync.rules.ingest import Policy
from crm_app.sync.rules.laying import Laid, Span, lay_out

# Raised when this program lays out in another way, so that all is laid out anew.
_LAYOUT = 1
_FIELDS = Span._fields
_COLUMNS = ("user_id", "external_calendar_id", "external_object_id", *_FIELDS)
_TABLE = SQLModel.metadata.tables["busy_time"]
# Asked for every page of a listing, and making it takes longer than asking it.
_OWNER = (
    select(ConnectedAccount, User)
    .join(User, col(User.id) == ConnectedAccount.user_id)
    .where(col(ConnectedAccount.id) == bindparam("account_id"))
)


@dataclass(frozen=True, slots=True)
class Whose:
    """In whose time an external calendar lies, and how its events are read. ``active``: the user
    takes part in the workspace still."""

    calendar_id: int
    user_id: int
    zone: str
    own_addresses: frozenset[str]
    policy: Policy
    since: datetime
    until: datetime
    active: bool


def whose(session: Session, calendar: ExternalCalendar) -> Whose:
    """The reading rules of ``calendar``. Its window must be set."""
    account = session.get_one(ConnectedAccount, calendar.account_id)
    return _whose(calendar, account, session.get_one(User, account.user_id))


def whose_now(session: Session, calendar: ExternalCalendar) -> Whose:
    """The same, asked in one statement, for whoever holds neither the account nor the user."""
    account, user = session.execute(_OWNER, {"account_id": calendar.account_id}).one()
    return _whose(calendar, account, user)


def _whose(calendar: ExternalCalendar, account: ConnectedAccount, user: User) -> Whose:
    addresses = {user.email, account.username, *account.aliases}
    if calendar.window_from is None or calendar.window_until is None:
        raise ValueError("the calendar has no window yet")
    return Whose(
        calendar_id=calendar.id or 0,
        user_id=account.user_id,
        zone=calendar.time_zone or user.time_zone,
        own_addresses=frozenset(a.lower() for a in addresses if "@" in a),
        policy=Policy(calendar.tentative_blocks, calendar.out_of_office_blocks),
        since=calendar.window_from,
        until=calendar.window_until,
        active=user.active,
    )


def laid_as(where: Whose) -> str:
    """By what the rows were laid out, as a text to compare with."""
    return json.dumps(
        [
            _LAYOUT,
            where.zone,
            sorted(where.own_addresses),
            where.policy.tentative_blocks,
            where.policy.out_of_office_blocks,
        ]
    )


def lay(session: Session, where: Whose, rows: Collection[ExternalObject]) -> bool:
    """Lay the series of ``rows`` out anew inside the window; whether any busy time changed.

    Their busy time hangs on their roots. Copies of appointments that the user holds take no time
    twice.
    """
    wanted: dict[int, tuple[Span, ...]] = {}
    for group in series.gather(session, where.calendar_id, rows):
        row = group.root
        for part in group.parts:
            _note(part, continues=False, trouble="")
            wanted[part.id or 0] = ()
        laid = laid_out(where, group.raw)
        trouble = laid.trouble.value if laid.trouble else ""
        _note(row, continues=laid.continues, trouble=trouble)
        wanted[row.id or 0] = () if row.appointment_id is not None else laid.spans
    session.flush()
    return replace(session, where, wanted)


def laid_out(where: Whose, raw: str) -> Laid:
    """The instances of ``raw`` inside the window."""
    return lay_out(
        raw,
        where.policy,
        since=where.since,
        until=where.until,
        zone=where.zone,
        own_addresses=where.own_addresses,
    )


def _note(row: ExternalObject, *, continues: bool, trouble: str) -> None:
    # Nearly always nothing differs, and asking is cheaper than saying it once more.
    if (row.continues, row.trouble) != (continues, trouble):
        row.continues, row.trouble = continues, trouble


def replace(session: Session, where: Whose, wanted: Mapping[int, tuple[Span, ...]]) -> bool:
    """Make the objects' rows what ``wanted`` says; whether that changed anything."""
    before = present(session, wanted.keys())
    differing = [
        key for key, spans in wanted.items() if sorted(spans) != sorted(before.get(key, ()))
    ]
    if not differing:
        return False
    session.execute(delete(BusyTime).where(col(BusyTime.external_object_id).in_(differing)))
    add(session, where, {key: wanted[key] for key in differing})
    return True


def add(session: Session, where: Whose, spans: Mapping[int, tuple[Span, ...]]) -> bool:
    """Write rows for objects that have none; whether there were any to write."""
    values = [
        dict(zip(_COLUMNS, (where.user_id, where.calendar_id, key, *span), strict=True))
        for key, found in spans.items()
        for span in found
    ]
    db.insert_many(session, _TABLE, values)
    return bool(values)


def present(session: Session, object_ids: Collection[int]) -> dict[int, list[Span]]:
    """The stored rows of objects."""
    found: dict[int, list[Span]] = defaultdict(list)
    rows = session.exec(select(BusyTime).where(col(BusyTime.external_object_id).in_(object_ids)))
    for row in rows:
        found[row.external_object_id].append(Span(**{name: getattr(row, name) for name in _FIELDS}))
    return found


def forget(session: Session, calendar: ExternalCalendar, user_id: int) -> None:
    """Drop all that was read of ``calendar``; it will be listed anew when it is used again."""
    had = session.exec(
        select(BusyTime.id).where(BusyTime.external_calendar_id == calendar.id).limit(1)
    ).first()
    session.execute(
        delete(ExternalObject).where(col(ExternalObject.external_calendar_id) == calendar.id)
    )
    calendar.cursor, calendar.complete, calendar.events_seen = None, False, 0
    calendar.deletions_waiting = 0
    calendar.last_success_at, calendar.gone_at = None, None
    session.add(calendar)
    if had is not None:
        facts.record(session, facts.BusyTimeChanged(user_id))
