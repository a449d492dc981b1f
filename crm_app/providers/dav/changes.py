"""What a collection holds and what changed in it: the two questions, each one request."""

from dataclasses import dataclass

from crm_app.core.errors import CursorExpired, RemoteUnavailable
from crm_app.providers.dav.client import DavClient, DavRefused, strong
from crm_app.providers.dav.hrefs import member_path, path_of
from crm_app.providers.dav.multistatus import MultiStatus, Resource
from crm_app.providers.dav.xml import CALENDAR_SERVER, DAV, element, name, prop

ETAG = name(DAV, "getetag")
SYNC_TOKEN = name(DAV, "sync-token")
CTAG = name(CALENDAR_SERVER, "getctag")
REPORTS = name(DAV, "supported-report-set")
TYPE = name(DAV, "resourcetype")
GONE = frozenset({404, 410})
_COLLECTION = name(DAV, "collection")
_SYNC = name(DAV, "sync-collection")
_INVALID_TOKEN = name(DAV, "valid-sync-token")


@dataclass(frozen=True, slots=True)
class State:
    """How a collection lets itself be followed."""

    syncs: bool
    ctag: str


@dataclass(frozen=True, slots=True)
class Changes:
    """An answer to a sync token: members with their etags, members that are gone, the next token.

    ``truncated`` means that the server has more to tell from that token on.
    """

    changed: dict[str, str]
    removed: tuple[str, ...]
    token: str
    truncated: bool


def read_state(client: DavClient, url: str) -> State:
    """One PROPFIND on the collection itself."""
    found = client.propfind(url, [TYPE, SYNC_TOKEN, CTAG, REPORTS])
    for resource in found.resources:
        syncs = resource.has(REPORTS, _SYNC) and bool(resource.text(SYNC_TOKEN))
        return State(syncs, resource.text(CTAG))
    raise DavRefused(404)


def read_changes(client: DavClient, url: str, token: str) -> Changes:
    """sync-collection (RFC 6578 §3.2); an empty token asks for everything.

    No limit is asked for: servers exist that cut the answer and skip the rest for ever.
    Raises CursorExpired when the token is too old.
    """
    body = element(
        _SYNC,
        element(SYNC_TOKEN, text=token),
        element(name(DAV, "sync-level"), text="1"),
        prop([ETAG]),
    )
    try:
        found = client.report(url, body, depth=0)
    except DavRefused as refused:
        if token and _token_refused(refused):
            raise CursorExpired(detail=refused.detail) from None
        raise
    if found.sync_token is None:
        raise RemoteUnavailable(detail="sync-collection without a token")
    return _sorted_out(url, found, found.sync_token)


def _token_refused(refused: DavRefused) -> bool:
    return _INVALID_TOKEN in refused.conditions or refused.status in {409, 410, 412}


def _sorted_out(url: str, found: MultiStatus, token: str) -> Changes:
    changed: dict[str, str] = {}
    removed: list[str] = []
    truncated = False
    for resource in found.resources:
        if is_itself(url, resource):
            truncated = truncated or resource.status == 507
        elif path := member_of(url, resource):
            if resource.status in GONE:
                removed.append(path)
            else:
                changed[path] = strong(resource.text(ETAG)) or ""
    return Changes(changed, tuple(removed), token, truncated)


def read_members(client: DavClient, url: str) -> dict[str, str]:
    """All members with their etags, by a PROPFIND of depth 1."""
    found = client.propfind(url, [ETAG, TYPE], depth=1)
    itself = [resource for resource in found.resources if is_itself(url, resource)]
    if not itself or itself[0].status >= 300:
        # What is missing in half a listing would look deleted.
        raise RemoteUnavailable(detail="incomplete listing")
    members: dict[str, str] = {}
    for resource in found.resources:
        path = None if is_itself(url, resource) else member_of(url, resource)
        if path and resource.status not in GONE and not resource.has(TYPE, _COLLECTION):
            members[path] = strong(resource.text(ETAG)) or ""
    return members


def is_itself(url: str, resource: Resource) -> bool:
    """Whether a resource in a listing is the collection; iCloud lists it among its members."""
    return path_of(resource.href).rstrip("/") == path_of(url).rstrip("/")


def member_of(url: str, resource: Resource) -> str | None:
    """The path of a member; None for what lies elsewhere or is a collection.

    Raises AddressRefused for an href on another host.
    """
    path = member_path(url, resource.href)
    inside = path.startswith(path_of(url).rstrip("/") + "/")
    return path if inside and not path.endswith("/") else None
