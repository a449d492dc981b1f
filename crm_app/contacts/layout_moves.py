"""Changing a layout of the card: fields moved, hidden and given room; groups made and moved. Pure.

Every function gives a new layout and leaves the old one as it was, which is what undo keeps. What
names something that does not exist changes nothing. A field that is hidden, or an own field that
has no place, can be moved onto the card like any other.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from crm_app.contacts import layouts
from crm_app.contacts.layouts import MOST_FIELDS, MOST_GROUPS, TOP, Group, Layout, Place
from crm_app.core.kinds import ContactKind


def move(layout: Layout, key: str, group_id: str, index: int) -> Layout:
    """The field to before the ``index``-th one of a group, counted as the groups stand now."""
    goal = layout.group(group_id)
    if goal is None or not _movable(layout, key):
        return layout
    keys = [place.key for place in goal.places]
    if key in keys and keys.index(key) < index:
        index -= 1
    place = _place_of(layout, key)

    def put(group: Group) -> Group:
        at = max(0, min(index, len(group.places)))
        return replace(group, places=(*group.places[:at], place, *group.places[at:]))

    return _on_group(_without(layout, key), group_id, put)


def step(layout: Layout, key: str, by: int) -> Layout:
    """The field one up or down, over the edge into the group before or after."""
    home = layout.home(key)
    if home is None:
        return layout
    index = [place.key for place in home.places].index(key) + by
    if 0 <= index < len(home.places):
        return move(layout, key, home.id, index + (by > 0))
    other = [group.id for group in layout.groups].index(home.id) + by
    if not 0 <= other < len(layout.groups):
        return layout
    goal = layout.groups[other]
    return move(layout, key, goal.id, len(goal.places) if by < 0 else 0)


def send(layout: Layout, key: str, group_id: str) -> Layout:
    """The field to the end of a group."""
    goal = layout.group(group_id)
    return layout if goal is None else move(layout, key, group_id, len(goal.places))


def hide(layout: Layout, key: str) -> Layout:
    """The field off the card."""
    if key in layout.hidden or not (key in TOP or _movable(layout, key)):
        return layout
    without = _without(layout, key)
    return replace(without, hidden=(*without.hidden, key))


def show(layout: Layout, key: str, kind: ContactKind, extra: Sequence[str] = ()) -> Layout:
    """The field back on the card: where it stands by default, an own one at the end."""
    if key not in layout.hidden:
        return layout
    without = _without(layout, key)
    if key in TOP:
        return without
    if layouts.is_own(key):
        return send(without, key, layout.groups[-1].id)
    return layouts.complete(without, kind, extra)


def put_back(layout: Layout, key: str) -> Layout:
    """An own field to the others that have no place of their own."""
    return _without(layout, key) if layouts.is_own(key) else layout


def widen(layout: Layout, key: str, wide: bool) -> Layout:
    """The field over the whole width, or half of it where it can be."""
    given = wide or not layouts.can_be_half(key)
    return _each_group(
        layout,
        lambda group: replace(
            group,
            places=tuple(
                replace(place, wide=given) if place.key == key else place for place in group.places
            ),
        ),
    )


def add_group(layout: Layout) -> Layout:
    """One more group at the end."""
    if len(layout.groups) >= MOST_GROUPS:
        return layout
    taken, number = {group.id for group in layout.groups}, 1
    while f"g{number}" in taken:
        number += 1
    return replace(layout, groups=(*layout.groups, Group(f"g{number}")))


def remove_group(layout: Layout, group_id: str) -> Layout:
    """Without the group; its fields join the group above, or below for the first. The last stays."""
    gone = layout.group(group_id)
    if gone is None or len(layout.groups) < 2:
        return layout
    at = layout.groups.index(gone)
    rest = [group for group in layout.groups if group.id != group_id]
    heir = rest[max(at - 1, 0)]
    joined = (*heir.places, *gone.places) if at else (*gone.places, *heir.places)
    rest[max(at - 1, 0)] = replace(heir, places=joined)
    return replace(layout, groups=tuple(rest))


def move_group(layout: Layout, group_id: str, index: int) -> Layout:
    """The group to before the ``index``-th one, counted as they stand now."""
    moved = layout.group(group_id)
    if moved is None:
        return layout
    if layout.groups.index(moved) < index:
        index -= 1
    rest = [group for group in layout.groups if group.id != group_id]
    rest.insert(max(0, min(index, len(rest))), moved)
    return replace(layout, groups=tuple(rest))


def step_group(layout: Layout, group_id: str, by: int) -> Layout:
    """The group one place up or down."""
    moved = layout.group(group_id)
    if moved is None:
        return layout
    return move_group(layout, group_id, max(0, layout.groups.index(moved) + by + (by > 0)))


def name_group(layout: Layout, group_id: str, title: str) -> Layout:
    """The group with another heading."""
    return _on_group(layout, group_id, lambda group: replace(group, title=title))


def fold_group(layout: Layout, group_id: str, folded: bool) -> Layout:
    """The group closed until it is clicked, or open."""
    return _on_group(layout, group_id, lambda group: replace(group, folded=folded))


def _movable(layout: Layout, key: str) -> bool:
    known = layout.home(key) is not None or key in layout.hidden
    room = len(list(layout.placed())) + len(layout.hidden) < MOST_FIELDS
    return key not in TOP and (known or (layouts.is_own(key) and room))


def _place_of(layout: Layout, key: str) -> Place:
    home = layout.home(key)
    found = next((place for place in home.places if place.key == key), None) if home else None
    return found or Place(key, wide=not layouts.can_be_half(key))


def _without(layout: Layout, key: str) -> Layout:
    left = _each_group(
        layout,
        lambda group: replace(group, places=tuple(p for p in group.places if p.key != key)),
    )
    return replace(left, hidden=tuple(each for each in layout.hidden if each != key))


def _each_group(layout: Layout, change: Callable[[Group], Group]) -> Layout:
    return replace(layout, groups=tuple(change(group) for group in layout.groups))


def _on_group(layout: Layout, group_id: str, change: Callable[[Group], Group]) -> Layout:
    return _each_group(layout, lambda group: change(group) if group.id == group_id else group)
