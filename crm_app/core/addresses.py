"""E-mail addresses as people type them, and the form in which two of them are compared (CON-2).

Pure. What always holds: `email_key` is idempotent, and two addresses that reach the same mailbox
for every practical server have the same key. Nothing is thrown away that some server tells apart
(dots and +tags stay), since matching too much would show one person's data to another.
"""

import functools
import re
import unicodedata

import idna

# RFC 5321 §4.5.3.1: octets of the local part, and of a path without its angle brackets.
_LONGEST_LOCAL = 64
_LONGEST = 254
# Characters, before anything is made of them: composing very many marks takes long.
_LONGEST_TYPED = 1000
_NEVER_IN_LOCAL = re.compile(r'[\s<>()\[\],;:"\\@]')


def email_key(address: str) -> str:
    """The form of ``address`` for comparing: folded local part, ASCII domain (UTS 46, IDNA 2008).

    Raises ValueError when it is no address. The domain is left to UTS 46 alone: folding would
    make ``faß.de`` into ``fass.de``, which may belong to somebody else.
    """
    if len(address) > _LONGEST_TYPED:
        raise ValueError("the e-mail address is too long")
    local, at, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    if not at or not local or _NEVER_IN_LOCAL.search(local) or not _printable(local):
        raise ValueError("no e-mail address")
    key = f"{_folded(local)}@{_ascii_domain(domain)}"
    if len(_folded(local).encode()) > _LONGEST_LOCAL or len(key.encode()) > _LONGEST:
        raise ValueError("the e-mail address is too long")
    return key


def is_email(text: str) -> bool:
    """Whether ``text`` is an e-mail address by the rules of ``email_key``."""
    try:
        email_key(text)
    except ValueError:
        return False
    return True


def _folded(local: str) -> str:
    # Unicode §3.13, canonical caseless matching (D145): NFD before folding and NFC at the end.
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", local).casefold())
    return unicodedata.normalize("NFC", folded)


@functools.lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    # idna.IDNAError is a ValueError, so a domain that cannot exist is refused like the rest.
    ascii_form = idna.encode(domain.rstrip("."), uts46=True).decode().lower()
    if "." not in ascii_form:
        raise ValueError("the domain has no dot")
    return ascii_form


def _printable(text: str) -> bool:
    return not any(
        unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn"} for letter in text
    )
