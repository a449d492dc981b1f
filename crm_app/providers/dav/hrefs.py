"""Hrefs in DAV answers: where they may lead, and one spelling for each. Pure."""

from urllib.parse import quote, unquote, urljoin, urlsplit

from crm_app.core.errors import AddressRefused
from crm_app.core.i18n import N_

_USUAL_PORTS = {"http": ":80", "https": ":443"}
_SAFE = "@:!$&'()*+,;=~-._"


def path_of(href: str) -> str:
    """The absolute path of an URL or path, each segment encoded in one way, slashes kept."""
    path = urlsplit(href).path
    # An encoded slash is part of a segment and has to stay encoded.
    return "/".join(quote(unquote(segment), safe=_SAFE) for segment in path.split("/")) or "/"


def origin_of(url: str) -> str:
    """``https://host`` of ``url`` in lower case, with the port unless it is the usual one."""
    parts = urlsplit(url)
    scheme, place = parts.scheme.lower(), parts.netloc.lower().rpartition("@")[2]
    return f"{scheme}://{place.removesuffix(_USUAL_PORTS.get(scheme, ' '))}"


def absolute(base: str, href: str) -> str:
    """``href`` from an answer of ``base`` as a URL with a normal path, on whichever host."""
    url = urljoin(base, href.strip())
    return origin_of(url) + path_of(url)


def member_path(collection: str, href: str) -> str:
    """The path of a member of ``collection``, given by a server that must stay on its own host.

    Raises AddressRefused when the href points elsewhere.
    """
    url = absolute(collection, href)
    if origin_of(url) != origin_of(collection):
        raise AddressRefused(N_("The server's answer points to another server."))
    return path_of(url)


def at(collection: str, path: str) -> str:
    """The URL of ``path`` on the host of ``collection``."""
    return origin_of(collection) + path_of(path)
