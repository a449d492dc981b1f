"""Connections as the page shows them: plain texts in the reader's language, with no secret.

Only what is on the screen leaves this module. Numbers and times are finished texts.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate, translate_n
from crm_app.core.kinds import CalendarRole, WhenUnreachable
from crm_app.providers.occurrence import TROUBLE_TEXTS, Trouble
from crm_app.sync import queries
from crm_app.sync.queries import CalendarLine, Connection
from crm_app.sync.reaching import presets
from crm_app.sync.rules import health
from crm_app.sync.rules.health import Condition
from crm_app.sync.ui import shown_health
from crm_app.sync.ui.shown_health import number
from crm_app.ui import moments

Row = dict[str, Any]
_YES = "yes"
NOWHERE = "0"


def overview(session: Session, actor: Actor, user_id: int, now: datetime) -> Row:
    """All that the page shows of one user's connections."""
    user = accounts.get_user_to_manage(session, actor, user_id)
    found = queries.connections(session, actor, now=now, user_id=user_id)
    policy = accounts.get_workspace(session).when_unreachable
    lines = [line for one in found for line in one.calendars]
    linked = next((line.id for line in lines if line.role == CalendarRole.LINKED), 0)
    return {
        "whose": user.name if user.id != actor.user_id else "",
        "rows": [
            {
                **_connection(actor, one, policy, now),
                "health": shown_health.of(session, actor, one, now),
            }
            for one in found
        ],
        "choices": _choices(actor, found),
        "linked": str(linked),
        "everyone": _everyone(session, actor, now) if actor.is_admin else [],
    }


def _choices(actor: Actor, found: list[Connection]) -> list[dict[str, str]]:
    """Where appointments can be written to."""
    several = len(found) > 1
    nowhere = {"value": NOWHERE, "label": translate(actor.locale, N_("Do not write them anywhere"))}
    return [nowhere] + [
        {
            "value": str(line.id),
            "label": f"{line.name} · {one.label}" if several else line.name,
        }
        for one in found
        for line in one.calendars
        if line.writable or line.role == CalendarRole.LINKED
    ]


def _connection(actor: Actor, one: Connection, policy: str, now: datetime) -> Row:
    locale = actor.locale
    service = presets.preset_of(one.server_url, one.provider)
    return {
        "id": str(one.id),
        "label": one.label,
        "kind": service.key,
        "sign_in": _sign_in(actor, one),
        "service": service.name if service is not presets.OTHER else _host(one.server_url),
        "username": one.username if one.username != one.label else "",
        "light": health.LIGHTS[one.condition].value,
        "words": words(actor, one.condition, one.error, one.last_success_at, now),
        "locked": _locked(actor, one, policy, now),
        "busy": _YES if one.condition is Condition.LISTING else "",
        "on_its_way": _on_its_way(locale, one),
        "unwritten": [
            {
                "title": each.title,
                "when": moments.moment(locale, actor.time_zone, each.starts_at, now),
                "error": translate(locale, each.error),
            }
            for each in one.unwritten
        ],
        "calendars": [_calendar(actor, line, now) for line in one.calendars],
    }


def _calendar(actor: Actor, line: CalendarLine, now: datetime) -> Row:
    locale, state = actor.locale, line.condition
    return {
        "id": str(line.id),
        "name": line.name,
        "color": line.color,
        "linked": _YES if line.role == CalendarRole.LINKED else "",
        "used": _YES if line.role != CalendarRole.UNUSED else "",
        "read_only": "" if line.writable else _YES,
        "light": health.LIGHTS[state].value,
        "note": _note(locale, line),
        "listing": _YES if state is Condition.LISTING and line.role != CalendarRole.UNUSED else "",
        "trouble": _trouble(actor, line, now),
        "advice": translate(locale, health.ADVICE[state])
        if state in (Condition.GONE, Condition.TROUBLE)
        else "",
        "waiting": _waiting(locale, line),
        "confirm": translate_n(
            locale, "Delete it here too", "Delete all {count} here too", line.deletions_waiting
        ),
        "odd": _odd(locale, line),
        "tentative": _YES if line.tentative_blocks else "",
        "out_of_office": _YES if line.out_of_office_blocks else "",
    }


def words(
    actor: Actor, state: Condition, error: str, last_success_at: datetime | None, now: datetime
) -> str:
    """The state of a connection in one short sentence."""
    locale = actor.locale
    ago = moments.ago(locale, last_success_at, now) if last_success_at else ""
    if state is Condition.IN_STEP:
        return translate(locale, N_("In step, {ago}"), ago=ago)
    if state is Condition.LATE:
        return translate(locale, N_("Last read {ago}"), ago=ago)
    if state is Condition.TROUBLE and error:
        return translate(locale, error)
    return translate(locale, _STATES[state])


_STATES: dict[Condition, str] = {
    Condition.LISTING: N_("Reading for the first time"),
    Condition.WAITING: N_("Waits for your decision"),
    Condition.GONE: N_("A calendar is gone"),
    Condition.TROUBLE: N_("Something does not work at the moment"),
    Condition.LOCKED_OUT: N_("Needs to be reconnected"),
    Condition.PAUSED: N_("Paused"),
    Condition.UNUSED: N_("None of its calendars is used yet"),
}


def _sign_in(actor: Actor, one: Connection) -> str:
    """Where its owner signs in again, up to the page to return to; empty where a secret is typed."""
    if presets.preset(one.provider).way is not presets.Way.SIGN_IN:
        return ""
    return f"/connect/{one.provider}?account={one.id}&next=" if actor.user_id == one.user_id else ""


def _locked(actor: Actor, one: Connection, policy: str, now: datetime) -> str:
    """What holds while the login is refused; empty when it is not."""
    if one.condition is not Condition.LOCKED_OUT:
        return ""
    locale = actor.locale
    if policy == WhenUnreachable.BLOCK_ALL:
        return translate(
            locale, N_("Reconnect the account; until then no new times are offered for you.")
        )
    if one.last_success_at is None:
        return translate(locale, N_("Reconnect the account; until then nothing there blocks time."))
    zone, known = actor.time_zone, one.last_success_at
    if moments.day(locale, zone, known, now) == moments.day(locale, zone, now, now):
        return translate(
            locale,
            N_("Reconnect the account; until then your slots use what we knew at {time}."),
            time=moments.clock_time(locale, zone, known),
        )
    return translate(
        locale,
        N_("Reconnect the account; until then your slots use what we knew on {day}."),
        day=moments.day(locale, zone, known, now),
    )


def _note(locale: str, line: CalendarLine) -> str:
    if line.role == CalendarRole.UNUSED:
        return ""
    if line.condition is Condition.LISTING:
        shown = number(locale, line.seen)
        return translate_n(
            locale, "{shown} entry read", "{shown} entries read", line.seen, shown=shown
        )
    shown = number(locale, line.events)
    return translate_n(locale, "{shown} entry", "{shown} entries", line.events, shown=shown)


def _trouble(actor: Actor, line: CalendarLine, now: datetime) -> str:
    locale = actor.locale
    if line.condition is Condition.GONE:
        return translate(
            locale, N_("This calendar does not exist any more. What we knew of it stays.")
        )
    if line.condition is not Condition.TROUBLE:
        return ""
    again = line.next_attempt_at
    if again is None or again <= now:
        return translate(locale, line.error)
    return " ".join(
        (
            translate(locale, line.error),
            translate(
                locale,
                N_("Next attempt: {time}."),
                time=moments.clock_time(locale, actor.time_zone, again),
            ),
        )
    )


def _waiting(locale: str, line: CalendarLine) -> str:
    if not line.deletions_waiting:
        return ""
    return translate_n(
        locale,
        "{count} entry is suddenly missing there. It still blocks your time here.",
        "{count} entries are suddenly missing there. They still block your time here.",
        line.deletions_waiting,
    )


def _odd(locale: str, line: CalendarLine) -> str:
    if not line.troubles or line.role == CalendarRole.UNUSED:
        return ""
    if line.troubles == 1:
        return translate(locale, TROUBLE_TEXTS[Trouble.BROKEN])
    return translate_n(
        locale,
        "{count} entry has something odd and was read as far as possible.",
        "{count} entries have something odd and were read as far as possible.",
        line.troubles,
    )


def _on_its_way(locale: str, one: Connection) -> str:
    moving = one.waiting - len(one.unwritten)
    if moving <= 0:
        return ""
    return translate_n(
        locale,
        "{count} appointment is on its way to the calendar.",
        "{count} appointments are on their way to the calendar.",
        moving,
    )


def _everyone(session: Session, actor: Actor, now: datetime) -> list[dict[str, str]]:
    """Everybody's connections, for administrators: state only."""
    return [
        {
            "user": one.user_name,
            "user_id": str(one.user_id),
            "label": one.label,
            "light": health.LIGHTS[one.condition].value,
            "words": words(actor, one.condition, one.error, one.last_success_at, now),
            "lag": shown_health.lag(actor, one, now),
        }
        for one in queries.all_connections(session, actor, now=now)
    ]


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
