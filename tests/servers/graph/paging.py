"""What Graph's listings have in common: sizes of pages, links to go on from, searches by property."""

import base64
import json
import re
from typing import Any

from tests.servers.graph.hooks import Refused

Answer = tuple[int, dict[str, Any] | None]
FILTER = re.compile(
    r"singleValueExtendedProperties/Any\(ep: ep/id eq '((?:[^']|'')*)' "
    r"and ep/value eq '((?:[^']|'')*)'\)"
)


def page_size(headers: dict[str, str]) -> int:
    """How many entries a page holds."""
    found = re.search(r"odata\.maxpagesize=(\d+)", headers.get("prefer", ""))
    return int(found.group(1)) if found else 10


def state_in(query: dict[str, str]) -> dict[str, Any]:
    """Where a listing stands: revisions since, up to and after; whether it began from nothing."""
    text = query.get("$skiptoken") or query.get("$deltatoken")
    if text is None:
        return {"since": 0, "upto": 0, "after": 0, "full": True}
    try:
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text))
    except ValueError:
        raise Refused(400, "SyncStateInvalid", "The token is not understood.") from None
    return found


def token_of(state: dict[str, Any]) -> str:
    """The end of a link that says where a listing stands."""
    return base64.urlsafe_b64encode(json.dumps(state).encode()).decode()
