"""What home, work and the other kinds of lines are called in cards, and in Tandem. Pure.

A line's kind is its TYPE (RFC 2426 §3.2.1, RFC 6350 §5.6), or an X-ABLabel of the same group, which
Apple and others use for everything else, with words of their own for what a program translates.
"""

import re
from collections.abc import Iterable

_APPLE = re.compile(r"_\$!<(.*)>!\$_", re.DOTALL)
_APPLE_WORDS = {
    "homefax": "home fax",
    "workfax": "work fax",
    "otherfax": "fax",
    "iphone": "mobile",
}
_TYPES: dict[str, tuple[str, ...]] = {
    "": (),
    "home": ("home",),
    "work": ("work",),
    "other": ("other",),
    "mobile": ("cell",),
    "main": ("main",),
    "home fax": ("home", "fax"),
    "work fax": ("work", "fax"),
    "fax": ("fax",),
    "pager": ("pager",),
}
# The first that is there says it; a fax at home is both.
_SAYING = {
    "pager": "pager",
    "cell": "mobile",
    "mobile": "mobile",
    "iphone": "mobile",
    "main": "main",
    "home": "home",
    "work": "work",
    "other": "other",
}
PREFERRED = "pref"
_NOISE = frozenset(
    {PREFERRED, "internet", "x400", "voice", "text", "textphone", "msg", "video"}
    | {"bbs", "modem", "isdn", "pcs", "dom", "intl", "postal", "parcel"}
)


def label_of(types: Iterable[str], custom: str = "") -> str:
    """The label of a line by its types (lower case) and the X-ABLabel of its group, if any."""
    if custom:
        return _custom(custom)
    named = [each for each in types if each not in _NOISE]
    if "fax" in named:
        place = next((each for each in ("home", "work") if each in named), "")
        return f"{place} fax".strip()
    for word, label in _SAYING.items():
        if word in named:
            return label
    return named[0].removeprefix("x-") if named else ""


def types_of(label: str) -> tuple[str, ...] | None:
    """The types, in lower case, that say this label; None when it takes an X-ABLabel."""
    return _TYPES.get(label)


def other_types(types: Iterable[str]) -> tuple[str, ...]:
    """Those of a line's types that say nothing of its label."""
    return tuple(each for each in types if each in _NOISE)


def _custom(text: str) -> str:
    apple = _APPLE.fullmatch(text.strip())
    word = (apple.group(1) if apple else text).strip()
    folded = word.lower()
    if apple or folded in _TYPES:
        return _APPLE_WORDS.get(folded, folded)
    return word
