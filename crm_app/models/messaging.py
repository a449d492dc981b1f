"""Messages to people and the ledger of attempts to send them. Written by messaging."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from crm_app.core.columns import enum_type, json_type
from crm_app.core.crypto import EncryptedText
from crm_app.core.kinds import LedgerState, MessageState


class Message(SQLModel, table=True):
    """A rendered message. ``key`` says what it is for, so that the same one is never made twice."""

    __tablename__ = "message"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    # booked, rescheduled, cancelled, reminder, password_reset, ...
    kind: str
    # email, sms, messenger, webhook; ``to_address`` is an e-mail address, a number (E.164), a person's
    # id at the page, or a web address.
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
    # A campaign's step that sent it, and the visit that did (CAM-6, CAM-8).
    campaign_id: int | None = Field(default=None, index=True)
    enrolment_id: int | None = Field(default=None, index=True)
    step_id: str = ""
    # A queued message of many made at once is the bare text until it leaves: "plain" is still to get
    # its looks and its way to unsubscribe, "counted" links that count as well; "" has all that it needs.
    unfinished: str = ""
    # Marketing mail carries List-Unsubscribe and honours do-not-disturb (CAM-9).
    marketing: bool = False
    # Its id at the service that carries it, by which that service reports and answers.
    external_id: str = Field(default="", index=True)
    # Secrets in the text (reset links): not shown on the Outbox page to others than administrators.
    confidential: bool = False
    created_at: datetime = Field(index=True)
    # After this instant nobody needs it any more: it is skipped instead of sent late.
    expires_at: datetime | None = None
    sent_at: datetime | None = None
    # Reported by the service, where it does.
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    clicked_at: datetime | None = None
    replied_at: datetime | None = None


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


class IncomingMessage(SQLModel, table=True):
    """A message that somebody sent us. ``external_id`` is the service's id: each is taken in once."""

    __tablename__ = "incoming_message"
    __table_args__ = (Index("ix_incoming_contact", "contact_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external_id: str = Field(unique=True)
    from_address: str = Field(index=True)
    to_address: str = ""
    subject: str = ""
    text: str = ""
    at: datetime
    contact_id: int | None = Field(default=None, foreign_key="contact.id", ondelete="SET NULL")
    # The message that it answers, where that is known.
    answers_message_id: int | None = Field(default=None, index=True)
    read_at: datetime | None = None


class ChannelAccount(SQLModel, table=True):
    """How messages of a channel leave (sms, messenger), with its secrets encrypted (SYN-13).

    ``options`` are plain settings (account, sender's number, page, most messages a minute).
    """

    __tablename__ = "channel_account"

    channel: str = Field(primary_key=True)
    options: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    # JSON of the tokens and keys.
    secret: str | None = Field(default=None, sa_type=EncryptedText)
    enabled: bool = False


class TrackedLink(SQLModel, table=True):
    """A web address in a message, behind a short one of ours that counts its clicks (CAM-6)."""

    __tablename__ = "tracked_link"

    id: int | None = Field(default=None, primary_key=True)
    token: str = Field(unique=True)
    message_id: int = Field(foreign_key="message.id", index=True, ondelete="CASCADE")
    url: str
    clicks: int = 0
    first_clicked_at: datetime | None = None


class Notification(SQLModel, table=True):
    """A line for a user behind the bell. ``message`` is a message id, ``params`` fill it."""

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_user", "user_id", "read_at", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    user_id: int = Field(foreign_key="app_user.id", ondelete="CASCADE")
    at: datetime
    # An icon's name, as on the timeline.
    kind: str = "note"
    message: str
    params: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(json_type(), nullable=False)
    )
    # A page of the dashboard, "/contacts/12".
    path: str = ""
    read_at: datetime | None = None
