"""What a first download of 20,000 contacts costs: `python -m benchmarks.first_cards`.

As `benchmarks.first_sync`, for an address book: Google's fake runs in a process of its own, the bare
client is the adapter of the provider port, which fetches the same pages, reads them and keeps
nothing; ours is the whole run on a fresh SQLite file. They alternate in fresh processes; the ratio is
the median over the pairs, after one that does not count.
"""

import json
from statistics import median

from benchmarks.first_sync import empty_database, spread
from tests.scale import parts
from tests.scale.parts import Google

CONTACTS = 20_000
PAIRS = 5
GOAL_RATIO = 1.5


def bare(service: Google) -> dict[str, float]:
    """Seconds, and seconds of processor, to fetch all pages."""
    about = json.dumps(service.about)
    process = parts.start(service, "sqlite://", "tests.scale.fetch_cards", about)
    cost = parts.said(process, begin=True)
    if cost["came_to"] != CONTACTS:
        raise SystemExit(f"{cost['came_to']} contacts came")
    return cost


def ours(service: Google) -> dict[str, float]:
    """The same of a first run of sync."""
    with empty_database() as url:
        book_id = parts.connect_book(service)
        process = parts.start(service, url, "tests.scale.pull_cards", str(book_id))
        return parts.said(process, begin=True)


def pair(service: Google, *, ours_first: bool) -> tuple[dict[str, float], dict[str, float]]:
    """What the bare client costs, and what ours does right before or after it."""
    if ours_first:
        mine = ours(service)
        return bare(service), mine
    return bare(service), ours(service)


def measure(wait: float) -> None:
    """Time pairs of both and print them."""
    with parts.google(0, contacts=CONTACTS, page=1000, wait=wait) as service:
        pairs = [pair(service, ours_first=number % 2 == 1) for number in range(PAIRS + 1)][1:]
    print(f"{CONTACTS:,} contacts, {wait * 1000:.0f} ms on the way for each page")
    print(f"  bare client    {spread([plain['seconds'] for plain, _ in pairs])} s")
    print(f"  first download {spread([cost['seconds'] for _, cost in pairs])} s")
    print(f"  {max(cost['megabytes'] for _, cost in pairs):.0f} MB at the most")
    ratios = [cost["seconds"] / plain["seconds"] for plain, cost in pairs]
    print(f"  ratio {spread(ratios)} (goal below {GOAL_RATIO})")
    ratios = [cost["processor"] / plain["processor"] for plain, cost in pairs]
    speed = CONTACTS / median(cost["processor"] for _, cost in pairs)
    print(f"  processor: ratio {spread(ratios)}, {speed:,.0f} contacts/s of it")


def main() -> None:
    measure(0.0)
    measure(0.2)


if __name__ == "__main__":
    main()
