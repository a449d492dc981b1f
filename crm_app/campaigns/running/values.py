"""What texts and conditions may say about a contact: merge values, and the view of a branch. Pure.

Dates and times are written in the contact's language and zone; where he has none, in the
workspace's zone. A value that is not known is left out, so that a text that needs it is not sent.
"""

from collections.abc import Mapping
from typing import Any

from babel.dates import format_skeleton

from crm_app.campaigns.plans.merge import CUSTOM
from crm_app.campaigns.plans.windows import zone_called
from crm_app.campaigns.running.standing import Host, Meeting, Person, Standing, World
from crm_app.core.i18n import LOCALES
from crm_app.messaging.when import date_line, short_line


def values_of(world: World) -> dict[str, str]:
    """The values of ``merge.FIELDS``, custom fields among them; only those that are not empty."""
    values = {
        **_contact(world.person),
        **(_user(world.owner) if world.owner else {}),
        **(_appointment(world.meeting, world) if world.meeting else {}),
        "calendar.link": world.calendar_link,
        "workspace.name": world.workspace_name,
    }
    return {name: value for name, value in values.items() if value}


def view_of(world: World, standing: Standing) -> dict[str, Any]:
    """The fields of ``conditions.FIELDS`` for a contact who stands there."""
    person, meeting = world.person, world.meeting
    heard = {each.what for each in standing.news}
    return {
        "kind": person.kind,
        "owner": "" if person.owner_id is None else str(person.owner_id),
        "tag": person.tags,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "company": person.company,
        "locale": person.locale,
        "time_zone": person.time_zone,
        "source": person.source,
        **{f"custom.{key}": value for key, value in person.custom.items()},
        "replied": "replied" in heard,
        "clicked": "clicked" in heard,
        "booked": "booked" in heard,
        "appointment.status": meeting.status if meeting else "",
        "appointment.calendar": str(meeting.calendar_id) if meeting else "",
    }


def payload_of(world: World, standing: Standing) -> dict[str, Any]:
    """What a webhook step tells: the contact, his owner and the appointment."""
    person = world.person
    body: dict[str, Any] = {
        "enrolment_id": standing.id,
        "step_id": standing.step_id,
        "contact": {
            "id": person.id,
            "kind": person.kind,
            "name": person.name,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "company": person.company,
            "email": person.email,
            "phone": person.phone,
            "locale": person.locale,
            "time_zone": person.time_zone,
            "tags": sorted(person.tags),
            "custom": dict(person.custom),
        },
        "owner": None,
        "appointment": None,
    }
    if world.owner:
        owner = world.owner
        body["owner"] = {"id": owner.id, "name": owner.name, "email": owner.email}
    if world.meeting:
        body["appointment"] = _told(world.meeting)
    return body


def _told(meeting: Meeting) -> Mapping[str, Any]:
    return {
        "id": meeting.id,
        "title": meeting.title,
        "starts_at": meeting.starts_at.isoformat(),
        "ends_at": meeting.ends_at.isoformat(),
        "status": meeting.status,
        "calendar_id": meeting.calendar_id,
    }


def _contact(person: Person) -> dict[str, str]:
    return {
        "contact.name": person.name,
        "contact.first_name": person.first_name,
        "contact.last_name": person.last_name,
        "contact.company": person.company,
        "contact.email": person.email,
        "contact.phone": person.phone,
        **{f"{CUSTOM}{key}": _plain(value) for key, value in person.custom.items()},
    }


def _user(owner: Host) -> dict[str, str]:
    return {
        "user.name": owner.name,
        "user.first_name": owner.name.partition(" ")[0],
        "user.email": owner.email,
        "user.signature": owner.signature,
        "user.slug": owner.slug,
        "user.calendar_link": owner.calendar_link,
    }


def _appointment(meeting: Meeting, world: World) -> dict[str, str]:
    locale = world.person.locale if world.person.locale in LOCALES else "en"
    zone = zone_called(world.person.time_zone, world.workspace_zone)
    # The pattern of an hour and a minute that the language is used to.
    clock = "hm" if locale == "en" else "Hm"
    return {
        "appointment.title": meeting.title,
        "appointment.starts": short_line(locale, zone.key, meeting.starts_at),
        "appointment.date": date_line(locale, zone.key, meeting.starts_at),
        "appointment.time": format_skeleton(clock, meeting.starts_at, tzinfo=zone, locale=locale),
        "appointment.user": meeting.user_name,
        "appointment.location": meeting.location,
        "appointment.calendar": meeting.calendar_name,
        "appointment.reschedule_link": meeting.reschedule_link,
        "appointment.cancel_link": meeting.cancel_link,
    }


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_plain(each) for each in value)
    # Zero is a value, nothing and no are none.
    return "" if value is None or isinstance(value, bool | dict) else str(value)
