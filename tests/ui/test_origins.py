"""Which Origin may send, decided over headers only."""

import pytest

from crm_app.ui.origins import is_ours

PUBLIC = "https://crm.example"


@pytest.mark.parametrize(
    ("origin", "host", "public_url"),
    [
        ("https://crm.example", "crm.example", PUBLIC),
        ("https://crm.example", "app:3000", PUBLIC),
        ("https://crm.example:443", "crm.example", PUBLIC),
        ("https://CRM.example", "crm.example", PUBLIC),
        ("http://localhost:3000", "localhost:3000", PUBLIC),
        ("http://127.0.0.1:3911", "127.0.0.1:3911", "http://localhost:3000"),
        ("http://[::1]:3000", "[::1]:3000", "http://localhost:3000"),
        ("https://192.168.1.9", "192.168.1.9", "http://localhost:3000"),
        ("http://crm.localhost:3000", "crm.localhost:3000", PUBLIC),
    ],
)
def test_ours(origin: str, host: str, public_url: str) -> None:
    assert is_ours(origin, host, public_url)


@pytest.mark.parametrize(
    ("origin", "host", "public_url"),
    [
        (None, "crm.example", PUBLIC),
        ("", "crm.example", PUBLIC),
        ("null", "crm.example", PUBLIC),
        ("https://evil.example", "crm.example", PUBLIC),
        ("http://crm.example", "crm.example", PUBLIC),
        ("https://crm.example.evil.example", "crm.example", PUBLIC),
        ("https://crm.example:8443", "crm.example", PUBLIC),
        # A name that was made to point here: Origin and Host agree, and still it is not us.
        ("http://evil.example", "evil.example", PUBLIC),
        ("http://evil.example:3000", "evil.example:3000", "http://localhost:3000"),
        # Another program on this machine.
        ("http://localhost:8000", "localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1.evil.example", "127.0.0.1.evil.example", PUBLIC),
        ("http://localhost:99999", "localhost:99999", PUBLIC),
        ("http://[::1", "[::1", PUBLIC),
    ],
)
def test_not_ours(origin: str | None, host: str, public_url: str) -> None:
    assert not is_ours(origin, host, public_url)
