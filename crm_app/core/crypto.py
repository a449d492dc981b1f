"""Secrets at rest, signed links, and tokens that are kept only as hashes.

All keys are derived from the one secret of the settings, one per purpose, so that a signature made
for one kind of link is never valid for another.
"""

import base64
import functools
import hashlib
import hmac
import secrets
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from itsdangerous import BadSignature, Signer, URLSafeSerializer
from itsdangerous.encoding import base64_encode, want_bytes
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from crm_app.core.errors import CrmError, NotFound
from crm_app.core.i18n import N_
from crm_app.core.settings import get_settings


def derived_key(purpose: str) -> bytes:
    """32 bytes for ``purpose``, derived from the secret (HKDF-like, one HMAC is enough here)."""
    return hmac.new(get_settings().key().encode(), purpose.encode(), hashlib.sha256).digest()


@functools.cache
def _fernet(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key))


def encrypt(plain: str) -> str:
    """``plain`` encrypted and authenticated (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _fernet(derived_key("column")).encrypt(plain.encode()).decode()


def decrypt(stored: str) -> str:
    """The reverse of ``encrypt``; raises CrmError when the secret key is not the one used then."""
    try:
        return _fernet(derived_key("column")).decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise CrmError(
            N_(
                "A stored secret cannot be read: CRM_SECRET_KEY differs from the one it was stored with."
            )
        ) from error


class EncryptedText(TypeDecorator[str]):
    """A text column whose value is encrypted in the database and plain in Python."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else decrypt(value)


def new_token() -> str:
    """An unguessable token (256 bits), safe in a URL."""
    return secrets.token_urlsafe(32)


def new_signing_key() -> str:
    """256 random bits in base64, to sign with."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def token_hash(token: str) -> str:
    """What is stored instead of a token: its SHA-256, since the token itself has full entropy."""
    return hashlib.sha256(token.encode()).hexdigest()


class _KeptSigner(Signer):
    """Derives its key once, and not anew for each signature."""

    def get_signature(self, value: str | bytes) -> bytes:
        mac = self._kept.copy()
        mac.update(want_bytes(value))
        return base64_encode(mac.digest())

    @functools.cached_property
    def _kept(self) -> hmac.HMAC:
        return hmac.new(self.derive_key(), digestmod="sha1")


class _OneSigner(URLSafeSerializer):
    """Keeps its signer, which it else makes anew for each signature."""

    default_signer = _KeptSigner

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        return self.kept

    @functools.cached_property
    def kept(self) -> Signer:
        return super().make_signer()

    def dump_payload(self, obj: Any) -> bytes:
        if type(obj) is int:
            # Nothing is to be gained from the attempt to compress a number.
            return base64_encode(str(obj))
        return super().dump_payload(obj)


@functools.lru_cache(maxsize=64)
def _serializer(_key: str, purpose: str) -> URLSafeSerializer:
    """Made once for each key and purpose: a campaign signs thousands of links in a moment."""
    return _OneSigner(derived_key("link:" + purpose))


def sign(purpose: str, payload: Any) -> str:
    """``payload`` (JSON) as a signed, URL-safe text that only ``unsign`` with ``purpose`` accepts."""
    return str(_serializer(get_settings().key(), purpose).dumps(payload))


def unsign(purpose: str, signed: str) -> Any:
    """The payload of a signed text; NotFound when it was not signed by us for ``purpose``."""
    try:
        return _serializer(get_settings().key(), purpose).loads(signed)
    except BadSignature as error:
        raise NotFound from error


def same(a: str, b: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(a.encode(), b.encode())
