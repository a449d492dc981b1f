"""What somebody chose for an import: how known contacts are met, and what those that are made get. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm_app.contacts.names import cleaned
from crm_app.core.kinds import ContactKind

MOST_TAGS = 20


class Known(StrEnum):
    """What happens to a row whose contact is known."""

    SKIP = "skip"
    FILL = "fill"
    OVERWRITE = "overwrite"
    ANYWAY = "anyway"


@dataclass(frozen=True, slots=True)
class Choices:
    """``owner_id`` None: nobody. ``companies``: a company that is not here yet is made. ``triggers``:
    automation acts on what comes in, as if somebody had typed it."""

    known: Known = Known.SKIP
    kind: ContactKind = ContactKind.LEAD
    owner_id: int | None = None
    tags: tuple[str, ...] = ()
    companies: bool = True
    triggers: bool = False

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "known": self.known.value,
            "kind": self.kind.value,
            "owner_id": self.owner_id,
            "tags": list(self.tags),
            "companies": self.companies,
            "triggers": self.triggers,
        }


def from_json(stored: Mapping[str, Any]) -> Choices:
    """What was stored, or what a browser sent; whatever is no choice of ours is as it comes."""
    known, kind, owner = stored.get("known"), stored.get("kind"), stored.get("owner_id")
    tags = stored.get("tags")
    named = [cleaned(str(tag), longest=60) for tag in tags] if isinstance(tags, list) else []
    return Choices(
        known=Known(str(known)) if known in set(Known) else Known.SKIP,
        kind=ContactKind(str(kind)) if kind in set(ContactKind) else ContactKind.LEAD,
        owner_id=owner if type(owner) is int else None,
        tags=tuple(dict.fromkeys(tag for tag in named if tag))[:MOST_TAGS],
        companies=stored.get("companies") is not False,
        triggers=stored.get("triggers") is True,
    )
