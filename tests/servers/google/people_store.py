"""An address book as Google keeps it: people with their sources, labels, and lists that lag behind."""

import itertools
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.servers.google.schema import PEOPLE, mask_words
from tests.servers.google.store import Refused

Json = dict[str, Any]
_START = datetime(2026, 1, 1, tzinfo=UTC)
_UPDATE = "people.people.updateContact"
_SINGLE = ("names", "biographies", "birthdays", "genders")
_MINE = {"contactGroupMembership": {"contactGroupResourceName": "contactGroups/myContacts"}}
SYSTEM_GROUPS = ("myContacts", "starred", "friends", "family", "coworkers", "chatBuddies", "all")


def writable() -> frozenset[str]:
    """The fields that a contact may be written with, by Google's description."""
    (method,) = [
        one
        for one in PEOPLE.description["resources"]["people"]["methods"].values()
        if one["id"] == _UPDATE
    ]
    return mask_words(method["parameters"]["updatePersonFields"]["description"])


@dataclass
class GooglePeople:
    """The contacts of one account.

    ``people`` is the truth, None what was deleted. With ``lags`` on, lists show what was written by
    the API only after ``catch_up``, and show the person as he was meanwhile. ``oldest``: tokens of
    full listings from before that moment (of ``clock``, in seconds) are good no more.
    """

    people: dict[str, Json | None] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    # What else is known of a person, from his own profile.
    profiles: dict[str, Json] = field(default_factory=dict)
    # Lists: what they show instead of the truth, and the revision at which each last moved there.
    shown: dict[str, Json | None] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    former: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    revision: int = 0
    lags: bool = False
    clock: float = 0.0
    oldest: float = 0.0
    # How many full listings may still be begun; None: any number.
    first_pages: int | None = None
    # What the account may do with its contacts: owner, reader or none.
    role: str = "owner"
    _order: list[str] | None = None
    _made: Any = field(default_factory=lambda: itertools.count(0x4F1A2B3C))

    def names(self) -> list[str]:
        """All resource names in the order of lists."""
        if self._order is None:
            self._order = sorted(self.people)
        return self._order

    def get(self, name: str) -> Json:
        """A person as he is now."""
        found = self.people.get(name)
        if found is None:
            raise Refused(404, "NOT_FOUND")
        return found

    def create(self, body: Json) -> Json:
        """Make a contact by the API."""
        number = next(self._made)
        name = f"people/c{number}"
        said = self._accepted({key: body[key] for key in body if key in writable()})
        return self.keep(name, f"{number:x}", said, by_api=True)

    def update(self, name: str, body: Json, fields: list[str]) -> Json:
        """Replace the named fields of a contact by the API."""
        present = self.get(name)
        given = [
            one for one in body.get("metadata", {}).get("sources", []) if one["type"] == "CONTACT"
        ]
        if not given or "etag" not in given[0]:
            raise Refused(400, "INVALID_ARGUMENT")
        if given[0]["etag"] != present["metadata"]["sources"][0]["etag"]:
            raise Refused(400, "FAILED_PRECONDITION")
        if "memberships" in fields and not body.get("memberships"):
            raise Refused(400, "INVALID_ARGUMENT")
        said = self._accepted({key: body.get(key, []) for key in fields})
        kept = {key: present[key] for key in writable() if key in present and key not in said}
        return self.keep(name, source_id(present), {**kept, **said}, by_api=True)

    def delete(self, name: str, *, by_api: bool = False) -> None:
        """Delete a contact."""
        before = self.get(name)
        self._move(name, before, by_api=by_api)
        self.people[name] = None

    def keep(self, name: str, source: str, fields: Json, *, by_api: bool = False) -> Json:
        """Store a person as the newest change."""
        self._move(name, self.people.get(name), by_api=by_api)
        made = _dressed(name, source, self.revision, fields)
        if name not in self.people:
            self._order = None
        self.people[name] = made
        return made

    def catch_up(self) -> None:
        """Lists show the truth."""
        for name in self.shown:
            self.revision += 1
            self.moved[name] = self.revision
        self.shown.clear()

    def forget(self, name: str) -> None:
        """As if there had never been anybody of that name."""
        del self.people[name]
        self.moved.pop(name)
        self.shown.pop(name, None)
        self._order = None

    def _move(self, name: str, before: Json | None, *, by_api: bool) -> None:
        self.revision += 1
        self.moved[name] = self.revision
        if by_api and self.lags:
            self.shown.setdefault(name, before)
        elif not by_api:
            self.shown.pop(name, None)

    def _accepted(self, said: Json) -> Json:
        """The fields of a request as they are kept; raises Refused for what may not be."""
        for name in _SINGLE:
            if len(said.get(name, ())) > 1:
                raise Refused(400, "INVALID_ARGUMENT")
        for one in said.get("memberships", ()):
            group = one.get("contactGroupMembership", {}).get("contactGroupResourceName", "")
            known = {f"contactGroups/{each}" for each in ("myContacts", "starred")}
            if group not in known | set(self.groups):
                raise Refused(400, "INVALID_ARGUMENT")
        return deepcopy(said)


def source_id(person: Json) -> str:
    """The number of the entry, which stays."""
    return str(person["metadata"]["sources"][0]["id"])


def _dressed(name: str, source: str, revision: int, fields: Json) -> Json:
    """A person with all that Google adds by itself."""
    stamp = f"{_START + timedelta(seconds=revision):%Y-%m-%dT%H:%M:%S.000000Z}"
    own = {"type": "CONTACT", "id": source}
    made: Json = {
        "resourceName": name,
        "etag": f"%Eg{revision:08}",
        "metadata": {
            "sources": [{**own, "etag": f"#c{revision:08}=", "updateTime": stamp}],
            "objectType": "PERSON",
        },
    }
    for key, several in {"memberships": [_MINE], **fields}.items():
        if several:
            made[key] = [_item(key, each, own) for each in several]
            _mark_main(made[key])
    return made


def _item(key: str, said: Json, source: Json) -> Json:
    item = {name: value for name, value in said.items() if value not in (None, "")}
    flags = {"sourcePrimary": True} if said.get("metadata", {}).get("sourcePrimary") else {}
    item["metadata"] = {"source": source, **flags}
    if "type" in item and key in {"emailAddresses", "phoneNumbers", "addresses", "organizations"}:
        item["formattedType"] = str(item["type"]).title()
    if key == "names":
        item |= _shown_name(item)
    if key == "addresses":
        parts = ("streetAddress", "extendedAddress", "poBox", "postalCode", "city", "country")
        lines = [str(item[part]) for part in parts if part in item]
        item.setdefault("formattedValue", "\n".join(lines))
    if key == "phoneNumbers" and str(item.get("value", "")).startswith("+"):
        item["canonicalForm"] = "+" + "".join(c for c in item["value"] if c.isdigit())
    return item


def _shown_name(item: Json) -> Json:
    order = ("honorificPrefix", "givenName", "middleName", "familyName", "honorificSuffix")
    parts = [str(item[part]) for part in order if part in item]
    shown = " ".join(parts) or str(item.get("unstructuredName", ""))
    if not parts and shown:
        item["givenName"], _, item["familyName"] = shown.partition(" ")
    last_first = ", ".join(str(item[one]) for one in ("familyName", "givenName") if item.get(one))
    return {"displayName": shown, "displayNameLastFirst": last_first, "unstructuredName": shown}


def _mark_main(items: list[Json]) -> None:
    marked = [each for each in items if each["metadata"].get("sourcePrimary")] or items[:1]
    for each in items:
        each["metadata"].pop("sourcePrimary", None)
    marked[0]["metadata"] |= {"primary": True, "sourcePrimary": True}
