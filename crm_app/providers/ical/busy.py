"""Busy times out of calendar objects."""

from collections.abc import Collection, Iterable
from datetime import datetime

from crm_app.providers.calendar_port import BusyTime
from crm_app.providers.ical.reading import read_occurrences
from crm_app.providers.occurrence import EventStatus, Occurrence


def busy_times(
    raws: Iterable[str],
    *,
    since: datetime,
    until: datetime,
    calendar_zone: str,
    own_addresses: Collection[str] = (),
) -> list[BusyTime]:
    """What blocks between two instants, tentative and out-of-office times included, by time."""
    found = [
        busy_time(occurrence)
        for raw in raws
        for occurrence in read_occurrences(
            raw,
            since=since,
            until=until,
            calendar_zone=calendar_zone,
            own_addresses=own_addresses,
        )
        if occurrence.blocks()
    ]
    return sorted(found, key=lambda busy: (busy.starts_at, busy.ends_at, busy.uid))


def busy_time(occurrence: Occurrence) -> BusyTime:
    """The time that an occurrence takes, without what it is about."""
    return BusyTime(
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        uid=occurrence.uid,
        recurrence_id=occurrence.recurrence_id,
        tentative=occurrence.status is EventStatus.TENTATIVE,
        out_of_office=occurrence.out_of_office,
        all_day=occurrence.all_day,
        tandem_id=occurrence.tandem_id,
    )
