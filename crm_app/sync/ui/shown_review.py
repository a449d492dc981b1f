"""What waits for a decision, as the page shows it: plain texts, with what would happen to whom."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.sync import queries
from crm_app.sync.choices import review
from crm_app.sync.choices.dry_run import Person
from crm_app.sync.choices.review import ReviewRow
from crm_app.sync.records import links
from crm_app.sync.rules.options import option_of
from crm_app.sync.ui.shown_option import when

Row = dict[str, Any]
_YES = "yes"


def waiting(session: Session, actor: Actor, user_id: int, now: datetime) -> Row:
    """The events that wait, and whether new ones would."""
    found = review.waiting(session, actor, now=now, user_id=user_id)
    linked = links.linked_calendars(session, [user_id]).get(user_id)
    calendar = queries.get_external_calendar(session, actor, linked)[0] if linked else None
    return {
        "rows": [_row(one, actor, now) for one in found],
        "reviewing": calendar is not None and option_of(calendar).reviews,
    }


def _row(one: ReviewRow, actor: Actor, now: datetime) -> Row:
    locale = actor.locale
    people = [_person(person) for person in one.people]
    asked = [person for person in people if person["waits"]]
    domains = {person["email"].rpartition("@")[2].lower() for person in asked}
    return {
        "id": str(one.object_id),
        "title": one.title or translate(locale, N_("Without a title")),
        "when": when(actor, one.starts_at, now, all_day=one.all_day),
        "recurring": _YES if one.recurring else "",
        "calendar": one.calendar,
        "fires": _YES if one.triggers else "",
        "people": asked,
        "known": [person for person in people if not person["waits"]],
        "addresses": ", ".join(person["email"] for person in asked),
        "domains": ", ".join(sorted(domains)),
        "ticks": str(len(asked)),
    }


def _person(person: Person) -> dict[str, str]:
    return {
        "name": person.name or person.email,
        "email": person.email,
        "waits": _YES if person.waits else "",
        "ticked": _YES,
        "contact_id": str(person.contact_id or ""),
        "shown_email": person.email if person.name else "",
    }


def ticked(row: Row, email: str, *, on: bool) -> Row:
    """The row with a guest ticked or not."""
    people = [
        {**one, "ticked": _YES if on else ""} if one["email"] == email else one
        for one in row["people"]
    ]
    return {**row, "people": people, "ticks": str(sum(one["ticked"] != "" for one in people))}


def as_before(row: Row, before: Row | None) -> Row:
    """The row read anew, with the ticks that were set."""
    off = [one["email"] for one in (before or {}).get("people", ()) if not one["ticked"]]
    for email in off:
        row = ticked(row, email, on=False)
    return row
