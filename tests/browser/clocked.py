"""``crm`` on a clock that a test moves: ``python -m tests.browser.clocked <file> serve --port N``.

The file says how many seconds the server is ahead of the present, and may be written at any moment.
Only the time of day moves, as when a computer's clock is set; what measures how long something takes
(``time.monotonic``) goes on. For tests alone: nothing of the product knows of it.
"""

import os
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

from crm_app import cli

_EVERY = 0.02


@dataclass
class Clock:
    """The test's end of the file."""

    file: Path
    ahead: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.move(timedelta())

    @property
    def command(self) -> tuple[str, ...]:
        """What starts ``crm`` on this clock, as a module and its first arguments."""
        return ("tests.browser.clocked", str(self.file))

    def move(self, by: timedelta) -> None:
        """Set the server's clock forward; it follows within some hundredths of a second."""
        self.ahead += by
        # In one piece, so that half a number is never read.
        written = self.file.with_suffix(".new")
        written.write_text(str(self.ahead.total_seconds()))
        written.replace(self.file)

    def now(self) -> datetime:
        """What the server takes for the present."""
        return datetime.now(UTC) + self.ahead


def follow(file: Path) -> None:
    """Have this process, and each that it forks, be as far ahead as ``file`` says, until it ends."""
    ahead = float(file.read_text())
    traveller = time_machine.travel(timedelta(seconds=ahead), tick=True).start()
    rest = threading.Event()

    def keep() -> None:
        nonlocal ahead
        while not rest.wait(_EVERY):
            wanted = float(file.read_text())
            traveller.shift(wanted - ahead)
            ahead = wanted

    def begin() -> None:
        threading.Thread(target=keep, daemon=True).start()

    begin()
    # The server's worker is a fork, in which this thread does not run.
    os.register_at_fork(after_in_child=begin)


if __name__ == "__main__":
    follow(Path(sys.argv.pop(1)))
    cli.run()
