"""The signed token inside the booking form: proof that we sent the form, and when.

Pure but for the signature. Its nonce is the booking's key, so a form that is sent twice books once;
its age tells a program that fills forms in an instant from a person (FRM-1's spam protection
without a third party). A token only fits the calendar that it was made for.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crm_app.core import crypto
from crm_app.core.errors import NotFound

_PURPOSE = "booking-form"
# Nobody reads and fills in the form faster; who lets the browser fill it presses once more.
QUICKEST = timedelta(seconds=2)
OLDEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class FormToken:
    """``nonce`` is unguessable and different for each form that was shown."""

    calendar_id: int
    nonce: str
    issued_at: datetime

    def text(self) -> str:
        """What travels with the form."""
        moment = int(self.issued_at.timestamp())
        return crypto.sign(_PURPOSE, [self.calendar_id, self.nonce, moment])

    def too_quick(self, now: datetime) -> bool:
        """Whether the form came back faster than a person can send it."""
        return now - self.issued_at < QUICKEST


def issue(calendar_id: int, now: datetime) -> FormToken:
    """A new token."""
    return FormToken(calendar_id, secrets.token_urlsafe(16), now)


def read(text: str, calendar_id: int, now: datetime) -> FormToken | None:
    """The token, or None when it is not ours, not for this calendar, or too old."""
    try:
        calendar, nonce, moment = crypto.unsign(_PURPOSE, text)
    except NotFound:
        return None
    token = FormToken(calendar, nonce, datetime.fromtimestamp(moment, UTC))
    return token if calendar == calendar_id and now - token.issued_at < OLDEST else None
