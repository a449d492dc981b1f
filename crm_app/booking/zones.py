"""The time zones that a visitor can choose, by region and place, in his language.

Pure. The list is that of the IANA database's ``zone.tab``: one entry per place that keeps its own
time, without the aliases that browsers still name; those are accepted all the same.
"""

import functools
import zoneinfo
from datetime import UTC, datetime
from importlib import resources
from typing import NamedTuple

from babel import Locale

from crm_app.booking import when
from crm_app.core.i18n import N_, translate

# First part of a zone's name -> the region's code in the Unicode locale data (UN M.49).
_REGIONS = {
    "Europe": "150",
    "America": "019",
    "Africa": "002",
    "Asia": "142",
    "Australia": "009",
    "Pacific": "009",
    "Antarctica": "AQ",
}


class Place(NamedTuple):
    """A zone as a line of the list."""

    zone: str
    label: str


@functools.cache
def _known() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "Factory", "posixrules"}


def is_zone(name: str) -> bool:
    """Whether ``name`` is an IANA zone, be it an old alias."""
    return name in _known()


@functools.cache
def _listed() -> tuple[str, ...]:
    table = resources.files("tzdata") / "zoneinfo" / "zone.tab"
    lines = table.read_text(encoding="utf-8").splitlines()
    return tuple(line.split("\t")[2] for line in lines if not line.startswith("#"))


def grouped(locale: str, formats: Locale, *, at: datetime) -> list[tuple[str, list[Place]]]:
    """Regions with their places, both by name; each place says its offset at ``at``."""
    # Offsets change twice a year, so an hour is exact enough and keeps the cache small.
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return _grouped(locale, str(formats), hour)


@functools.lru_cache(maxsize=16)
def _grouped(locale: str, formats_name: str, at: datetime) -> list[tuple[str, list[Place]]]:
    formats = Locale.parse(formats_name)
    regions: dict[str, list[Place]] = {}
    for zone in _listed():
        label = f"{when.city(zone, formats)} ({when.offset(at, zone)})"
        regions.setdefault(_region(zone, locale, formats), []).append(Place(zone, label))
    for places in regions.values():
        places.sort(key=lambda place: place.label)
    first = _region("Europe/London", locale, formats)
    return sorted(regions.items(), key=lambda item: (item[0] != first, item[0]))


def _region(zone: str, locale: str, formats: Locale) -> str:
    head = zone.partition("/")[0]
    if head in _REGIONS:
        return str(formats.territories[_REGIONS[head]])
    return translate(locale, N_("Islands and oceans"))
