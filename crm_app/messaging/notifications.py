"""What users are told behind the bell, and by mail where that is wanted.

A notification is for one user; its ``key`` says what it is about, so that the same is never told
twice. Everybody reads and clears his own only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, update
from sqlmodel import Session, col, select

from crm_app.accounts import queries as accounts
from crm_app.contacts import timeline
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.settings import get_settings
from crm_app.messaging import service
from crm_app.messaging.letter import Letter, Link, as_html, as_text
from crm_app.messaging.once import insert_new
from crm_app.models import Notification, User

KIND = "notification"
_LONGEST_SUBJECT = 120
KEPT_AFTER_READING = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Notice:
    """A line behind the bell, in the reader's language."""

    id: int
    at: datetime
    kind: str
    text: str
    path: str
    read: bool


def notify(
    session: Session,
    *,
    user_id: int,
    key: str,
    message: str,
    params: Mapping[str, Any] | None = None,
    path: str = "",
    kind: str = "note",
    mail: bool = False,
) -> bool:
    """Tell a user something once; whether it is new.

    ``message`` is an ``N_`` message id that ``params`` (JSON) fill, ``path`` a page of the dashboard,
    ``kind`` an icon's name. ``mail`` sends it to his address too. Who has left hears nothing.
    """
    user = session.get(User, user_id)
    if user is None or not user.active:
        return False
    row = Notification(
        key=key,
        user_id=user_id,
        at=clock.now(),
        kind=kind,
        message=message,
        params=dict(params or {}),
        path=path,
    )
    if not insert_new(session, row, unique="key"):
        return False
    facts.record(session, facts.NotificationMade(user_id))
    if mail:
        _mail(session, user, row)
    return True


def administrators(session: Session) -> list[int]:
    """Whom to tell what is nobody's business in particular."""
    return [user.id or 0 for user in accounts.administrators(session)]


def unread(session: Session, actor: Actor) -> int:
    """How many the actor has not read."""
    query = select(func.count()).select_from(Notification)
    return session.exec(
        query.where(
            Notification.user_id == actor.require_user(), col(Notification.read_at).is_(None)
        )
    ).one()


def latest(session: Session, actor: Actor, *, limit: int = 20) -> list[Notice]:
    """The actor's own, newest first."""
    query = (
        select(Notification)
        .where(Notification.user_id == actor.require_user())
        .order_by(col(Notification.id).desc())
        .limit(limit)
    )
    return [
        Notice(
            id=row.id or 0,
            at=row.at,
            kind=row.kind,
            text=_text(actor.locale, actor.time_zone, row),
            path=row.path,
            read=row.read_at is not None,
        )
        for row in session.exec(query)
    ]


def mark_read(session: Session, actor: Actor, notification_id: int | None = None) -> None:
    """Note one of the actor's own as read, or all of them."""
    mine = [
        col(Notification.user_id) == actor.require_user(),
        col(Notification.read_at).is_(None),
    ]
    if notification_id is not None:
        mine.append(col(Notification.id) == notification_id)
    session.execute(update(Notification).where(*mine).values(read_at=clock.now()))
    # His other tabs show the same number.
    facts.record(session, facts.NotificationMade(actor.require_user()))


def forget_old(session: Session, *, now: datetime) -> None:
    """Remove what was read long ago."""
    session.execute(
        delete(Notification).where(col(Notification.read_at) < now - KEPT_AFTER_READING)
    )


def _text(locale: str, time_zone: str, row: Notification) -> str:
    return timeline.sentence(locale, row.message, row.params, time_zone=time_zone)


def _mail(session: Session, user: User, row: Notification) -> None:
    text = _text(user.locale, user.time_zone, row)
    first = text.partition("\n")[0]
    opening = Link(
        translate(user.locale, N_("Open it in Tandem")), get_settings().url + (row.path or "/")
    )
    letter = Letter(
        locale=user.locale,
        heading=first[:_LONGEST_SUBJECT],
        paragraphs=(text,) if text != first[:_LONGEST_SUBJECT] else (),
        sender=accounts.workspace_name(session),
        button=opening,
    )
    service.queue(
        session,
        key=f"notification:{row.key}",
        kind=KIND,
        to_name=user.name,
        to_address=user.email,
        subject=letter.heading,
        text=as_text(letter),
        html=as_html(letter),
        locale=user.locale,
        user_id=user.id,
    )
