"""What a contact is found by, and what is looked for: two folds that must agree. Pure.

`document` is stored with the contact whenever one of its parts changes; a search finds the contact
when each of the `words_of` the typed text occurs somewhere in it.
"""

import re
from collections.abc import Iterable

import phonenumbers

from crm_app.contacts.names import cleaned, folded

_LONGEST_TEXT = 200
_NUMBER = re.compile(r"[\d\s()+/.\-]{3,}")
_NOT_DIGITS = re.compile(r"\D+")


def document(
    *, names: Iterable[str], emails: Iterable[str], phones: Iterable[tuple[str, str]], company: str
) -> str:
    """All that a contact is found by. ``phones`` are pairs of the number as typed and its E.164."""
    parts = [folded(part) for part in (*names, *emails, company)]
    for number, e164 in phones:
        parts += [_digits(number), _digits(e164), _national_digits(e164)]
    return " ".join(dict.fromkeys(part for part in parts if part))


def words_of(text: str) -> list[str]:
    """The words that must occur. A text that looks like a phone number is one word of digits."""
    text = cleaned(text, longest=_LONGEST_TEXT)
    digits = _digits(text)
    if len(digits) >= 3 and _NUMBER.fullmatch(text):
        # 00 is how most of the world dials the plus sign.
        return [digits.removeprefix("00")]
    return folded(text).split()


def _digits(number: str) -> str:
    return _NOT_DIGITS.sub("", number)


def _national_digits(e164: str) -> str:
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return ""
    form = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return _digits(str(form))
