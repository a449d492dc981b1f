"""What rooms above this one put on the contact's card: panels behind its tabs, and fields of its form.

This room knows none of them. The map of the product gives them before the pages are made; each has a
state of its own that reads the contact from the address, with the actor's rights.
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


@dataclass(frozen=True, slots=True)
class Field:
    """A field that the layout studio arranges and hides like the card's own (CON-4).

    ``key`` is kept in layouts and never changes: lower-case letters and "_". ``label`` is a message
    id, ``icon`` a Lucide name. What ``build`` makes acts at once and on its own: it stands inside the
    card's form and is no part of it, so it holds no form, and no input with a name. It decides itself
    who may use it. Hiding it takes it out of sight and changes nothing.
    """

    key: str
    label: str
    build: Callable[[], rx.Component]
    icon: str = "puzzle"


_given: list[Panel] = []
_fields: list[Field] = []


def use(*panels: Panel) -> None:
    """Show ``panels`` behind the card's own from now on; called once by the map of the product."""
    _given[:] = panels


def panels() -> tuple[Panel, ...]:
    """What was given, in its order."""
    return tuple(_given)


def use_fields(*fields: Field) -> None:
    """Let cards show ``fields`` from now on; called once by the map of the product."""
    _fields[:] = fields


def fields() -> tuple[Field, ...]:
    """The fields that were given, in their order."""
    return tuple(_fields)


def field_keys() -> tuple[str, ...]:
    """Their keys, as layouts name them."""
    return tuple(each.key for each in _fields)
