"""Who is on an external event."""

import re
from collections.abc import Collection

from crm_app.providers.ical.properties import Properties, Property
from crm_app.providers.occurrence import Attendee

_RESOURCES = {"RESOURCE", "ROOM"}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def plain_address(text: str) -> str:
    """``mailto:Ann@Example.org`` as ``ann@example.org``; empty when it is no mail address."""
    cleaned = text.strip().strip("<>\"'").lower()
    cleaned = cleaned.removeprefix("mailto:").partition("?")[0].strip()
    return cleaned if _ADDRESS.fullmatch(cleaned) else ""


def address_of(prop: Property) -> str:
    """The person's mail address: the value, else the EMAIL parameter (iCloud puts a path or a urn
    into the value), else empty."""
    return plain_address(prop.value) or plain_address(prop.params.get("EMAIL", ""))


def attendees_of(properties: Properties) -> tuple[Attendee, ...]:
    """Everybody with a mail address, each once."""
    found: dict[str, Attendee] = {}
    for prop in properties.all("ATTENDEE"):
        email = address_of(prop)
        if email and email not in found:
            found[email] = Attendee(
                email=email,
                name=prop.params.get("CN", "").strip().strip('"'),
                partstat=prop.params.get("PARTSTAT", "NEEDS-ACTION").strip().upper(),
                is_resource=prop.params.get("CUTYPE", "").strip().upper() in _RESOURCES,
            )
    return tuple(found.values())


def declined(attendees: Collection[Attendee], own_addresses: Collection[str]) -> bool:
    """Whether one of ``own_addresses`` said no."""
    said_no = [person.email for person in attendees if person.partstat == "DECLINED"]
    return bool(said_no) and not {plain_address(each) for each in own_addresses}.isdisjoint(said_no)
