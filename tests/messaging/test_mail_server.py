"""The mail server's address between a form's fields and the line in which it is kept (Q-3)."""

import pytest

from crm_app.core.errors import Invalid
from crm_app.messaging.mail_server import Server, address, shown
from crm_app.providers.smtp import parse_url

BLANK = {
    "host": "mail.example.com",
    "port": "",
    "security": "starttls",
    "username": "",
    "password": "",
    "verify": "yes",
}


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ({}, "smtp://mail.example.com:587"),
        ({"security": "tls"}, "smtps://mail.example.com:465"),
        ({"port": "2525", "verify": ""}, "smtp://mail.example.com:2525?verify=no"),
        (
            {"username": "a@b.example", "password": "p:/@?#%ż"},
            "smtp://a%40b.example:p%3A%2F%40%3F%23%25%C5%BC@mail.example.com:587",
        ),
        ({"host": "::1"}, "smtp://[::1]:587"),
    ],
)
def test_q3_what_is_typed_becomes_an_address_that_the_sender_reads(
    typed: dict[str, str], url: str
) -> None:
    values = BLANK | typed
    assert address(values, "") == url
    server = parse_url(url)
    assert (server.host, server.username) == (values["host"], values["username"])
    assert server.password == values["password"]
    assert server.tls is (values["security"] == "tls")
    again = shown(url)
    assert (again.host, again.username) == (values["host"], values["username"])
    assert again.verify is bool(values["verify"])
    assert again.has_password is bool(values["password"])


def test_nothing_stored_shows_blank_fields() -> None:
    assert shown("") == Server()


STORED = "smtp://ada:secret@mail.example.com:587"


def test_q3_an_empty_password_keeps_the_stored_one_of_the_same_server() -> None:
    assert address(BLANK | {"username": "ada"}, STORED) == STORED
    assert address(BLANK | {"username": "ada", "host": "Mail.Example.com"}, STORED).startswith(
        "smtp://ada:secret@"
    )


@pytest.mark.parametrize(
    "change",
    [{"host": "evil.example"}, {"port": "2525"}, {"username": "bob"}, {"security": "tls"}],
)
def test_syn13_the_stored_password_never_goes_to_another_server(change: dict[str, str]) -> None:
    with pytest.raises(Invalid) as raised:
        address(BLANK | {"username": "ada"} | change, STORED)
    assert set(raised.value.fields) == {"password"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"host": ""}, "host"),
        ({"host": "a b"}, "host"),
        ({"host": "user@mail.example.com"}, "host"),
        ({"host": "mail.example.com/x"}, "host"),
        ({"port": "0"}, "port"),
        ({"port": "70000"}, "port"),
        ({"port": "²"}, "port"),
        ({"password": "secret"}, "username"),
        ({"username": "ada"}, "password"),
    ],
)
def test_q1_what_cannot_be_is_marked(change: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as raised:
        address(BLANK | change, "")
    assert set(raised.value.fields) == {field}
