"""The calendars in a home's listing."""

import re

from crm_app.providers.calendar_port import RemoteCalendar
from crm_app.providers.dav.hrefs import absolute
from crm_app.providers.dav.multistatus import MultiStatus, Resource
from crm_app.providers.dav.xml import APPLE, CALDAV, DAV, name
from crm_app.providers.ical.zones import zone_of

_TYPE = name(DAV, "resourcetype")
_NAME = name(DAV, "displayname")
_RIGHTS = name(DAV, "current-user-privilege-set")
_KINDS = name(CALDAV, "supported-calendar-component-set")
_ZONE = name(CALDAV, "calendar-timezone")
_ZONE_ID = name(CALDAV, "calendar-timezone-id")
_COLOUR = name(APPLE, "calendar-color")
_WRITES = [name(DAV, right) for right in ("all", "write", "write-content", "bind")]
_HEX = re.compile(r"#([0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?")

LISTED = (_TYPE, _NAME, _RIGHTS, _KINDS, _ZONE, _ZONE_ID, _COLOUR)


def calendars_in(listing: MultiStatus) -> list[RemoteCalendar]:
    """Those that hold events, in the server's order."""
    return [
        _calendar(listing.url, resource)
        for resource in listing.resources
        if resource.has(_TYPE, name(CALDAV, "calendar")) and _holds_events(resource)
    ]


def _calendar(base: str, resource: Resource) -> RemoteCalendar:
    ref = absolute(base, resource.href).rstrip("/") + "/"
    colour = _HEX.fullmatch(resource.text(_COLOUR))
    return RemoteCalendar(
        ref=ref,
        name=resource.text(_NAME) or ref.rstrip("/").rpartition("/")[2],
        colour=f"#{colour.group(1).lower()}" if colour else "",
        writable=_writable(resource),
        zone=zone_of(f"TZID:{resource.text(_ZONE_ID)}") or zone_of(resource.text(_ZONE)),
    )


def _holds_events(resource: Resource) -> bool:
    """A server that says nothing holds everything (RFC 4791 §5.2.3)."""
    kinds = resource.props.get(_KINDS)
    if kinds is None:
        return True
    named = [str(each.get("name", "")).upper() for each in kinds.iter(name(CALDAV, "comp"))]
    return not named or "VEVENT" in named


def _writable(resource: Resource) -> bool:
    """Without the property, trying is the only way to know."""
    if _RIGHTS not in resource.props:
        return True
    return any(resource.has(_RIGHTS, right) for right in _WRITES)
