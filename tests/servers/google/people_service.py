"""The methods of the People API that are played here, and how that API says no."""

from typing import Any

from tests.servers.google import people_listing as listing
from tests.servers.google.account import told
from tests.servers.google.people_store import GooglePeople
from tests.servers.google.store import Refused
from tests.servers.plain_http import Told

Json = dict[str, Any]
PATH = "/v1/"
SCOPE = "https://www.googleapis.com/auth/contacts"
_READING = {"people.connections.list", "people.get", "contactGroups.list"}
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
}
_FAILED = {"FAILED_PRECONDITION", "EXPIRED_SYNC_TOKEN"}


def check_right(book: GooglePeople, name: str, granted: str) -> None:
    """Whether what was granted is enough for the method; an empty grant is for everything."""
    enough = {SCOPE, f"{SCOPE}.readonly"} if name in _READING else {SCOPE}
    if granted and not enough & set(granted.split()):
        raise Refused(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    if book.role == "none" or (book.role == "reader" and name not in _READING):
        raise Refused(403, "PERMISSION_DENIED")


def people(
    book: GooglePeople,
    name: str,
    named: dict[str, str],
    query: dict[str, list[str]],
    body: Json,
    longest: int,
) -> Json:
    """What the method ``name`` answers."""
    person = named.get("resourceName", "")
    if name == "people.connections.list":
        if person != "people/me":
            raise Refused(400, "INVALID_ARGUMENT")
        return listing.connections(book, query, longest)
    if name == "contactGroups.list":
        return listing.groups(book, query)
    if name == "people.deleteContact":
        book.delete(person, by_api=True)
        return {}
    if name == "people.get":
        found = book.get(person)
    elif name == "people.createContact":
        found = book.create(body)
    elif name == "people.updateContact":
        fields = query.get("updatePersonFields", [""])[0].split(",")
        found = book.update(person, body, fields)
    else:
        raise Refused(501, "UNIMPLEMENTED")
    if "personFields" not in query:
        raise Refused(400, "INVALID_ARGUMENT")
    return listing.shown_person(book, found, query)


def refusal(refused: Refused) -> Told:
    """A refusal as newer APIs word it, the finer reason among the details."""
    status = _STATUS.get(refused.status, "INTERNAL")
    status = "FAILED_PRECONDITION" if refused.reason in _FAILED else status
    error: Json = {"code": refused.status, "message": "A message.", "status": status}
    if refused.reason not in {status, "NOT_FOUND"}:
        kind = "type.googleapis.com/google.rpc.ErrorInfo"
        domain = "people.googleapis.com"
        error["details"] = [{"@type": kind, "reason": refused.reason, "domain": domain}]
    return told({"error": error}, refused.status, refused.headers)
