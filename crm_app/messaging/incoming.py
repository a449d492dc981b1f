"""What people write to us: taken in once, given to a contact, told to its owner and the campaigns.

A text message or a message at our page belongs to the contact to whom we wrote last at this number
or id, else to the oldest that has it (CON-2). Nobody is made of a number alone: what comes from
somebody unknown is kept, administrators are told, and a person links it. STOP counts for every
contact that has the number (CAM-9).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from crm_app.contacts import reach
from crm_app.contacts import service as contacts
from crm_app.contacts.visibility import require_change
from crm_app.core import access, facts
from crm_app.core.access import Actor
from crm_app.core.i18n import N_
from crm_app.core.kinds import MessageState
from crm_app.messaging import keywords, notifications
from crm_app.messaging.drafts import EMAIL, MESSENGER, SMS
from crm_app.messaging.keywords import Wish
from crm_app.messaging.once import insert_new
from crm_app.models import Contact, IncomingMessage, Message

_MESSAGES = access.system("messages")
_LONGEST, _LONGEST_SHOWN = 20_000, 300
RECEIVED: dict[str, str] = {
    EMAIL: N_("E-mail received: {text}"),
    SMS: N_("Text message received: {text}"),
    MESSENGER: N_("Messenger message received: {text}"),
}
TOLD: dict[str, str] = {
    EMAIL: N_("{name} wrote an e-mail: {text}"),
    SMS: N_("{name} wrote a text message: {text}"),
    MESSENGER: N_("{name} wrote at the Facebook page: {text}"),
}
TOLD_UNKNOWN: dict[str, str] = {
    EMAIL: N_("An e-mail came from the unknown address {address}: {text}"),
    SMS: N_("A text message came from the unknown number {address}: {text}"),
    MESSENGER: N_("Somebody unknown wrote at the Facebook page: {text}"),
}
RECEIVED_PAGE = "/received"


def take(
    session: Session,
    *,
    channel: str,
    external_id: str,
    from_address: str,
    text: str,
    at: datetime,
    to_address: str = "",
    subject: str = "",
) -> IncomingMessage | None:
    """Take in a message; None when it was taken in before. ``at`` is UTC."""
    known = _known(session, channel, from_address)
    answered = _answered(session, channel, from_address, known)
    contact = next((one for one in known if answered and one.id == answered.contact_id), None)
    contact = contact or next(iter(known), None)
    row = IncomingMessage(
        channel=channel,
        external_id=external_id,
        from_address=from_address,
        to_address=to_address,
        subject=subject,
        text=text[:_LONGEST],
        at=at,
        contact_id=contact.id if contact else None,
        answers_message_id=answered.id if answered else None,
    )
    if not insert_new(session, row, unique="external_id"):
        return None
    query = select(IncomingMessage).where(IncomingMessage.external_id == external_id)
    stored = session.exec(query).one()
    _consider(session, stored, known, contact, answered)
    return stored


def _consider(
    session: Session,
    row: IncomingMessage,
    known: Sequence[Contact],
    contact: Contact | None,
    answered: Message | None,
) -> None:
    wish = keywords.wish(row.text) if row.channel == SMS else None
    # Who was not left alone and writes "yes" gives an ordinary answer.
    obeyed = wish is not None and _obey(session, wish, row.channel, known)
    if contact is None:
        if wish is None:
            _tell_unknown(session, row)
        return
    _note(session, row, contact)
    if wish is Wish.STOP or obeyed:
        return
    _tell_owner(session, row, contact)
    if wish is not Wish.HELP:
        _count_answer(session, row, contact, answered)


def _obey(session: Session, wish: Wish, channel: str, known: Sequence[Contact]) -> bool:
    if wish is Wish.HELP:
        return False
    changed = [
        reach.set_quiet(session, _MESSAGES, one, channel, wish is Wish.STOP) for one in known
    ]
    return any(changed)


def _known(session: Session, channel: str, address: str) -> list[Contact]:
    if channel == SMS:
        return reach.with_number(session, address)
    if channel == MESSENGER:
        return reach.with_messenger(session, address)
    return reach.with_address(session, address)


def _answered(
    session: Session, channel: str, address: str, known: Sequence[Contact]
) -> Message | None:
    """The last message that we sent there."""
    if not known:
        return None
    return session.exec(
        select(Message)
        .where(
            col(Message.contact_id).in_([one.id for one in known]),
            Message.channel == channel,
            Message.to_address == address,
            Message.state == MessageState.SENT,
        )
        .order_by(col(Message.sent_at).desc(), col(Message.id).desc())
        .limit(1)
    ).first()


def _note(session: Session, row: IncomingMessage, contact: Contact) -> None:
    sentence = RECEIVED.get(row.channel, RECEIVED[EMAIL])
    contacts.note(session, _MESSAGES, contact, "reply", sentence, {"text": _short(row.text)})


def _count_answer(
    session: Session, row: IncomingMessage, contact: Contact, answered: Message | None
) -> None:
    if answered is not None and answered.replied_at is None:
        answered.replied_at = row.at
        session.add(answered)
        session.flush()
    facts.record(
        session,
        facts.MessageReplied(
            incoming_id=row.id or 0, contact_id=contact.id or 0, channel=row.channel
        ),
    )


def _tell_owner(session: Session, row: IncomingMessage, contact: Contact) -> None:
    told = [contact.owner_id] if contact.owner_id else notifications.administrators(session)
    for user_id in told:
        notifications.notify(
            session,
            user_id=user_id,
            key=f"incoming:{row.id}:{user_id}",
            message=TOLD.get(row.channel, TOLD[EMAIL]),
            params={"name": contact.name, "text": _short(row.text)},
            path=f"/contacts/{contact.id}",
            kind="reply",
        )


def _tell_unknown(session: Session, row: IncomingMessage) -> None:
    for user_id in notifications.administrators(session):
        notifications.notify(
            session,
            user_id=user_id,
            key=f"incoming:{row.id}:{user_id}",
            message=TOLD_UNKNOWN.get(row.channel, TOLD_UNKNOWN[EMAIL]),
            params={"address": row.from_address, "text": _short(row.text)},
            path=RECEIVED_PAGE,
            kind="reply",
        )
    # No message of ours: the page that shows what was received looks again.
    facts.record(session, facts.MessageChanged(0))


def link(session: Session, actor: Actor, row: IncomingMessage, contact: Contact) -> None:
    """Say whose message it is: all from there that belong to nobody become the contact's.

    The contact is known by the number or id from then on. NotAllowed unless the actor may change it.
    """
    require_change(actor, contact)
    if row.channel == MESSENGER:
        reach.set_messenger(session, actor, contact, row.from_address)
    elif row.channel == SMS:
        reach.add_number(session, actor, contact, row.from_address)
    session.execute(
        update(IncomingMessage)
        .where(
            col(IncomingMessage.channel) == row.channel,
            col(IncomingMessage.from_address) == row.from_address,
            col(IncomingMessage.contact_id).is_(None),
        )
        .values(contact_id=contact.id)
    )
    session.refresh(row)
    _note(session, row, contact)
    _count_answer(session, row, contact, None)


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _LONGEST_SHOWN else one_line[: _LONGEST_SHOWN - 1] + "…"
