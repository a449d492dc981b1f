"""Most messages a minute on a channel (CAM-9): what is over the limit waits for its turn, never falls.

Each message takes the next free instant once and is woken for it, so ten thousand that are due at
once cost one look each, and no one is overtaken by those that come later. Only what campaigns send
waits: a confirmation or a new password must not stand behind ten thousand advertisements.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from crm_app.accounts import rate
from crm_app.core import jobs
from crm_app.messaging import channels, service
from crm_app.models import Message

_MINUTE = timedelta(minutes=1)


def wait(session: Session, message: Message, *, now: datetime) -> bool:
    """Take a turn; whether the message has to wait for it, and then is sent by a job of its own."""
    by_campaign = message.marketing or message.campaign_id is not None
    most = channels.account(session, message.channel).per_minute if by_campaign else 0
    if not most:
        return False
    turn = rate.turn(session, f"channel:{message.channel}", _MINUTE / most, now)
    if turn <= now:
        return False
    key = f"message:{message.id}:{message.attempt}:turn"
    jobs.enqueue(session, service.SEND, key=key, run_at=turn, message_id=message.id, has_slot=True)
    return True
