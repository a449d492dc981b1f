"""Messages to people and the ledger of attempts to send them. Written by messaging."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type
from crm_app.core.kinds import LedgerState, MessageState


class Message(SQLModel, table=True):
    """A rendered message. ``key`` says what it is for, so that the same one is never made twice."""

    __tablename__ = "message"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    # booked, rescheduled, cancelled, reminder, password_reset, ...
    kind: str
    channel: str = "email"
    to_name: str = ""
    to_address: str
    # The name beside the workspace's own address; empty: the workspace's name.
    from_name: str = ""
    reply_to: str = ""
    subject: str
    text: str
    html: str = ""
    # The iMIP object and its METHOD; empty when the message carries none.
    ics: str = ""
    ics_method: str = ""
    # RFC 5322 Message-ID, the same at every attempt.
    message_id: str = Field(unique=True)
    locale: str = "en"
    state: MessageState = Field(default=MessageState.QUEUED, sa_type=enum_type(MessageState))
    # A message id for people: why it is not sent (yet).
    error: str = ""
    # The mail server's own words about it.
    error_detail: str = ""
    # Rises when a person has it sent anew; each attempt has its own row in the send ledger.
    attempt: int = 0
    # Whose business it is: a member sees the messages that bear his id.
    user_id: int | None = Field(default=None, index=True)
    contact_id: int | None = Field(default=None, index=True)
    appointment_id: int | None = Field(default=None, index=True)
    # Secrets in the text (reset links): not shown on the Outbox page to others than administrators.
    confidential: bool = False
    created_at: datetime = Field(index=True)
    # After this instant nobody needs it any more: it is skipped instead of sent late.
    expires_at: datetime | None = None
    sent_at: datetime | None = None


class SendAttempt(SQLModel, table=True):
    """The send ledger: committed as claimed before the send and as sent after it (CAM-8).

    A claim that is found again was interrupted in between: nobody knows whether it went out, so it
    becomes ``unknown`` and a person decides.
    """

    __tablename__ = "send_attempt"

    key: str = Field(primary_key=True)
    channel: str
    state: LedgerState = Field(default=LedgerState.CLAIMED, sa_type=enum_type(LedgerState))
    detail: str = ""
    claimed_at: datetime
    settled_at: datetime | None = None
