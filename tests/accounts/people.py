"""People for the tests of this room: a workspace that is set up, with one administrator."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from crm_app.accounts import service
from crm_app.models import AuditEntry, User

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
PASSWORD = "correct horse battery"


def set_up(session: Session, **values: str) -> User:
    """Anna, who set the workspace up."""
    typed = {
        "workspace_name": "Tandem Team",
        "name": "Anna Nowak",
        "email": "anna@team.example",
        "password": PASSWORD,
        "time_zone": "Europe/Warsaw",
        "locale": "pl",
    }
    return service.set_up(session, **{**typed, **values}, now=NOW)


def actions(session: Session) -> list[str]:
    """What the audit log says was done, in order."""
    return list(session.exec(select(AuditEntry.action).order_by(AuditEntry.id)))  # type: ignore[arg-type]
