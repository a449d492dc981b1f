"""A web server on loopback that answers as a test tells it, and remembers what it was asked."""

import datetime
import http.server
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Asked:
    """One request: header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Told:
    """One answer. ``chunks`` are sent one after the other, ``before`` is called before each."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    chunks: list[bytes] | None = None
    before: Callable[[], object] = lambda: None


@dataclass
class PlainServer:
    """A running server. Set ``answer`` to decide; read ``asked`` to see."""

    port: int
    scheme: str
    answer: Callable[[Asked], Told]
    asked: list[Asked] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of ``path``, under any name that leads to loopback."""
        return f"{self.scheme}://{host}:{self.port}{path}"


@contextmanager
def plain_server(
    answer: Callable[[Asked], Told], tls: ssl.SSLContext | None = None, *, port: int = 0
) -> Iterator[PlainServer]:
    """Serve on a free port (or ``port``) until the block ends. An ``answer`` that raises
    ConnectionResetError breaks the connection."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Asked(
                self.command,
                self.path,
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            running.asked.append(asked)
            try:
                self._send(running.answer(asked))
            except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                self.close_connection = True

        def _send(self, told: Told) -> None:
            chunks = told.chunks if told.chunks is not None else [told.body]
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            if "content-length" not in {name.lower() for name in told.headers}:
                self.send_header("Content-Length", str(sum(map(len, chunks))))
            self.end_headers()
            for chunk in chunks:
                told.before()
                self.wfile.write(chunk)
                self.wfile.flush()

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):
                return self._handle
            raise AttributeError(name)

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    running = PlainServer(server.server_port, "https" if tls else "http", answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS context with a fresh certificate for ``names``, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cafile=str(pem))
    return server, client
