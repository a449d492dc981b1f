"""What the build changes in Reflex's own client."""

import subprocess
import sys
from pathlib import Path

import pytest
import reflex_base

from crm_app.ui import building, sheet, theme

TEMPLATE = Path(reflex_base.__file__).parent / ".templates/web/utils/state.js"


def test_the_client_takes_its_address_from_the_page() -> None:
    ours = building.address_free(TEMPLATE.read_text())
    assert "window.location.host" in ours
    assert building.address_free(ours) == ours


@pytest.mark.parametrize(
    ("page", "socket"),
    [
        ("http://localhost:3911/contacts", "ws://localhost:3911/_event"),
        ("http://192.168.1.9:8080/", "ws://192.168.1.9:8080/_event"),
        ("https://crm.example/", "wss://crm.example/_event"),
        ("https://crm.example:8443/", "wss://crm.example:8443/_event"),
        ("http://crm.example/", "ws://crm.example/_event"),
        ("http://[::1]:3000/", "ws://[::1]:3000/_event"),
    ],
)
def test_the_socket_goes_where_the_page_came_from(page: str, socket: str) -> None:
    ours = building.address_free(TEMPLATE.read_text())
    function = ours[ours.index("export const getBackendURL") : ours.index("/**\n * Check if")]
    script = (
        f"const SAME_DOMAIN_HOSTNAMES = ['localhost'];"
        f"globalThis.window = {{location: new URL({page!r})}};"
        f"{function.replace('export const', 'const')}"
        "console.log(getBackendURL('ws://localhost:8000/_event').href)"
    )
    node = Path(sys.executable).parent / "node"
    ran = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == socket


def test_a_reflex_that_changed_stops_the_build() -> None:
    with pytest.raises(RuntimeError, match="getBackendURL"):
        building.address_free("export const getBackendURL = () => env.EVENT;")


def test_the_stylesheet_names_only_colours_of_the_theme() -> None:
    known = set(theme.LIGHT) | {f"member-{i}" for i in range(10)}
    css = sheet.stylesheet()
    for name in ("text", "muted", "accent", "line", "surface"):
        assert f"var(--{name})" in css
    assert set(theme.LIGHT) == set(theme.DARK)
    assert known <= {part.split(":")[0] for part in css.replace("{", ";").split(";--")}


@pytest.mark.parametrize("mode", [theme.LIGHT, theme.DARK])
@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("text", "page", 4.5),
        ("text", "surface", 4.5),
        ("muted", "page", 4.5),
        ("muted", "surface", 4.5),
        ("muted", "sunken", 4.5),
        ("muted", "hover", 4.5),
        ("on-accent", "accent", 4.5),
        ("on-accent", "accent-hover", 4.5),
        ("accent-text", "accent-soft", 4.5),
        ("accent-text", "surface", 4.5),
        ("good", "good-soft", 4.5),
        ("warn", "warn-soft", 4.5),
        ("bad", "bad-soft", 4.5),
        ("bad", "surface", 4.5),
        ("control", "surface", 3),
        ("focus", "page", 3),
    ],
)
def test_q6_contrast(mode: dict[str, str], front: str, back: str, least: float) -> None:
    assert contrast(mode[front], mode[back]) >= least


@pytest.mark.parametrize("fill", theme.MEMBER_COLORS)
def test_q6_initials_can_be_read_on_every_members_colour(fill: str) -> None:
    assert contrast("#ffffff", fill) >= 4.5


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
