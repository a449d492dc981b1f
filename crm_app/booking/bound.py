"""Links that know for whom they are: a booking page's address bound to a contact (CAL-7).

The signature says that we made the link, so who opens it is taken for the contact: the form begins
with his name and address, and the appointment becomes his even when he types another address. Only
an address that belongs to somebody else wins, since then the link was passed on.
"""

from urllib.parse import urlencode

from sqlmodel import Session

from crm_app.contacts import queries
from crm_app.core import crypto
from crm_app.core.errors import NotFound
from crm_app.models import Contact

PARAMETER = "for"
_PURPOSE = "bound-booking"
_LONGEST = 300


def bind(url: str, contact_id: int) -> str:
    """``url`` of a booking page, bound to the contact."""
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}{urlencode({PARAMETER: crypto.sign(_PURPOSE, contact_id)})}"


def contact_of(session: Session, token: str) -> Contact | None:
    """For whom the link is; None when it is for nobody, not ours, or the contact is gone."""
    if not token or len(token) > _LONGEST:
        return None
    try:
        contact_id = crypto.unsign(_PURPOSE, token)
    except NotFound:
        return None
    contact = session.get(Contact, contact_id) if isinstance(contact_id, int) else None
    return contact if contact is not None and contact.deleted_at is None else None


def prefilled(session: Session, contact: Contact) -> dict[str, str]:
    """What the form begins with."""
    emails, phones = queries.emails_of(session, contact), queries.phones_of(session, contact)
    typed = {
        "name": contact.name,
        "email": emails[0].address if emails else "",
        "phone": phones[0].number if phones else "",
    }
    return {name: value for name, value in typed.items() if value}
