"""A connection's health as the page shows it: finished texts in the reader's language (SYN-11)."""

from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from sqlmodel import Session

from crm_app.core.access import Actor
from crm_app.core.i18n import LOCALES, N_, translate
from crm_app.core.kinds import CalendarRole
from crm_app.sync import tallies
from crm_app.sync.queries import Connection
from crm_app.sync.rules import health
from crm_app.sync.rules.health import Condition
from crm_app.ui import moments

Row = dict[str, Any]
_SHORTEST = timedelta(minutes=1)


def of(session: Session, actor: Actor, one: Connection, now: datetime) -> Row:
    """When it was read, how far behind it may be, what became of the entries, what is wrong."""
    used = [line for line in one.calendars if line.role != CalendarRole.UNUSED]
    ids = [line.id for line in used]
    found, copies = tallies.tally(session, ids), tallies.copies(session, ids)
    locale = actor.locale
    fates = (
        (N_("Your appointments"), found.ours, "own"),
        (N_("Taken in"), found.taken, "taken"),
        (N_("Waiting for you"), found.review, "review"),
        (N_("Decided against"), found.declined, "declined"),
        (N_("Only show or block time"), found.time_only, "time"),
    )
    return {
        "last": moments.moment(locale, actor.time_zone, one.last_success_at, now)
        if one.last_success_at
        else translate(locale, N_("Never yet")),
        "lag": lag(actor, one, now),
        "read": number(locale, found.read),
        "fates": [
            {
                "name": translate(locale, name),
                "count": number(locale, count),
                "share": f"{100 * count / found.read:.2f}%",
                "kind": kind,
            }
            for name, count, kind in fates
            if count
        ],
        "written": number(locale, copies.written),
        "waiting": number(locale, copies.waiting),
        "failing": number(locale, copies.failing) if copies.failing else "",
        "advice": translate(locale, health.ADVICE[one.condition]),
        "errors": _errors(actor, one),
        "listing": [
            {"name": line.name, "seen": number(locale, line.seen)}
            for line in used
            if line.condition is Condition.LISTING
        ],
    }


def lag(actor: Actor, one: Connection, now: datetime) -> str:
    """By how much the used calendars may be behind, in words."""
    read_at = [line.last_success_at for line in one.calendars if line.role != CalendarRole.UNUSED]
    if not read_at:
        return translate(actor.locale, N_("Nothing is read"))
    seconds = tallies.behind(read_at, now)
    if seconds is None:
        return translate(actor.locale, N_("Not read yet"))
    late = timedelta(seconds=seconds)
    if late < _SHORTEST:
        return translate(actor.locale, N_("Less than a minute"))
    return str(format_timedelta(late, locale=moments.formats(actor.locale, "UTC")))


def _errors(actor: Actor, one: Connection) -> list[dict[str, str]]:
    """What went wrong last, by calendar, in plain words."""
    locale = actor.locale
    own = [{"where": "", "text": translate(locale, one.error)}] if one.error else []
    return own + [
        {"where": line.name, "text": translate(locale, line.error)}
        for line in one.calendars
        if line.error and line.role != CalendarRole.UNUSED and line.error != one.error
    ]


def number(locale: str, count: int) -> str:
    """``1,234`` as the locale writes it."""
    return str(format_decimal(count, locale=locale if locale in LOCALES else "en"))
