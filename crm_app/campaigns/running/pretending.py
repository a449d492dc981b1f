"""A pretend world for rehearsals, and how what happens changes it. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from crm_app.campaigns.running.standing import Host, Meeting, What, World
from crm_app.contacts.names import folded

_MAIL = "email"
_ANSWERS_FOR = timedelta(hours=24)
_OF_APPOINTMENTS = frozenset({"booked", "cancelled", "no_show", "rescheduled"})


def after(world: World, what: What, about: str, meeting: Meeting | None, at: datetime) -> World:
    """The world once that happened."""
    if what == "tagged":
        return tagged(world, about)
    if what == "unsubscribed":
        channels = world.person.do_not_disturb | {about or _MAIL}
        return replace(world, person=replace(world.person, do_not_disturb=channels))
    if what == "replied" and about == "messenger":
        return replace(world, person=replace(world.person, messenger_until=at + _ANSWERS_FOR))
    if what in ("cancelled", "no_show") and world.meeting:
        return replace(world, meeting=replace(world.meeting, status=what))
    return replace(world, meeting=meeting) if meeting else world


def subject_of(world: World, what: What) -> str:
    """What that is about where nobody said it: the appointment by its id, or mail; "" for nothing."""
    if what == "unsubscribed":
        return _MAIL
    return str(world.meeting.id) if what in _OF_APPOINTMENTS and world.meeting else ""


def tagged(world: World, name: str, *, remove: bool = False) -> World:
    """With a tag on the contact, or without it."""
    tags = world.person.tags - {folded(name)} if remove else world.person.tags | {folded(name)}
    return replace(world, person=replace(world.person, tags=tags))


def owned(world: World, owner: Host) -> World:
    """With the contact belonging to somebody."""
    return replace(world, owner=owner, person=replace(world.person, owner_id=owner.id))


def dressed(before: World, world: World) -> World:
    """``world`` with the owner of before, as it knows him: his link to book may lead elsewhere."""
    owner = before.owner
    return replace(world, owner=world.users.get(owner.id, owner) if owner else None)
