"""From a connected account to an open adapter of the calendar port.

The secret leaves the database only here, as an argument of the adapter (SYN-13). Nothing in this
module touches the network by itself, and no adapter outlives the ``with`` block that opened it.
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from crm_app.core.errors import AddressRefused, Invalid
from crm_app.core.i18n import N_
from crm_app.core.settings import get_settings
from crm_app.models import ConnectedAccount
from crm_app.providers.caldav import CalDavCalendars
from crm_app.providers.calendar_port import CalendarProvider, RemoteCalendar

CALDAV = "caldav"
_OWN_NETWORK = N_(
    "This address leads into the server's own network. An administrator can allow it by naming "
    "the host or network in CRM_ALLOW_PRIVATE_ADDRESSES."
)


@dataclass(frozen=True, slots=True)
class Login:
    """Where and how to sign in. Its repr shows no secret."""

    provider: str
    server_url: str
    username: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an account offers: its calendars, and the mail addresses that are its owner's."""

    calendars: tuple[RemoteCalendar, ...]
    addresses: tuple[str, ...] = ()


# Opens an adapter; the second argument is the time in seconds that one request may take.
Opener = Callable[[Login, float], CalendarProvider]


def _caldav(login: Login, timeout: float) -> CalDavCalendars:
    return CalDavCalendars(
        login.server_url,
        login.username,
        login.secret,
        allow=get_settings().allow_private_addresses,
        timeout=timeout,
    )


_openers: dict[str, Opener] = {CALDAV: _caldav}


def offer(provider: str, opener: Opener) -> None:
    """Make accounts of another kind open with ``opener``."""
    _openers[provider] = opener


def login_of(account: ConnectedAccount) -> Login:
    """The stored login of an account."""
    return Login(account.provider, account.server_url, account.username, account.secret)


@contextlib.contextmanager
def opened(login: Login, *, timeout: float = 30.0) -> Iterator[CalendarProvider]:
    """An adapter for the length of a block. ``timeout`` in seconds per request."""
    if login.provider not in _openers:
        raise Invalid(N_("This kind of account cannot be connected."))
    provider = _openers[login.provider](login, timeout)
    try:
        yield provider
    finally:
        provider.close()


def look(login: Login) -> Seen:
    """Sign in and list the calendars: network, so never inside a unit of work.

    Raises LoginExpired when user name or password are refused, AddressRefused, RemoteUnavailable,
    Rejected.
    """
    try:
        with opened(login) as provider:
            calendars = tuple(provider.discover())
            told = provider.addresses() if isinstance(provider, CalDavCalendars) else []
    except AddressRefused as error:
        if error.user_message != AddressRefused.default_message:
            raise
        raise AddressRefused(_OWN_NETWORK, detail=error.detail) from error
    return Seen(calendars, tuple(dict.fromkeys(address.lower() for address in told)))
