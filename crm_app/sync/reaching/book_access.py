"""From an account that was connected for contacts to an open adapter of the address book port.

As ``connecting`` for calendars, whose rules hold here too: the secret is an argument of the
adapter, no adapter outlives its block, and nothing here touches the network by itself.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from crm_app.core.errors import Invalid
from crm_app.core.settings import get_settings
from crm_app.providers.address_book_port import AddressBookProvider, RemoteBook
from crm_app.sync.reaching import connecting
from crm_app.sync.reaching.connecting import Login

# The job that brings an address book and the CRM in step; its argument is ``book_id``.
RUN = "sync.book"
# Accounts of these kinds can be connected for contacts; ``ConnectedAccount.provider``.
GOOGLE, MICROSOFT, CARDDAV = connecting.GOOGLE, connecting.MICROSOFT, "carddav"

# Opens an adapter; the second argument is the time in seconds that one request may take.
Opener = Callable[[Login, float], AddressBookProvider]


@dataclass(frozen=True, slots=True)
class SeenBooks:
    """What an account offers: its address books, and the mail addresses that are its owner's.

    ``secret``: as it is to be stored after looking, None when it is the one that was used.
    """

    books: tuple[RemoteBook, ...]
    addresses: tuple[str, ...] = ()
    secret: str | None = field(default=None, repr=False)


# The vendors' libraries are large: a process loads those that its users have connected.


def _google(login: Login, timeout: float) -> AddressBookProvider:
    from crm_app.providers.google.contacts import GoogleContacts

    settings = get_settings()
    return GoogleContacts(
        login.secret,
        connecting.app_of(login),
        api=settings.google_people_api,
        token_url=settings.google_token_url,
        timeout=timeout,
    )


def _microsoft(login: Login, timeout: float) -> AddressBookProvider:
    from crm_app.providers.microsoft.contacts import GraphContacts

    settings = get_settings()
    return GraphContacts(
        login.secret,
        connecting.app_of(login),
        graph=settings.microsoft_graph,
        authority=settings.microsoft_authority,
        timeout=timeout,
    )


def _carddav(login: Login, timeout: float) -> AddressBookProvider:
    from crm_app.providers.carddav import CardDavBooks

    return CardDavBooks(
        login.server_url,
        login.username,
        login.secret,
        allow=get_settings().allow_private_addresses,
        timeout=timeout,
    )


_openers: dict[str, Opener] = {GOOGLE: _google, MICROSOFT: _microsoft, CARDDAV: _carddav}


def offer_book(provider: str, opener: Opener) -> None:
    """Make accounts of another kind open with ``opener``."""
    _openers[provider] = opener


@contextlib.contextmanager
def opened_book(login: Login, *, timeout: float = 30.0) -> Iterator[AddressBookProvider]:
    """An adapter for the length of a block, outside of any unit of work.

    ``timeout`` in seconds per request.
    """
    if login.provider not in _openers:
        raise Invalid(connecting.NOT_CONNECTABLE)
    with connecting.in_use(login, _openers[login.provider](login, timeout)) as provider:
        yield provider


def look_at_books(login: Login) -> SeenBooks:
    """Sign in and list the address books: network, so never inside a unit of work.

    Raises LoginExpired when user name or password are refused, AddressRefused, RemoteUnavailable,
    Rejected.
    """
    with connecting.own_network_explained(), opened_book(login) as provider:
        books = tuple(provider.discover())
        told = connecting.owners_addresses(provider)
        secret = connecting.new_secret(provider)
    return SeenBooks(books, told, secret)
