"""From an address that a person typed to the collections that are his (RFC 6764 §6, RFC 5397)."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from crm_app.core.errors import AddressRefused, LoginExpired, Rejected
from crm_app.core.i18n import N_
from crm_app.providers.dav.client import DavClient
from crm_app.providers.dav.hrefs import absolute, origin_of
from crm_app.providers.dav.multistatus import MultiStatus
from crm_app.providers.dav.xml import CALDAV, CARDDAV, DAV, name

_PRINCIPAL = name(DAV, "current-user-principal")
_ADDRESSES = name(CALDAV, "calendar-user-address-set")


@dataclass(frozen=True, slots=True)
class Service:
    """Calendars or address books: where to look, and what the home is called."""

    well_known: str
    home_set: str


CALENDARS = Service("/.well-known/caldav", name(CALDAV, "calendar-home-set"))
ADDRESS_BOOKS = Service("/.well-known/carddav", name(CARDDAV, "addressbook-home-set"))


@dataclass(frozen=True, slots=True)
class Home:
    """Where a person's collections are: URLs, and his own addresses (mailto: and others)."""

    urls: tuple[str, ...]
    addresses: tuple[str, ...] = ()


def find_home(client: DavClient, typed: str, service: Service) -> Home:
    """Raises LoginExpired, Rejected when nothing is there, AddressRefused, RemoteUnavailable."""
    for start in _starts(typed, service):
        try:
            home = _home_from(client, start, service)
        except LoginExpired:
            raise
        except AddressRefused:
            raise
        except Rejected:
            # Not a DAV resource; the next place may be one.
            continue
        if home is not None:
            return home
    raise Rejected(N_("No calendar or address book was found at this address."))


def _starts(typed: str, service: Service) -> list[str]:
    """What was typed if it says more than a host, then the well-known place, then the root."""
    origin, path = origin_of(typed), urlsplit(typed).path
    starts = [] if path in {"", "/"} else [typed]
    return [*starts, origin + service.well_known, origin + "/"]


def _home_from(client: DavClient, start: str, service: Service) -> Home | None:
    props = [_PRINCIPAL, service.home_set, _ADDRESSES]
    found = client.propfind(start, props)
    home = _home_in(client, found, service)
    if home is not None:
        return home
    for resource in found.resources:
        if resource.has(_PRINCIPAL, name(DAV, "unauthenticated")):
            raise LoginExpired(detail="unauthenticated principal")
        for href in resource.hrefs(_PRINCIPAL):
            principal = _trusted(client, found.url, href)
            home = _home_in(client, client.propfind(principal, props), service)
            if home is not None:
                return home
    return None


def _home_in(client: DavClient, found: MultiStatus, service: Service) -> Home | None:
    for resource in found.resources:
        hrefs = resource.hrefs(service.home_set)
        if hrefs:
            urls = tuple(_trusted(client, found.url, href) for href in hrefs)
            return Home(urls, tuple(resource.hrefs(_ADDRESSES)))
    return None


def _trusted(client: DavClient, base: str, href: str) -> str:
    url = absolute(base, href)
    if not client.trusts(url):
        raise AddressRefused(
            N_("The server points to {host}. If you trust it, enter that address instead."),
            host=urlsplit(url).hostname or "",
        )
    return url
