"""The mails that arrived at the mail server, as a mail program would read them."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from icalendar import Calendar

from tests.browser.journey.steps import until
from tests.servers.smtp import SmtpSink


@dataclass(frozen=True)
class Invitation:
    """The calendar object of a mail (RFC 5546). Times are UTC."""

    method: str
    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    status: str
    organizer: str
    attendees: frozenset[str]


@dataclass(frozen=True)
class Letter:
    """A mail as its reader sees it, with the calendar object that came along, if one did."""

    to: str
    subject: str
    language: str
    text: str
    reply_to: str
    invitation: Invitation | None

    def link(self, path: str) -> str:
        """The first link in the text whose path begins so."""
        found = re.search(rf"https?://[^/\s]+({re.escape(path)}\S*)", self.text)
        assert found, f"no link to {path} in:\n{self.text}"
        return found.group()


@dataclass
class Mailbox:
    """All that one mail server took."""

    sink: SmtpSink

    def letters(self, to: str) -> list[Letter] | None:
        """What arrived for an address, oldest first; None while nothing did."""
        mails = [one for one in list(self.sink.received) if one.recipient == to]
        return [_letter(one.recipient, one.mail) for one in mails] or None

    def first(self, to: str) -> Letter:
        """The first mail for an address, as soon as it arrives."""
        return until(lambda: self.letters(to), f"mail to {to}")[0]

    def invitation(self, to: str, method: str, sequence: int) -> Letter:
        """The mail with that calendar object, as soon as it arrives; there must be just one."""

        def look() -> list[Letter] | None:
            return [
                letter
                for letter in self.letters(to) or []
                if letter.invitation
                and (letter.invitation.method, letter.invitation.sequence) == (method, sequence)
            ] or None

        found = until(look, f"mail to {to} with {method} {sequence}")
        assert len(found) == 1, f"{to} got {method} {sequence} {len(found)} times"
        return found[0]


def _letter(to: str, mail: EmailMessage) -> Letter:
    body = mail.get_body(("plain",))
    objects = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return Letter(
        to=to,
        subject=str(mail["Subject"]),
        language=str(mail["Content-Language"]),
        text=str(body.get_content()) if body else "",
        reply_to=str(mail["Reply-To"]),
        invitation=_invitation(objects[0]) if objects else None,
    )


def _invitation(part: Any) -> Invitation:
    calendar = Calendar.from_ical(part.get_content())
    (event,) = calendar.walk("VEVENT")
    method = str(calendar["METHOD"])
    assert part.get_param("method") == method, "the mail's header says another method (RFC 6047)"
    attendees = event.get("ATTENDEE", [])
    return Invitation(
        method=method,
        uid=str(event["UID"]),
        sequence=int(event["SEQUENCE"]),
        starts_at=event["DTSTART"].dt,
        ends_at=event["DTEND"].dt,
        summary=str(event["SUMMARY"]),
        status=str(event.get("STATUS", "")),
        organizer=_address(event["ORGANIZER"]),
        attendees=frozenset(
            map(_address, attendees if isinstance(attendees, list) else [attendees])
        ),
    )


def _address(person: object) -> str:
    return str(person).removeprefix("mailto:").lower()
