"""What the Outbox shows: small rows of texts in the reader's language and zone. No Reflex here."""

from datetime import datetime

from sqlmodel import Session

from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import translate
from crm_app.core.kinds import MessageState
from crm_app.messaging import channels, queries, sender
from crm_app.messaging.drafts import EMAIL
from crm_app.messaging.ui.state_words import CHANNELS, KINDS, MESSAGE, TONES, WORDS
from crm_app.models import Message
from crm_app.ui import moments

Row = dict[str, str]
PAGE = 50
# As many as are read again at once when something changed.
LONGEST = 200

# The views of the list; the first shows all.
VIEWS: dict[str, tuple[MessageState, ...] | None] = {
    "all": None,
    "outbox": (MessageState.OUTBOX,),
    "check": (MessageState.UNKNOWN,),
    "failed": (MessageState.FAILED, MessageState.SKIPPED),
    "queued": (MessageState.QUEUED,),
    "sent": (MessageState.SENT,),
}


def rows(
    session: Session,
    actor: Actor,
    view: str,
    *,
    channel: str = "",
    before_id: int | None = None,
    limit: int = PAGE,
) -> list[Row]:
    """The messages of a view, newest first; ``channel`` "": of all channels."""
    now = clock.now()
    found = queries.list_messages(
        session,
        actor,
        states=VIEWS.get(view),
        channel=channel,
        before_id=before_id,
        limit=limit,
    )
    return [row(message, actor, now) for message in found]


def counts(session: Session, actor: Actor, *, channel: str = "") -> dict[str, str]:
    """How many messages each view holds that asks for attention; empty for none."""
    found = queries.count_by_state(session, actor, channel=channel)
    return {
        view: str(sum(found.get(state, 0) for state in states or ()) or "")
        for view, states in VIEWS.items()
        if view in ("outbox", "check", "failed", "queued")
    } | {"all": "", "sent": ""}


def row(message: Message, actor: Actor, now: datetime) -> Row:
    """A line of the list."""
    state = MessageState(message.state)
    channel_name, _ = CHANNELS.get(message.channel, (MESSAGE, ""))
    first_line = next(iter(message.text.strip().splitlines()), "")
    return {
        "channel": message.channel,
        "channel_name": translate(actor.locale, channel_name),
        "id": str(message.id),
        "to": message.to_name or message.to_address,
        "address": message.to_address,
        "subject": message.subject or first_line[:200],
        "kind": translate(actor.locale, KINDS.get(message.kind, MESSAGE)),
        "state": state.value,
        "words": translate(actor.locale, WORDS[state]),
        "tone": TONES[state],
        "when": moments.moment(
            actor.locale, actor.time_zone, message.sent_at or message.created_at, now
        ),
    }


def detail(session: Session, actor: Actor, message_id: int) -> Row:
    """All that the sheet shows of a message, but its source."""
    message = queries.shown_message(session, actor, message_id)
    now = clock.now()
    shown = row(message, actor, now)

    def said(at: datetime | None) -> str:
        return moments.moment(actor.locale, actor.time_zone, at, now) if at else ""

    return shown | {
        "from": _sender(session, message),
        "ready": "yes" if queries.can_send(session, message.channel) else "",
        "delivered": said(message.delivered_at),
        "opened": said(message.opened_at),
        "clicked": said(message.clicked_at),
        "replied": said(message.replied_at),
        "reply_to": message.reply_to,
        "made": said(message.created_at),
        "sent": said(message.sent_at),
        "error": translate(actor.locale, message.error) if message.error else "",
        "server_words": message.error_detail,
        "text": message.text,
        "ics": message.ics,
        "html": "yes" if message.html else "",
        "confidential": "yes" if message.confidential else "",
        "contact": f"/contacts/{message.contact_id}" if message.contact_id else "",
        "appointment": f"/calendar?appointment={message.appointment_id}"
        if message.appointment_id
        else "",
    }


def _sender(session: Session, message: Message) -> str:
    if message.channel == EMAIL:
        return f"{sender.from_name(session, message)} <{sender.from_address(session)}>".strip()
    known = channels.account(session, message.channel)
    return known.option("sender") or known.option("page_id")


def source(session: Session, actor: Actor, message_id: int) -> str:
    """The message as it travels, as text; all of it is 7-bit or UTF-8."""
    message = queries.get_message(session, actor, message_id)
    return queries.eml(session, message).decode("utf-8", "replace").replace("\r\n", "\n")
