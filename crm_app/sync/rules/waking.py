"""When a service is to wake us, and until when (SYN-10). Pure.

Polling is always complete; a channel only makes it quicker. It can stand only where the server has
an https address that the service can reach. It is renewed at about four fifths of its life, spread
so that not all channels of an office are renewed in the same minute.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from crm_app.providers.addresses import is_public

# While a channel stands, the calendar is read this often besides. Less than health.LATE, so that a
# calendar in which nothing happens is not taken for one that is late.
SLOW_POLL = timedelta(minutes=10)
# Names that only a network of one's own knows (RFC 6761, RFC 6762, RFC 8375, and common habits).
_PRIVATE = (
    "localhost",
    "local",
    "lan",
    "home",
    "internal",
    "intranet",
    "corp",
    "private",
    "home.arpa",
    "test",
    "invalid",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A channel that stands: since when, until when."""

    row_id: int
    channel_id: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done about the channels of one calendar.

    ``make``: ask for a channel; ``renew``: the one that is to live on for longer, or be replaced;
    ``stop``: those that are not needed any more.
    """

    make: bool = False
    renew: Standing | None = None
    stop: tuple[Standing, ...] = ()

    def __bool__(self) -> bool:
        return self.make or self.renew is not None or bool(self.stop)


def can_be_reached(url: str) -> bool:
    """Whether services outside can call ``url``, as far as its name tells."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return False
    if parts.scheme != "https" or not host:
        return False
    try:
        return is_public(ip_address(host))
    except ValueError:
        pass
    return "." in host and not any(host == name or host.endswith("." + name) for name in _PRIVATE)


def work(channels: Sequence[Standing], *, wanted: bool, now: datetime) -> Work:
    """What is to be done; ``wanted``: the calendar is used, and its service can reach us."""
    if not wanted:
        return Work(stop=tuple(channels))
    alive = [each for each in channels if each.until > now]
    newest = max(alive, key=lambda each: (each.until, each.row_id), default=None)
    stop = tuple(each for each in channels if each is not newest)
    if newest is None:
        return Work(make=True, stop=stop)
    return Work(renew=newest if renew_at(newest) <= now else None, stop=stop)


def renew_at(channel: Standing) -> datetime:
    """Between 7/10 and 8/10 of its life, always the same for one channel."""
    digest = hashlib.sha256(channel.channel_id.encode()).digest()
    share = 0.7 + 0.1 * digest[0] / 255
    return channel.since + (channel.until - channel.since) * share
