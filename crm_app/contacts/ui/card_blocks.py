"""The card's form as its kind's layout arranges it, in the reader's language (CON-4). No Reflex here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_app.contacts import layouts
from crm_app.contacts.layouts import REST, TITLES, TOP, Group, Layout, Place
from crm_app.contacts.ui.card_form import Shown, as_text
from crm_app.core.i18n import translate


@dataclass(frozen=True)
class CardField:
    """A field in its place. ``kind`` is its key, or "own" with its label, its value and its input's name."""

    key: str = ""
    kind: str = ""
    wide: bool = True
    label: str = ""
    name: str = ""
    value: str = ""


@dataclass(frozen=True)
class CardBlock:
    """A group of the card; ``folded`` ones open with a click."""

    id: str = ""
    title: str = ""
    folded: bool = False
    fields: list[CardField] = field(default_factory=list)


def heading(locale: str, group: Group) -> str:
    """A group's heading for a reader: our own words are translated, the team's stay."""
    return translate(locale, group.title) if group.title in TITLES else group.title


def blocks(locale: str, layout: Layout, custom: Mapping[str, Any]) -> list[CardBlock]:
    """The groups that show something, with the values of own fields that have a place."""
    names = {key: name for name, key in _own(layout).items()}
    return [
        CardBlock(
            id=group.id,
            title=heading(locale, group),
            folded=group.folded and bool(group.title),
            fields=[_field(place, names, custom) for place in group.places],
        )
        for group in layout.groups
        if group.places
    ]


def top(layout: Layout) -> list[str]:
    """What the card shows above its form."""
    return [key for key in TOP if layout.shows(key)]


def shown(layout: Layout, custom: Mapping[str, Any]) -> Shown:
    """What the form may change."""
    kept = {*layout.placed(), *layout.hidden}
    return Shown(
        fields=frozenset(layout.placed()),
        own={name: layouts.own_name(key) for name, key in _own(layout).items()},
        rest=frozenset(name for name in custom if layouts.OWN + name not in kept)
        if layout.shows(REST)
        else frozenset(),
        taken=frozenset(layouts.own_name(key) for key in kept if layouts.is_own(key)),
    )


def _own(layout: Layout) -> dict[str, str]:
    """Own fields with a place, by the names of their inputs."""
    keys = (key for key in layout.placed() if layouts.is_own(key))
    return {f"own-{number}": key for number, key in enumerate(keys)}


def _field(place: Place, names: Mapping[str, str], custom: Mapping[str, Any]) -> CardField:
    if not layouts.is_own(place.key):
        return CardField(place.key, place.key, place.wide)
    name = layouts.own_name(place.key)
    value = as_text(custom.get(name))
    return CardField(place.key, "own", place.wide, name, names[place.key], value)
