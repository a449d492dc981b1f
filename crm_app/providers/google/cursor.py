"""How far a calendar or the contacts have been followed, as an opaque text. Pure.

A listing in progress is its page token together with everything that the next page has to be asked
with, so that an interrupted one goes on. A text of another version of this program means: list
everything anew.
"""

import json
from dataclasses import dataclass

from crm_app.core.errors import CursorExpired

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Cursor:
    """``sync`` is the sync token that the listing started from, empty when it started from nothing;
    ``page`` is the next page of it, empty at its beginning; ``size`` is asked for per page."""

    size: int
    sync: str = ""
    page: str = ""

    @property
    def full(self) -> bool:
        """Whether the listing started from nothing."""
        return not self.sync

    @property
    def fresh(self) -> bool:
        """Whether nothing has been listed yet, so that nothing can have expired."""
        return not self.sync and not self.page

    def dump(self) -> str:
        """The text that the caller keeps."""
        return json.dumps({"v": _VERSION, "n": self.size, "sync": self.sync, "page": self.page})


def load(text: str) -> Cursor:
    """The cursor in ``text``. Raises CursorExpired when it is none of ours."""
    try:
        stored = json.loads(text)
        if stored["v"] == _VERSION:
            found = Cursor(int(stored["n"]), str(stored["sync"]), str(stored["page"]))
            if not found.fresh:
                return found
    except (ValueError, TypeError, KeyError):
        pass
    raise CursorExpired(detail="cursor not readable")
