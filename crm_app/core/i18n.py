"""Words in the reader's language.

English sentences are the message ids. ``N_`` only marks them for extraction; ``translate`` turns
them into a language at the edge, where the reader is known. Catalogues are the ``.po`` files under
``crm_app/locale``; they are compiled in memory once per process, so there is no build step to
forget. A missing translation shows the English sentence.
"""

import functools
import gettext
import io
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES: tuple[str, ...] = ("en", "de", "pl", "it")
LOCALE_NAMES: dict[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "pl": "Polski",
    "it": "Italiano",
}
_FOLDER = Path(__file__).parent.parent / "locale"


def N_(message: str) -> str:  # noqa: N802 - the name that every gettext extractor knows
    """Mark ``message`` for extraction and give it back unchanged."""
    return message


@functools.cache
def catalogue(locale: str) -> gettext.NullTranslations:
    """The compiled catalogue of ``locale``; an empty one for English and unknown languages."""
    path = _FOLDER / locale / "LC_MESSAGES" / "messages.po"
    if locale not in LOCALES or not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as source:
        parsed = read_po(source, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, parsed)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@functools.cache
def words(locale: str) -> dict[str, str]:
    """All plain sentences of ``locale``, English to translation, for the dashboard's browser side."""
    path = _FOLDER / locale / "LC_MESSAGES" / "messages.po"
    if locale not in LOCALES or not path.exists():
        return {}
    with path.open("rb") as source:
        parsed = read_po(source, locale=locale)
    return {
        message.id: str(message.string)
        for message in parsed
        if isinstance(message.id, str) and message.id and message.string and not message.fuzzy
    }


def translate(locale: str, message: str, /, **params: object) -> str:
    """``message`` in ``locale``, its ``{named}`` fields filled from ``params``."""
    text = catalogue(locale).gettext(message) if message else ""
    return text.format(**params) if params else text


def translate_n(locale: str, one: str, many: str, count: int, /, **params: object) -> str:
    """The plural form for ``count``; ``{count}`` is filled too."""
    return catalogue(locale).ngettext(one, many, count).format(count=count, **params)


def best_locale(accept_language: str | None, fallback: str = "en") -> str:
    """The first language of an Accept-Language header (RFC 9110 §12.5.4) that we speak."""
    weighted: list[tuple[float, int, str]] = []
    for position, part in enumerate((accept_language or "")[:500].split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        weighted.append((-weight, position, tag.split("-")[0].lower()))
    return next((tag for _, _, tag in sorted(weighted) if tag in LOCALES), fallback)
