"""Why a row was skipped or refused, as a sentence in the reader's language. Pure."""

from collections.abc import Mapping
from typing import Protocol

from crm_app.core.i18n import translate


class Reasoned(Protocol):
    """Something with a message id and what fills it."""

    @property
    def reason(self) -> str:
        """The message id; empty: there is nothing to say."""
        ...

    @property
    def params(self) -> Mapping[str, object]:
        """What fills it; ``problem`` is a message id itself."""
        ...


def sentence(locale: str, told: Reasoned) -> str:
    """The reason."""
    return filled(locale, told.reason, told.params)


def filled(locale: str, message: str, params: Mapping[str, object]) -> str:
    """``message`` with its fields filled; one that is missing leaves the sentence as it is."""
    template = translate(locale, message)
    shown = {
        name: translate(locale, str(value)) if name == "problem" else value
        for name, value in params.items()
    }
    try:
        return template.format(**shown) if "{" in template else template
    except (KeyError, IndexError, ValueError):
        return template
