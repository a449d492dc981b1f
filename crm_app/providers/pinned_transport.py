"""Connections that go exactly where they were checked to go, and end when their time is up.

A name is resolved once per connection, its addresses are checked, and the socket goes to one of
those very addresses, while the Host header, SNI and the certificate check keep the name. So a name
that changes its mind between check and connection (DNS rebinding) gains nothing.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpcore

from crm_app.core.errors import AddressRefused, RemoteUnavailable
from crm_app.core.i18n import N_
from crm_app.providers.addresses import Address, Allowance, parse, refused

Resolve = Callable[[str, int], Collection[str]]


@dataclass
class Deadline:
    """Until when the present request may last, on the monotonic clock, in seconds."""

    ends: float = field(default_factory=lambda: time.monotonic() + 3600)
    ceiling: float | None = None

    def start(self, seconds: float) -> None:
        """A request begins that may take ``seconds``."""
        ends = time.monotonic() + seconds
        self.ends = ends if self.ceiling is None else min(ends, self.ceiling)

    @contextlib.contextmanager
    def capped(self, seconds: float) -> Iterator[None]:
        """All requests inside end within ``seconds`` from now."""
        before, self.ceiling = self.ceiling, time.monotonic() + seconds
        if before is not None:
            self.ceiling = min(before, self.ceiling)
        try:
            yield
        finally:
            self.ceiling = before

    def left(self) -> float:
        """Seconds left. Raises httpcore.ReadTimeout when there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("time is up")
        return left


def system_resolve(host: str, port: int) -> Collection[str]:
    """The addresses of ``host``, in the system's order. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Network:
    """How the world is reached. Tests bring a resolver, a certificate or sockets of their own;
    addresses are checked all the same."""

    resolve: Resolve = system_resolve
    ssl_context: ssl.SSLContext | None = None
    sockets: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)


@dataclass
class Guard:
    """Turns names into addresses that may be visited."""

    allowance: Allowance
    deadline: Deadline
    resolve: Resolve = system_resolve

    def addresses(self, host: str, port: int) -> list[Address]:
        """Raises AddressRefused, or RemoteUnavailable when the name is unknown."""
        found = self._lookup(host, port)
        if not found:
            raise RemoteUnavailable(N_("No server was found under this address."))
        if refused(host, found, self.allowance):
            raise AddressRefused(detail="not a public address")
        return found

    def opened(self, host: str, port: int) -> bool:
        """Whether ``host`` lies in what the administrator allowed, hence in a trusted network."""
        return all(self.allowance.covers(host, address) for address in self.addresses(host, port))

    def _lookup(self, host: str, port: int) -> list[Address]:
        """Ask in a thread of its own: the system's resolver cannot be told to hurry."""
        answers: list[Collection[str]] = []

        def ask() -> None:
            with contextlib.suppress(OSError, UnicodeError):
                answers.append(self.resolve(host, port))

        asking = threading.Thread(target=ask, daemon=True, name="resolve")
        asking.start()
        asking.join(self.deadline.left())
        if not answers:
            raise RemoteUnavailable(N_("No server was found under this address."))
        return [parse(text) for text in answers[0]]


class PinnedBackend(httpcore.NetworkBackend):
    """Opens sockets only to addresses that ``guard`` let pass."""

    def __init__(self, guard: Guard, sockets: httpcore.NetworkBackend) -> None:
        self._guard = guard
        self._sockets = sockets

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("no address")
        for address in self._guard.addresses(host, port):
            try:
                stream = self._sockets.connect_tcp(
                    str(address), port, self._guard.deadline.left(), local_address, socket_options
                )
            except httpcore.ConnectError as error:
                failure = error
                continue
            return _TimedStream(stream, self._guard.deadline)
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise httpcore.ConnectError("not a network address")


class _TimedStream(httpcore.NetworkStream):
    """A stream on which no single read or write outlasts the request's deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
