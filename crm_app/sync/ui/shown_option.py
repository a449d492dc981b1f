"""The sync option and its dry run as the page shows them: finished texts, nothing to work out.

Titles of private events never come here: nothing is made of them, so no dry run names them.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate, translate_n
from crm_app.core.kinds import ContactCreation, SyncOption
from crm_app.models import ExternalCalendar
from crm_app.sync import queries
from crm_app.sync.choices import choosing
from crm_app.sync.choices.choosing import Choice
from crm_app.sync.choices.dry_run import Line, Person, Preview
from crm_app.sync.incoming import backfill
from crm_app.sync.records import links
from crm_app.sync.rules.options import PRESETS, option_of, preset_of
from crm_app.sync.ui.shown_health import number
from crm_app.ui import moments

Row = dict[str, Any]
OTHER = "other"
_YES = "yes"
# So many new contacts are named one by one.
_MOST_CONTACTS = 12
NAMES: dict[str, str] = {
    SyncOption.ONE_WAY.value: N_("One-way"),
    SyncOption.TWO_WAY.value: N_("Two-way"),
    SyncOption.SMART.value: N_("Smart"),
    SyncOption.DISABLE_TRIGGER.value: N_("Disable trigger"),
    OTHER: N_("Other combination"),
}
_MADE = {
    ContactCreation.NEVER: N_("Nothing is made of events; they only block time."),
    ContactCreation.EXISTING: N_("Guests who are known get appointments; nobody new is made."),
    ContactCreation.ALWAYS: N_("Every guest becomes a contact with an appointment."),
}
_MADE_AFTER_REVIEW = N_("Known guests get appointments; new ones wait for your decision.")
_FIRES = N_("Triggers fire.")
_FIRES_EACH = N_("Triggers fire, for every instance of a series.")
_SILENT = N_("Nothing is triggered.")


def option(session: Session, actor: Actor, user_id: int) -> Row:
    """The option of the user's linked calendar; ``calendar_id`` is empty when he has none."""
    accounts.get_user_to_manage(session, actor, user_id)
    linked = links.linked_calendars(session, [user_id]).get(user_id)
    if linked is None:
        return {"calendar_id": ""}
    calendar, _ = queries.get_external_calendar(session, actor, linked)
    effective = option_of(calendar)
    preset = None if calendar.for_team else preset_of(effective.creation, effective.triggers)
    # Which preset the four cards show while the team's settings decide: none of them.
    named = OTHER if preset is None else preset.value
    own = ContactCreation.NEVER if calendar.for_team else effective.creation
    return {
        "calendar_id": str(calendar.id),
        "calendar_name": calendar.name,
        "saved_scope": "team" if calendar.for_team else "own",
        "option": "" if calendar.for_team else named,
        "creation": own.value,
        "fires": _YES if effective.triggers and not calendar.for_team else "",
        "per_instance": effective.triggers_per_instance,
        "review": effective.review,
        "takes": effective.takes,
        "team_calendar": str(calendar.default_calendar_id or "") if calendar.for_team else "",
        "team_triggers": calendar.for_team and effective.triggers,
        "own_calendar": "" if calendar.for_team else str(calendar.default_calendar_id or ""),
        "calendars": [
            {"value": str(one.id), "label": one.name}
            for one in choosing.offered_calendars(session, user_id)
        ],
        "filling": _filling(session, actor.locale, calendar),
    }


def _filling(session: Session, locale: str, calendar: ExternalCalendar) -> dict[str, str]:
    """How far taking in what was there has come; {} when it is not under way."""
    found = backfill.progress(session, calendar, now=clock.now())
    if found is None:
        return {}
    return {
        "words": translate(
            locale,
            N_("Taking in what is there already: {done} of {total} entries looked at"),
            done=number(locale, found.done),
            total=number(locale, found.total),
        ),
        "percent": str(100 * found.done // max(found.total, 1)),
    }


def choice_of(pick: Row) -> Choice:
    """What a tab proposes, as a choice; anything odd in it is the quietest setting."""
    named = SyncOption(pick["option"]) if pick.get("option") in set(SyncOption) else None
    creation, triggers = PRESETS[named] if named else (_creation(pick), bool(pick.get("fires")))
    return Choice(
        creation=ContactCreation.NEVER if pick.get("for_team") else creation,
        triggers=bool(pick.get("fires")) if pick.get("for_team") else triggers,
        triggers_per_instance=bool(pick.get("per_instance")),
        review=bool(pick.get("review")),
        for_team=bool(pick.get("for_team")),
        default_calendar_id=_id(str(pick.get("default_calendar", ""))),
    )


def _creation(pick: Row) -> ContactCreation:
    value = pick.get("creation")
    return ContactCreation(value) if value in set(ContactCreation) else ContactCreation.NEVER


def _id(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < 19 else None


def effect(locale: str, choice: Choice) -> str:
    """What a choice does from now on, in one or two sentences."""
    option = option_of(choice)
    made = _MADE_AFTER_REVIEW if option.reviews else _MADE[option.creation]
    if not option.takes:
        return translate(locale, made)
    fires = _FIRES_EACH if option.triggers_per_instance else _FIRES
    return " ".join(
        (translate(locale, made), translate(locale, fires if option.triggers else _SILENT))
    )


def dry_run(session: Session, actor: Actor, calendar_id: int, choice: Choice, now: datetime) -> Row:
    """The dry run of a choice on the calendar as it is now."""
    found = choosing.preview(session, actor, calendar_id, choice, now=now)
    contacts = _new_contacts(found)
    return {
        "found": _figures(actor.locale, found, len(contacts)),
        "appointments": [_line(actor, line, now) for line in found.lines],
        "contacts": [
            {"name": one.name or one.email, "email": one.email if one.name else ""}
            for one in contacts[:_MOST_CONTACTS]
        ],
    }


def _figures(locale: str, found: Preview, listed: int) -> dict[str, str]:
    named = min(listed, _MOST_CONTACTS)
    return {
        "ready": _YES if found.ready else "",
        "events": str(found.events),
        "looked_at": number(locale, found.looked_at),
        "contacts": number(locale, found.new_contacts),
        "appointments": number(locale, found.appointments),
        "linked": number(locale, found.known_contacts),
        "waiting": number(locale, found.waiting),
        "fires": number(locale, found.firing),
        "intro": translate_n(
            locale,
            "If the {shown} coming event with guests arrived today:",
            "If the {shown} coming events with guests arrived today:",
            found.looked_at,
            shown=number(locale, found.looked_at),
        ),
        "nothing": _nothing(locale, found),
        "more_appointments": _more(locale, found.events - len(found.lines)),
        "more_contacts": _more(locale, found.new_contacts - named),
        "followed": _followed(locale, found.followed),
        "backfill": _backfill(locale, found.events),
    }


def _nothing(locale: str, found: Preview) -> str:
    looked_at = found.looked_at
    if not looked_at and found.followed:
        return translate(locale, N_("Every coming event with guests is an appointment already."))
    if not looked_at:
        return translate(
            locale,
            N_("No coming event in your calendar has guests, so there is nothing to show yet."),
        )
    return translate_n(
        locale,
        "Nothing would be made of the {shown} coming event with guests. It goes on blocking your time.",
        "Nothing would be made of the {shown} coming events with guests. They go on blocking your time.",
        looked_at,
        shown=number(locale, looked_at),
    )


def _more(locale: str, count: int) -> str:
    if count <= 0:
        return ""
    return translate_n(locale, "and {count} more", "and {count} more", count)


def _followed(locale: str, count: int) -> str:
    if count <= 0:
        return ""
    return translate_n(
        locale,
        "{count} event is an appointment already; it stays one, whatever you choose.",
        "{count} events are appointments already; they stay so, whatever you choose.",
        count,
    )


def _backfill(locale: str, count: int) -> str:
    if count <= 0:
        return ""
    return translate_n(
        locale,
        "Also take in the {count} event that is there already",
        "Also take in the {count} events that are there already",
        count,
    )


def _new_contacts(found: Preview) -> list[Person]:
    """Those who would be made, each once, soonest first."""
    fresh: dict[str, Person] = {}
    for line in found.lines:
        for person in line.people:
            if person.contact_id is None and not person.waits:
                fresh.setdefault(person.email.lower(), person)
    return list(fresh.values())


def _line(actor: Actor, line: Line, now: datetime) -> dict[str, str]:
    return {
        "title": line.title or translate(actor.locale, N_("Without a title")),
        "when": when(actor, line.starts_at, now, all_day=line.all_day),
        "people": ", ".join(person.name or person.email for person in line.people),
        "fires": _YES if line.fires else "",
        "times": translate_n(
            actor.locale,
            "{count} appointment",
            "{count} appointments",
            line.appointments,
        )
        if line.appointments > 1
        else "",
        "waits": _YES if not line.appointments else "",
    }


def when(actor: Actor, at: datetime, now: datetime, *, all_day: bool) -> str:
    """Day and time of an external event; of a whole day the day alone."""
    if all_day:
        return moments.day(actor.locale, actor.time_zone, at, now)
    return moments.moment(actor.locale, actor.time_zone, at, now)
