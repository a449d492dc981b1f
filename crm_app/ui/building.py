"""What the build of the dashboard adds to Reflex's own: our stylesheet, and an address-free client.

Reflex writes the server's address into the bundle. Here the client takes it from the page that it
runs in, so that one build serves any port, host and TLS proxy. The build fails when Reflex's text
is no longer the one that is replaced, instead of silently keeping the address.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import reflex as rx
from reflex.plugins import Plugin

from crm_app.ui import sheet

_STATE_JS = "utils/state.js"
# Not by way of ``sortable``: this module is loaded before any state of Reflex can be.
_BRIDGE = Path(__file__).with_name("sortable.jsx")
_THEIRS = "const endpoint = new URL(url_str);"
_OURS = """const endpoint = new URL(url_str);
  if (typeof window !== "undefined") {
    const secure = window.location.protocol === "https:";
    endpoint.protocol = endpoint.protocol.startsWith("ws")
      ? (secure ? "wss:" : "ws:")
      : window.location.protocol;
    endpoint.host = window.location.host;
    if (!window.location.port) endpoint.port = "";
    return endpoint;
  }"""


def address_free(state_js: str) -> str:
    """Reflex's client with the page's own address in the place of the build's."""
    if _OURS in state_js:
        return state_js
    if state_js.count(_THEIRS) != 1:
        raise RuntimeError("Reflex's getBackendURL changed: look at crm_app/ui/building.py")
    return state_js.replace(_THEIRS, _OURS)


def themed() -> rx.Component:
    """Radix Themes in our colours; its accessible parts are the bones of our components."""
    return rx.theme(
        accent_color="indigo", gray_color="slate", radius="medium", has_background=False
    )


def tidy(package_json: Path) -> None:
    """Write the file that Reflex keeps under ``reflex.lock`` in one order, or every build changes it."""
    if package_json.exists():
        kept = json.loads(package_json.read_text("utf-8"))
        package_json.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")


class HousePlugin(Plugin):
    """Our part of the build."""

    def get_static_assets(self, **context: Any) -> Sequence[tuple[Path, str | bytes]]:
        """The dashboard's stylesheet, and the bridge to the library that drags and drops."""
        return [
            (Path("styles/house.css"), sheet.stylesheet()),
            (Path("components/sortable.jsx"), _BRIDGE.read_text("utf-8")),
        ]

    def get_stylesheet_paths(self, **context: Any) -> Sequence[str]:
        """Loaded after Radix Themes, since plugins load in order."""
        return ["./house.css"]

    def pre_compile(self, **context: Any) -> None:
        """Free the client of the build's address."""
        context["add_modify_task"](_STATE_JS, address_free)

    def post_build(self, **context: Any) -> None:
        """Leave the committed files as they were."""
        tidy(Path("reflex.lock/package.json"))
