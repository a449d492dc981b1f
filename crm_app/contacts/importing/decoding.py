"""What a file is, judged by its content alone, and the text in it. Pure.

Spreadsheets write tables in the encoding of their machine and say nowhere which that was. A text
that is no UTF-8 is read in each of the encodings of the countries that we know, and the one wins in
which the letters look most like people's names.
"""

import codecs
import re

from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_

CSV, VCARD = "csv", "vcard"
UTF8, UTF16 = "utf-8", "utf-16"
# In the order in which they win when nothing speaks for one of them.
_EIGHT_BITS = ("windows-1252", "windows-1250", "mac_roman", "cp850", "cp852")
ENCODINGS: dict[str, str] = {
    UTF8: N_("Unicode (UTF-8)"),
    UTF16: N_("Unicode (UTF-16)"),
    "windows-1252": N_("Windows, Western Europe"),
    "windows-1250": N_("Windows, Central Europe"),
    "mac_roman": N_("Macintosh"),
    "cp850": N_("DOS, Western Europe"),
    "cp852": N_("DOS, Central Europe"),
}
_AT_HOME = frozenset("äöüßÄÖÜąćęłńóśźżĄĆĘŁŃÓŚŹŻàèéìòùÀÈÉÌÒÙçâêîôûëïñáíúčšžřůýěøåæ€–“”„«»°§·’")
_IN_A_WORD = re.compile(r"(?<=[^\W\d_])[^\w\s’'.,;:|/&+-](?=[^\W\d_])")
_SAMPLE = 200_000
_CARD = re.compile(r"\s*BEGIN\s*:\s*VCARD\b", re.IGNORECASE)
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (
        b"PK\x03\x04",
        N_(
            "This is a workbook and not a table in a text file. "
            "Open it in your spreadsheet and save it as “CSV UTF-8”."
        ),
    ),
    (
        b"\xd0\xcf\x11\xe0",
        N_(
            "This is a workbook and not a table in a text file. "
            "Open it in your spreadsheet and save it as “CSV UTF-8”."
        ),
    ),
    (b"%PDF", N_("This is a PDF document. Choose a CSV or vCard file.")),
)
_NO_TEXT = N_("This file holds no text. Choose a CSV or vCard file.")
_NO_TABLE = N_("This is a page of a website or a program's data. Choose a CSV or vCard file.")
_EMPTY = N_("This file is empty. Choose another one.")


def judged(content: bytes) -> str:
    """``CSV`` or ``VCARD``; Invalid names the field ``file`` and says what the file is instead."""
    for beginning, told in _OTHERS:
        if content.startswith(beginning):
            raise Invalid(fields={"file": told})
    text = decoded(content[:_SAMPLE], guess_encoding(content[:_SAMPLE])).strip()
    if not text:
        raise Invalid(fields={"file": _EMPTY})
    odd = sum(letter < " " and letter not in "\r\n\t\f\x0b" for letter in text)
    if odd > len(text) / 100:
        raise Invalid(fields={"file": _NO_TEXT})
    if _CARD.match(text):
        return VCARD
    if text[0] in "<{":
        raise Invalid(fields={"file": _NO_TABLE})
    return CSV


def guess_encoding(content: bytes) -> str:
    """The key of ``ENCODINGS`` in which ``content`` is most likely written."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return UTF16
    sample = content[:_SAMPLE]
    if _looks_wide(sample):
        return UTF16
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return max(_EIGHT_BITS, key=lambda name: _likeness(sample.decode(name, "replace")))
    return UTF8


def decoded(content: bytes, encoding: str) -> str:
    """The text of ``content``, without a byte order mark; what cannot be read becomes U+FFFD."""
    known = encoding if encoding in ENCODINGS else UTF8
    if known == UTF16 and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        known = "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"
    return content.decode(known, "replace").removeprefix("\ufeff").replace("\x00", "")


def _looks_wide(sample: bytes) -> bool:
    """Every other byte of Latin text in UTF-16 is zero, and text has none otherwise."""
    return len(sample) > 3 and max(sample[::2].count(0), sample[1::2].count(0)) > len(sample) // 5


def _likeness(text: str) -> int:
    foreign = [letter for letter in text if letter > "\x7f"]
    signs = sum(1 for sign in _IN_A_WORD.findall(text) if sign > "\x7f")
    letters = sum(1 if each in _AT_HOME else -1 if each.isalpha() else -2 for each in foreign)
    return int(letters) - 3 * signs
