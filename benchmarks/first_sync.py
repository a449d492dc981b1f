"""What a first listing of 20,000 events costs: `python -m benchmarks.first_sync`.

Google's fake runs in a process of its own. The bare client is the adapter of the provider port: it
fetches the same pages, makes iCalendar and fingerprints of them, and keeps nothing. Ours is the whole
run of sync on a fresh SQLite file: rows, busy time, facts and cursors, safe to kill at any moment.

Each is timed in a fresh process, from the moment at which all is imported (the vendor's library too,
which a worker loads with its first account), so that neither finds anything made by an earlier round.
Both begin as a worker does, with `worker.settle_in()`, so that Python's garbage collector burdens
neither more than the other. They alternate, each being the first of a pair in turn, so that a machine
that grows busy or idle favours neither; the ratio is the median over the pairs, after one that does
not count. Loopback answers at once, which no service does, so both are also timed with an answer that
takes a fifth of a second: there our work is done while the next page is on its way. Where others use
the machine, look at the processor's ratio.
"""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from crm_app.core import db, migrations
from tests.scale import parts
from tests.scale.parts import Google

EVENTS = 20_000
PAIRS = 5
GOAL_RATIO, GOAL_PER_SECOND, GOAL_MEGABYTES = 1.5, 1000, 300


def bare(service: Google) -> dict[str, float]:
    """Seconds, and seconds of processor, to fetch all pages."""
    about = json.dumps(service.about)
    cost = parts.said(parts.start(service, "sqlite://", "tests.scale.fetch", about), begin=True)
    if cost["came_to"] != EVENTS:
        raise SystemExit(f"{cost['came_to']} events came")
    return cost


@contextmanager
def empty_database() -> Iterator[str]:
    """A migrated SQLite file; its URL."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'first.sqlite3'}"
        db.use(url)
        migrations.upgrade(db.engine())
        try:
            yield url
        finally:
            db.dispose()
            db.use(None)


def ours(service: Google) -> dict[str, float]:
    """The same of a first run of sync, and megabytes at the most."""
    with empty_database() as url:
        calendar_id = parts.connect(service)
        process = parts.start(service, url, "tests.scale.pull", str(calendar_id))
        return parts.said(process, begin=True)


def pair(service: Google, *, ours_first: bool) -> tuple[dict[str, float], dict[str, float]]:
    """What the bare client costs, and what ours does right before or after it."""
    if ours_first:
        mine = ours(service)
        return bare(service), mine
    return bare(service), ours(service)


def measure(wait: float) -> None:
    """Time pairs of both and print them."""
    with parts.google(EVENTS, wait=wait) as service:
        pairs = [pair(service, ours_first=number % 2 == 1) for number in range(PAIRS + 1)][1:]
    print(f"{EVENTS:,} events, {wait * 1000:.0f} ms on the way for each page")
    print(f"  bare client {spread([plain['seconds'] for plain, _ in pairs])} s")
    print(f"  first sync  {spread([cost['seconds'] for _, cost in pairs])} s")
    speed = EVENTS / median(cost["seconds"] for _, cost in pairs)
    print(f"  {speed:,.0f} events/s (goal at least {GOAL_PER_SECOND:,})")
    most = max(cost["megabytes"] for _, cost in pairs)
    print(f"  {most:.0f} MB at the most (goal below {GOAL_MEGABYTES})")
    ratios = [cost["seconds"] / plain["seconds"] for plain, cost in pairs]
    print(f"  ratio {spread(ratios)} (goal below {GOAL_RATIO})")
    ratios = [cost["processor"] / plain["processor"] for plain, cost in pairs]
    speed = EVENTS / median(cost["processor"] for _, cost in pairs)
    print(f"  processor: ratio {spread(ratios)}, {speed:,.0f} events/s of it")


def spread(values: list[float]) -> str:
    """The median, and from where to where."""
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main() -> None:
    measure(0.0)
    measure(0.2)


if __name__ == "__main__":
    main()
