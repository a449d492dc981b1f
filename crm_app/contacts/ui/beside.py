"""Panels of the contact's card that rooms above this one fill: campaigns, tasks.

This room knows none of them. The map of the product gives it panels before the pages are made; each
has a state of its own that reads the contact from the address, with the actor's rights.
"""

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx


@dataclass(frozen=True, slots=True)
class Panel:
    """A tab of the card: ``label`` is a message id, ``build`` makes what stands under it."""

    key: str
    label: str
    build: Callable[[], rx.Component]


_given: list[Panel] = []


def use(*panels: Panel) -> None:
    """Show ``panels`` behind the card's own from now on; called once by the map of the product."""
    _given[:] = panels


def panels() -> tuple[Panel, ...]:
    """What was given, in its order."""
    return tuple(_given)
