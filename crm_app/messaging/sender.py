"""Who a message comes from, and the bytes that are sent: the message joined with the settings."""

from sqlmodel import Session

from crm_app.core.settings import get_settings
from crm_app.messaging import addresses, mime, unsubscribe
from crm_app.models import Message, Workspace


def smtp_url(session: Session) -> str:
    """The mail server in use: the workspace's, else that of the environment; "" for none (Q-3)."""
    workspace = session.get(Workspace, 1)
    return (workspace.smtp_url if workspace else "") or get_settings().smtp_url


def configured_address(session: Session) -> str:
    """The address that somebody configured to send from, or ""."""
    workspace = session.get(Workspace, 1)
    return addresses.configured_sender(
        workspace.mail_from if workspace else "", get_settings().mail_from
    )


def from_address(session: Session) -> str:
    """The address that mail bears as its From."""
    return configured_address(session) or addresses.fallback_sender(get_settings().url)


def from_name(session: Session, message: Message) -> str:
    """The name beside it: the message's own, else the workspace's."""
    workspace = session.get(Workspace, 1)
    return message.from_name or (workspace.name if workspace else "")


def content(session: Session, message: Message) -> bytes:
    """``message`` as it travels (RFC 5322); ValueError when an address is none."""
    return mime.build(
        mime.Parts(
            from_name=from_name(session, message),
            from_address=from_address(session),
            to_name=message.to_name,
            to_address=message.to_address,
            reply_to=message.reply_to,
            subject=message.subject,
            text=message.text,
            html=message.html,
            ics=message.ics,
            ics_method=message.ics_method,
            message_id=message.message_id,
            date=message.created_at,
            locale=message.locale,
            headers=tuple(_list_headers(message).items()),
        )
    )


def _list_headers(message: Message) -> dict[str, str]:
    """How marketing mail is unsubscribed by the mail program's own button (CAM-9)."""
    if not message.marketing or not message.contact_id:
        return {}
    return unsubscribe.headers(get_settings().url, message.contact_id, message.channel)
