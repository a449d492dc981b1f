"""What a visitor typed into a form: cleaned, bounded and checked, page by page. Pure.

Values always hold everything that was typed, in the form in which it can be shown again, whether or
not it was good (Q-1). Errors are message ids by the name of the control.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from crm_app.campaigns.forms.answers import Values, answer, asked, controls
from crm_app.campaigns.forms.layout import BOXES, NAMES, Field, FieldKind, Layout, Page
from crm_app.contacts.fields import is_time_zone
from crm_app.core.addresses import is_email
from crm_app.core.i18n import N_
from crm_app.core.marks import bearable

LONGEST_LINE, LONGEST_ANSWER, LONGEST_NAME, LONGEST_EMAIL, LONGEST_PHONE = 300, 4000, 120, 254, 40
# A field that people do not see and programs fill in.
HONEYPOT = "reply_by"
CARRIED = "carried"

MISSING = N_("Please fill this in.")
_TOO_LONG = N_("This is too long. Please shorten it.")
_NO_EMAIL = N_("This is not an e-mail address. It looks like anna@example.com.")
_NO_PHONE = N_("This is not a phone number. Use digits, spaces and a leading +.")
_NO_DATE = N_("This is not a date. Write it like 2026-11-30.")
_NO_NUMBER = N_("This is not a number. Use digits, and a point or comma for the rest.")
_NO_CHOICE = N_("Please choose one of the answers.")
_PHONE = re.compile(r"\+?[\d\s()/.-]{5,}(?:\s*(?:x|ext\.?)\s*\d{1,6})?", re.IGNORECASE)
_NUMBER = re.compile(r"[-+−]?\d{1,15}(?:[.,]\d{1,9})?")
_WEB_ADDRESS = re.compile(r"https?:|www\.|://", re.IGNORECASE)


def read(layout: Layout, form: Mapping[str, str]) -> dict[str, str]:
    """The values of all controls of the layout: those of the page that was sent, and the carried."""
    known = [name for field in layout.fields() for name in controls(field)]
    sent = _carried(form.get(CARRIED, "")) | dict(form)
    return {name: cleaned(sent[name]) for name in known if name in sent}


def carry(page: Page, values: Values) -> str:
    """What travels along while ``page`` is shown: the values of the other pages."""
    here = {name for field in page.fields for name in controls(field)}
    return json.dumps(
        {name: value for name, value in values.items() if name not in here},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def check(layout: Layout, page: Page, values: Values) -> dict[str, str]:
    """What is wrong on a page, by the name of the control."""
    ids = {field.id for field in page.fields}
    found = (
        (field.name, error_in(field, values))
        for field in asked(layout, values)
        if field.id in ids and field.asks
    )
    return {name: error for name, error in found if error}


def error_in(field: Field, values: Values) -> str:
    """What is wrong with the answer to one field, "" when all is well."""
    if field.kind is FieldKind.HIDDEN:
        return ""
    typed = values.get(field.name, "")
    if field.kind is FieldKind.CHOICE and typed and typed not in field.choices:
        return _NO_CHOICE
    if not answer(field, values):
        return _required_error(field) if field.required else ""
    return _shape_error(field, typed)


def cleaned(text: str) -> str:
    """Composed (NFC), with plain line ends, and without control characters that no one types."""
    text = unicodedata.normalize("NFC", bearable(text))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = (letter for letter in text if letter in "\n\t" or unicodedata.category(letter) != "Cc")
    return "".join(kept).strip()


def longest(field: Field) -> int:
    """How many characters an answer may have."""
    if field.kind is FieldKind.LONG_TEXT:
        return LONGEST_ANSWER
    if field.kind is FieldKind.EMAIL:
        return LONGEST_EMAIL
    if field.kind is FieldKind.PHONE:
        return LONGEST_PHONE
    return LONGEST_NAME if field.maps_to in NAMES else LONGEST_LINE


def _carried(text: str) -> dict[str, str]:
    """Whoever sends the form may have changed this, so only texts by name are taken from it."""
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _required_error(field: Field) -> str:
    if field.kind is FieldKind.CONSENT:
        return N_("Please agree, so that we may use what you send us.")
    if field.kind in BOXES:
        return N_("Please tick this box.")
    if field.kind is FieldKind.CHOICE:
        return _NO_CHOICE
    if field.kind is FieldKind.CHOICES:
        return N_("Please choose at least one of the answers.")
    if field.kind is FieldKind.EMAIL:
        return N_("Please enter your e-mail address.")
    return N_("Please enter your name.") if field.maps_to == "name" else MISSING


def _shape_error(field: Field, typed: str) -> str:
    kind = field.kind
    if len(typed) > longest(field) or ("\n" in typed and kind is not FieldKind.LONG_TEXT):
        return _TOO_LONG
    if field.maps_to in NAMES and _WEB_ADDRESS.search(typed):
        # Names go into mails to strangers' addresses, so they must not carry anybody's advertising.
        return N_("Please enter your name without a web address.")
    if field.maps_to == "time_zone" and not is_time_zone(typed):
        return N_("There is no such time zone. Choose one from the list.")
    if kind is FieldKind.EMAIL:
        return "" if is_email(typed) else _NO_EMAIL
    if kind is FieldKind.PHONE:
        return "" if _PHONE.fullmatch(typed) else _NO_PHONE
    if kind is FieldKind.NUMBER:
        return "" if _NUMBER.fullmatch(typed) else _NO_NUMBER
    return _NO_DATE if kind is FieldKind.DATE and not _is_date(typed) else ""


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-11-30")
