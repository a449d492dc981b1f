"""Stored events read anew for the dry run and the queue: which count, and what belongs together."""

from datetime import timedelta

from sqlmodel import Session

from crm_app import models
from crm_app.core import clock
from crm_app.core.kinds import CalendarRole, ContactCreation
from crm_app.sync.incoming import judging
from crm_app.sync.records import busy_rows
from crm_app.sync.rules.ingest import Policy, Why
from tests import factories
from tests.sync import objects, rig
from tests.sync.choosing_rig import guest

TWO_WAY = Policy(linked=True, creation=ContactCreation.ALWAYS, triggers=True)


def _calendar(session: Session) -> models.ExternalCalendar:
    user = factories.user(session)
    account = models.ConnectedAccount(
        user_id=user.id or 0,
        provider="memory",
        label="Memory",
        server_url="memory://x",
        username=user.email,
        secret="open sesame",
        created_at=clock.now(),
    )
    session.add(account)
    session.flush()
    row = models.ExternalCalendar(
        account_id=account.id or 0,
        ref="/vera/",
        name="Work",
        time_zone="UTC",
        role=CalendarRole.LINKED,
        window_from=rig.soon(-2),
        window_until=rig.soon(60),
        complete=True,
    )
    session.add(row)
    session.flush()
    return row


def _put(
    session: Session, calendar: models.ExternalCalendar, href: str, raw: str, **values: object
) -> models.ExternalObject:
    defaults = {"series": href, "uid": href, "raw": raw}
    row = models.ExternalObject(
        external_calendar_id=calendar.id or 0, href=href, **{**defaults, **values}
    )
    session.add(row)
    session.flush()
    busy_rows.lay(session, busy_rows.whose(session, calendar), [row])
    return row


def _judged(
    session: Session, calendar: models.ExternalCalendar, *, history: bool = True
) -> list[judging.Judged]:
    now = clock.now()
    where = busy_rows.whose(session, calendar)
    return [
        one
        for some in judging.upcoming(session, calendar, now=now)
        for one in judging.judge(session, where, TWO_WAY, some, now=now, history=history)
    ]


def test_syn8_a_series_kept_in_several_objects_is_judged_as_one(session: Session) -> None:
    calendar = _calendar(session)
    at = rig.soon(3)
    week = timedelta(days=7)
    gone, moved = at + week, at + 2 * week
    rule = rig.entry("s", at, "RRULE:FREQ=WEEKLY;COUNT=4", *guest("x@new.example"))
    root = _put(session, calendar, "s", rule)
    for href, original, *lines in (
        ("s_1", gone, f"DTSTART:{rig.stamp(gone)}", "STATUS:CANCELLED"),
        (
            "s_2",
            moved,
            f"DTSTART:{rig.stamp(moved + timedelta(hours=2))}",
            f"DTEND:{rig.stamp(moved + timedelta(hours=3))}",
            *guest("x@new.example", "y@new.example"),
        ),
    ):
        exception = objects.exception(f"RECURRENCE-ID:{rig.stamp(original)}", *lines, uid="s")
        _put(session, calendar, href, objects.calendar(*exception), series="s")

    (one,) = _judged(session, calendar)
    assert one.entry.id == root.id
    taken = [(at, decision) for at, decision in one.instances if decision.takes]
    assert [found.starts_at for found, _ in taken] == [
        at,
        moved + timedelta(hours=2),
        at + 3 * week,
    ]
    assert [decision.fires for _, decision in taken] == [True, False, False]
    assert [guest.key for guest in taken[1][1].make] == ["x@new.example", "y@new.example"]


def test_syn6_only_what_is_not_over_and_still_there_counts(session: Session) -> None:
    calendar = _calendar(session)
    people = guest("x@new.example")
    _put(session, calendar, "coming", rig.entry("coming", rig.soon(2), *people))
    _put(session, calendar, "over", rig.entry("over", rig.soon(-1), *people))
    _put(session, calendar, "alone", rig.entry("alone", rig.soon(2)))
    _put(session, calendar, "ours", rig.entry("ours", rig.soon(2), *people), appointment_id=7)
    _put(
        session,
        calendar,
        "missing",
        rig.entry("missing", rig.soon(2), *people),
        missing_since=clock.now(),
    )
    _put(session, calendar, "declined", rig.entry("declined", rig.soon(2), *people),
         declined=["x@new.example"])  # fmt: skip
    assert [(one.entry.series, one.instances[0][1].why) for one in _judged(session, calendar)] == [
        ("coming", Why.TAKEN),
        ("declined", Why.UNKNOWN_GUESTS),
    ]


def test_syn6_history_is_only_asked_about_on_request(session: Session) -> None:
    calendar = _calendar(session)
    people = guest("x@new.example")
    _put(session, calendar, "before", rig.entry("before", rig.soon(2), *people), history=True)
    for history, why in ((True, Why.HISTORY), (False, Why.TAKEN)):
        (one,) = _judged(session, calendar, history=history)
        assert one.instances[0][1].why is why
