"""What a calendar object is about, at a glance."""

from collections.abc import Iterable

from crm_app.providers.ical.lines import blocks, fold, name_of, own_properties, unfold
from crm_app.providers.ical.properties import read_property

PRODUCT = "-//Tandem//Tandem CRM//EN"
_KINDS = ("VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY")


def components_of(raw: str) -> tuple[str, ...]:
    """The kinds of components that ``raw`` holds."""
    begun = {
        line.partition(":")[2].strip().upper() for line in unfold(raw) if name_of(line) == "BEGIN"
    }
    return tuple(kind for kind in _KINDS if kind in begun)


def uid_of(raw: str) -> str:
    """The UID that all events of an object share (RFC 4791 §4.1), empty when there is none."""
    lines = unfold(raw)
    for block in blocks(lines, "VEVENT"):
        for index in own_properties(lines, block):
            if name_of(lines[index]) == "UID" and (found := read_property(lines[index])):
                return found.value.strip()
    return ""


def one_object(lines: list[str], events: Iterable[str]) -> str:
    """A calendar object of the lines of some ``events`` and of all time zones among ``lines``."""
    zones = [
        line for block in blocks(lines, "VTIMEZONE") for line in lines[block.start : block.end]
    ]
    frame = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    return fold([*frame, *zones, *events, "END:VCALENDAR"])


def parted(raw: str) -> tuple[str, dict[str, str]]:
    """A series as services keep it that give each exception an object of its own: the object with
    the rule, and those of the exceptions by the value of their RECURRENCE-ID."""
    lines = unfold(raw)
    whole: list[str] = []
    exceptions: dict[str, str] = {}
    for block in blocks(lines, "VEVENT"):
        body = lines[block.start : block.end]
        named = next((line for line in body if name_of(line) == "RECURRENCE-ID"), None)
        if named is None:
            whole += body
        else:
            exceptions[named.rpartition(":")[2].strip()] = one_object(lines, body)
    return one_object(lines, whole), exceptions
