"""Handing mail to a real server on loopback: what arrives, and what each failure is called."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_app.core.errors import Invalid, Rejected, RemoteUnavailable
from crm_app.providers.mail import transport
from crm_app.providers.mail_port import DeliveryUnknown, Envelope, SetupNeeded
from crm_app.providers.smtp import SmtpServer, SmtpTransport, parse_url
from tests.servers.smtp import SmtpSink, certificate

pytestmark = [pytest.mark.server, pytest.mark.filterwarnings("ignore:Requiring AUTH")]

MAIL = Envelope(
    "crm@team.example",
    "lea@lead.example",
    b"Subject: Hi\r\n\r\n.one dot\r\n..two dots\r\n.\r\nlast line",
)


def _send(url: str, mail: Envelope = MAIL) -> str:
    return transport(url, timeout=5).send(mail)


def test_a_message_arrives_byte_for_byte(smtp_sink: SmtpSink) -> None:
    assert _send(smtp_sink.url) == "taken"
    [received] = smtp_sink.received
    assert (received.sender, received.recipient) == (MAIL.sender, MAIL.recipient)
    assert received.content == MAIL.content + b"\r\n"


def test_bare_line_ends_cannot_end_the_data(smtp_sink: SmtpSink) -> None:
    body = b"Subject: Hi\r\n\r\none\n.\nMAIL FROM:<evil@x.example>\r.\rtwo\r\n"
    _send(smtp_sink.url, Envelope(MAIL.sender, MAIL.recipient, body))
    [received] = smtp_sink.received
    assert received.content.endswith(b"one\r\n.\r\nMAIL FROM:<evil@x.example>\r\n.\r\ntwo\r\n")


@pytest.mark.parametrize("address", ["a@x.example>\r\nRCPT TO:<b@x.example", "a\n@x.example"])
def test_commands_cannot_be_smuggled_into_an_address(smtp_sink: SmtpSink, address: str) -> None:
    with pytest.raises(Rejected):
        _send(smtp_sink.url, Envelope(MAIL.sender, address, MAIL.content))
    assert smtp_sink.received == []


def test_an_address_of_any_script_needs_a_server_that_knows_it(smtp_sink: SmtpSink) -> None:
    _send(smtp_sink.url, Envelope(MAIL.sender, "józef@lead.example", MAIL.content))
    assert smtp_sink.received[0].recipient == "józef@lead.example"


@pytest.mark.parametrize(
    ("command", "answer", "expected"),
    [
        ("RCPT", "550 5.1.1 no such user", Rejected),
        ("RCPT", "451 4.7.1 greylisted", RemoteUnavailable),
        ("MAIL", "553 not your address", SetupNeeded),
        ("MAIL", "530 5.7.0 authentication required", SetupNeeded),
        ("MAIL", "421 too many connections", RemoteUnavailable),
        ("DATA", "554 spam", Rejected),
        ("DATA", "452 disk full", RemoteUnavailable),
    ],
)
def test_cam8_each_refusal_says_what_to_do_next(
    smtp_sink: SmtpSink, command: str, answer: str, expected: type[Exception]
) -> None:
    smtp_sink.refuse[command] = answer
    with pytest.raises(expected) as caught:
        _send(smtp_sink.url)
    assert type(caught.value) is expected
    assert answer in caught.value.detail  # type: ignore[attr-defined]
    assert smtp_sink.received == []


@pytest.mark.parametrize("how", ["drop", "silent"])
def test_cam8_an_answer_lost_after_the_data_is_unknown(smtp_sink: SmtpSink, how: str) -> None:
    smtp_sink.after_data = how
    with pytest.raises(DeliveryUnknown):
        transport(smtp_sink.url, timeout=0.5).send(MAIL)
    assert len(smtp_sink.received) == 1


def test_a_server_that_is_silent_before_the_data_is_tried_again(smtp_sink: SmtpSink) -> None:
    smtp_sink.silent_at = "RCPT"
    with pytest.raises(RemoteUnavailable):
        transport(smtp_sink.url, timeout=0.5).send(MAIL)


def test_nobody_listening_is_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(RemoteUnavailable):
        _send(f"smtp://127.0.0.1:{port}")


@contextlib.contextmanager
def _hangs_up_in_the_body() -> Iterator[int]:
    """A server that says yes to everything and hangs up while the body is still coming."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 hello\r\n")
            for line in lines:
                body_comes = line.upper().startswith(b"DATA")
                connection.sendall(b"354 go on\r\n" if body_comes else b"250 OK\r\n")
                if body_comes:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    thread.join(5)
    listener.close()


def test_cam8_a_break_inside_the_body_is_safe_to_try_again() -> None:
    with _hangs_up_in_the_body() as port, pytest.raises(RemoteUnavailable):
        _send(
            f"smtp://127.0.0.1:{port}",
            Envelope(MAIL.sender, MAIL.recipient, b"x" * 70 + b"\r\n" + b"y" * 30_000_000),
        )


def test_signs_in_over_starttls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, public = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    sink = SmtpSink(password="p@ss:word", tls=context).start()
    _send(f"smtp://crm%40team:p%40ss%3Aword@127.0.0.1:{sink.port}")
    sink.stop()
    assert (sink.received[0].encrypted, sink.received[0].user) == (True, "crm@team")


def test_signs_in_over_implicit_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context, public = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    sink = SmtpSink(password="secret", tls=context, implicit_tls=True).start()
    _send(f"smtps://crm:secret@127.0.0.1:{sink.port}")
    sink.stop()
    assert (sink.received[0].encrypted, sink.received[0].user) == (True, "crm")


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_vouches_for_needs_a_person(tmp_path: Path, scheme: str) -> None:
    context, _ = certificate(tmp_path)
    sink = SmtpSink(tls=context, implicit_tls=scheme == "smtps").start()
    with pytest.raises(SetupNeeded, match="certificate"):
        _send(f"{scheme}://127.0.0.1:{sink.port}")
    _send(f"{scheme}://127.0.0.1:{sink.port}?verify=no")
    sink.stop()
    assert [received.encrypted for received in sink.received] == [True]


def test_a_wrong_password_needs_a_person() -> None:
    sink = SmtpSink(password="secret").start()
    with pytest.raises(SetupNeeded, match="password"):
        _send(f"smtp://crm:wrong@127.0.0.1:{sink.port}")
    sink.stop()
    assert sink.received == []


def test_a_password_never_travels_in_the_clear_to_another_machine() -> None:
    sink = SmtpSink(password="secret").start()
    server = SmtpServer("127.0.0.1", sink.port, "crm", "secret")
    assert server.is_local
    elsewhere = _Elsewhere("127.0.0.1", sink.port, "crm", "secret")
    with pytest.raises(SetupNeeded, match="encryption"):
        SmtpTransport(elsewhere, timeout=5).send(MAIL)
    sink.stop()


class _Elsewhere(SmtpServer):
    """Loopback, taken for another machine."""

    is_local = False  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("url", "host", "port", "tls"),
    [
        ("smtp://mail.example", "mail.example", 587, False),
        ("smtps://u:p@mail.example", "mail.example", 465, True),
        ("smtp://[::1]:25", "::1", 25, False),
    ],
)
def test_addresses_of_mail_servers(url: str, host: str, port: int, tls: bool) -> None:
    server = parse_url(url)
    assert (server.host, server.port, server.tls) == (host, port, tls)


@pytest.mark.parametrize("url", ["", "http://x.example", "smtp://", "smtp://host:99999", "x"])
def test_q1_other_addresses_are_refused_with_words(url: str) -> None:
    with pytest.raises(Invalid, match="smtp://user"):
        transport(url)
