"""What keeps people out of a page, as far as a program can tell (WCAG 2.2 AA, by axe-core)."""

from typing import Any

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

_GRAVE = ("serious", "critical")
# What fades in has too little contrast on its way; skeletons pulse for ever and are not waited for.
_AT_REST = """() => Promise.all(document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
  .map((one) => one.finished.catch(() => {})))"""


def barriers(page: Page) -> list[str]:
    """The serious and critical faults of what ``page`` shows, each with where it is."""
    settle(page)
    found: dict[str, Any] = Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:160]}"
        for fault in found["violations"]
        if fault["impact"] in _GRAVE
        for node in fault["nodes"]
    ]


def settle(page: Page) -> None:
    """Wait until nothing on the page moves or fades any more."""
    page.evaluate(_AT_REST)
