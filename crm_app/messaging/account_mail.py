"""The mails that open an account: password reset and invitation.

Their link is a secret, so the messages are confidential: besides the addressee only administrators
may read them in the outbox.
"""

from datetime import datetime

from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.accounts import tokens
from crm_app.accounts.queries import OneTimeLink
from crm_app.core.i18n import N_, translate
from crm_app.messaging import service, when
from crm_app.messaging.letter import Letter, Link, as_html, as_text
from crm_app.models import Message


def queue_link(session: Session, token_id: int, *, now: datetime) -> Message | None:
    """Queue the mail with a one-time link; None when nobody is to get one."""
    link = accounts.one_time_link(session, token_id, now=now)
    if link is None:
        return None
    workspace = accounts.workspace_name(session)
    is_reset = link.purpose == tokens.RESET
    subject, letter = (_reset if is_reset else _invitation)(link, workspace)
    return service.queue(
        session,
        key=f"account-link:{token_id}",
        kind="password_reset" if is_reset else "invitation",
        to_name=link.user.name,
        to_address=link.user.email,
        subject=subject,
        text=as_text(letter),
        html=as_html(letter),
        locale=link.user.locale,
        user_id=link.user.id,
        confidential=True,
        expires_at=link.expires_at,
    )


def _reset(link: OneTimeLink, workspace: str) -> tuple[str, Letter]:
    locale = link.user.locale
    heading = translate(locale, N_("Choose a new password"))
    letter = Letter(
        locale=locale,
        heading=heading,
        paragraphs=(
            translate(locale, N_("Hello {name},"), name=link.user.name),
            translate(
                locale,
                N_("Somebody, probably you, asked for a new password for {workspace}."),
                workspace=workspace,
            ),
        ),
        button=Link(heading, link.url),
        closing=(
            _valid_until(link),
            translate(
                locale,
                N_("If it was not you, do nothing: your password stays as it is."),
            ),
        ),
        sender=workspace,
    )
    return f"{heading} · {workspace}", letter


def _invitation(link: OneTimeLink, workspace: str) -> tuple[str, Letter]:
    locale = link.user.locale
    heading = translate(locale, N_("You are invited to {workspace}"), workspace=workspace)
    letter = Letter(
        locale=locale,
        heading=heading,
        paragraphs=(
            translate(locale, N_("Hello {name},"), name=link.user.name),
            translate(
                locale,
                N_("An account was made for you. Choose a password, and you are in."),
            ),
        ),
        button=Link(translate(locale, N_("Choose a password")), link.url),
        closing=(_valid_until(link),),
        sender=workspace,
    )
    return heading, letter


def _valid_until(link: OneTimeLink) -> str:
    user = link.user
    return translate(
        user.locale,
        N_("The link works once, until {until} ({zone})."),
        until=when.short_line(user.locale, user.time_zone, link.expires_at),
        zone=when.zone_line(user.locale, user.time_zone, link.expires_at),
    )
