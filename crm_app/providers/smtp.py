"""Mail over SMTP (RFC 5321) with the standard library, one connection a message.

The commands are given one by one, since it matters when a connection breaks: a server may deliver
only after it has seen the end of the data (RFC 5321 §4.1.1.4), so a break before the final dot is
safe to try again, and only from the dot to the answer nobody can know. A password is never sent
in the clear, except to this very machine.
"""

import contextlib
import ipaddress
import re
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from crm_app.core.errors import Rejected, RemoteUnavailable
from crm_app.core.i18n import N_
from crm_app.providers.mail_port import DeliveryUnknown, Envelope, SetupNeeded

_BROKEN = (smtplib.SMTPServerDisconnected, OSError, EOFError)
_LONGEST_DETAIL = 300
# What would end the address inside a command, or begin the next command.
_NEVER_IN_ADDRESS = re.compile(r"[\x00-\x20<>]")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where and how to hand over. ``tls``: encrypted from the first byte, else by STARTTLS."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    tls: bool = False
    verify: bool = True

    @property
    def is_local(self) -> bool:
        """Whether the server is this machine, so that nobody can listen in between."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_url(url: str) -> SmtpServer:
    """``smtp://user:password@host:587`` (STARTTLS) or ``smtps://…:465``; ValueError for others.

    User and password are percent-encoded; ``?verify=no`` accepts a self-signed certificate.
    """
    parts = urlsplit(url.strip())
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError("not an address of a mail server")
    tls = parts.scheme == "smtps"
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or (465 if tls else 587),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
        verify=parse_qs(parts.query).get("verify") != ["no"],
    )


class SmtpTransport:
    """A ``MailTransport`` over one SMTP server. ``timeout`` in seconds for each answer."""

    def __init__(self, server: SmtpServer, *, timeout: float = 30) -> None:
        self.server = server
        self.timeout = timeout

    def send(self, envelope: Envelope) -> str:
        """See ``MailTransport``."""
        if any(_NEVER_IN_ADDRESS.search(each) for each in (envelope.sender, envelope.recipient)):
            raise Rejected(N_("The mail server cannot write to this kind of address."))
        with self._connected(envelope) as connection:
            self._announce(connection, envelope)
            return _hand_over(connection, envelope.content)

    @contextlib.contextmanager
    def _connected(self, envelope: Envelope) -> Iterator[smtplib.SMTP]:
        connection = self._connect(envelope.sender.rpartition("@")[2])
        try:
            yield connection
        finally:
            # The goodbye changes nothing any more, and a slow answer must not delay the ledger.
            with contextlib.suppress(smtplib.SMTPException, OSError):
                if connection.sock is not None:
                    connection.sock.settimeout(1)
                connection.quit()
            connection.close()

    def _connect(self, our_name: str) -> smtplib.SMTP:
        with _before_the_data():
            if self.server.tls:
                connection: smtplib.SMTP = smtplib.SMTP_SSL(
                    self.server.host,
                    self.server.port,
                    local_hostname=our_name,
                    timeout=self.timeout,
                    context=self._context(),
                )
            else:
                connection = smtplib.SMTP(
                    self.server.host,
                    self.server.port,
                    local_hostname=our_name,
                    timeout=self.timeout,
                )
        try:
            with _before_the_data():
                self._secure(connection)
                self._log_in(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _secure(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        if self.server.tls:
            return
        if connection.has_extn("starttls"):
            connection.starttls(context=self._context())
            connection.ehlo()
        elif self.server.username and not self.server.is_local:
            raise SetupNeeded(
                N_("The mail server offers no encryption, so the password was not sent to it.")
            )

    def _log_in(self, connection: smtplib.SMTP) -> None:
        if not self.server.username:
            return
        try:
            connection.login(self.server.username, self.server.password)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:
                raise
            raise SetupNeeded(
                N_("The mail server does not accept this user name or password."),
                detail=_detail(error),
            ) from error
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPException as error:
            raise SetupNeeded(
                N_("The mail server offers no way to sign in that we know."), detail=str(error)
            ) from error

    def _announce(self, connection: smtplib.SMTP, envelope: Envelope) -> None:
        options = ["SMTPUTF8", "BODY=8BITMIME"] if _needs_utf8(envelope) else []
        if options and not connection.has_extn("smtputf8"):
            raise Rejected(N_("The mail server cannot write to this kind of address."))
        with _before_the_data():
            code, words = connection.mail(envelope.sender, options)
            _require(code, words, refused=SetupNeeded)
            code, words = connection.rcpt(envelope.recipient)
            _require(code, words, refused=Rejected)
            code, words = connection.docmd("DATA")
            _require(code, words, refused=Rejected, wanted=354)

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.server.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _needs_utf8(envelope: Envelope) -> bool:
    return not (envelope.sender + envelope.recipient).isascii()


def _hand_over(connection: smtplib.SMTP, content: bytes) -> str:
    with _before_the_data():
        connection.send(_stuffed(content))
    try:
        connection.send(b".\r\n")
        code, words = connection.getreply()
    except (*_BROKEN, smtplib.SMTPException) as error:
        raise DeliveryUnknown(detail=_detail(error)) from error
    _require(code, words, refused=Rejected)
    return _readable(words)


def _stuffed(content: bytes) -> bytes:
    # RFC 5321 §4.5.2: a leading dot is doubled, so that no line of ours ends the data.
    lines = re.sub(rb"\r\n|\n|\r", b"\r\n", content)
    dotted = re.sub(rb"(?m)^\.", b"..", lines)
    return dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n"


@contextlib.contextmanager
def _before_the_data() -> Iterator[None]:
    """Errors up to the final dot: nothing was delivered, so all that is not final is temporary."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise SetupNeeded(
            N_("The certificate of the mail server is not valid."), detail=_detail(error)
        ) from error
    except (*_BROKEN, smtplib.SMTPException) as error:
        raise RemoteUnavailable(
            N_("The mail server cannot be reached right now."), detail=_detail(error)
        ) from error


def _require(
    code: int, words: bytes, *, refused: type[Rejected] | type[SetupNeeded], wanted: int = 250
) -> None:
    if code == wanted or (wanted == 250 and 200 <= code < 300):
        return
    detail = f"{code} {_readable(words)}"
    if code == 530:
        # RFC 4954 §6: authentication required.
        raise SetupNeeded(N_("The mail server wants a user name and a password."), detail=detail)
    if 500 <= code < 600:
        raise refused(_REFUSED[refused], detail=detail)
    raise RemoteUnavailable(N_("The mail server cannot take mail right now."), detail=detail)


_REFUSED: dict[type[Rejected] | type[SetupNeeded], str] = {
    Rejected: N_("The mail server refused the message."),
    SetupNeeded: N_("The mail server refused our sender address."),
}


def _readable(words: bytes) -> str:
    text = words.decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST_DETAIL]


def _detail(error: BaseException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        words = answer if isinstance(answer, bytes) else str(answer).encode()
        return f"{error.smtp_code} {_readable(words)}"
    return f"{type(error).__name__}: {error}"[:_LONGEST_DETAIL]
