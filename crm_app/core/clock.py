"""The one place that asks what time it is. Rules take ``now`` as an argument; only edges call this.

Sample data live through their past on a clock that stands still (``held``). Nothing else holds it, and
it is held for the caller alone: other threads and requests go on in the present.
"""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime

_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """The present, UTC-aware."""
    return _held.get() or datetime.now(UTC)


@contextlib.contextmanager
def held(moment: datetime) -> Iterator[None]:
    """Have it be ``moment`` (UTC) for what runs inside the block."""
    token = _held.set(moment)
    try:
        yield
    finally:
        _held.reset(token)
