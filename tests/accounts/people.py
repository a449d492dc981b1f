"""People for the tests of this room: a workspace that is set up, with one administrator."""

import functools
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, select

from crm_app.accounts import passwords, service
from crm_app.models import AuditEntry, User
from tests import factories

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


@functools.cache
def _hash() -> str:
    return passwords.hashed(PASSWORD)


def founder(session: Session) -> User:
    """Anna as ``set_up`` leaves her, without hashing her password once more for every test."""
    factories.workspace(session, time_zone="Europe/Warsaw", locale="pl")
    return factories.admin(
        session,
        name="Anna Nowak",
        slug="anna-nowak",
        email="anna@team.example",
        time_zone="Europe/Warsaw",
        locale="pl",
        password_hash=_hash(),
    )


def actions(session: Session) -> list[str]:
    """What the audit log says was done, in order."""
    return list(session.exec(select(AuditEntry.action).order_by(AuditEntry.id)))  # type: ignore[arg-type]
