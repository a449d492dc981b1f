"""What the address and the browser of a visitor say: language, zone, and what he has chosen so far.

Pure. Everything in an address can be typed by anybody, so each value is parsed strictly, and what
does not parse is as if it were not there. A ``Visit`` also writes the addresses of the page's own
links, which carry on what was chosen, so that nothing needs a cookie or a script.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from babel import Locale

from crm_app.booking import when, zones
from crm_app.core.i18n import LOCALES, best_locale

_MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
_DAY = re.compile(r"20\d\d-\d\d-\d\d")
_SLOT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\dZ")
# A signed token as ``bound`` makes them; whether it is good is asked where it is used.
_TOKEN = re.compile(r"[A-Za-z0-9._~-]{1,1500}")


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at a page. ``carried`` are the parameters that its links keep: tz, lang, embed and for
    whom the link is."""

    path: str
    locale: str
    formats: Locale
    zone: str
    month: date | None = None
    day: date | None = None
    slot: datetime | None = None
    # The list of zones is asked for.
    choosing_zone: bool = False
    embed: bool = False
    # The zone is neither chosen nor known from before: the browser may say its own.
    guessed_zone: bool = False
    carried: Mapping[str, str] = field(default_factory=dict)

    def address(self, **params: str | None) -> str:
        """This page with ``params`` in place of what it shows now; None leaves one out."""
        kept = {name: value for name, value in params.items() if value}
        query = urlencode({**kept, **{k: v for k, v in self.carried.items() if k not in params}})
        return f"{self.path}?{query}" if query else self.path

    @property
    def bound_to(self) -> str:
        """The signed token of the contact that the link is for (CAL-7); "" when it is for anybody."""
        return self.carried.get("for", "")

    def shown(self) -> dict[str, str | None]:
        """The parameters that lead to what is shown now, for links that change something else."""
        return {
            "month": month_text(self.month) if self.month else None,
            "day": self.day.isoformat() if self.day else None,
            "slot": slot_text(self.slot) if self.slot else None,
        }

    def languages(self) -> dict[str, str]:
        """This page in each language."""
        return {each: self.address(**self.shown(), lang=each) for each in LOCALES}


def read(
    path: str,
    query: Mapping[str, str],
    *,
    accept_language: str | None,
    home_locale: str,
    home_zone: str,
    settled: bool = False,
) -> Visit:
    """The visit that ``query`` describes; ``home_*`` is what holds where it says nothing.

    ``settled``: language and zone are known from before, so the browser's are not asked.
    """
    carried: dict[str, str] = {}
    if (lang := query.get("lang", "")) in LOCALES:
        carried["lang"] = lang
    if zones.is_zone(zone := query.get("tz", "")):
        carried["tz"] = zone
    if query.get("embed") == "1":
        carried["embed"] = "1"
    if _TOKEN.fullmatch(token := query.get("for", "")):
        carried["for"] = token
    asked = None if settled else accept_language
    locale = carried.get("lang") or best_locale(asked, home_locale)
    zone = carried.get("tz") or home_zone
    return Visit(
        path=path,
        locale=locale,
        formats=when.formats(locale, accept_language, zone),
        zone=zone,
        month=read_month(query.get("month", "")),
        day=read_day(query.get("day", "")),
        slot=read_slot(query.get("slot", "")),
        choosing_zone=query.get("choose") == "zone",
        embed="embed" in carried,
        guessed_zone=not settled and "tz" not in carried,
        carried=carried,
    )


def read_month(text: str) -> date | None:
    """``2026-11`` as its first day."""
    return date.fromisoformat(f"{text}-01") if _MONTH.fullmatch(text) else None


def read_day(text: str) -> date | None:
    """``2026-11-24`` as a date."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def read_slot(text: str) -> datetime | None:
    """``2026-11-24T09:00Z`` as an instant."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if _SLOT.fullmatch(text) else None
    except ValueError:
        return None


def month_text(month: date) -> str:
    """What ``read_month`` reads."""
    return month.strftime("%Y-%m")


def slot_text(starts_at: datetime) -> str:
    """What ``read_slot`` reads."""
    return starts_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")
