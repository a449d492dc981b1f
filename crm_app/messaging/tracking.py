"""Counting what becomes of a message at the reader's: links followed, mail opened (CAM-6).

Only people count. What fetches a page ahead of them, or to look whether it is safe, says so in its
request; a link scanner that pretends to be a person cannot be told from one.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Table, update
from sqlmodel import Session, col, select

from crm_app.core import db, facts
from crm_app.core.errors import NotFound
from crm_app.models import Message, TrackedLink

_table: Table = TrackedLink.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it
_LONGEST_TOKEN = 64
# Names under which programs look into mail and chats, in lower case.
_PROGRAMS = re.compile(
    r"bot\b|bot/|crawl|spider|preview|scan|slurp|fetch|proxy|facebookexternalhit|whatsapp|"
    r"telegram|slack|discord|skype|linkedin|pinterest|embedly|barracuda|proofpoint|mimecast|"
    r"safelinks|symantec|forcepoint|trendmicro|sophos|virustotal|urldefense|monitor|headless|"
    r"python|curl|wget|java/|go-http|okhttp|axios|node-fetch|libwww|httpclient"
)


def keep(session: Session, links_of: Mapping[int, Sequence[tuple[str, str]]]) -> None:
    """Store the addresses behind those in new messages: message id -> token and address."""
    rows = [
        {"token": token, "message_id": message_id, "url": url, "clicks": 0}
        for message_id, links in links_of.items()
        for token, url in links
    ]
    db.insert_many(session, _table, rows)


def find(session: Session, token: str) -> TrackedLink:
    """The address behind ``token``; NotFound when it is none of ours."""
    found = None
    if token and len(token) <= _LONGEST_TOKEN:
        found = session.exec(select(TrackedLink).where(TrackedLink.token == token)).first()
    if found is None:
        raise NotFound
    return found


def is_person(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request looks like a person's, by its method and headers (names in lower case)."""
    agent = headers.get("user-agent", "").lower()
    ahead = headers.get("purpose", "") + headers.get("sec-purpose", "") + headers.get("x-moz", "")
    return method == "GET" and bool(agent) and not ahead and not _PROGRAMS.search(agent)


def clicked(session: Session, link: TrackedLink, *, now: datetime) -> None:
    """A person followed ``link``. The first time tells the campaigns."""
    session.execute(
        update(TrackedLink)
        .where(col(TrackedLink.id) == link.id)
        .values(clicks=col(TrackedLink.clicks) + 1)
    )
    message = _first(session, link, now)
    if message is None:
        return
    message.clicked_at = message.clicked_at or now
    session.add(message)
    if message.contact_id is not None:
        fact = facts.LinkClicked(
            link_id=link.id or 0,
            message_id=message.id or 0,
            contact_id=message.contact_id,
            url=link.url,
        )
        facts.record(session, fact)


def opened(session: Session, link: TrackedLink, *, now: datetime) -> None:
    """The picture in a mail was shown."""
    session.execute(
        update(TrackedLink)
        .where(col(TrackedLink.id) == link.id)
        .values(clicks=col(TrackedLink.clicks) + 1)
    )
    message = _first(session, link, now)
    if message is not None:
        message.opened_at = message.opened_at or now
        session.add(message)
        session.flush()
        facts.record(session, facts.MessageChanged(message.id or 0))


def _first(session: Session, link: TrackedLink, now: datetime) -> Message | None:
    """The message, held, when this is the first time; of two at once one is it."""
    first = session.execute(
        update(TrackedLink)
        .where(col(TrackedLink.id) == link.id, col(TrackedLink.first_clicked_at).is_(None))
        .values(first_clicked_at=now)
        .returning(col(TrackedLink.id))
    ).first()
    if first is None:
        return None
    return session.get(Message, link.message_id, with_for_update=True, populate_existing=True)
