"""What a tick costs while 200,000 contacts wait: `python -m benchmarks.waiting_enrolments [--postgres]`.

None of them is due. The tick is the worker's own, from the look at the database to its end; beside it
stands the bare query for the earliest time, on a connection that is open already. Milliseconds on the
clock, which count what else the machine does, and of processor time, which does not.
"""

import argparse
import os
from collections.abc import Callable
from datetime import timedelta
from statistics import median, quantiles
from time import perf_counter, process_time

from sqlalchemy import text

from benchmarks.campaign_due import postgres_database
from benchmarks.first_sync import empty_database
from crm_app.campaigns.running import jobs
from crm_app.core import clock, db
from tests.factories import campaigns
from tests.scale import crowd

WAITING = 200_000
TICKS = 2_000
GOAL_MILLISECONDS = 5.0
EARLIEST = text("SELECT min(due_at) FROM enrolment WHERE state = 'active'")


def timed(act: Callable[[], object], clock_of: Callable[[], float]) -> list[float]:
    """Milliseconds of each of many calls, by a clock that counts seconds."""
    found = []
    for _ in range(TICKS):
        begin = clock_of()
        act()
        found.append((clock_of() - begin) * 1000)
    return found


def told(name: str, act: Callable[[], object]) -> None:
    """The time of ``act`` by both clocks."""
    for measure, clock_of in (("clock", perf_counter), ("processor", process_time)):
        found = timed(act, clock_of)
        cuts = quantiles(found, n=100)
        print(
            f"  {name}, {measure}: p50 {median(found):.2f} ms, p95 {cuts[94]:.2f} ms, "
            f"p99 {cuts[98]:.2f} ms, most {max(found):.2f} ms"
        )


def measure() -> None:
    with db.unit_of_work() as session:
        later = clock.now() + timedelta(days=30)
        crowd.fill(session, WAITING, campaigns.wait(1440), due_at=later)
    jobs.tick()
    print(f"{WAITING:,} contacts wait, none is due, {TICKS} ticks")
    told(f"tick (goal p99 under {GOAL_MILLISECONDS:.0f} ms)", jobs.tick)
    with db.reading() as session:
        told("bare query", lambda: session.execute(EARLIEST).scalar())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--postgres", action="store_true")
    wanted = parser.parse_args()
    os.environ.setdefault("CRM_SECRET_KEY", "for-this-benchmark-only")
    with postgres_database() if wanted.postgres else empty_database():
        measure()


if __name__ == "__main__":
    main()
