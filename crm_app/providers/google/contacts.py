"""The address book of one Google account.

There is one in each account, ``people/me``; an entry's href is its resource name, which Google may
change, and its uid is the number of the entry, which stays.
"""

from collections.abc import Iterator

from crm_app.providers.address_book_port import BookGone, BookPage, RemoteBook, RemoteCard, Wanted
from crm_app.providers.google.people import listing
from crm_app.providers.google.people.api import ME, PeopleApi
from crm_app.providers.google.people.entries import Entries
from crm_app.providers.google.people.groups import Groups
from crm_app.providers.oauth_port import OAuthApp

_NAME = "Google Contacts"
# "Writes may have a propagation delay of several minutes for sync requests."
_STALE_SECONDS = 600
# A sync token ends seven days after the full listing that it goes back to.
_RELIST_SECONDS = 6 * 86_400
_LONGEST_PAGE = 1000


class GoogleContacts:
    """Implements ``AddressBookProvider``, and ``Rotating`` and ``addresses`` as ``GoogleCalendars``.

    ``secret`` is what ``providers.google.oauth.finish`` gave for contacts. ``api`` is where the
    service's paths begin (``https://people.googleapis.com/``). ``timeout`` is in seconds per request,
    ``page_size`` in entries, at most 1000.
    """

    stale_seconds = _STALE_SECONDS
    relist_seconds = _RELIST_SECONDS

    def __init__(
        self,
        secret: str,
        app: OAuthApp,
        *,
        api: str,
        token_url: str,
        timeout: float = 30.0,
        page_size: int = _LONGEST_PAGE,
    ) -> None:
        self._api = PeopleApi(secret, app, api=api, token_url=token_url, timeout=timeout)
        self._page_size = min(page_size, _LONGEST_PAGE)
        self._groups = Groups(self._api)
        self._entries = Entries(self._api, self._groups)

    def __repr__(self) -> str:
        return "GoogleContacts(...)"

    def close(self) -> None:
        self._api.close()

    def secret(self) -> str | None:
        """The secret to store from now on; None while it is the one that was given."""
        return self._api.tokens.changed()

    def addresses(self) -> list[str]:
        """The address that the account was connected with."""
        email = self._api.tokens.email
        return [email] if "@" in email else []

    def discover(self) -> list[RemoteBook]:
        # Nothing lists address books; asking for the groups tells whether contacts may be read.
        self._groups.ask()
        return [RemoteBook(ME, _NAME, default=True)]

    def pull(self, book_ref: str, cursor: str | None) -> Iterator[BookPage]:
        _check(book_ref)
        return listing.pull(self._api, self._entries, cursor, page_size=self._page_size)

    def fetch(self, book_ref: str, href: str) -> RemoteCard | None:
        _check(book_ref)
        return self._entries.fetch(href)

    def create(self, book_ref: str, wanted: Wanted, *, key: str, raw: str = "") -> RemoteCard:
        _check(book_ref)
        return self._entries.create(wanted, key=key, raw=raw)

    def update(self, book_ref: str, href: str, etag: str | None, wanted: Wanted) -> RemoteCard:
        _check(book_ref)
        return self._entries.update(href, etag, wanted)

    def delete(self, book_ref: str, href: str, etag: str | None) -> None:
        _check(book_ref)
        self._entries.delete(href, etag)


def _check(book_ref: str) -> None:
    if book_ref != ME:
        raise BookGone(detail="not a Google address book")
