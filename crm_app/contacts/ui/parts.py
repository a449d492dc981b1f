"""Small parts that the list and the card share."""

from typing import Any

import reflex as rx

from crm_app.core.kinds import ContactKind


def contact_mark(kind: Any, initials: Any, *, large: bool = False) -> rx.Component:
    """A contact's quiet sign: initials on a disc, a building for a company."""
    size = " mark-large" if large else ""
    return rx.cond(
        kind == ContactKind.COMPANY.value,
        rx.el.span(
            rx.icon("building-2", size=20 if large else 16, aria_hidden="true"),
            class_name="mark mark-company" + size,
        ),
        rx.el.span(initials, class_name="mark" + size, aria_hidden="true"),
    )
