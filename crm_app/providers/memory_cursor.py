"""How far a pull from a service in memory has come, as an opaque text. Pure."""

import json
from dataclasses import dataclass

from crm_app.core.errors import CursorExpired


@dataclass(frozen=True, slots=True)
class MemoryCursor:
    """Everything up to revision ``since`` is known; inside a listing that ends at revision ``upto``
    everything up to the href ``after``. ``full``: that listing began from nothing."""

    since: int = 0
    after: str = ""
    upto: int = 0
    full: bool = False

    def dump(self) -> str:
        """The text that the caller keeps."""
        return json.dumps([self.since, self.after, self.upto, self.full])


def load(cursor: str | None, *, oldest: int) -> MemoryCursor:
    """The cursor in a text; ``oldest`` is the first revision that one may still start from.

    Raises CursorExpired.
    """
    if cursor is None:
        return MemoryCursor(full=True)
    try:
        found = MemoryCursor(*json.loads(cursor))
    except (ValueError, TypeError):
        raise CursorExpired(detail="cursor not readable") from None
    if (found.upto or found.since) < oldest:
        raise CursorExpired(detail="cursor too old")
    return found
