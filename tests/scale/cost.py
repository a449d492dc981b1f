"""What a piece of work costs a process of its own: said on its output, for ``parts.said``."""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path


def measured(work: Callable[[], object]) -> None:
    """Do ``work`` at the first line on the input, and print a line of JSON: seconds, seconds of
    processor, megabytes at the most, and what it came to."""
    print("ready", file=sys.stderr, flush=True)
    sys.stdin.readline()
    wall, processor = time.perf_counter(), time.process_time()
    came_to = work()
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - wall,
                "processor": time.process_time() - processor,
                "megabytes": _most_memory(),
                "came_to": came_to,
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
