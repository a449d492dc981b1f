"""A real SMTP server on loopback that keeps what it is given, and misbehaves on demand.

``smtp_sink`` is a running one. Faults are plain attributes: set them before sending.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


@dataclass(frozen=True)
class Received:
    """A message as it arrived."""

    sender: str
    recipient: str
    content: bytes
    encrypted: bool
    user: str

    @property
    def mail(self) -> EmailMessage:
        """The parsed message."""
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class SmtpSink:
    """``after_data``: "" takes it; "drop" takes it and hangs up; "silent" takes it and is silent.

    ``refuse`` answers instead of the usual ones, by command: {"RCPT": "550 no such user"}.
    ``silent_at`` is a command that is never answered. ``on_data`` is called with what arrived.
    """

    received: list[Received] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    silent_at: str = ""
    after_data: str = ""
    password: str = ""
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    on_data: Callable[[Received], None] | None = None
    port: int = 0

    def __post_init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, as it stands in the settings."""
        return f"{'smtps' if self.implicit_tls else 'smtp'}://127.0.0.1:{self.port}"

    def start(self) -> "SmtpSink":
        """Listen on a free port of loopback."""
        self._thread.start()
        serving = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        self._server = serving.result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def stop(self) -> None:
        """Hang up on everybody."""
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(
            self._session,
            "127.0.0.1",
            0,
            ssl=self.tls if self.implicit_tls else None,
        )

    def _session(self) -> SMTP:
        return SMTP(
            self,
            hostname="sink.test",
            tls_context=None if self.implicit_tls else self.tls,
            authenticator=self._authenticate if self.password else None,
            auth_require_tls=False,
            auth_required=bool(self.password),
            enable_SMTPUTF8=True,
            loop=self._loop,
        )

    def _authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _how: str, data: Any
    ) -> Any:
        right = isinstance(data, LoginPassword) and data.password.decode() == self.password
        return AuthResult(success=right, handled=False, auth_data=data)

    async def _answer(self, command: str, usual: str) -> str:
        if self.silent_at == command:
            await asyncio.Event().wait()
        return self.refuse.get(command, usual)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = await self._answer("MAIL", "250 OK")
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = await self._answer("RCPT", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        answer = await self._answer("DATA", "250 taken")
        if not answer.startswith("250"):
            return answer
        for recipient in envelope.rcpt_tos:
            self._keep(
                Received(
                    envelope.mail_from,
                    recipient,
                    envelope.original_content,
                    encrypted=session.ssl is not None or self.implicit_tls,
                    user=session.auth_data.login.decode() if session.auth_data else "",
                )
            )
        if self.after_data == "drop":
            server.transport.abort()
        if self.after_data == "silent":
            await asyncio.Event().wait()
        return answer

    def _keep(self, received: Received) -> None:
        self.received.append(received)
        if self.on_data is not None:
            self.on_data(received)


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A running server without encryption or sign-in."""
    sink = SmtpSink().start()
    yield sink
    sink.stop()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context for 127.0.0.1 and the file of the certificate that it signed itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sink.test")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "sink.pem", folder / "sink.key"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(public, private)
    return context, public
