"""Drag and drop for every builder: an area, things to drag, their handles, and places to drop.

The bridge ``sortable.jsx`` stands on @dnd-kit/core: a mouse drags after six pixels, a finger after a
short press (a swipe scrolls), and the keyboard from the handle: Space or Enter picks up, arrows go
from place to place in reading order, Space or Enter drops, Escape puts back; each is told to screen
readers in the user's language. Looks come from ``styles/sortable.css``.

``on_move`` gets ``{"active": {"id", **payload}, "over": {"id", **payload}, "by": "keyboard" or
"pointer"}`` once per drop, never while dragging. It is client data: the server checks it again, and
decides what the drop means. WCAG 2.5.7 asks for a way without dragging too: give each thing a menu.
"""

from typing import Any, TypeAlias

import reflex as rx

from crm_app.ui.words import tr

_FOCUS = """
((selector, waits) => {
  let mine = null;
  const until = performance.now() + 3000;
  // The latest wish is the one that counts.
  const turn = (window.tandemHandle = {});
  const look = () => {
    if (window.tandemHandle !== turn) return;
    const at = document.activeElement;
    const handle = document.querySelector(selector);
    const lost = !at || at === document.body;
    if (mine !== null || !waits || lost) {
      if (mine !== null && at !== mine && !lost) return;
      if (handle && handle !== at) { handle.focus(); }
      mine = handle ?? mine;
    }
    if (performance.now() < until) setTimeout(look, 100);
  };
  setTimeout(look, 120);
})("%s", %s)
"""

Text: TypeAlias = rx.Var[str] | str
Payload: TypeAlias = dict[str, Any]


def _drop_spec(drop: rx.Var[dict[str, Any]]) -> tuple[rx.Var[dict[str, Any]]]:
    return (drop,)


class _Bridge(rx.Component):
    # Where the build puts the bridge (see ``building.HousePlugin``).
    library = "$/components/sortable"
    lib_dependencies: list[str] = ["@dnd-kit/core@6.3.1"]


class _Area(_Bridge):
    tag = "SortableArea"
    words: rx.Var[dict[str, str]]
    on_move: rx.EventHandler[_drop_spec]


class _Item(_Bridge):
    tag = "SortableItem"
    drag_id: rx.Var[str]
    payload: rx.Var[Any]
    label: rx.Var[str]
    ghost: rx.Var[str]
    disabled: rx.Var[bool]


class _Handle(_Bridge):
    tag = "SortableHandle"


class _Place(_Bridge):
    tag = "SortablePlace"
    drop_id: rx.Var[str]
    payload: rx.Var[Any]
    label: rx.Var[str]
    closed_to: rx.Var[list[str]]
    disabled: rx.Var[bool]


def area(*content: Any, on_move: Any, instructions: Text = "") -> rx.Component:
    """What lies in it can be dragged and dropped within it. ``on_move``: see the module."""
    given = isinstance(instructions, rx.Var) or instructions
    words = {
        "instructions": instructions
        if given
        else tr(
            "Press Space to pick up, the arrow keys to choose a place, Space to drop, Escape to put back."
        ),
        "picked": tr("Picked up: {item}", item="{item}"),
        "over": tr("{item}: {place}", item="{item}", place="{place}"),
        "over_nowhere": tr("{item}: no place here", item="{item}"),
        "dropped": tr("Dropped: {item}, {place}", item="{item}", place="{place}"),
        "dropped_nowhere": tr("Put back: {item}", item="{item}"),
    }
    return _Area.create(*content, words=words, on_move=on_move)


def draggable(
    *content: Any,
    drag_id: Text,
    payload: Payload | rx.Var[Any],
    label: Text,
    ghost: Text = "",
    **props: Any,
) -> rx.Component:
    """Something to drag by mouse or finger; the keyboard needs a ``handle`` inside.

    ``label`` says what it is and where it stands, ``ghost`` (else the label) what hangs on the pointer.
    Controls of text inside do not drag, nor does what carries ``data-no-drag``.
    """
    names = f"draggable {props.pop('class_name', '')}".strip()
    return _Item.create(
        *content,
        drag_id=drag_id,
        payload=payload,
        label=label,
        ghost=ghost,
        class_name=names,
        **props,
    )


def handle(*content: Any, **props: Any) -> rx.Component:
    """The button by which the keyboard picks up the draggable around it; its name is the label."""
    names = f"drag-handle {props.pop('class_name', '')}".strip()
    shown = content or (rx.icon("grip-vertical", size=16, aria_hidden="true"),)
    return _Handle.create(*shown, class_name=names, **props)


def drop_slot(
    *content: Any,
    drop_id: Text,
    payload: Payload | rx.Var[Any],
    label: Text,
    closed_to: rx.Var[list[str]] | list[str] | None = None,
    **props: Any,
) -> rx.Component:
    """A place to drop. ``label`` says where it is ("after Wait 3 days").

    ``closed_to``: the ``drag_id`` of what cannot go there, such as a branch into itself.
    """
    names = f"drop-slot {props.pop('class_name', '')}".strip()
    return _Place.create(
        *content,
        drop_id=drop_id,
        payload=payload,
        label=label,
        closed_to=closed_to if closed_to is not None else [],
        class_name=names,
        **props,
    )


def focus_handle(drag_id: str, *, when_lost: bool = False) -> rx.event.EventSpec:
    """Give the focus back to a handle after the page was drawn anew; for moves by keyboard.

    ``when_lost``: only when what had the focus is gone from the page, as after an act of a menu.

    The page may be drawn after this arrives, and then another thing stands where the handle was. So
    it is looked for again for a while, until somebody moves the focus himself.
    """
    waits = "true" if when_lost else "false"
    return rx.call_script(_FOCUS % (f"[data-drag-handle={drag_id!r}]", waits))
