"""What a sync with nothing new costs: `python -m benchmarks.idle_sync`.

A calendar of 5,000 events is read once from Google's fake, which runs in a process of its own. Then
runs that find nothing new alternate with the bare client: the adapter of the provider port, opened,
asked once for what is new, closed. Time is processor time of this process; ours is what a run takes
beyond the bare client, and the ratio is of the whole run to the bare client, each the median over
pairs. Requests are counted by the fake.
"""

import os
from statistics import median, quantiles
from time import process_time

from benchmarks.first_sync import empty_database, opened
from crm_app.core import db
from crm_app.core.settings import get_settings
from crm_app.models import ExternalCalendar
from crm_app.sync import runs
from tests.scale import parts
from tests.scale.parts import Google

EVENTS = 5_000
PAIRS = 40
GOAL_MILLISECONDS, GOAL_REQUESTS = 5.0, 1


def bare(service: Google, cursor: str) -> None:
    """Ask once."""
    provider = opened(service)
    pages = list(provider.pull(service.about["calendar"], cursor))
    provider.close()
    if len(pages) != 1 or pages[0].changed:
        raise SystemExit("there was something new")


def cursor_of(calendar_id: int) -> str:
    with db.reading() as session:
        return session.get_one(ExternalCalendar, calendar_id).cursor or ""


def measure(service: Google, calendar_id: int) -> None:
    """Time pairs and print them."""
    plain: list[float] = []
    whole: list[float] = []
    before = service.listed()
    for _ in range(PAIRS):
        cursor = cursor_of(calendar_id)
        begin = process_time()
        bare(service, cursor)
        middle = process_time()
        runs.run(calendar_id)
        end = process_time()
        plain.append((middle - begin) * 1000)
        whole.append((end - middle) * 1000)
    requests = (service.listed() - before - PAIRS) / PAIRS
    beyond = [run - request for run, request in zip(whole, plain, strict=True)]
    cuts = quantiles(beyond, n=4)
    print(f"nothing new in {EVENTS:,} events, {PAIRS} runs (processor time)")
    print(f"  requests per run {requests:.2f} (goal at most {GOAL_REQUESTS})")
    print(f"  bare client {median(plain):.1f} ms, run {median(whole):.1f} ms")
    print(
        f"  ours beyond it {median(beyond):.1f} ms, middle half {cuts[0]:.1f} to {cuts[2]:.1f} "
        f"(goal at most {GOAL_MILLISECONDS})"
    )
    ratio = median(run / request for run, request in zip(whole, plain, strict=True))
    print(f"  ratio {ratio:.2f}")


def main() -> None:
    with empty_database(), parts.google(EVENTS) as service:
        os.environ.update(service.settings)
        get_settings.cache_clear()
        calendar_id = parts.connect(service)
        runs.run(calendar_id, seconds=3600)
        measure(service, calendar_id)


if __name__ == "__main__":
    main()
