"""What a sync with nothing new costs: `python -m benchmarks.idle_sync`.

A calendar of 5,000 events, in which copies of 3,000 appointments stand, is read once from Google's
fake, which runs in a process of its own. Then runs that find nothing new alternate with the bare
client: the adapter of the provider port, opened, asked once for what is new, closed. Which of the two
comes first alternates too. Time is processor time of this process with all its threads, after some
pairs that do not count; ours is what a run takes beyond the bare client, and the ratio is of the whole
run to the bare client, each the median over pairs. Requests are counted by the fake, statements on
one more run. The queue that starts a run is no part of it.
"""

import os
from collections.abc import Callable
from datetime import timedelta
from statistics import median, quantiles
from time import process_time
from typing import Any

from sqlalchemy import event, insert

from benchmarks.first_sync import empty_database
from crm_app.core import clock, db
from crm_app.core.kinds import LinkState
from crm_app.core.settings import get_settings
from crm_app.models import Appointment, ConnectedAccount, EventLink, ExternalCalendar
from crm_app.sync.runs import runs
from tests import factories
from tests.scale import parts
from tests.scale.fetch import opened
from tests.scale.parts import Google

EVENTS, COPIES = 5_000, 3_000
WARMING, PAIRS = 10, 60
GOAL_MILLISECONDS, GOAL_REQUESTS = 5.0, 1


def bare(service: Google, cursor: str, secret: str) -> None:
    """Ask once, with the token that the last run left, as a run does."""
    provider = opened({**service.about, "secret": secret})
    pages = list(provider.pull(service.about["calendar"], cursor))
    provider.close()
    if len(pages) != 1 or pages[0].changed:
        raise SystemExit("there was something new")


def kept(calendar_id: int) -> tuple[str, str]:
    """Cursor and secret as they are stored."""
    with db.reading() as session:
        calendar = session.get_one(ExternalCalendar, calendar_id)
        account = session.get_one(ConnectedAccount, calendar.account_id)
        return calendar.cursor or "", account.secret


def copies(calendar_id: int) -> None:
    """Appointments that are past, each with its copy in the calendar as it was written."""
    now = clock.now()
    with db.unit_of_work() as session:
        external = session.get_one(ExternalCalendar, calendar_id)
        user_id = session.get_one(ConnectedAccount, external.account_id).user_id
        calendar = factories.calendar(session)
        session.flush()
        appointment = Appointment(
            public_id="",
            calendar_id=calendar.id or 0,
            user_id=user_id,
            title="Meeting",
            starts_at=now - timedelta(days=9),
            ends_at=now - timedelta(days=9, hours=-1),
            ical_uid="",
            created_at=now,
            changed_at=now,
        ).model_dump(exclude={"id"})
        numbers = range(1, COPIES + 1)
        names = ({"id": n, "public_id": f"p{n}", "ical_uid": f"u{n}"} for n in numbers)
        session.execute(insert(Appointment), [appointment | name for name in names])
        link = EventLink(
            appointment_id=0,
            external_calendar_id=calendar_id,
            state=LinkState.WRITTEN,
            written={"title": "Meeting", "description": "x" * 200},
            kept={"title": "Meeting", "description": "x" * 200},
            changed_at=now,
        ).model_dump(exclude={"id"})
        session.execute(
            insert(EventLink), [{**link, "appointment_id": n, "href": f"copy{n}"} for n in numbers]
        )


def timed(work: Callable[[], object]) -> float:
    """Milliseconds of processor."""
    begin = process_time()
    work()
    return (process_time() - begin) * 1000


def pair(service: Google, calendar_id: int, number: int) -> tuple[float, float]:
    """Milliseconds of the bare client, and of a run."""
    cursor, secret = kept(calendar_id)

    def plain() -> float:
        return timed(lambda: bare(service, cursor, secret))

    def whole() -> float:
        return timed(lambda: runs.run(calendar_id))

    if number % 2:
        return plain(), whole()
    run = whole()
    return plain(), run


def statements(calendar_id: int) -> tuple[int, int]:
    """How many statements a run says, and in how many transactions."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        said.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    runs.run(calendar_id)
    event.remove(db.engine(), "before_cursor_execute", note)
    begun = sum(statement.startswith("BEGIN") for statement in said)
    return len(said) - begun, begun


def measure(service: Google, calendar_id: int) -> None:
    """Time pairs and print them."""
    for number in range(WARMING):
        pair(service, calendar_id, number)
    before = service.listed()
    pairs = [pair(service, calendar_id, number) for number in range(PAIRS)]
    requests = (service.listed() - before - PAIRS) / PAIRS
    beyond = [run - request for request, run in pairs]
    cuts = quantiles(beyond, n=4)
    print(f"nothing new in {EVENTS:,} events, {PAIRS} runs (processor time)")
    print(f"  requests per run {requests:.2f} (goal at most {GOAL_REQUESTS})")
    print("  {} statements in {} transactions".format(*statements(calendar_id)))
    plain, whole = (median(times) for times in zip(*pairs, strict=True))
    print(f"  bare client {plain:.1f} ms, run {whole:.1f} ms")
    print(
        f"  ours beyond it {median(beyond):.1f} ms, middle half {cuts[0]:.1f} to {cuts[2]:.1f} "
        f"(goal at most {GOAL_MILLISECONDS})"
    )
    print(f"  ratio {median(run / request for request, run in pairs):.2f}")


def main() -> None:
    with empty_database(), parts.google(EVENTS) as service:
        os.environ.update(service.settings)
        get_settings.cache_clear()
        calendar_id = parts.connect(service)
        runs.run(calendar_id, seconds=3600)
        copies(calendar_id)
        measure(service, calendar_id)


if __name__ == "__main__":
    main()
