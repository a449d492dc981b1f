"""Text from strangers before it is normalized (UAX #15). Pure.

Normalizing sorts the marks on a letter, in a time that grows by the square of their number: a form field
full of accents on one letter would hold up the whole process for minutes. What passes here never does.
"""

import unicodedata

# UAX #15 §13, stream-safe text: no language puts more marks on one letter.
MOST = 30
# Shorter texts are quick whatever is in them, and most are.
_SHORT = 1000


def bearable(text: str) -> str:
    """``text`` without the marks beyond those that a letter can bear."""
    if len(text) <= _SHORT or text.isascii():
        return text
    kept, marks = list[str](), 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= MOST:
            kept.append(letter)
    return "".join(kept)
