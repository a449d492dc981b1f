"""The signed token inside a public form: proof that we sent the form, and when (FRM-1).

Pure but for the signature. Its nonce is the submission's public id, so a form that is sent twice is
one submission; its age tells a program that fills forms in an instant from a person. A token only
fits the form that it was made for.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crm_app.core import crypto
from crm_app.core.errors import NotFound

_PURPOSE = "public-form"
# Nobody reads and fills in a form faster; who lets the browser fill it presses once more.
QUICKEST = timedelta(seconds=2)
OLDEST = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class FormToken:
    """``nonce`` is unguessable and different for each form that was shown."""

    form_id: int
    nonce: str
    issued_at: datetime

    def text(self) -> str:
        """What travels with the form."""
        moment = int(self.issued_at.timestamp())
        return crypto.sign(_PURPOSE, [self.form_id, self.nonce, moment])

    def too_quick(self, now: datetime) -> bool:
        """Whether the form came back faster than a person can send it."""
        return now - self.issued_at < QUICKEST


def issue(form_id: int, now: datetime) -> FormToken:
    """A new token."""
    return FormToken(form_id, secrets.token_urlsafe(16), now)


def read(text: str, form_id: int, now: datetime) -> FormToken | None:
    """The token, or None when it is not ours, not for this form, or too old."""
    try:
        form, nonce, moment = crypto.unsign(_PURPOSE, text)
    except NotFound:
        return None
    token = FormToken(form, nonce, datetime.fromtimestamp(moment, UTC))
    return token if form == form_id and now - token.issued_at < OLDEST else None
