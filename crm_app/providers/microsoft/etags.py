"""The version that an event or a contact of Graph is at. Pure.

Page: https://learn.microsoft.com/graph/api/resources/outlookitem (changeKey)
"""

from collections.abc import Mapping
from typing import Any

Entry = Mapping[str, Any]


def etag_of(entry: Entry) -> str | None:
    """Graph's own etag, which is made of the change key where only that is told."""
    etag, key = entry.get("@odata.etag"), entry.get("changeKey")
    return str(etag) if etag else f'W/"{key}"' if key else None
