"""Which Origin (RFC 6454) may talk to us: pure decisions over a request's headers.

An Origin is ours when it is the configured public address, or when it names the very host that
the request was sent to and that host is an IP address or ``localhost``. The second half lets
``127.0.0.1``, a LAN address or a changed port work without configuration; names are left out of it
because a hostile site can make its own name point here (DNS rebinding), and then its Origin and
the Host header agree.
"""

import ipaddress
from urllib.parse import urlsplit


def is_ours(origin: str | None, host: str, public_url: str) -> bool:
    """Whether a request with these ``Origin`` and ``Host`` headers comes from a page of ours."""
    if not origin or origin == "null":
        return False
    if _authority(origin) == _authority(public_url) and _scheme(origin) == _scheme(public_url):
        return True
    return _same_host(origin, host) and _is_literal(_authority(origin)[0])


def _scheme(url: str) -> str:
    return urlsplit(url).scheme.lower()


def _authority(url: str) -> tuple[str, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", None
    return (parts.hostname or "").lower(), port


def _same_host(origin: str, host: str) -> bool:
    # The Host header knows no scheme: a proxy in front may speak TLS for us.
    return bool(host) and _authority(origin) == _authority(f"{_scheme(origin)}://{host}")


def _is_literal(hostname: str) -> bool:
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(hostname)
    except ValueError:
        return False
    return True
