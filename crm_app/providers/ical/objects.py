"""What a calendar object is about, at a glance."""

from crm_app.providers.ical.lines import blocks, name_of, own_properties, unfold
from crm_app.providers.ical.properties import read_property

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
