"""The dashboard's words in the user's language, changed at run time without a reload.

``tr("Save")`` is a reactive var: the English sentence is compiled into the page, the translation
comes from the tab's catalogue. Only the words that the dashboard's pages asked for are sent, and
none at all for English. Extraction finds ``tr`` like ``N_``.
"""

import json
import re

import reflex as rx
from reflex.vars import VarData

from crm_app.core.i18n import words
from crm_app.ui.state import PrivateState, handler

# Runs in the head, before anything is drawn: the built pages are in English, so a browser that last
# spoke another language shows nothing until its words have come, two seconds at most.
WAIT_FOR_WORDS = """try {
  const locale = localStorage.getItem('tandem-locale');
  if (locale && locale !== 'en') {
    const root = document.documentElement;
    root.lang = locale;
    root.classList.add('words-wait');
    setTimeout(() => root.classList.remove('words-wait'), 2000);
  }
} catch {}"""
_FIELD = re.compile(r"{(\w+)}")


class Words(PrivateState):
    """The catalogue of a tab. ``locale`` is the language that ``words`` are in."""

    locale: str = "en"
    words: dict[str, str] = {}

    @handler
    async def enter(self) -> rx.event.EventSpec:
        """Take the user's language; called by every page and after the language was changed."""
        if self.locale != self._locale:
            self.locale = self._locale
            self.words = dict(words(self._locale))
        return rx.call_script(
            f"document.documentElement.lang = {self.locale!r};"
            f" try {{ localStorage.setItem('tandem-locale', {self.locale!r}) }} catch {{}};"
            " requestAnimationFrame(() => document.documentElement.classList.remove('words-wait'))"
        )


def tr(message: str, /, **params: rx.Var | str | int) -> rx.Var[str]:
    """``message`` in the user's language; ``{name}`` fields are filled from ``params``."""
    if set(_FIELD.findall(message)) != set(params):
        raise ValueError(f"{message!r} and {sorted(params)} name different fields")
    found = Words.words.get(message, message)
    code, data = str(found), [found._get_all_var_data()]
    for name, value in params.items():
        filled = value if isinstance(value, rx.Var) else rx.Var.create(value)
        data.append(filled._get_all_var_data())
        code = (
            f"String({code}).replaceAll({json.dumps('{' + name + '}')}, () => String({filled!s}))"
        )
    return rx.Var(_js_expr=code, _var_type=str, _var_data=VarData.merge(*data)).to(str)
