"""The calendars in a home's listing."""

import re

from crm_app.providers.calendar_port import RemoteCalendar
from crm_app.providers.dav.listing import NAME, RIGHTS, TYPE, ref_of, shown_name, writable
from crm_app.providers.dav.multistatus import MultiStatus, Resource
from crm_app.providers.dav.xml import APPLE, CALDAV, name
from crm_app.providers.ical.zones import zone_of

_KINDS = name(CALDAV, "supported-calendar-component-set")
_ZONE = name(CALDAV, "calendar-timezone")
_ZONE_ID = name(CALDAV, "calendar-timezone-id")
_COLOUR = name(APPLE, "calendar-color")
_HEX = re.compile(r"#([0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?")

LISTED = (TYPE, NAME, RIGHTS, _KINDS, _ZONE, _ZONE_ID, _COLOUR)


def calendars_in(listing: MultiStatus) -> list[RemoteCalendar]:
    """Those that hold events, in the server's order."""
    return [
        _calendar(listing.url, resource)
        for resource in listing.resources
        if resource.has(TYPE, name(CALDAV, "calendar")) and _holds_events(resource)
    ]


def _calendar(base: str, resource: Resource) -> RemoteCalendar:
    ref = ref_of(base, resource)
    colour = _HEX.fullmatch(resource.text(_COLOUR))
    return RemoteCalendar(
        ref=ref,
        name=shown_name(ref, resource),
        colour=f"#{colour.group(1).lower()}" if colour else "",
        writable=writable(resource),
        zone=zone_of(f"TZID:{resource.text(_ZONE_ID)}") or zone_of(resource.text(_ZONE)),
    )


def _holds_events(resource: Resource) -> bool:
    """A server that says nothing holds everything (RFC 4791 §5.2.3)."""
    kinds = resource.props.get(_KINDS)
    if kinds is None:
        return True
    named = [str(each.get("name", "")).upper() for each in kinds.iter(name(CALDAV, "comp"))]
    return not named or "VEVENT" in named
