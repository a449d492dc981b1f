"""Every sentence is there in every language, whole, and with the same fields."""

import functools
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import crm_app
from crm_app.core.i18n import LOCALES

ROOT = Path(crm_app.__file__).parent
KEYWORDS = {"N_": None, "translate": (2,), "translate_n": (2, 3), "tr": None}
TRANSLATED = [locale for locale in LOCALES if locale != "en"]
FIELD = re.compile(r"{(\w+)}")
Message = str | tuple[str, ...]


@functools.cache
def _used() -> dict[Message, str]:
    """All messages of the program, and where each is used first."""
    found: dict[Message, str] = {}
    sources = extract_from_dir(ROOT, [("**.py", "python")], keywords=KEYWORDS)
    for name, line, message, _, _ in sources:
        parts = tuple(message) if isinstance(message, tuple) else (message,)
        known = tuple(part for part in parts if part)
        if known:
            found.setdefault(known[0] if len(known) == 1 else known, f"{name}:{line}")
    return found


@functools.cache
def _catalogue(locale: str) -> Catalog:
    with (ROOT / "locale" / locale / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale=locale)


@pytest.mark.parametrize("locale", TRANSLATED)
def test_every_message_is_translated(locale: str) -> None:
    catalogue = _catalogue(locale)
    missing = []
    for message, place in _used().items():
        entry = catalogue.get(message[0] if isinstance(message, tuple) else message)
        given = entry.string if entry else ""
        forms = given if isinstance(given, tuple) else (given,)
        plural = isinstance(message, tuple)
        wanted = catalogue.num_plurals if plural else 1
        if len(forms) != wanted or not all(forms) or (entry and entry.fuzzy):
            missing.append(f"{place}: {message}")
    assert not missing, "\n".join(["pybabel update, then translate:", *missing])


@pytest.mark.parametrize("locale", TRANSLATED)
def test_translations_fill_the_same_fields(locale: str) -> None:
    for entry in _catalogue(locale):
        if not entry.id:
            continue
        ids = entry.id if isinstance(entry.id, (list, tuple)) else (entry.id,)
        forms = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        # A plural's first form may say "it" where the others count.
        allowed = [set(FIELD.findall(each)) for each in ids]
        assert all(set(FIELD.findall(form)) in allowed for form in forms), entry.id


@pytest.mark.parametrize("locale", TRANSLATED)
def test_no_sentence_is_kept_that_nobody_uses(locale: str) -> None:
    used = {message[0] if isinstance(message, tuple) else message for message in _used()}
    kept = {
        entry.id[0] if isinstance(entry.id, (list, tuple)) else entry.id
        for entry in _catalogue(locale)
    }
    assert kept - {""} <= used


def test_nobody_is_shouted_at() -> None:
    for locale in TRANSLATED:
        for entry in _catalogue(locale):
            assert not entry.id or "!" not in str(entry.string), entry.id
