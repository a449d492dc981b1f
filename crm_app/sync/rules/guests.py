"""Who of the people on an external event is a guest: somebody from outside the team (SYN-7, SYN-12).

Pure. What always holds: the calendar's owner under any of his addresses, another user, a room, and
whoever a filter covers is no guest; nobody is a guest twice; whatever stands in an event, nothing
raises. Addresses are compared in the match rule's form (CON-2).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from crm_app.core.addresses import email_key
from crm_app.providers.occurrence import Attendee, Occurrence

# Addresses that Google gives to rooms, shared calendars and lost organizers: nobody reads them.
_MACHINES = ("calendar.google.com",)
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody from outside. ``key`` is the address in the match rule's form."""

    email: str
    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Whose addresses are never guests: single ones, whole domains, domains with all below them."""

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    trees: frozenset[str] = frozenset()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> "Filters":
        """From stored patterns: ``key``, ``@domain``, ``@*.domain``."""
        addresses, domains, trees = set(), set(), set()
        for pattern in patterns:
            if pattern.startswith("@*."):
                trees.add(pattern[3:])
            elif pattern.startswith("@"):
                domains.add(pattern[1:])
            else:
                addresses.add(pattern)
        return cls(frozenset(addresses), frozenset(domains), frozenset(trees))

    def cover(self, key: str) -> bool:
        """Whether an address, given by its key, is filtered."""
        domain = key.rpartition("@")[2]
        if key in self.addresses or domain in self.domains:
            return True
        return bool(self.trees) and any(above in self.trees for above in _above(domain))


NO_FILTERS = Filters()


def guests_of(
    occurrence: Occurrence,
    *,
    own: Collection[str],
    colleagues: Collection[str],
    filters: Filters = NO_FILTERS,
) -> tuple[Guest, ...]:
    """The guests of an instance: an organizer who is not on the list first, then by the list's order.

    ``own`` are the owner's addresses as they are written or as keys, ``colleagues`` the keys of
    the workspace's users.
    """
    mine = {key_of(address) for address in own}
    found: dict[str, Guest] = {}
    for person in _people(occurrence):
        key = key_of(person.email)
        outside = key and key not in mine and key not in colleagues
        if outside and not person.is_resource and not _is_machine(key) and not filters.cover(key):
            found.setdefault(key, Guest(person.email.strip(), _name(person), key))
    return tuple(found.values())


def colleagues_of(occurrence: Occurrence, colleagues: Mapping[str, int]) -> dict[int, Guest]:
    """The users, by id, who are on an instance besides its calendar's owner, as it names them."""
    found: dict[int, Guest] = {}
    for person in _people(occurrence):
        key = key_of(person.email)
        if key in colleagues:
            found.setdefault(colleagues[key], Guest(person.email.strip(), _name(person), key))
    return found


def keys_of(occurrences: Iterable[Occurrence]) -> frozenset[str]:
    """The keys of everybody on them, to look up at once who is known."""
    keys = (key_of(person.email) for one in occurrences for person in _people(one))
    return frozenset(key for key in keys if key)


@lru_cache(maxsize=20_000)
def key_of(address: str) -> str:
    """The match rule's form of an address; empty when it is none."""
    try:
        return email_key(address.strip().removeprefix("mailto:"))
    except ValueError:
        return ""


def _people(occurrence: Occurrence) -> tuple[Attendee, ...]:
    organizer = occurrence.organizer
    if not organizer or any(person.email == organizer for person in occurrence.attendees):
        return occurrence.attendees
    return (Attendee(organizer, occurrence.organizer_name), *occurrence.attendees)


def _name(person: Attendee) -> str:
    name = " ".join("".join(c if c.isprintable() else " " for c in person.name).split())
    # Many programs repeat the address where they know no name.
    return "" if "@" in name else name[:_LONGEST_NAME]


def _is_machine(key: str) -> bool:
    return any(above in _MACHINES for above in _above(key.rpartition("@")[2]))


def _above(domain: str) -> Iterable[str]:
    """``a.b.example`` -> itself, ``b.example``, ``example``."""
    labels = domain.split(".")
    return (".".join(labels[start:]) for start in range(len(labels)))
