"""Activities: what a user is to do, or did, with a contact (INV-1). Written by activities."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class Activity(SQLModel, table=True):
    """A call, task or other thing to do. ``due_at`` None: whenever; ``done_at`` None: still to do."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_user", "user_id", "done_at", "due_at"),)

    id: int | None = Field(default=None, primary_key=True)
    # What made it ("enrolment:7:3"), so that it is made once; None: a person.
    key: str | None = Field(default=None, unique=True)
    # call, voicemail, task, ...
    kind: str = "task"
    title: str
    note: str = ""
    due_at: datetime | None = None
    # None: nobody's yet; administrators see it.
    user_id: int | None = Field(default=None, foreign_key="app_user.id")
    contact_id: int | None = Field(
        default=None, foreign_key="contact.id", index=True, ondelete="CASCADE"
    )
    created_at: datetime
    created_by: str = ""
    done_at: datetime | None = None
