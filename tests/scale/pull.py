"""``python -m tests.scale.pull CALENDAR``: run one calendar's sync in a process of its own.

Begins with the first line on its input, as in a worker that has started and loaded the provider, and
prints what it cost (``cost.measured``).
"""

import sys

import crm_app.providers.google.calendars  # noqa: F401 - loaded with the first account otherwise
from crm_app import worker  # declares all handlers
from crm_app.core import db
from crm_app.sync.runs import runs
from tests.scale.cost import measured


def main() -> None:
    """Read the calendar to its end."""
    calendar_id = int(sys.argv[1])
    with db.reading():
        pass
    worker.settle_in()
    measured(lambda: runs.run(calendar_id, seconds=3600))


if __name__ == "__main__":
    main()
