"""How a feed was when it was last read, as an opaque text. Pure.

It holds what the server wants to hear back (its etag and date, never a clock of ours), a hash of the
whole text, and each entry's mark by its name. In the middle of a listing there are only the entries
that were handed on so far, so that the rest is found anew. Of the address there is nothing in it.
"""

import json
from dataclasses import asdict, dataclass, field

from crm_app.core.errors import CursorExpired

_VERSION = 1


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """``full``: the listing in progress began from nothing. ``text``: empty while it goes on."""

    etag: str = ""
    modified: str = ""
    text: str = ""
    full: bool = False
    marks: dict[str, str] = field(default_factory=dict)

    def dump(self) -> str:
        """The text that the caller keeps."""
        stored = {name: each for name, each in asdict(self).items() if each}
        return json.dumps({"v": _VERSION, **stored}, separators=(",", ":"))


def load(text: str) -> FeedCursor:
    """The cursor in ``text``. Raises CursorExpired when it is none of ours."""
    try:
        stored = json.loads(text)
        if stored.pop("v") != _VERSION:
            raise CursorExpired(detail="cursor of another version")
        return FeedCursor(**stored)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise CursorExpired(detail="cursor not readable") from None
