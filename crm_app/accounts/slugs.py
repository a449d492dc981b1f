"""From a name to a part of a link: ``Łucja Groß`` becomes ``lucja-gross``.

Pure. What comes out satisfies ``checks.slug``.
"""

import re
import unicodedata

from crm_app.accounts.checks import RESERVED_SLUGS

# Letters that Unicode does not take apart, and German ones as Germans write them without umlauts.
_LETTERS = str.maketrans(
    {"ß": "ss", "ä": "ae", "ö": "oe", "ü": "ue", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"}
)
_LONGEST = 50


def slug_of(name: str) -> str:
    """A user's slug made of ``name``; ``user`` when no letter of it can be written in a-z."""
    made = spelled(name) or "user"
    return f"{made}-1" if made in RESERVED_SLUGS else made


def spelled(name: str) -> str:
    """``name`` in a-z, digits and hyphens, at most 50 long; empty when nothing of it is left."""
    folded = unicodedata.normalize("NFC", name).casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")


def candidates(slug: str) -> list[str]:
    """``slug`` and what to try when it is taken: slug-2, slug-3, ..."""
    return [slug, *(f"{slug}-{number}" for number in range(2, 1000))]
