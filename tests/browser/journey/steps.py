"""Saying what happens, waiting for what must come to pass, and pictures of the way.

Pictures are only taken when ``CRM_TEST_PICTURES`` names a folder for them.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Page

Found = TypeVar("Found")
_LONGEST = 30.0
_begun = time.monotonic()


def chapter(title: str) -> None:
    """A new part of the story begins."""
    print(f"\n{title}", flush=True)


def step(what: str) -> None:
    """Something is done or looked at now."""
    print(f"{time.monotonic() - _begun:6.1f} s  {what}", flush=True)


def until(ask: Callable[[], Found | None], what: str) -> Found:
    """The first answer that is not None or False; fails, naming ``what``, when none comes."""
    deadline = time.monotonic() + _LONGEST
    while True:
        found = ask()
        if found is not None and found is not False:
            return found
        assert time.monotonic() < deadline, f"waited {_LONGEST:.0f} s in vain: {what}"
        time.sleep(0.05)


def picture(page: Page, name: str) -> None:
    """Keep what ``page`` shows, if somebody wants pictures."""
    folder = os.environ.get("CRM_TEST_PICTURES")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png")
