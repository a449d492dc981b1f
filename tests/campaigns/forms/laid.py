"""Layouts for tests in a line or two."""

from typing import Any

from crm_app.campaigns.forms import layout

NAME = {"id": "f1", "kind": "text", "label": "Name", "required": True, "maps_to": "name"}
EMAIL = {"id": "f2", "kind": "email", "label": "E-mail", "required": True, "maps_to": "email"}
TYPED = {"a-f1": "Zoë Nowak", "a-f2": "zoe@example.com"}


def laid_out(*pages: list[dict[str, Any]], **settings: Any) -> dict[str, Any]:
    """A layout as JSON; without pages one with name and e-mail."""
    rows = pages or ([NAME, EMAIL],)
    return {
        "title": "Ask us",
        "pages": [
            {"id": f"p{number}", "title": "", "fields": fields}
            for number, fields in enumerate(rows, 1)
        ],
        **settings,
    }


def parsed(*pages: list[dict[str, Any]], **settings: Any) -> layout.Layout:
    """A layout."""
    return layout.parse(laid_out(*pages, **settings))
