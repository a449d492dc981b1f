"""Names of people and companies: cleaning, splitting, and the folded form that is searched. Pure.

What always holds: `folded` is idempotent and lower case, and a text is found by its folded parts
however it was typed, with or without accents.
"""

import re
import unicodedata

from crm_app.core.marks import bearable

# Letters that Unicode does not decompose, as people without them on the keyboard type them.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
# Words that begin a family name: "Ludwig van Beethoven", "Maria de la Cruz".
_PARTICLES = frozenset(
    [
        "af",
        "al",
        "da",
        "das",
        "de",
        "del",
        "della",
        "der",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "ten",
        "ter",
        "van",
        "von",
        "y",
        "zu",
        "zum",
        "zur",
    ]
)
_SPACES = re.compile(r"\s+")


def cleaned(text: str, *, longest: int = 200) -> str:
    """One line of ``text``: composed, without control and format characters, spaces collapsed."""
    plain = unicodedata.normalize("NFC", bearable(text))
    if not plain.isprintable():
        plain = "".join(" " if letter.isspace() else letter for letter in plain if _kept(letter))
    return _SPACES.sub(" ", plain).strip()[:longest].rstrip()


def cleaned_lines(text: str, *, longest: int = 20_000) -> str:
    """Like ``cleaned`` for text of several lines; line ends become ``\\n``."""
    composed = unicodedata.normalize("NFC", bearable(text))
    composed = composed.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in composed if letter in "\n\t" or _kept(letter)).strip()[
        :longest
    ]


def _kept(letter: str) -> bool:
    # The zero-width joiners belong to Persian and Indic spelling and to emoji; the rest of the
    # format characters (direction overrides, soft hyphens) only make one name look like another.
    if letter in "\u200c\u200d":
        return True
    return letter.isspace() or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def folded(text: str) -> str:
    """``text`` for searching and sorting: case folded, without accents, spaces collapsed."""
    if text.isascii():
        # Nothing to take apart. Every entry of a long download passes here.
        return _SPACES.sub(" ", text.lower()).strip()
    decomposed = unicodedata.normalize("NFKD", bearable(text)).casefold()
    decomposed = unicodedata.normalize("NFKD", decomposed)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _SPACES.sub(" ", bare.translate(_PLAIN).casefold()).strip()


def split(name: str) -> tuple[str, str]:
    """First and last name of a person's full ``name``; particles go with the last name.

    "Kowalska, Anna" is read with the last name first. A single word is a first name, since that is
    what a greeting needs.
    """
    last_part, comma, first_part = name.partition(",")
    if comma and first_part.strip() and last_part.strip():
        return first_part.strip(), last_part.strip()
    words = name.split()
    if len(words) < 2:
        return name.strip(), ""
    begin = len(words) - 1
    while begin > 1 and words[begin - 1].casefold() in _PARTICLES:
        begin -= 1
    return " ".join(words[:begin]), " ".join(words[begin:])


def full(first_name: str, last_name: str) -> str:
    """The full name of a person."""
    return f"{first_name} {last_name}".strip()
