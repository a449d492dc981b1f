"""``python -m tests.scale.pull CALENDAR``: run one calendar's sync in a process of its own.

Begins with the first line on its input, and prints what it cost (``cost.measured``).
"""

import sys

import crm_app.worker  # noqa: F401 - declares all handlers
from crm_app.core import db
from crm_app.sync import runs
from tests.scale.cost import measured


def main() -> None:
    """Read the calendar to its end."""
    calendar_id = int(sys.argv[1])
    with db.reading():
        pass
    measured(lambda: runs.run(calendar_id, seconds=3600))


if __name__ == "__main__":
    main()
