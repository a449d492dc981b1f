"""Secrets, signed links, words, errors and masks."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from crm_app import models
from crm_app.core import crypto, i18n, log
from crm_app.core.errors import CrmError, Invalid, NotFound
from crm_app.core.settings import Settings, get_settings
from tests import factories


def test_syn13_secret_key_file_is_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", secret_key="")
    key = settings.key()
    assert len(key) > 40
    assert settings.key() == key
    mode = (tmp_path / "data" / "secret.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_syn13_secrets_are_encrypted_in_the_database(session: Session) -> None:
    user = factories.user(session)
    account = models.ConnectedAccount(
        user_id=user.id or 0, provider="caldav", label="x", secret="app-password", created_at=factories.LONG_AGO,
    )  # fmt: skip
    session.add(account)
    session.flush()
    stored = session.execute(text("SELECT secret FROM connected_account")).scalar_one()
    assert "app-password" not in stored
    session.refresh(account)
    assert account.secret == "app-password"


def test_secret_of_another_key_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = crypto.encrypt("x")
    monkeypatch.setenv("CRM_SECRET_KEY", "another")
    get_settings.cache_clear()
    with pytest.raises(CrmError, match="CRM_SECRET_KEY"):
        crypto.decrypt(stored)


def test_signed_text_is_bound_to_its_purpose() -> None:
    signed = crypto.sign("manage", ["a", 1])
    assert crypto.unsign("manage", signed) == ["a", 1]
    for wrong in (
        ("other", signed),
        ("manage", signed[:-2] + "xx"),
        ("manage", ""),
        ("manage", "é"),
    ):
        with pytest.raises(NotFound):
            crypto.unsign(*wrong)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("fr,pl;q=0.5,it;q=0.7", "it"),
        ("", "en"),
        (None, "en"),
        ("*;q=x, ,;;", "en"),
        ("zz", "en"),
    ],
)
def test_best_locale(header: str | None, expected: str) -> None:
    assert i18n.best_locale(header) == expected


def test_missing_translation_shows_english() -> None:
    assert i18n.translate("de", "A sentence that nobody translated, {name}", name="x").endswith("x")
    assert i18n.translate("xx", "Hello") == "Hello"


def test_errors_fill_their_sentence() -> None:
    assert str(CrmError("Hello {name}", name="Anna")) == "Hello Anna"
    assert str(CrmError("Hello {name}")) == "Hello {name}"
    assert Invalid(fields={"a": "b"}).fields == {"a": "b"}


@pytest.mark.parametrize(
    "line",
    [
        "GET https://anna:geheim@dav.example/x",
        "Authorization: Basic geheim",
        "authorization bearer geheim",
        "https://x.example/cb?code=geheim&state=1",
    ],
)
def test_logs_mask_credentials(line: str) -> None:
    assert "geheim" not in log.masked(line)


def test_settings_take_private_addresses_as_a_plain_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_ALLOW_PRIVATE_ADDRESSES", "127.0.0.0/8, nas.example")
    assert Settings().allow_private_addresses == ("127.0.0.0/8", "nas.example")
    monkeypatch.setenv("CRM_ALLOW_PRIVATE_ADDRESSES", "")
    assert Settings().allow_private_addresses == ()


def test_settings_build_the_public_url() -> None:
    assert Settings(port=4000, public_url="").url == "http://localhost:4000"
    assert Settings(public_url="https://crm.example/").url == "https://crm.example"
    url = Settings(database_url="postgres://a@b/c").database
    assert url == "postgresql+psycopg://a@b/c"
