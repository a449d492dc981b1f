"""What the layout studio shows: small rows of texts in the reader's language. No Reflex here.

A field is named by an id that is safe in pages and scripts: the key itself, and for an own field,
whose name may be anything, a short hash of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2s

from crm_app.contacts import layouts
from crm_app.contacts.layouts import FIELDS, TOP, Group, Layout, Place
from crm_app.contacts.ui.card_blocks import heading
from crm_app.core.i18n import N_, translate, translate_n

OWN_ICON = "own"


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is written. ``labels`` are message ids of fields of rooms above, ``counts`` how many
    contacts have an own field."""

    locale: str
    labels: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)

    def say(self, message: str, /, **params: object) -> str:
        """A message in the reader's language."""
        return translate(self.locale, message, **params)


@dataclass(frozen=True)
class FieldRow:
    """A field. ``icon`` is its key, or "own"; ``spoken`` says what it is and where it stands."""

    id: str = ""
    label: str = ""
    icon: str = ""
    hint: str = ""
    own: bool = False
    wide: bool = True
    can_be_half: bool = False
    on: bool = True
    group: str = ""
    index: int = 0
    spoken: str = ""
    place: str = ""


@dataclass(frozen=True)
class GroupRow:
    """A group. ``name`` is its heading, or its number where it has none."""

    id: str = ""
    title: str = ""
    name: str = ""
    fields: list[FieldRow] = field(default_factory=list)
    count: int = 0
    index: int = 0
    folded: bool = False
    first: bool = False
    final: bool = False
    lone: bool = False
    spoken: str = ""
    place: str = ""
    end: str = ""


def id_of(key: str) -> str:
    """The id of the field with that key."""
    if not layouts.is_own(key):
        return key
    return "own-" + blake2s(key.encode(), digest_size=8).hexdigest()


def key_of(field_id: str, keys: Iterable[str]) -> str:
    """The key that an id stands for; "" when there is none among ``keys``."""
    return next((key for key in keys if id_of(key) == field_id), "")


def groups(reader: Reader, layout: Layout) -> list[GroupRow]:
    """The card's groups."""
    last = len(layout.groups) - 1
    return [
        _group(reader, group, index, final=index == last)
        for index, group in enumerate(layout.groups)
    ]


def _group(reader: Reader, group: Group, index: int, *, final: bool) -> GroupRow:
    title = heading(reader.locale, group)
    name = title or reader.say(N_("Group {number}"), number=index + 1)
    return GroupRow(
        id=group.id,
        title=title,
        name=name,
        fields=[
            _placed(reader, place, group.id, name, at) for at, place in enumerate(group.places)
        ],
        count=len(group.places),
        index=index,
        folded=group.folded,
        first=index == 0,
        final=final,
        lone=index == 0 and final,
        spoken=reader.say(N_("Group {name}"), name=name),
        place=reader.say(N_("before the group {name}"), name=name),
        end=reader.say(N_("at the end of {name}"), name=name),
    )


def _placed(reader: Reader, place: Place, group_id: str, group: str, index: int) -> FieldRow:
    label = label_of(reader, place.key)
    half = layouts.can_be_half(place.key)
    return FieldRow(
        id=id_of(place.key),
        label=label,
        icon=_icon(place.key),
        hint=_count(reader, place.key) if layouts.is_own(place.key) else "",
        own=layouts.is_own(place.key),
        wide=place.wide,
        can_be_half=half,
        group=group_id,
        index=index,
        spoken=reader.say(N_("{label}, in {group}"), label=label, group=group),
        place=reader.say(N_("{group}, before {label}"), group=group, label=label),
    )


def hidden(reader: Reader, layout: Layout) -> list[FieldRow]:
    """The fields that were taken off the card; those of its head stay in their place."""
    keys = (key for key in layout.hidden if key not in TOP)
    return [_loose(reader, key, N_("{label}, hidden")) for key in keys]


def without_place(reader: Reader, names: Iterable[str]) -> list[FieldRow]:
    """Own fields that stand together in their block."""
    said = N_("{label}, among the own fields")
    return [_loose(reader, layouts.OWN + name, said) for name in names]


def _loose(reader: Reader, key: str, said: str) -> FieldRow:
    label = label_of(reader, key)
    return FieldRow(
        id=id_of(key),
        label=label,
        icon=_icon(key),
        hint=_count(reader, key) if layouts.is_own(key) else "",
        own=layouts.is_own(key),
        on=False,
        spoken=reader.say(said, label=label),
    )


def top(reader: Reader, layout: Layout) -> list[FieldRow]:
    """What the card's head can show or hide."""
    return [
        FieldRow(key, label_of(reader, key), icon=_icon(key), on=layout.shows(key)) for key in TOP
    ]


def label_of(reader: Reader, key: str) -> str:
    """What a field is called."""
    if layouts.is_own(key):
        return layouts.own_name(key)
    return reader.say(FIELDS[key].label if key in FIELDS else reader.labels.get(key, key))


def _icon(key: str) -> str:
    return OWN_ICON if layouts.is_own(key) else key


def _count(reader: Reader, key: str) -> str:
    count = reader.counts.get(layouts.own_name(key), 0)
    if not count:
        return reader.say(N_("None has it yet"))
    return translate_n(reader.locale, "{count} has it", "{count} have it", count)
