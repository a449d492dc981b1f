"""The one HTTP client for every address that a person typed: calendar servers, feeds, webhooks.

It reaches only public addresses and those that an administrator allowed, on every hop. Credentials
go to the host that they were entered for (or hosts named with it), never over plain http to the
outside, never along a redirect to somebody else. Answers have a limit in size and time. The
environment's proxies and .netrc are not read. Nothing here logs, and no exception, message or repr
holds a URL's secrets or a password.
"""

import base64
import contextlib
import functools
import logging
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from ssl import SSLCertVerificationError, SSLContext
from types import TracebackType
from typing import Self

import httpcore
import httpx

from crm_app.core.errors import AddressRefused, Rejected, RemoteUnavailable
from crm_app.core.i18n import N_
from crm_app.providers.addresses import Allowance, plain_host
from crm_app.providers.pinned_transport import (
    Deadline,
    Guard,
    Network,
    PinnedBackend,
)

_USER_AGENT = "Tandem-CRM"
_MAX_HOPS = 5
_REDIRECTS = {301, 302, 303, 307, 308}
# A kept connection may be closed by the server just when it is used again; what only reads is then
# asked once more.
_REPEATABLE = {"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"}
_DROPPED = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)
_HOST = re.compile(r"[^\s/%?#@\\]+")
_PORTS = {"http": 80, "https": 443}
# Its debug messages show the headers of answers, and a Location may hold the secret of a feed.
logging.getLogger("httpcore").setLevel(logging.WARNING)


class AnswerTooLarge(Rejected):
    """More than the client is willing to hold in memory."""

    default_message = N_("The server's answer is too large.")


class AnswerLost(RemoteUnavailable):
    """The request may have reached the server; whatever it answered did not reach us."""


# Failures while the connection is made: nothing of the request was sent.
_NOT_SENT = (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout)


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A user name and password for Basic authentication, and where they may go.

    They belong to ``origin`` (scheme, host and port of that URL) and to its https form; and to the
    hosts in ``also`` over https, where ``*.example.org`` means every host below example.org.
    """

    origin: str
    username: str
    password: str
    also: tuple[str, ...] = ()

    def fit(self, url: httpx.URL) -> bool:
        """Whether they may be sent to ``url``."""
        home = httpx.URL(self.origin)
        if plain_host(url.host) == plain_host(home.host):
            same = (url.scheme, _port(url)) == (home.scheme, _port(home))
            return same or (url.scheme, _port(url)) == ("https", 443)
        if (url.scheme, _port(url)) != ("https", 443):
            return False
        host = plain_host(url.host)
        return any(
            host.endswith(name[1:]) if name.startswith("*.") else host == name for name in self.also
        )

    def header(self) -> str:
        """The value of Authorization (RFC 7617, UTF-8)."""
        pair = f"{self.username}:{self.password}".encode()
        return "Basic " + base64.b64encode(pair).decode()

    def __repr__(self) -> str:
        return "Credentials(...)"


@functools.cache
def _trusted() -> SSLContext:
    """The public authorities. Reading their certificates takes longer than most requests."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said. ``url`` is where the answer came from, after redirects."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    url: str = field(repr=False)

    @property
    def text(self) -> str:
        """The content as UTF-8; bytes that are none become replacement characters."""
        return self.content.decode("utf-8-sig", "replace")


class SafeHttp:
    """A client for one thread. ``allow`` opens private hosts and networks (CIDR).

    ``timeout`` is for a whole request with its redirects, in seconds; ``max_bytes`` is for the
    unpacked answer. With ``foreign_redirects`` off, a redirect to a host that ``credentials`` do
    not fit is refused instead of followed without them.
    """

    def __init__(
        self,
        *,
        allow: Collection[str] = (),
        credentials: Credentials | None = None,
        timeout: float = 30.0,
        max_bytes: int = 20_000_000,
        foreign_redirects: bool = True,
        network: Network | None = None,
    ) -> None:
        network = network or Network()
        self._credentials = credentials
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._foreign_redirects = foreign_redirects
        self._deadline = Deadline()
        self._guard = Guard(Allowance.of(allow), self._deadline, network.resolve)
        self._pool = httpcore.ConnectionPool(
            ssl_context=network.ssl_context or _trusted(),
            max_connections=4,
            keepalive_expiry=15,
            network_backend=PinnedBackend(self._guard, network.sockets),
        )

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        follow: bool = True,
    ) -> Answer:
        """Ask and read the whole answer; any status is an answer.

        Raises AddressRefused, RemoteUnavailable (network, time; AnswerLost once the request may have
        arrived), Rejected (answer too large).
        """
        self._deadline.start(self._timeout)
        target = parse_url(url)
        for _ in range(_MAX_HOPS + 1):
            answer = self._once(method, target, headers or {}, content)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location or not follow:
                return answer
            target = self._next(target, location)
            if answer.status == 303:
                method, content = "GET", b""
        raise Rejected(N_("The server sends us around in circles."))

    def trusts(self, url: str) -> bool:
        """Whether the credentials may be sent to ``url``; without any, there is nothing to lose."""
        return self._credentials is None or self._credentials.fit(parse_url(url))

    def limited(self, seconds: float) -> AbstractContextManager[None]:
        """All requests inside the block end within ``seconds``."""
        return self._deadline.capped(seconds)

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return "SafeHttp(...)"

    def _next(self, here: httpx.URL, location: str) -> httpx.URL:
        """Where a redirect leads, if it may."""
        target = parse_url(location, base=here)
        if (here.scheme, target.scheme) == ("https", "http"):
            raise AddressRefused(N_("The server redirects to an address without encryption."))
        foreign = self._credentials is not None and not self._credentials.fit(target)
        if foreign and not self._foreign_redirects:
            raise AddressRefused(
                N_("The server redirects to {host}. If you trust it, enter that address instead."),
                host=target.host,
            )
        return target

    def _once(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes
    ) -> Answer:
        distrusted, lost = False, False
        try:
            sent = {**self._own_headers(url), **headers}
            request = httpx.Request(method, url, headers=sent, content=content)
            with contextlib.suppress(*_DROPPED if method in _REPEATABLE else ()):
                return self._exchange(request)
            return self._exchange(request)
        except httpcore.TimeoutException as error:
            failure = "no answer in time"
            lost = not isinstance(error, _NOT_SENT)
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            failure = type(error).__name__
            lost = not isinstance(error, _NOT_SENT)
            distrusted = isinstance(error.__cause__ or error.__context__, SSLCertVerificationError)
        except (httpcore.UnsupportedProtocol, httpx.DecodingError, ValueError) as error:
            failure = type(error).__name__
            lost = isinstance(error, httpx.DecodingError)
        # Raised here and not above, so that no vendor's exception with the request hangs on it.
        if distrusted:
            raise Rejected(N_("The server's certificate is not valid for this address."))
        raise AnswerLost(detail=failure) if lost else RemoteUnavailable(detail=failure)

    def _own_headers(self, url: httpx.URL) -> dict[str, str]:
        own = {"User-Agent": _USER_AGENT, "Accept-Encoding": "gzip"}
        if self._credentials is not None and self._credentials.fit(url):
            if url.scheme == "http" and not self._guard.opened(url.host, _port(url)):
                raise AddressRefused(
                    N_("Use an https:// address, so that nobody can read the password on the way.")
                )
            own["Authorization"] = self._credentials.header()
        return own

    def _exchange(self, request: httpx.Request) -> Answer:
        url = request.url
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.read(),
            )
        )
        with contextlib.closing(answer):
            parts: Iterable[bytes] = answer.iter_stream()
            unpacked = httpx.Response(answer.status, headers=answer.headers, stream=_Stream(parts))
            content = self._read(unpacked)
        named = {name.lower(): value for name, value in unpacked.headers.items()}
        return Answer(answer.status, named, content, str(url))

    def _read(self, response: httpx.Response) -> bytes:
        content = bytearray()
        for part in response.iter_bytes():
            content += part
            if len(content) > self._max_bytes:
                raise AnswerTooLarge
            self._deadline.left()
        return bytes(content)


class _Stream(httpx.SyncByteStream):
    """Bytes from the network as httpx wants them, so that it unpacks them."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = parts

    def __iter__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204
        yield from self._parts


def parse_url(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """``text`` as an absolute http(s) URL without a fragment. Raises AddressRefused."""
    try:
        url = base.join(text) if base is not None else httpx.URL(text.strip())
    except (httpx.InvalidURL, ValueError, TypeError):
        url = None
    if url is None or url.scheme not in _PORTS or not _HOST.fullmatch(url.host):
        raise AddressRefused(N_("This is not a web address. It has to begin with https://."))
    if not 0 < _port(url) < 65536:
        raise AddressRefused(N_("The number after the colon in this address is not possible."))
    if url.userinfo:
        raise AddressRefused(N_("Leave the user name and the password out of the address."))
    return url.copy_with(fragment=None)


def _port(url: httpx.URL) -> int:
    return _PORTS[url.scheme] if url.port is None else url.port
