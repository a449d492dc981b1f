"""How what we made is known again among Outlook's events and contacts. Pure.

The transaction id of an event is ours to choose when it is made, makes the making repeatable, and
comes back in every listing; so it carries the appointment's public id and UID. An extended property
carries the UID as well, because an event can be searched by that. A contact has only such a
property: the key that it was made with.

Pages: https://learn.microsoft.com/graph/api/resources/event (transactionId),
https://learn.microsoft.com/graph/api/resources/extended-properties-overview
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_BEGIN = "tandem:"
# A property set of our own, so that the name cannot be anybody else's.
_OURS = "String {6f2a7c1e-4d0b-4f5e-9a57-1c8f3b7de210} Name"
PROPERTY = f"{_OURS} TandemUid"
CARD_KEY = f"{_OURS} TandemCardKey"
# Listings of changes never tell such a property; it has to be asked for by its name.
WITH_CARD_KEY = f"singleValueExtendedProperties($filter=id eq '{CARD_KEY}')"


@dataclass(frozen=True, slots=True)
class Mark:
    """Which appointment an event is the copy of."""

    tandem_id: str
    uid: str


def transaction_id(mark: Mark, attempt: int = 0) -> str:
    """The text of a mark. A later ``attempt`` is for an event that was deleted and is made anew,
    where the first text is used up."""
    return f"{_BEGIN}{mark.tandem_id}:{attempt}:{mark.uid}"


def mark_of(event: Mapping[str, Any]) -> Mark | None:
    """The mark that an event bears, if it is one of ours."""
    text = event.get("transactionId")
    if not isinstance(text, str) or not text.startswith(_BEGIN):
        return None
    tandem_id, _, rest = text.removeprefix(_BEGIN).partition(":")
    attempt, _, uid = rest.partition(":")
    return Mark(tandem_id, uid) if tandem_id and attempt.isdigit() and uid else None


def card_key_of(contact: Mapping[str, Any]) -> str:
    """The key that a contact was made with, if it is one of ours and its properties were told."""
    told = contact.get("singleValueExtendedProperties") or []
    return next((str(each.get("value")) for each in told if each.get("id") == CARD_KEY), "")


def search_for(value: str, name: str = PROPERTY) -> str:
    """The OData filter that finds whatever has ``value`` in our property ``name``."""
    quoted = value.replace("'", "''")
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq '{quoted}')"
