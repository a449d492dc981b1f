"""The events of an object as their properties, taken apart once for all who read the same text.

Whoever fetches an object makes a fingerprint of it, and whoever keeps it lays it out right after
that. A text is remembered for about as long as that takes, and long ones never. What is remembered
is nothing but the text in another form; nobody changes it, and no zone is shared between texts.
"""

import functools
from dataclasses import dataclass

from crm_app.providers.ical.lines import Block, blocks, unfold
from crm_app.providers.ical.properties import Properties
from crm_app.providers.ical.zones import Zones

# Some pages of a listing: one is kept while the next is fetched. They come to 20 MB at the most.
_TEXTS = 2000
_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class Apart:
    """A text's lines, its VEVENTs in their order (unclosed ones too), and what its zones mean."""

    lines: list[str]
    events: tuple[tuple[Block, Properties], ...]
    zones: Zones


def take_apart(raw: str) -> Apart:
    """The events of ``raw``."""
    return _remembered(raw) if len(raw) <= _CHARACTERS else _taken_apart(raw)


def _taken_apart(raw: str) -> Apart:
    lines = unfold(raw)
    events = tuple((block, Properties(lines, block)) for block in blocks(lines, "VEVENT"))
    return Apart(lines, events, Zones(lines))


_remembered = functools.lru_cache(maxsize=_TEXTS)(_taken_apart)
