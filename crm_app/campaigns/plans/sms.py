"""How many parts an SMS is sent in: what it costs depends on it. Pure.

3GPP TS 23.038 gives the alphabet of 7 bits, TS 23.040 the lengths: 160 letters in one message or 153
in each of several; as soon as one letter is not in that alphabet, 70 and 67 units of UTF-16.
"""

import re

LONGEST = 1600
_BASIC = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take two places.
_EXTENDED = set("^{}\\[~]|€\f")
_FIELD = re.compile(r"\{\{([^{}]*)\}\}")
_LINK, _WORD = "x" * 60, "x" * 12


def parts(text: str) -> int:
    """The number of parts; 0 for an empty text."""
    if set(text) <= _BASIC | _EXTENDED:
        return _shared(len(text) + sum(letter in _EXTENDED for letter in text), 160, 153)
    return _shared(len(text.encode("utf-16-le")) // 2, 70, 67)


def about(text: str) -> str:
    """``text`` with something as long as usual in the place of each merge field."""
    return _FIELD.sub(lambda field: _LINK if "link" in field[1] else _WORD, text)


def _shared(length: int, single: int, several: int) -> int:
    return -(-length // (single if length <= single else several))
