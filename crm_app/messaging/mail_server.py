"""The mail server's address between the fields of a form and the one line in which it is kept. Pure.

What always holds: a password goes in and never comes out. Leaving its field empty keeps the one
that is stored only as long as server, port and user stay as they are: otherwise whoever may change
the settings could have the stored password handed to a server of his own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit

from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_

TLS, STARTTLS = "tls", "starttls"
_PORTS = {TLS: 465, STARTTLS: 587}


@dataclass(frozen=True, slots=True)
class Server:
    """What may be shown of a mail server. ``has_password`` says whether one is stored."""

    host: str = ""
    port: str = ""
    security: str = STARTTLS
    username: str = ""
    verify: bool = True
    has_password: bool = False


def shown(url: str) -> Server:
    """The fields of a stored address; blank ones when there is none."""
    if not url:
        return Server()
    parts = urlsplit(url)
    security = TLS if parts.scheme == "smtps" else STARTTLS
    return Server(
        host=parts.hostname or "",
        port=str(parts.port or _PORTS[security]),
        security=security,
        username=unquote(parts.username or ""),
        verify=parse_qs(parts.query).get("verify") != ["no"],
        has_password=bool(parts.password),
    )


def address(typed: Mapping[str, str], stored: str) -> str:
    """The address to keep, made of typed ``host``, ``port``, ``security``, ``username``,
    ``password`` and ``verify``; Invalid by field."""
    host, username = typed["host"].strip(), typed["username"].strip()
    security = TLS if typed["security"] == TLS else STARTTLS
    port = _port(typed["port"].strip(), security)
    if not host or any(letter in host for letter in " /@\\?#%"):
        raise Invalid(fields={"host": N_("Please enter a server such as mail.example.com.")})
    password = typed["password"]
    if username and not password:
        password = _kept(stored, host, port, username)
    if password and not username:
        raise Invalid(fields={"username": N_("Please enter the user name for this password.")})
    scheme = "smtps" if security == TLS else "smtp"
    name = f"[{host}]" if ":" in host else host
    user = f"{quote(username, safe='')}:{quote(password, safe='')}@" if username else ""
    return f"{scheme}://{user}{name}:{port}" + ("" if typed["verify"] else "?verify=no")


def _port(typed: str, security: str) -> int:
    if not typed:
        return _PORTS[security]
    if not (typed.isascii() and typed.isdigit() and 0 < int(typed) < 65536):
        raise Invalid(fields={"port": N_("Please enter a port such as 587 or 465.")})
    return int(typed)


def _kept(stored: str, host: str, port: int, username: str) -> str:
    before, password = shown(stored), unquote(urlsplit(stored).password or "")
    same = (before.host, before.port, before.username) == (host.lower(), str(port), username)
    if not password or not same:
        raise Invalid(
            fields={"password": N_("Please enter the password; it is kept for one server only.")}
        )
    return password
