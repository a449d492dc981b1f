"""How far a collection has been followed, as an opaque text. Pure.

``kind`` is how changes are found: by the server's sync token (RFC 6578), or by comparing etags when
the collection's ctag moves. A cursor in the middle of a listing says which part is done, so that an
interrupted one goes on. A text of another version of this program means: list everything anew.
"""

import json
from dataclasses import dataclass, field
from typing import Literal

from crm_app.core.errors import CursorExpired

_VERSION = 1
Kind = Literal["sync-token", "ctag"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """``value``: the token or ctag reached. ``full``: the listing in progress began from nothing.

    Within one answer to a sync token, ``after`` is the last member done and ``next`` the token that
    the answer ends with. ``etags`` (etag mode) are the members known so far, by path.
    """

    kind: Kind
    value: str
    full: bool = False
    after: str | None = None
    next: str | None = None
    etags: dict[str, str] = field(default_factory=dict)

    def dump(self) -> str:
        """The text that the caller keeps."""
        stored = {
            "v": _VERSION,
            "kind": self.kind,
            "value": self.value,
            "full": self.full,
            "after": self.after,
            "next": self.next,
            "etags": self.etags,
        }
        return json.dumps(
            {key: each for key, each in stored.items() if each not in (None, {}, False)}
        )


def load(text: str) -> Cursor:
    """The cursor in ``text``. Raises CursorExpired when it is none of ours."""
    try:
        stored = json.loads(text)
        if stored.pop("v") != _VERSION or stored["kind"] not in ("sync-token", "ctag"):
            raise CursorExpired(detail="cursor of another version")
        return Cursor(**stored)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise CursorExpired(detail="cursor not readable") from None
