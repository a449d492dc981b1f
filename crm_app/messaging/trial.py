"""A test message to oneself, so that an administrator sees whether mail goes out."""

from datetime import datetime

from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.messaging import service
from crm_app.messaging.letter import Letter, as_html, as_text
from crm_app.models import Message

KIND = "test"


def queue_to_oneself(session: Session, actor: Actor, *, now: datetime) -> Message:
    """Queue a test message to the acting administrator's own address."""
    actor.require_admin()
    user = accounts.get_user(session, actor, actor.require_user())
    workspace = accounts.workspace_name(session)
    heading = translate(user.locale, N_("Mail from Tandem arrives"))
    letter = Letter(
        locale=user.locale,
        heading=heading,
        paragraphs=(
            translate(user.locale, N_("Hello {name},"), name=user.name),
            translate(
                user.locale,
                N_(
                    "This is the test message that you asked for. Invitations will arrive likewise."
                ),
            ),
        ),
        sender=workspace,
    )
    return service.queue(
        session,
        key=f"test:{user.id}:{now.timestamp()}",
        kind=KIND,
        to_name=user.name,
        to_address=user.email,
        subject=f"{heading} · {workspace}",
        text=as_text(letter),
        html=as_html(letter),
        locale=user.locale,
        user_id=user.id,
    )
