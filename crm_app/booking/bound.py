"""Links that know for whom they are: a booking page's address bound to a contact (CAL-7).

The signature says that we made the link, so who opens it is taken for the contact: the form begins
with his name and address, and the appointment becomes his even when he types another address. Only
an address that belongs to somebody else wins, since then the link was passed on.

A stranger who just filled in a form is not taken for anybody: his link carries what he typed and
nothing of what we know, or whoever types somebody's address would learn his name and number.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from crm_app.contacts import merged, queries
from crm_app.core import crypto
from crm_app.core.errors import NotFound
from crm_app.models import Contact

PARAMETER = "for"
_PURPOSE = "bound-booking"
_TYPED = ("name", "email", "phone")
_LONGEST = 1500


def bind(url: str, contact_id: int) -> str:
    """``url`` of a booking page, bound to the contact."""
    return _with_token(url, contact_id)


def hand_on(url: str, typed: Mapping[str, str]) -> str:
    """``url`` of a page whose form begins with what was typed before: name, email and phone."""
    return _with_token(url, {name: typed[name] for name in _TYPED if typed.get(name)})


def contact_of(session: Session, token: str) -> Contact | None:
    """For whom the link is; None when it is for nobody, not ours, or the contact is gone."""
    contact_id = _read(token)
    return merged.present(session, contact_id) if isinstance(contact_id, int) else None


def known(session: Session, token: str) -> dict[str, str]:
    """What the link tells about who opened it: name, email and phone, as far as there are any."""
    said = _read(token)
    if isinstance(said, dict):
        return {name: said[name] for name in _TYPED if isinstance(said.get(name), str)}
    contact = contact_of(session, token)
    return prefilled(session, contact) if contact else {}


def prefilled(session: Session, contact: Contact) -> dict[str, str]:
    """What the form begins with."""
    emails, phones = queries.emails_of(session, contact), queries.phones_of(session, contact)
    typed = {
        "name": contact.name,
        "email": emails[0].address if emails else "",
        "phone": phones[0].number if phones else "",
    }
    return {name: value for name, value in typed.items() if value}


def _with_token(url: str, said: Any) -> str:
    joint = "&" if "?" in url else "?"
    # A signed text is safe in an address as it is.
    return f"{url}{joint}{PARAMETER}={crypto.sign(_PURPOSE, said)}"


def _read(token: str) -> Any:
    if not token or len(token) > _LONGEST:
        return None
    try:
        return crypto.unsign(_PURPOSE, token)
    except NotFound:
        return None
