"""What a visitor typed into the booking form: cleaned, bounded and checked, field by field.

Pure. ``values`` always holds everything that was typed, in the form in which it can be shown
again, whether or not it was good (Q-1). Errors are message ids by the name of the control.
"""

import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_app.core.addresses import email_key, is_email
from crm_app.core.i18n import N_
from crm_app.core.marks import bearable

LONGEST_NAME, LONGEST_EMAIL, LONGEST_PHONE = 120, 254, 40
LONGEST_LINE, LONGEST_TEXT, MOST_GUESTS = 300, 4000, 10
# A field that people do not see and programs fill in.
HONEYPOT = "reply_by"

_MISSING = N_("Please fill this in.")
_TOO_LONG = N_("This is too long. Please shorten it.")
_NO_EMAIL = N_("This is not an e-mail address. It looks like anna@example.com.")
_NO_PHONE = N_("This is not a phone number. Use digits, spaces and a leading +.")
_PHONE = re.compile(r"\+?[\d\s()/.-]{5,}(?:\s*(?:x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"https?:|www\.|://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """A calendar's own question (CAL-6)."""

    key: str
    label: str
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The control's name: safe as an id, and the same however questions are reordered."""
        told_apart_by = f"{self.key}: {self.label}".encode()
        return f"answer-{zlib.crc32(told_apart_by):08x}"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a calendar's form asks beside name, e-mail, phone and note."""

    questions: tuple[Question, ...] = ()
    allow_guests: bool = True
    consent_text: str = ""


@dataclass(frozen=True, slots=True)
class Entered:
    """The form as it came. The rest is only meant when there are no ``errors``."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    guests: tuple[str, ...] = ()


def asked(
    form_fields: Sequence[Mapping[str, Any]], *, allow_guests: bool, consent_text: str
) -> Asked:
    """A calendar's form, from its stored configuration."""
    return Asked(
        questions=tuple(
            Question(
                key=str(row.get("key") or row["label"]),
                label=str(row["label"]),
                kind=str(row.get("kind", "text")),
                required=bool(row.get("required")),
                choices=tuple(row.get("choices") or ()),
            )
            for row in form_fields
        ),
        allow_guests=allow_guests,
        consent_text=consent_text,
    )


def read(form: Mapping[str, str], asked: Asked) -> Entered:
    """Check ``form`` against what was asked."""
    values = {name: _cleaned(text) for name, text in form.items()}
    errors: dict[str, str] = {}

    def note(name: str, error: str | None) -> None:
        if error:
            errors[name] = error

    note("name", _name_error(values.get("name", "")))
    note("email", _email_error(values.get("email", "")))
    note("phone", _phone_error(values.get("phone", ""), required=False))
    for question in asked.questions:
        note(question.name, _answer_error(question, values.get(question.name, "")))
    guests = _guests(values.get("guests", ""), values.get("email", ""))
    if asked.allow_guests:
        note("guests", _guests_error(guests))
    note("note", _TOO_LONG if len(values.get("note", "")) > LONGEST_TEXT else None)
    if asked.consent_text and values.get("consent") != "yes":
        note("consent", N_("Please agree, so that we may use your data for this appointment."))
    if values.get(HONEYPOT):
        note(HONEYPOT, N_("Please leave this field empty."))
    return Entered(
        values=values,
        errors=errors,
        answers=_answers(asked, values),
        guests=guests if asked.allow_guests else (),
    )


def _cleaned(text: str) -> str:
    """Composed (NFC), with plain line ends, and without control characters that no one types."""
    text = unicodedata.normalize("NFC", bearable(text))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (letter for letter in text if letter in "\n\t" or unicodedata.category(letter) != "Cc")
    return "".join(kept).strip()


def _name_error(name: str) -> str | None:
    if not name:
        return N_("Please enter your name.")
    if len(name) > LONGEST_NAME or "\n" in name:
        return _TOO_LONG
    # Names go into mails to strangers' addresses, so they must not carry anybody's advertising.
    return (
        N_("Please enter your name without a web address.") if _WEB_ADDRESS.search(name) else None
    )


def _email_error(address: str) -> str | None:
    if not address:
        return N_("Please enter your e-mail address.")
    if len(address) > LONGEST_EMAIL:
        return _TOO_LONG
    return None if is_email(address) else _NO_EMAIL


def _phone_error(number: str, *, required: bool) -> str | None:
    if not number:
        return _MISSING if required else None
    if len(number) > LONGEST_PHONE:
        return _TOO_LONG
    return None if _PHONE.fullmatch(number) else _NO_PHONE


def _answer_error(question: Question, value: str) -> str | None:
    if question.kind == "phone":
        return _phone_error(value, required=question.required)
    if not value or (question.kind == "checkbox" and value != "yes"):
        return _required_error(question) if question.required else None
    if question.kind == "choice":
        return None if value in question.choices else N_("Please choose one of the answers.")
    limit = LONGEST_TEXT if question.kind == "long_text" else LONGEST_LINE
    return _TOO_LONG if len(value) > limit else None


def _required_error(question: Question) -> str:
    if question.kind == "choice":
        return N_("Please choose one of the answers.")
    if question.kind == "checkbox":
        return N_("Please tick this box.")
    return _MISSING


def _guests(text: str, own: str) -> tuple[str, ...]:
    """The addresses in ``text``, each once, without the visitor's own."""
    found: dict[str, str] = {}
    for address in re.split(r"[,;\s]+", text):
        if address:
            found.setdefault(email_key(address) if is_email(address) else address, address)
    if is_email(own):
        found.pop(email_key(own), None)
    return tuple(found.values())


def _guests_error(guests: tuple[str, ...]) -> str | None:
    if len(guests) > MOST_GUESTS:
        return N_("Please invite at most 10 guests.")
    if not all(is_email(address) for address in guests):
        return N_("One of these is not an e-mail address. Separate addresses with commas.")
    return None


def _answers(asked: Asked, values: Mapping[str, str]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for question in asked.questions:
        value = values.get(question.name, "")
        answers[question.key] = value == "yes" if question.kind == "checkbox" else value
    if asked.consent_text:
        # The words that were agreed to, since the calendar's may change later.
        answers["consent"] = asked.consent_text
    return answers
