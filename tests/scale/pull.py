"""``python -m tests.scale.pull CALENDAR``: run one calendar's sync in a process of its own.

Begins with the first line on its input, and prints what it cost as one line of JSON: seconds, seconds
of processor, megabytes at the most.
"""

import json
import resource
import sys
import time
from pathlib import Path

import crm_app.worker  # noqa: F401 - declares all handlers
from crm_app.core import db
from crm_app.sync import runs


def main() -> None:
    """Read the calendar to its end."""
    calendar_id = int(sys.argv[1])
    with db.reading():
        pass
    print("ready", file=sys.stderr, flush=True)
    sys.stdin.readline()
    wall, processor = time.perf_counter(), time.process_time()
    runs.run(calendar_id, seconds=3600)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - wall,
                "processor": time.process_time() - processor,
                "megabytes": _most_memory(),
            }
        )
    )


def _most_memory() -> float:
    """Megabytes that this program held at the most.

    Linux counts what the parent held at the fork into ``ru_maxrss``, so its own figure is asked for.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (each for each in status.read_text().splitlines() if each.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
