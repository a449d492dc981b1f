"""From a connected account to an open adapter of the calendar port.

The secret leaves the database only here, as an argument of the adapter (SYN-13), and so does that
of the app registration. Nothing in this module touches the network by itself, and no adapter
outlives the ``with`` block that opened it. A secret that changed while it was used (refreshed
tokens) is stored when the block ends, unless somebody stored another one meanwhile.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeVar, runtime_checkable

from sqlmodel import Session, select

from crm_app.core import db
from crm_app.core.errors import (
    AddressRefused,
    Invalid,
    LoginExpired,
    Rejected,
    RemoteUnavailable,
)
from crm_app.core.i18n import N_
from crm_app.core.settings import get_settings
from crm_app.models import ConnectedAccount
from crm_app.providers.caldav import CalDavCalendars
from crm_app.providers.calendar_port import CalendarProvider, RemoteCalendar, Rotating
from crm_app.providers.oauth_port import OAuthApp
from crm_app.sync.reaching import apps, presets

log = logging.getLogger(__name__)

CALDAV = presets.OTHER.key
GOOGLE, MICROSOFT, ICS = presets.GOOGLE.key, presets.MICROSOFT.key, presets.FEED.key
NOT_CONNECTABLE = N_("This kind of account cannot be connected.")
_OWN_NETWORK = N_(
    "This address leads into the server's own network. An administrator can allow it by naming "
    "the host or network in CRM_ALLOW_PRIVATE_ADDRESSES."
)


@dataclass(frozen=True, slots=True)
class Login:
    """Where and how to sign in. Its repr shows no secret.

    ``subject`` names the account at services that say so. ``app`` is the registration that services
    with OAuth ask for. ``account_id`` is 0 while the account is not stored.
    """

    provider: str
    server_url: str
    username: str
    secret: str = field(repr=False)
    subject: str = field(default="", repr=False)
    app: OAuthApp | None = None
    account_id: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What an account offers: its calendars, and the mail addresses that are its owner's.

    ``secret``: as it is to be stored after looking, None when it is the one that was used.
    """

    calendars: tuple[RemoteCalendar, ...]
    addresses: tuple[str, ...] = ()
    secret: str | None = field(default=None, repr=False)


@runtime_checkable
class Addressed(Protocol):
    """An adapter that knows which addresses are the account's owner's."""

    def addresses(self) -> list[str]:
        """All of them."""
        ...


class Closable(Protocol):
    """What all adapters are: to be closed."""

    def close(self) -> None:
        """Let go of connections."""
        ...


Adapter = TypeVar("Adapter", bound=Closable)
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


# The vendors' libraries are large: a process loads those that its users have connected.


def _google(login: Login, timeout: float) -> CalendarProvider:
    from crm_app.providers.google.calendars import GoogleCalendars

    settings = get_settings()
    return GoogleCalendars(
        login.secret,
        app_of(login),
        api=settings.google_calendar_api,
        token_url=settings.google_token_url,
        timeout=timeout,
    )


def _microsoft(login: Login, timeout: float) -> CalendarProvider:
    from crm_app.providers.microsoft.calendars import GraphCalendars

    settings = get_settings()
    return GraphCalendars(
        login.secret,
        app_of(login),
        graph=settings.microsoft_graph,
        authority=settings.microsoft_authority,
        timeout=timeout,
    )


def _ics(login: Login, timeout: float) -> CalendarProvider:
    from crm_app.providers.ics_feed import IcsFeed

    return IcsFeed(login.secret, allow=get_settings().allow_private_addresses, timeout=timeout)


_openers: dict[str, Opener] = {
    CALDAV: _caldav,
    GOOGLE: _google,
    MICROSOFT: _microsoft,
    ICS: _ics,
}


def app_of(login: Login) -> OAuthApp:
    """The registration that the account was connected with; Rejected when it was removed."""
    if login.app is None:
        raise Rejected(apps.MISSING[login.provider])
    return login.app


def offer(provider: str, opener: Opener) -> None:
    """Make accounts of another kind open with ``opener``."""
    _openers[provider] = opener


def login_of(session: Session, account: ConnectedAccount) -> Login:
    """The stored login of an account, with the app registration as it is now."""
    return Login(
        provider=account.provider,
        server_url=account.server_url,
        username=account.username,
        secret=account.secret,
        subject=account.subject,
        app=apps.app_of(session, account.provider),
        account_id=account.id or 0,
    )


@contextlib.contextmanager
def opened(login: Login, *, timeout: float = 30.0) -> Iterator[CalendarProvider]:
    """An adapter for the length of a block, outside of any unit of work.

    ``timeout`` in seconds per request.
    """
    if login.provider not in _openers:
        raise Invalid(NOT_CONNECTABLE)
    with in_use(login, _openers[login.provider](login, timeout)) as provider:
        yield provider


@contextlib.contextmanager
def in_use(login: Login, adapter: Adapter) -> Iterator[Adapter]:
    """An adapter of any port for the length of a block; then it is closed, and a secret that
    changed is stored."""
    try:
        yield adapter
    except LoginExpired as error:
        if login.account_id and _was_renewed(login):
            # Not locked out: another job used the secret up and stored its successor meanwhile.
            raise RemoteUnavailable(detail="the secret was renewed meanwhile") from error
        raise
    finally:
        changed = new_secret(adapter)
        adapter.close()
        if changed is not None and login.account_id:
            _keep(login, changed)


def new_secret(adapter: object) -> str | None:
    """The secret as it is to be stored from now on; None when it did not change."""
    return adapter.secret() if isinstance(adapter, Rotating) else None


def owners_addresses(adapter: object) -> tuple[str, ...]:
    """The addresses of the account's owner, where the adapter knows them."""
    told = adapter.addresses() if isinstance(adapter, Addressed) else []
    return tuple(dict.fromkeys(address.lower() for address in told))


def _was_renewed(login: Login) -> bool:
    with db.reading() as session:
        account = session.get(ConnectedAccount, login.account_id)
    return account is not None and account.secret != login.secret


def _keep(login: Login, changed: str) -> None:
    """Store a secret that changed in use, if the account still has the one that was opened."""
    with db.unit_of_work() as session:
        account = session.exec(
            select(ConnectedAccount)
            .where(ConnectedAccount.id == login.account_id)
            .with_for_update()
        ).first()
        if account is None or account.secret != login.secret:
            log.info("a changed secret of account %s came too late", login.account_id)
            return
        account.secret = changed
        session.add(account)


def look(login: Login) -> Seen:
    """Sign in and list the calendars: network, so never inside a unit of work.

    Raises LoginExpired when user name or password are refused, AddressRefused, RemoteUnavailable,
    Rejected.
    """
    with own_network_explained(), opened(login) as provider:
        calendars = tuple(provider.discover())
        told = owners_addresses(provider)
        secret = new_secret(provider)
    return Seen(calendars, told, secret)


@contextlib.contextmanager
def own_network_explained() -> Iterator[None]:
    """Say what an administrator can do about an address that leads into the server's network."""
    try:
        yield
    except AddressRefused as error:
        if error.user_message != AddressRefused.default_message:
            raise
        raise AddressRefused(_OWN_NETWORK, detail=error.detail) from error
