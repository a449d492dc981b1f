"""How the contact's card is arranged for one kind: groups of fields, and what is hidden (CON-4). Pure.

A layout says what the card shows and where, and nothing else: a hidden field keeps its value and its
effect. Fields are named by keys: those of ``FIELDS``, ``custom.<name>`` for a field of the team's
own, and keys that rooms above give (``beside.Field``). Own fields without a place stand together in
the block ``custom``, so that one that nobody arranged is never lost from sight.

A stored layout may be older than a field. ``complete`` makes it fit what there is today: whatever it
does not name stands beside its neighbour of the default, and what is no field any more is left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind

OWN = "custom."
REST = "custom"
# What stands above the form: it can be hidden, not moved.
TOP: tuple[str, ...] = ("tags", "owner")
MOST_GROUPS, MOST_FIELDS = 20, 200
LONGEST_TITLE, LONGEST_OWN, _LONGEST_KEY, _LONGEST_ID = 60, 100, 420, 16


@dataclass(frozen=True, slots=True)
class Field:
    """A field that every contact has. ``label`` is a message id; ``roomy`` ones need the whole width."""

    label: str
    roomy: bool = False


FIELDS: dict[str, Field] = {
    "name": Field(N_("Name")),
    "first_name": Field(N_("First name")),
    "last_name": Field(N_("Last name")),
    "company": Field(N_("Company")),
    "kind": Field(N_("Kind")),
    "emails": Field(N_("E-mail addresses"), roomy=True),
    "phones": Field(N_("Phone numbers"), roomy=True),
    "addresses": Field(N_("Addresses"), roomy=True),
    "locale": Field(N_("Language")),
    "time_zone": Field(N_("Time zone")),
    "do_not_disturb": Field(N_("Do not disturb"), roomy=True),
    REST: Field(N_("Own fields"), roomy=True),
    "note": Field(N_("Note"), roomy=True),
    "created": Field(N_("Made on")),
    "tags": Field(N_("Tags")),
    "owner": Field(N_("Contact owner")),
}
_PERSON, _COMPANY = ("first_name", "last_name", "company", "kind"), ("name", "kind")
# Groups of a card that nobody arranged; the names go first, under no heading.
_REACH, _MESSAGES, _MORE = N_("How to reach"), N_("Messages"), N_("More")
TITLES = frozenset({_REACH, _MESSAGES, _MORE})


@dataclass(frozen=True, slots=True)
class Place:
    """A field on the card, over its whole width or half of it."""

    key: str
    wide: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under a heading ("" for none). ``folded``: it opens with a click."""

    id: str
    title: str = ""
    places: tuple[Place, ...] = ()
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole card. Without groups: as it comes."""

    groups: tuple[Group, ...] = ()
    hidden: tuple[str, ...] = ()

    def placed(self) -> Iterator[str]:
        """The keys on the card, in order."""
        for group in self.groups:
            yield from (place.key for place in group.places)

    def group(self, group_id: str) -> Group | None:
        """The group with that id."""
        return next((group for group in self.groups if group.id == group_id), None)

    def home(self, key: str) -> Group | None:
        """The group that the field is in; None when it is hidden or has no place."""
        return next(
            (group for group in self.groups if any(place.key == key for place in group.places)),
            None,
        )

    def shows(self, key: str) -> bool:
        """Whether the card shows the field in a place of its own, or in its head."""
        return key not in self.hidden if key in TOP else self.home(key) is not None


def default(kind: ContactKind, extra: Sequence[str] = ()) -> Layout:
    """The card of a kind as it comes. ``extra`` are the keys of fields of rooms above."""
    names = _COMPANY if kind is ContactKind.COMPANY else _PERSON
    reach = ("emails", "phones", "addresses", *extra)
    more = (REST, "note", "created")
    return Layout(
        (
            Group("g1", "", _places(names)),
            Group("g2", _REACH, _places(reach)),
            Group("g3", _MESSAGES, _places(("locale", "time_zone", "do_not_disturb"))),
            Group("g4", _MORE, _places(more)),
        )
    )


def complete(layout: Layout, kind: ContactKind, extra: Sequence[str] = ()) -> Layout:
    """``layout`` with all fields that there are today and no other."""
    normal = default(kind, extra)
    known = {*normal.placed(), *TOP}
    hidden = tuple(dict.fromkeys(key for key in layout.hidden if key in known or is_own(key)))
    seen = set(hidden)
    groups = [_kept(group, known, seen) for group in layout.groups or normal.groups]
    before = ""
    for key in normal.placed():
        if key not in seen:
            _put_behind(groups, key, before)
        before = before if key in hidden else key
    return Layout(tuple(groups), hidden)


def is_own(key: str) -> bool:
    """Whether it is a field of the team's own."""
    return key.startswith(OWN) and len(key) > len(OWN)


def own_name(key: str) -> str:
    """The name under which contacts keep the value of an own field."""
    return key.removeprefix(OWN)


def can_be_half(key: str) -> bool:
    """Whether the field fits into half of the card's width."""
    return is_own(key) or (key in FIELDS and not FIELDS[key].roomy)


def parse(data: Mapping[str, Any]) -> Layout:
    """The layout in stored or received JSON; {} is the card as it comes. Invalid when it is none."""
    try:
        made = Layout(
            tuple(_group(row) for row in data.get("groups") or ()),
            tuple(_text(key, _LONGEST_KEY) for key in data.get("hidden") or ()),
        )
        _check(made)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(N_("This is not a layout of a card.")) from error
    return made


def as_json(layout: Layout) -> dict[str, Any]:
    """What ``parse`` reads."""
    return {
        "groups": [
            {
                "id": group.id,
                "title": group.title,
                "folded": group.folded,
                "fields": [{"key": place.key, "wide": place.wide} for place in group.places],
            }
            for group in layout.groups
        ],
        "hidden": list(layout.hidden),
    }


def _places(keys: Sequence[str]) -> tuple[Place, ...]:
    return tuple(Place(key, wide=not can_be_half(key)) for key in keys)


def _kept(group: Group, known: set[str], seen: set[str]) -> Group:
    kept = []
    for place in group.places:
        fits = place.key in known - set(TOP) or is_own(place.key)
        if fits and place.key not in seen:
            seen.add(place.key)
            kept.append(Place(place.key, place.wide or not can_be_half(place.key)))
    return Group(group.id, group.title, tuple(kept), group.folded)


def _put_behind(groups: list[Group], key: str, before: str) -> None:
    """Put ``key`` behind the field ``before``, or first where there is none."""
    (place,) = _places((key,))
    for number, group in enumerate(groups):
        keys = [each.key for each in group.places]
        if before in keys or not before:
            at = keys.index(before) + 1 if before else 0
            places = (*group.places[:at], place, *group.places[at:])
            groups[number] = Group(group.id, group.title, places, group.folded)
            return


def _group(row: Mapping[str, Any]) -> Group:
    return Group(
        id=_text(row["id"], _LONGEST_ID),
        title=_text(row.get("title") or "", LONGEST_TITLE).strip(),
        places=tuple(
            Place(_text(each["key"], _LONGEST_KEY), bool(each.get("wide", True)))
            for each in row.get("fields") or ()
        ),
        folded=bool(row.get("folded")),
    )


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(value)
    return value


def _check(layout: Layout) -> None:
    keys = [*layout.placed(), *layout.hidden]
    ids = [group.id for group in layout.groups]
    if len(set(keys)) < len(keys) or len(set(ids)) < len(ids) or not all((*keys, *ids)):
        raise ValueError("a key or an id comes twice, or is empty")
    if len(ids) > MOST_GROUPS or len(keys) > MOST_FIELDS:
        raise ValueError("too large")
