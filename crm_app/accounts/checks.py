"""What may stand in a field of a user or of the workspace.

Pure. A check takes what was typed and gives back what is stored, or raises ValueError with a
message id that says what to do. ``cleaned`` runs the checks of several fields and raises one
Invalid that names all that are wrong, so that a form shows every mistake at once (Q-1).
"""

import functools
import re
import unicodedata
import zoneinfo
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from crm_app.core.addresses import email_key
from crm_app.core.errors import Invalid
from crm_app.core.hours import Hours
from crm_app.core.i18n import LOCALES, N_

Check = Callable[[Any], Any]

REQUIRED = N_("Please fill this in.")
# Second parts of /cal/<calendar>/<second> that mean something else than a user.
RESERVED_SLUGS = frozenset({"admin", "api", "book", "confirm", "embed", "new", "slots"})

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_FILE = re.compile(r"[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9]+)?")
_BAD_HOURS = N_("These working hours cannot be: each range needs a start before its end.")


def cleaned(checks: Mapping[str, Check], values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` as they are stored; Invalid by field. TypeError for a field without a check."""
    unknown = set(values) - set(checks)
    if unknown:
        raise TypeError(f"no field called {sorted(unknown)[0]}")
    stored: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, value in values.items():
        try:
            stored[name] = checks[name](value)
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise Invalid(fields=errors)
    return stored


def line(longest: int, *, required: bool = False) -> Check:
    """One line of text; white space in it becomes single blanks, control characters vanish."""

    def check(value: Any) -> str:
        text = " ".join(_without_controls(str(value), keep="\t\n\r").split())
        if required and not text:
            raise ValueError(REQUIRED)
        if len(text) > longest:
            raise ValueError(N_("This is too long. Please shorten it."))
        return text

    return check


def paragraph(longest: int) -> Check:
    """Text of several lines."""

    def check(value: Any) -> str:
        text = str(value).replace("\r\n", "\n").replace("\r", "\n")
        text = _without_controls(text, keep="\t\n").strip()
        if len(text) > longest:
            raise ValueError(N_("This is too long. Please shorten it."))
        return text

    return check


def email(value: Any) -> str:
    """An address as typed, without surrounding blanks."""
    address = str(value).strip()
    if not address:
        raise ValueError(REQUIRED)
    try:
        email_key(address)
    except ValueError as error:
        raise ValueError(N_("Please enter an e-mail address such as name@company.com.")) from error
    return address


def slug(value: Any) -> str:
    """The part of a link that stands for a user: a-z, 0-9 and single hyphens, 60 at most."""
    text = str(value).strip().lower()
    if not text:
        raise ValueError(REQUIRED)
    if len(text) > 60 or not _SLUG.fullmatch(text):
        raise ValueError(N_("Use small letters a–z, digits and single hyphens, 60 at most."))
    if text in RESERVED_SLUGS:
        raise ValueError(N_("This word is needed for other addresses. Please choose another."))
    return text


def time_zone(value: Any) -> str:
    """A name of the IANA time zone database, e.g. ``Europe/Warsaw``."""
    if value not in _zones():
        raise ValueError(N_("Please choose a time zone from the list."))
    return str(value)


def locale(value: Any) -> str:
    """A language that the product speaks."""
    if value not in LOCALES:
        raise ValueError(N_("Please choose a language from the list."))
    return str(value)


def one_of(kind: type[StrEnum]) -> Check:
    """A value of a closed list."""

    def check(value: Any) -> StrEnum:
        try:
            return kind(value)
        except ValueError as error:
            raise ValueError(N_("Please choose one of the values offered.")) from error

    return check


def flag(value: Any) -> bool:
    """Yes or no, as a bool and nothing that merely looks like one."""
    if not isinstance(value, bool):
        raise ValueError(N_("Please choose yes or no."))
    return value


def cap(value: Any) -> int | None:
    """A limit of appointments; None or an empty text means no limit."""
    if value is None or value == "":
        return None
    text = str(value).strip()
    if isinstance(value, bool) or not text.isascii() or not text.isdigit():
        raise ValueError(N_("Please enter a whole number, or nothing for no limit."))
    if len(text) > 4 or not 1 <= int(text) <= 1000:
        raise ValueError(N_("Please enter a number from 1 to 1000, or nothing for no limit."))
    return int(text)


def position(last: int) -> Check:
    """A place in a list of ``last`` + 1 things."""

    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= last:
            raise ValueError(N_("Please choose one of the values offered."))
        return value

    return check


def hours(value: Any) -> dict[str, Any]:
    """Weekly hours with overrides, as the JSON that ``Hours`` writes."""
    try:
        return dict((value if isinstance(value, Hours) else Hours.from_json(value)).to_json())
    except ValueError as error:
        raise ValueError(_BAD_HOURS) from error


def colour(value: Any) -> str:
    """``#rrggbb`` in small letters; empty for the product's own."""
    text = str(value).strip().lower()
    if text and not _COLOUR.fullmatch(text):
        raise ValueError(N_("Please enter a colour such as #4f46e5."))
    return text


def file_name(value: Any) -> str:
    """A bare file name that cannot lead out of its folder; empty for none."""
    text = str(value)
    if text and (len(text) > 100 or not _FILE.fullmatch(text)):
        raise ValueError(N_("Please choose the file again."))
    return text


def web_address(value: Any) -> str:
    """An http(s) address; empty for none."""
    text = str(value).strip()
    if not text:
        return ""
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(N_("Please enter a web address that begins with https://"))
    return text


def smtp_address(value: Any) -> str | None:
    """``smtp(s)://user:password@host:port``; None or empty keeps mail on the Outbox page (Q-3)."""
    text = str(value or "").strip()
    if not text:
        return None
    parts = _split(text)
    if parts is None or parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError(
            N_("Please enter the mail server as smtps://user:password@mail.example.com:465")
        )
    return text


def sender(value: Any) -> str:
    """An address for From, bare or as ``Name <address>``; empty for the server's own choice."""
    text = str(line(200)(value))
    if text:
        email(text.rpartition("<")[2].rstrip(">") if text.endswith(">") else text)
    return text


@functools.cache
def _zones() -> frozenset[str]:
    # The last three are files of the database that name no place.
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "Factory", "posixrules"}


def _split(text: str) -> Any:
    if len(text) > 1000 or any(letter.isspace() or letter == "\\" for letter in text):
        return None
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError when it is no number or out of range
    except ValueError:
        return None
    return parts


def _without_controls(text: str, *, keep: str) -> str:
    return "".join(
        letter
        for letter in text
        if letter in keep or unicodedata.category(letter) not in {"Cc", "Cs"}
    )
