"""Passwords: what is accepted, and Argon2id for keeping them (RFC 9106, its low-memory profile).

A password is compared after NFKC (NIST SP 800-63B §3.1.1.2), so that the same word typed on
another keyboard is the same password. ``verify`` costs the same with and without a user, so the
time that a sign-in takes does not tell whether an account exists.
"""

import functools
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from crm_app.core.i18n import N_
from crm_app.core.marks import bearable

SHORTEST = 10
LONGEST = 200

# Rows of the keyboard, and what people type when ten characters are asked for.
_EASY = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "password1 password12 password123 password1234 passwort123 passwort1234 changeme123",
)

_hasher = PasswordHasher()
# Each hash takes 64 MiB: a crowd at the door must not take all the memory.
_at_once = threading.Semaphore(4)


def problem(password: str, *, email: str = "") -> str | None:
    """The message id that says what is wrong with a new password; None when it is fine."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        return N_("Please use at least 10 characters; a few words are easy to remember.")
    if len(plain) > LONGEST:
        return N_("Please use at most 200 characters.")
    if len(set(plain)) < 5 or any(plain.casefold() in row for row in _EASY):
        return N_("This password is too easy to guess. Please use more different characters.")
    if email and plain.casefold() in {email.casefold(), email.casefold().partition("@")[0]}:
        return N_("Your e-mail address is not a good password. Please choose another.")
    return None


def hashed(password: str) -> str:
    """What is stored instead of ``password``."""
    with _at_once:
        return _hasher.hash(_plain(password))


def verify(stored: str | None, password: str) -> bool:
    """Whether ``password`` is the stored one. None is never right and takes as long to refuse."""
    plain = _plain(password)
    known = bool(stored) and len(plain) <= LONGEST
    try:
        with _at_once:
            right = _hasher.verify(stored if known and stored else _nobodys(), plain[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return right and known


def is_outdated(stored: str) -> bool:
    """Whether ``stored`` was made with other parameters than today's."""
    try:
        return _hasher.check_needs_rehash(stored)
    except InvalidHashError:
        return True


@functools.cache
def _nobodys() -> str:
    return _hasher.hash("nobody has this password")


def _plain(password: str) -> str:
    return unicodedata.normalize("NFKC", bearable(password))
