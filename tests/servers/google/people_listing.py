"""Lists of contacts as Google gives them: pages, and tokens by which only what changed comes.
https://developers.google.com/people/api/rest/v1/people.connections/list"""

import bisect
from copy import deepcopy
from typing import Any

from tests.servers.google.listing import pack, unpack
from tests.servers.google.people_store import SYSTEM_GROUPS, GooglePeople
from tests.servers.google.store import Refused

Json = dict[str, Any]
Query = dict[str, list[str]]
_TOKENS = {"syncToken", "pageToken"}
_WEEK = 7 * 86_400
_MOST_LINES = 100
# From before any revision: everything that there is.
_ALL = -1
_ONLY_CONTACTS = ["READ_SOURCE_TYPE_CONTACT"]


def connections(book: GooglePeople, query: Query, longest: int) -> Json:
    """A page of contacts: all of them, or those that changed since a token."""
    if "personFields" not in query:
        raise Refused(400, "INVALID_ARGUMENT")
    size = int(query.get("pageSize", ["100"])[0])
    if not 1 <= size <= 1000:
        raise Refused(400, "INVALID_ARGUMENT")
    if query.get("sortOrder") == ["LAST_MODIFIED_DESCENDING"]:
        return _latest_first(book, query, size)
    return _page(book, query, min(size, longest))


def groups(book: GooglePeople, query: Query) -> Json:
    """A page of contact groups: Google's own and the person's."""
    known = [
        {
            "resourceName": f"contactGroups/{name}",
            "etag": "sys",
            "groupType": "SYSTEM_CONTACT_GROUP",
            "name": name,
            "formattedName": name.title(),
        }
        for name in SYSTEM_GROUPS
    ]
    known += [
        {
            "resourceName": name,
            "etag": "user",
            "groupType": "USER_CONTACT_GROUP",
            "name": shown,
            "formattedName": shown,
        }
        for name, shown in book.groups.items()
    ]
    size = int(query.get("pageSize", ["30"])[0])
    start = int(query.get("pageToken", ["0"])[0])
    more = {"nextPageToken": str(start + size)} if start + size < len(known) else {}
    return {"contactGroups": known[start : start + size], "totalItems": len(known), **more}


def shown_person(book: GooglePeople, person: Json, query: Query) -> Json:
    """A person with the wanted fields; what is known from elsewhere too unless only contacts count."""
    wanted = {"resourceName", "etag", *query["personFields"][0].split(",")}
    found = {name: value for name, value in person.items() if name in wanted}
    profile = book.profiles.get(person["resourceName"])
    if profile is None or query.get("sources") == _ONLY_CONTACTS:
        return found
    found = deepcopy(found)
    source = {"type": "PROFILE", "id": "1001"}
    found["metadata"]["sources"].append({**source, "etag": "#p="})
    for name, several in profile.items():
        own = [{**each, "metadata": {"source": source, "verified": True}} for each in several]
        found[name] = own + found.get(name, [])
    return found


def _page(book: GooglePeople, query: Query, size: int) -> Json:
    same = {name: values for name, values in query.items() if name not in _TOKENS}
    since, upto, after, born = _ALL, book.revision, "", book.clock
    if "syncToken" in query:
        since, born = unpack(query["syncToken"][0], "s", same)
        if born < book.oldest or book.clock - born >= _WEEK:
            raise Refused(400, "EXPIRED_SYNC_TOKEN")
    if "pageToken" in query:
        since, upto, after, born = unpack(query["pageToken"][0], "p", same)
        if born < book.oldest:
            raise Refused(400, "INVALID_ARGUMENT")
    elif since == _ALL and "requestSyncToken" in query:
        _spend_a_first_page(book)
    rows: list[Json] = []
    names = book.names()
    token: Json = {}
    for name in names[bisect.bisect_right(names, after) :] if after else names:
        if book.moved[name] <= since:
            continue
        row = _row(book, name, query, since)
        if row is None:
            continue
        if len(rows) == size:
            token = {"nextPageToken": pack("p", same, since, upto, rows[-1]["resourceName"], born)}
            break
        rows.append(row)
    else:
        if query.get("requestSyncToken") == ["true"]:
            token = {"nextSyncToken": pack("s", same, upto, born)}
    alive = sum(each is not None for each in book.people.values())
    about = {} if since != _ALL else {"totalPeople": alive, "totalItems": alive}
    return {**({"connections": rows} if rows else {}), **about, **token}


def _row(book: GooglePeople, name: str, query: Query, since: int) -> Json | None:
    """A person as lists show him; None when there is nobody to show."""
    person = book.shown[name] if name in book.shown else book.people[name]
    if person is None:
        if since == _ALL or name in book.shown:
            return None
        return {"resourceName": name, "etag": "%Gone", "metadata": {"deleted": True}}
    found = shown_person(book, person, query)
    for field in ("emailAddresses", "phoneNumbers"):
        if len(found.get(field, ())) > _MOST_LINES:
            found = {**found, field: found[field][:_MOST_LINES]}
    former = [old for revision, old in book.former.get(name, ()) if revision > since != _ALL]
    if former:
        found = {**found, "metadata": {**found["metadata"], "previousResourceNames": former}}
    return found


def _latest_first(book: GooglePeople, query: Query, size: int) -> Json:
    alive = [
        person
        for _, person in sorted(book.people.items(), key=_moved(book), reverse=True)
        if person
    ]
    rows = [shown_person(book, person, query) for person in alive[:size]]
    return {"connections": rows, "totalItems": len(alive)}


def _moved(book: GooglePeople) -> Any:
    return lambda row: book.moved[row[0]]


def _spend_a_first_page(book: GooglePeople) -> None:
    if book.first_pages == 0:
        raise Refused(429, "RESOURCE_EXHAUSTED")
    if book.first_pages is not None:
        book.first_pages -= 1
