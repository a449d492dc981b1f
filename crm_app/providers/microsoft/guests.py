"""Who is on one of Outlook's events, as lines of iCalendar. Pure.

Graph does not say which guest is the mailbox's owner. So the owner is named by the address that he
signs in with, whichever of his addresses was invited, with the answer that the event says is his.

Page: https://learn.microsoft.com/graph/api/resources/attendee
"""

import re
from collections.abc import Mapping
from typing import Any

from crm_app.providers.microsoft.texts import param

_ANSWERS = {
    "accepted": "ACCEPTED",
    "organizer": "ACCEPTED",
    "declined": "DECLINED",
    "tentativelyaccepted": "TENTATIVE",
}
_ROLES = {"optional": ";ROLE=OPT-PARTICIPANT", "resource": ";CUTYPE=RESOURCE"}
_ADDRESS = re.compile(r"[^@\s;:,\"]+@[^@\s;:,\"]+")


def people_of(event: Mapping[str, Any], owner: str, *, only_owner: bool = False) -> list[str]:
    """The lines of organizer and guests, or of the guests only the owner's.

    An appointment without guests has no organizer (RFC 5545 §3.8.4.3).
    """
    guests = [each for each in event.get("attendees") or [] if _address(each)]
    organizes = event.get("isOrganizer", True)
    if organizes and not guests:
        return []
    found: list[str] = []
    organizer = event.get("organizer") or {}
    if by := (owner if organizes else "") or _address(organizer):
        found.append(f"ORGANIZER{_name(organizer)}:mailto:{by}")
    own = str((event.get("responseStatus") or {}).get("response") or "").lower()
    present = {_address(each).lower() for each in guests}
    if only_owner:
        guests = [each for each in guests if _address(each).lower() == owner]
    if not organizes and owner and owner not in present and own in _ANSWERS:
        found.append(f"ATTENDEE;PARTSTAT={_ANSWERS[own]}:mailto:{owner}")
    return found + [_attendee(each, owner, "" if organizes else own) for each in guests]


def _attendee(guest: Mapping[str, Any], owner: str, own_answer: str) -> str:
    address = _address(guest)
    answer = str((guest.get("status") or {}).get("response") or "").lower()
    if address.lower() == owner and own_answer in _ANSWERS:
        answer = own_answer
    said = _ANSWERS.get(answer, "NEEDS-ACTION")
    role = _ROLES.get(str(guest.get("type") or "").lower(), ";ROLE=REQ-PARTICIPANT")
    return f"ATTENDEE{_name(guest)}{role};PARTSTAT={said}:mailto:{address}"


def _address(person: Mapping[str, Any]) -> str:
    text = str((person.get("emailAddress") or {}).get("address") or "").strip()
    return text if _ADDRESS.fullmatch(text) else ""


def _name(person: Mapping[str, Any]) -> str:
    name = str((person.get("emailAddress") or {}).get("name") or "").strip()
    return f";CN={param(name)}" if name else ""
