"""Who sends a request, by its network address: for rate limits, the audit log and session lists."""

import ipaddress

from starlette.requests import Request

from crm_app.core.settings import get_settings


def address_of(request: Request) -> str:
    """The IP address of the browser; "" when the server does not know it.

    ``X-Forwarded-For`` is believed only as far as there are proxies of ours
    (``CRM_TRUSTED_PROXY_HOPS``), since everything before them was written by the sender.
    """
    peer = request.client.host if request.client else ""
    forwarded = request.headers.getlist("x-forwarded-for")
    return forwarded_address(peer, forwarded, hops=get_settings().trusted_proxy_hops)


def forwarded_address(peer: str, forwarded: list[str], *, hops: int) -> str:
    """The address that the outermost of ``hops`` trusted proxies saw; ``peer`` if it wrote none."""
    if hops < 1:
        return peer
    entries = [entry.strip() for header in forwarded for entry in header.split(",")]
    if len(entries) < hops:
        return peer
    return _bare(entries[-hops]) or peer


def _bare(entry: str) -> str:
    """Without a port and brackets; "" when it is no address."""
    if entry.startswith("["):
        entry = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        entry = entry.partition(":")[0]
    try:
        return str(ipaddress.ip_address(entry))
    except ValueError:
        return ""
