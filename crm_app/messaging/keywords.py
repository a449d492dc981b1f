"""The words by which a person leaves, comes back or asks for help by text message. Pure.

The English ones are those that networks and Twilio know; the others are what people write in the
languages that we speak. Only a message that is nothing but such a word counts.
"""

import unicodedata
from enum import StrEnum

from crm_app.core.marks import bearable


class Wish(StrEnum):
    """What a keyword asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


_WORDS: dict[Wish, frozenset[str]] = {
    Wish.STOP: frozenset(
        [
            "stop",
            "stopall",
            "unsubscribe",
            "cancel",
            "end",
            "quit",
            "revoke",
            "optout",
            "stopp",
            "abmelden",
            "abbestellen",
            "ende",
            "wypisz",
            "rezygnuje",
            "koniec",
            "basta",
            "disiscrivimi",
            "cancellami",
        ]
    ),
    Wish.START: frozenset(["start", "yes", "unstop", "anmelden", "zapisz", "iscrivimi"]),
    Wish.HELP: frozenset(["help", "info", "hilfe", "pomoc", "aiuto"]),
}


def wish(text: str) -> Wish | None:
    """What the message asks for; None for an ordinary one."""
    word = _plain(text)
    return next((asked for asked, words in _WORDS.items() if word in words), None)


def _plain(text: str) -> str:
    """``text`` without case, accents, and signs around it."""
    parts = unicodedata.normalize("NFKD", bearable(text.casefold()))
    bare = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return bare.strip(" \t\r\n.!,;:\"'“”„«»-")
