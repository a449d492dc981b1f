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
    sent = _parts(origin or "")
    if sent is None:
        return False
    if sent == _parts(public_url):
        return True
    # The Host header knows no scheme: a proxy in front may speak TLS for us.
    return sent == _parts(f"{sent[0]}://{host}") and _is_literal(sent[1])


def _parts(url: str) -> tuple[str, str, int] | None:
    try:
        split = urlsplit(url)
        port = split.port or {"http": 80, "https": 443}.get(split.scheme)
    except ValueError:
        return None
    return (split.scheme, split.hostname, port) if split.hostname and port else None


def _is_literal(hostname: str) -> bool:
    if hostname == "localhost" or hostname.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(hostname)
    except ValueError:
        return False
    return True
