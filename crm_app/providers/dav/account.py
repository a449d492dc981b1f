"""One person's account on a DAV server, for calendars or for address books.

Credentials stay with the host that they were entered for. iCloud puts each account on one of many
hosts and moves accounts between them, so on its hosts a refusal leads to one new discovery before it
is believed.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import chain
from typing import TypedDict, TypeVar, Unpack

from crm_app.core.errors import AddressRefused, LoginExpired, Rejected, RemoteError
from crm_app.providers.dav.client import DavClient, DavRefused
from crm_app.providers.dav.collection import Collection as DavCollection
from crm_app.providers.dav.collection import Flavour, ItemPage
from crm_app.providers.dav.discovery import Home, Service, find_home
from crm_app.providers.dav.hrefs import origin_of, path_of
from crm_app.providers.dav.multistatus import MultiStatus
from crm_app.providers.dav.xml import DAV, name
from crm_app.providers.pinned_transport import Network
from crm_app.providers.safe_http import Credentials, SafeHttp, parse_url

_T = TypeVar("_T")
_ICLOUD = "icloud.com"
_GONE = {404, 410}
_NO_RIGHT = name(DAV, "need-privileges")
_MOVED = {403, 404, 421}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What an account is used for: what to look for, what its members are, which errors say that a
    collection is gone or closed to us, and the message id for one on another server."""

    service: Service
    flavour: Flavour
    gone: type[Rejected]
    closed: type[Rejected]
    elsewhere: str


class Reach(TypedDict, total=False):
    """How an account is reached. ``allow`` opens private hosts and networks; ``timeout`` is in
    seconds per request, 30 where nothing is said. With ``sync_tokens`` off, changes are found by
    etags even where the server has tokens."""

    allow: Collection[str]
    timeout: float
    sync_tokens: bool
    network: Network | None


class DavAccount:
    """An account by the address that a person typed."""

    def __init__(
        self,
        purpose: Purpose,
        server_url: str,
        username: str,
        password: str,
        **reach: Unpack[Reach],
    ) -> None:
        typed = parse_url(server_url if "://" in server_url else f"https://{server_url.strip()}")
        self._purpose = purpose
        self._server_url = str(typed)
        self._moves = typed.host == _ICLOUD or typed.host.endswith(f".{_ICLOUD}")
        self._sync_tokens = reach.get("sync_tokens", True)
        self._hosts: dict[str, str] = {}
        self._http = SafeHttp(
            allow=reach.get("allow", ()),
            credentials=Credentials(
                self._server_url, username, password, (f"*.{_ICLOUD}",) if self._moves else ()
            ),
            timeout=reach.get("timeout", 30.0),
            foreign_redirects=False,
            network=reach.get("network"),
        )
        self._client = DavClient(self._http)

    def __repr__(self) -> str:
        return "DavAccount(...)"

    def close(self) -> None:
        """Let go of connections. May be called twice."""
        self._http.close()

    def limited(self, seconds: float) -> AbstractContextManager[None]:
        """All requests inside the block end within ``seconds``."""
        return self._http.limited(seconds)

    def home(self) -> Home:
        """Where the account's collections are. Raises as ``find_home`` does."""
        return find_home(self._client, self._server_url, self._purpose.service)

    def listings(self, props: Iterable[str]) -> Iterator[MultiStatus]:
        """The members of each home with these properties."""
        asked = list(props)
        for url in self.home().urls:
            yield self._client.propfind(url, asked, depth=1)

    def pull(self, ref: str, cursor: str | None) -> Iterator[ItemPage]:
        """What changed in the collection at ``ref``, page by page."""

        def begin(collection: DavCollection) -> Iterator[ItemPage]:
            # The first page is asked for here, so that a moved account shows at once.
            pages = collection.pull(cursor)
            return chain([next(pages)], pages)

        pages = self.at(ref, begin)
        try:
            yield from pages
        except DavRefused as refused:
            raise self._meant(refused) from None

    def at(self, ref: str, act: Callable[[DavCollection], _T]) -> _T:
        """``act`` on the collection, once more where the account lives now if it was moved."""
        try:
            return act(self._collection(ref))
        except (DavRefused, LoginExpired) as error:
            refused: DavRefused | LoginExpired = error
        if self._moves and (isinstance(refused, LoginExpired) or refused.status in _MOVED):
            old = origin_of(ref)
            before = self._hosts.get(old, old)
            self._hosts[old] = origin_of(self.home().urls[0])
            if self._hosts[old] != before:
                try:
                    return act(self._collection(ref))
                except DavRefused as error:
                    refused = error
        raise self._meant(refused)

    def _collection(self, ref: str) -> DavCollection:
        url = str(parse_url(ref))
        origin = self._hosts.get(origin_of(url), origin_of(url))
        url = origin + path_of(url).rstrip("/") + "/"
        if not self._client.trusts(url):
            raise AddressRefused(self._purpose.elsewhere)
        return DavCollection(
            self._client, url, self._purpose.flavour, sync_tokens=self._sync_tokens
        )

    def _meant(self, error: RemoteError) -> RemoteError:
        """What a refusal means for a collection."""
        if isinstance(error, DavRefused):
            if error.status in _GONE:
                return self._purpose.gone(detail=error.detail)
            if error.status == 403 and (not error.conditions or _NO_RIGHT in error.conditions):
                return self._purpose.closed(detail=error.detail)
        return error
