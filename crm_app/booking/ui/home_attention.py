"""What asks for somebody: unconfirmed appointments, connections, mails, background work.

Each row says what it is and leads to where one does something about it. Members hear of what is
theirs, administrators of all. No Reflex here.
"""

from datetime import datetime

from sqlmodel import Session

from crm_app.accounts import background
from crm_app.appointments import queries as appointments
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate, translate_n
from crm_app.core.job_board import Heap
from crm_app.core.kinds import AppointmentStatus, MessageState
from crm_app.messaging import queries as messages
from crm_app.sync import queries as sync
from crm_app.sync import tallies
from crm_app.sync.rules import health
from crm_app.sync.rules.health import Light
from crm_app.sync.ui import shown
from crm_app.ui import moments

Row = dict[str, str]
_NAMED = 4
_LOOKED_AT = (Light.WARN, Light.BAD)


def rows(session: Session, actor: Actor, now: datetime, until: datetime) -> list[Row]:
    """All that asks for the reader, the most pressing first."""
    return [
        *_connections(session, actor, now),
        *_unconfirmed(session, actor, now, until),
        *_guests(session, actor),
        *_mails(session, actor),
        *_work(session, actor),
    ]


def _row(icon: str, tone: str, title: str, text: str, page: str) -> Row:
    return {"icon": icon, "tone": tone, "title": title, "text": text, "page": page}


def _connections(session: Session, actor: Actor, now: datetime) -> list[Row]:
    found = (
        sync.all_connections(session, actor, now=now)
        if actor.is_admin
        else sync.connections(session, actor, now=now)
    )
    return [
        _row(
            "calendar",
            "bad" if health.LIGHTS[one.condition] is Light.BAD else "warn",
            one.label if one.user_id == actor.user_id else f"{one.label} · {one.user_name}",
            shown.words(actor, one.condition, one.error, one.last_success_at, now),
            "/settings/connections",
        )
        for one in found
        if health.LIGHTS[one.condition] in _LOOKED_AT
    ]


def _unconfirmed(session: Session, actor: Actor, now: datetime, until: datetime) -> list[Row]:
    mine = {
        calendar.id
        for calendar in appointments.list_calendars(session, actor)
        if appointments.may_book(session, actor, calendar)
    }
    found = [
        one
        for one in appointments.appointments_between(session, actor, now, until)
        if one.status == AppointmentStatus.NEW
        and (one.user_id == actor.user_id or one.calendar_id in mine)
    ]
    named = [
        _row(
            "appointment",
            "warn",
            translate(actor.locale, N_("Confirm: {title}"), title=one.title),
            moments.moment(actor.locale, actor.time_zone, one.starts_at, now),
            f"/calendar?appointment={one.id}",
        )
        for one in found[:_NAMED]
    ]
    rest = len(found) - len(named)
    if rest:
        text = translate_n(
            actor.locale, "{count} more waits for a yes", "{count} more wait for a yes", rest
        )
        named.append(_row("appointment", "warn", text, "", "/calendar"))
    return named


def _guests(session: Session, actor: Actor) -> list[Row]:
    count = tallies.to_review(session, actor.require_user())
    if not count:
        return []
    title = translate_n(
        actor.locale,
        "Guests of {count} event wait for your decision",
        "Guests of {count} events wait for your decision",
        count,
    )
    text = translate(actor.locale, N_("They become contacts, or nothing is made of them."))
    return [_row("guests", "warn", title, text, "/settings/connections?part=review")]


def _mails(session: Session, actor: Actor) -> list[Row]:
    counts, locale = messages.count_by_state(session, actor), actor.locale
    found = []
    if unknown := counts.get(MessageState.UNKNOWN, 0):
        title = translate_n(
            locale, "{count} mail may have arrived", "{count} mails may have arrived", unknown
        )
        text = translate(locale, N_("Check before you send again."))
        found.append(_row("mail", "bad", title, text, "/outbox"))
    if failed := counts.get(MessageState.FAILED, 0):
        title = translate_n(
            locale, "{count} mail could not be sent", "{count} mails could not be sent", failed
        )
        found.append(_row("mail", "bad", title, translate(locale, N_("See why.")), "/outbox"))
    waiting = counts.get(MessageState.OUTBOX, 0)
    if waiting and not messages.can_send(session):
        title = translate_n(
            locale,
            "{count} mail waits in the Outbox",
            "{count} mails wait in the Outbox",
            waiting,
        )
        text = translate(locale, N_("No mail server is set."))
        found.append(_row("mail", "warn", title, text, "/outbox"))
    return found


def _work(session: Session, actor: Actor) -> list[Row]:
    if not actor.is_admin:
        return []
    parked = background.overview(session, actor, Heap.PARKED)[0][Heap.PARKED]
    if not parked:
        return []
    title = translate_n(
        actor.locale,
        "{count} piece of background work needs a look",
        "{count} pieces of background work need a look",
        parked,
    )
    return [
        _row(
            "work",
            "bad",
            title,
            translate(actor.locale, N_("It was tried and could not be done.")),
            "/settings/jobs",
        )
    ]
