"""Names and addresses that may stand in a header, and the one that the workspace sends from. Pure.

Whatever somebody typed as a name or a subject becomes one line without control characters, so
that no header can be smuggled into a mail or an invitation.
"""

import unicodedata
from email.utils import parseaddr
from urllib.parse import urlsplit

from crm_app.core.addresses import email_key

_FALLBACK_USER = "tandem"


def one_line(text: str) -> str:
    """``text`` on one line: control and format characters, line ends and runs of space are gone."""
    if text.isprintable() and text.isascii():
        return " ".join(text.split())
    visible = "".join(" " if _separates(letter) else letter for letter in text)
    return " ".join(visible.split())


def deliverable(address: str) -> str:
    """``address`` as a server takes it: typed local part, ASCII domain; ValueError if it is none."""
    key = email_key(address)
    local = unicodedata.normalize("NFC", address.strip()).rpartition("@")[0]
    return f"{local}@{key.rpartition('@')[2]}"


def configured_sender(workspace_from: str, settings_from: str) -> str:
    """The bare address that somebody configured to send from, the workspace's first; or ""."""
    for configured in (workspace_from, settings_from):
        address = parseaddr(one_line(configured))[1]
        if "@" in address:
            return address
    return ""


def fallback_sender(public_url: str) -> str:
    """``tandem@<host of the public address>``, for as long as nobody configured a sender."""
    return f"{_FALLBACK_USER}@{host_of(public_url)}"


def host_of(public_url: str) -> str:
    """The host's name in ``public_url``, for addresses and Message-IDs."""
    return urlsplit(public_url).hostname or "localhost"


def _separates(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
