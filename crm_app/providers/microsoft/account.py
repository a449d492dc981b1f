"""One Microsoft account, as the adapters of all its parts are opened on it.

All network goes through one client with limits of time and size; a mailbox takes few questions at a
time, so one adapter asks one after the other.
"""

from collections.abc import Iterator
from typing import Any

from crm_app.core.kinds import AccountPurpose
from crm_app.providers.microsoft.errors import GraphRefused
from crm_app.providers.microsoft.http import PREFER, GraphClient
from crm_app.providers.microsoft.people import FIELDS, addresses_of
from crm_app.providers.microsoft.tokens import SCOPES, Tokens, opened_networks
from crm_app.providers.oauth_port import OAuthApp
from crm_app.providers.pinned_transport import Network
from crm_app.providers.safe_http import SafeHttp

# A page of entries with long bodies.
_LARGEST_ANSWER = 60_000_000


class GraphAccount:
    """``secret`` is msal's token cache, ``graph`` and ``authority`` are where Graph and the sign-in
    server answer; ``timeout`` is in seconds per request, ``page_size`` in entries. ``purpose`` is
    what the account was connected for."""

    purpose = AccountPurpose.CALENDARS

    def __init__(
        self,
        secret: str,
        app: OAuthApp,
        *,
        graph: str,
        authority: str,
        timeout: float = 30.0,
        page_size: int = 200,
        network: Network | None = None,
    ) -> None:
        self._http = SafeHttp(
            allow=opened_networks(graph, authority),
            timeout=timeout,
            max_bytes=_LARGEST_ANSWER,
            network=network,
        )
        self._tokens = Tokens(secret, app, authority, self._http, SCOPES[self.purpose])
        self._client = GraphClient(graph, self._tokens, self._http)
        self._page_size = page_size

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"

    def close(self) -> None:
        self._http.close()

    def secret(self) -> str | None:
        """The secret as it is to be stored from now on; None when it did not change."""
        return self._tokens.secret()

    def addresses(self) -> list[str]:
        """All mail addresses that are known to be the owner's, the main one first."""
        try:
            told = self._client.ask("GET", self._client.url(select=FIELDS))
        except GraphRefused:
            # Some accounts have no profile to read; the name to sign in with is an address too.
            told = {}
        return addresses_of(told, self._tokens.owner)

    def _listed(self, link: str) -> Iterator[dict[str, Any]]:
        """Everything in a listing, over all its pages."""
        prefer = f"{PREFER}, odata.maxpagesize={self._page_size}"
        while link:
            told = self._client.ask("GET", link, prefer=prefer)
            yield from told.get("value") or []
            link = str(told.get("@odata.nextLink") or "")
