"""The jobs of this room: hand a queued message to what carries it, and mail links to accounts."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from crm_app.core import clock, db, facts, jobs
from crm_app.core.errors import CrmError
from crm_app.messaging import account_mail, delivery, notifications, service
from crm_app.providers.message_port import Receipt

log = logging.getLogger(__name__)
_Result = TypeVar("_Result")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 5.0


# The engine waits an hour at most between attempts; the message itself says when to give up.
@jobs.handles(service.SEND, max_attempts=100)
def send(message_id: int, has_slot: bool = False) -> None:
    """Send a queued message once. A claim found unsettled ends as unknown, never in a second send.

    ``has_slot``: it has waited for its turn under the channel's limit.
    """
    with db.unit_of_work() as session:
        going = delivery.begin(session, message_id, now=clock.now(), has_slot=has_slot)
        if going is None:
            jobs.ends_with(session)
    if going is None:
        return
    failure: CrmError | None = None
    receipt = Receipt("")
    try:
        receipt = going.send()
    except CrmError as error:
        failure = error
    again = written_down(lambda session: _ended(session, going, failure, receipt))
    if again and failure is not None:
        raise failure


def _ended(
    session: Session, going: delivery.Going, failure: CrmError | None, receipt: Receipt
) -> bool:
    """Record how it went, and with it that the job is done; whether to try again later."""
    again = delivery.ended(
        session,
        going,
        failure,
        answer=receipt.words,
        external_id=receipt.external_id,
        now=clock.now(),
    )
    if not again:
        jobs.ends_with(session)
    return again


def written_down(note: Callable[[Session], _Result]) -> _Result:
    """Commit ``note``, again and again while the database is away and this process lives.

    What it notes has happened outside already: losing the note would turn a sent mail into a question.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            with db.unit_of_work() as session:
                return note(session)
        except DBAPIError:
            log.exception("the end of a send could not be written down yet")
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


@jobs.handles("messages.tidy")
def tidy() -> None:
    """Once a day: forget notifications that were read long ago."""
    with db.unit_of_work() as session:
        notifications.forget_old(session, now=clock.now())


@jobs.handles("messages.account_link")
def mail_account_link(fact_id: int) -> None:
    """Mail the link of a password reset or an invitation (USR-2)."""
    with db.unit_of_work() as session:
        fact = facts.load(session, fact_id)
        if isinstance(fact, facts.PasswordResetRequested | facts.UserInvited):
            account_mail.queue_link(session, fact.token_id, now=clock.now())
