"""The signed links by which a lead changes or cancels his appointment, without signing in (CAL-7).

A link says which appointment, and the signature that we made it; nothing else opens the pages. Who
holds the link may act as the lead, so only the lead is sent it.
"""

from crm_app.core import crypto
from crm_app.core.errors import NotFound
from crm_app.core.settings import get_settings

_PURPOSE = "manage-appointment"


def manage_token(public_id: str) -> str:
    """The signed form of an appointment's public id, safe in a URL."""
    return crypto.sign(_PURPOSE, public_id)


def read_manage_token(token: str) -> str:
    """The public id inside ``token``; NotFound when we did not sign it."""
    public_id = crypto.unsign(_PURPOSE, token)
    if not isinstance(public_id, str):
        raise NotFound
    return public_id


def manage_url(public_id: str) -> str:
    """The page that shows the appointment, with the ways to change and to cancel it."""
    return f"{get_settings().url}/booking/{manage_token(public_id)}"


def reschedule_url(public_id: str) -> str:
    """The page on which another time is chosen."""
    return f"{manage_url(public_id)}/reschedule"


def cancel_url(public_id: str) -> str:
    """The page that asks before it cancels."""
    return f"{manage_url(public_id)}/cancel"


def calendar_url(slug: str) -> str:
    """The booking page of a calendar (CAL-6)."""
    return f"{get_settings().url}/cal/{slug}"
