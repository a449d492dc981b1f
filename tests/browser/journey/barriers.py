"""What keeps people out of a page, as far as a program can tell (WCAG 2.2 AA, by axe-core)."""

from typing import Any

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

_GRAVE = ("serious", "critical")


def barriers(page: Page) -> list[str]:
    """The serious and critical faults of what ``page`` shows, each with where it is."""
    found: dict[str, Any] = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:160]}"
        for fault in found["violations"]
        if fault["impact"] in _GRAVE
        for node in fault["nodes"]
    ]
