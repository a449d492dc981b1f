"""What the address and the browser of a form's visitor say: language, frame, and for whom the link is.

Pure. Everything in an address can be typed by anybody, so each value is read strictly, and what does
not fit is as if it were not there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from crm_app.campaigns.forms.layout import FieldKind, Layout
from crm_app.core.i18n import LOCALES, best_locale

_TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,1500}")
_LONGEST_VALUE = 300


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a form. ``carried`` are the parameters that its own links keep.

    ``choices``: whether the visitor may choose the language, which a form in one language leaves out.
    """

    path: str
    locale: str
    embed: bool = False
    bound_to: str = ""
    choices: bool = True
    carried: Mapping[str, str] = field(default_factory=dict)

    def address(self, **params: str) -> str:
        """This page with ``params`` in place of what it carries."""
        query = urlencode({**self.carried, **params})
        return f"{self.path}?{query}" if query else self.path

    def languages(self) -> dict[str, str]:
        """This page in each language; nothing where the form has one of its own."""
        return {each: self.address(lang=each) for each in LOCALES} if self.choices else {}


def read(
    path: str,
    query: Mapping[str, str],
    layout: Layout,
    *,
    accept_language: str | None,
    home_locale: str,
) -> Visit:
    """The visit that ``query`` describes; ``home_locale`` holds where nothing says otherwise."""
    carried: dict[str, str] = {}
    if (lang := query.get("lang", "")) in LOCALES and not layout.language:
        carried["lang"] = lang
    if query.get("embed") == "1":
        carried["embed"] = "1"
    if _TOKEN.fullmatch(token := query.get("for", "")):
        carried["for"] = token
    spoken = carried.get("lang") or best_locale(accept_language, home_locale)
    return Visit(
        path=path,
        locale=layout.language or spoken,
        embed="embed" in carried,
        bound_to=carried.get("for", ""),
        choices=not layout.language,
        carried=carried,
    )


def hidden_values(layout: Layout, query: Mapping[str, str]) -> dict[str, str]:
    """What the hidden fields begin with: the address's parameters, else the author's values."""
    return {
        each.name: (query.get(each.parameter, "") if each.parameter else "")[:_LONGEST_VALUE]
        or each.value
        for each in layout.fields()
        if each.kind is FieldKind.HIDDEN
    }


def known_values(layout: Layout, known: Mapping[str, str]) -> dict[str, str]:
    """What the fields for name, e-mail and phone begin with, when we know who opened the link."""
    first, _, last = known.get("name", "").rpartition(" ")
    told = {**known, "first_name": first or last, "last_name": last if first else ""}
    return {each.name: told[each.maps_to] for each in layout.fields() if told.get(each.maps_to)}
