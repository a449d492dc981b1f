"""The real thing: built once, served by ``crm serve`` in its own process, driven by a real browser.

Tests here carry the mark ``browser`` (or ``server`` when they need no browser). The server has its
own data folder; ``served.unit_of_work()`` reaches the same database from the test.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from sqlmodel import Session

from crm_app.accounts import sessions
from crm_app.core import clock, db
from crm_app.models import User
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Served:
    """A running server. ``url`` has no trailing slash."""

    url: str
    data_dir: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """What the server has said so far."""
        return _log(self.data_dir).read_text(errors="replace")

    @contextlib.contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """A transaction on the server's own database."""
        db.dispose()
        db.use(f"sqlite:///{self.data_dir / 'tandem.sqlite3'}")
        try:
            with db.unit_of_work() as session:
                yield session
        finally:
            db.dispose()
            db.use(None)

    def user(self, **values: Any) -> User:
        """A new user, an administrator unless ``role`` says else."""
        with self.unit_of_work() as session:
            return factories.admin(session, **values)

    def cookie(self, user: User) -> str:
        """The value of the cookie of a new session of ``user``."""
        with self.unit_of_work() as session:
            return sessions.create(session, user, now=clock.now())

    def stop(self) -> int:
        """Stop as Ctrl-C does; the exit status."""
        self.process.send_signal(2)
        return self.process.wait(timeout=20)


def _log(data_dir: Path) -> Path:
    return data_dir.with_name(f"{data_dir.name}.log")


def serve(
    data_dir: Path, *, command: tuple[str, ...] = ("crm_app.cli",), **environment: str
) -> Served:
    """Start ``crm serve`` on a free port and wait until it answers.

    ``command`` is the module that is ``crm``, and what it is told first (see ``clocked``).
    """
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
    # A file, since nobody would empty a pipe.
    with _log(data_dir).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "serve", "--port", str(port)],
            cwd=ROOT,
            env=kept | {"CRM_DATA_DIR": str(data_dir)} | environment,
            stdout=log,
            stderr=log,
        )
    served = Served(f"http://127.0.0.1:{port}", data_dir, process)
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"crm serve ended: {served.log}")
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{served.url}/healthz", timeout=1)
            return served
        time.sleep(0.1)
    process.kill()
    raise RuntimeError("crm serve did not answer within 30 seconds")


@pytest.fixture(scope="session")
def built() -> None:
    """The dashboard, built from the present sources."""
    subprocess.run(["make", "--silent", "build"], cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def served(built: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests, with a workspace and no user beside ``owner@team.example``."""
    running = serve(tmp_path_factory.mktemp("served"))
    with running.unit_of_work() as session:
        factories.workspace(session)
        factories.admin(session, name="Olive Owner", slug="owner")
    yield running
    running.stop()


def _browser_path() -> str | None:
    chosen = os.environ.get("CRM_TEST_BROWSER")
    names = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable")
    return chosen or next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium: CRM_TEST_BROWSER, one on the PATH, or Playwright's own.

    With CRM_TEST_WATCH it shows itself, and does one thing after another for people to follow.
    """
    watched = bool(os.environ.get("CRM_TEST_WATCH"))
    try:
        started = playwright.chromium.launch(
            executable_path=_browser_path(),
            args=_FLAGS,
            headless=not watched,
            slow_mo=300 if watched else 0,
        )
    except Exception:
        pytest.fail(
            "No browser: set CRM_TEST_BROWSER, or install chromium, or run: playwright install chromium",
            pytrace=False,
        )
    yield started
    started.close()


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, served: Served) -> Iterator[OpenPage]:
    """Opens pages: ``open_page("/contacts", user=ada, phone=True, dark=True, locale="de")``."""
    contexts: list[BrowserContext] = []

    def opened(
        path: str = "/",
        *,
        user: User | None = None,
        phone: bool = False,
        dark: bool = False,
        locale: str = "en-GB",
        time_zone: str = "Europe/Berlin",
    ) -> Page:
        context = browser.new_context(
            base_url=served.url,
            viewport={"width": 390, "height": 844} if phone else {"width": 1440, "height": 900},
            has_touch=phone,
            is_mobile=phone,
            color_scheme="dark" if dark else "light",
            locale=locale,
            timezone_id=time_zone,
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies(
                [{"name": sessions.COOKIE, "value": served.cookie(user), "url": served.url}]
            )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A blank signed-out page on the server."""
    return open_page("/login")
