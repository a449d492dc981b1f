"""Rows for tests, with sensible values for everything that a test does not care about."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlmodel import Session

from crm_app import models
from crm_app.contacts.names import folded
from crm_app.contacts.search_words import document
from crm_app.core.access import Actor
from crm_app.core.addresses import email_key
from crm_app.core.kinds import Role

_numbers = count(1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def _saved(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row


def workspace(session: Session, **values: Any) -> models.Workspace:
    """The workspace row."""
    defaults = {"name": "Tandem Team", "time_zone": "Europe/Berlin", "created_at": LONG_AGO}
    row: models.Workspace = _saved(session, models.Workspace(**{**defaults, **values}))
    return row


def user(session: Session, **values: Any) -> models.User:
    """A member who works Monday to Friday, 9 to 17, in Berlin."""
    number = next(_numbers)
    slug = values.get("slug", f"user{number}")
    email = values.get("email", f"{slug}@team.example")
    defaults = {
        "name": f"User {number}",
        "slug": slug,
        "email": email,
        "email_key": email.lower(),
        "time_zone": "Europe/Berlin",
        "created_at": LONG_AGO,
    }
    row: models.User = _saved(session, models.User(**{**defaults, **values}))
    return row


def admin(session: Session, **values: Any) -> models.User:
    """An administrator."""
    return user(session, **{"role": Role.ADMIN, **values})


def actor(of: models.User) -> Actor:
    """The actor that stands for a signed-in user."""
    return Actor(
        kind="user",
        user_id=of.id,
        role=of.role,
        label=of.name,
        locale=of.locale,
        time_zone=of.time_zone,
    )


def calendar(session: Session, *members: models.User, **values: Any) -> models.Calendar:
    """A team calendar of half hours that the given users serve, with no notice."""
    number = next(_numbers)
    defaults = {
        "slug": f"calendar{number}",
        "name": f"Calendar {number}",
        "minimum_notice": 0,
        "created_at": LONG_AGO,
    }
    row: models.Calendar = _saved(session, models.Calendar(**{**defaults, **values}))
    for position, member in enumerate(members):
        _saved(
            session,
            models.CalendarMember(
                calendar_id=row.id, user_id=member.id, position=position, joined_at=LONG_AGO
            ),
        )
    return row


def contact(session: Session, **values: Any) -> models.Contact:
    """A lead; ``email`` makes an address too."""
    email = values.pop("email", None)
    defaults = {"name": f"Lead {next(_numbers)}", "created_at": LONG_AGO, "changed_at": LONG_AGO}
    merged = {**defaults, **values}
    merged.setdefault("sort_key", folded(str(merged["name"])))
    merged.setdefault(
        "search_text",
        document(names=[merged["name"]], emails=[email or ""], phones=[], company=""),
    )
    row: models.Contact = _saved(session, models.Contact(**merged))
    if email:
        _saved(
            session,
            models.ContactEmail(contact_id=row.id, address=email, key=email_key(email)),
        )
    return row
