"""A team's own accent colour on the public pages, in shades that stay readable (INV-6, Q-6).

Pure. From one colour come the theme's accent values for light and for dark. What always holds,
whatever colour is chosen: text on and in the accent keeps a contrast of 4.5:1, and the filled
accent stands out from the ground with 3:1 in the dark (WCAG 2.2, 1.4.3 and 1.4.11).
"""

import re

from crm_app.ui import theme

_COLOUR = re.compile(r"#?([0-9a-fA-F]{6})")
_WHITE, _INK = "#ffffff", "#0b0f17"
_TEXT, _FILL = 4.5, 3.0


def normal(text: str) -> str:
    """``#4F46E5`` or ``4f46e5`` as ``#4f46e5``; "" for what is no colour."""
    match = _COLOUR.fullmatch(text)
    return f"#{match.group(1).lower()}" if match else ""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """``one`` with a ``share`` (0 to 1) of ``other`` in it."""
    parts = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def shades(colour: str, *, dark: bool) -> dict[str, str]:
    """The theme's accent values made from ``colour``, for light pages or dark ones."""
    ground = theme.DARK if dark else theme.LIGHT
    far = _WHITE if dark else _INK
    soft = mixed(ground["surface"], colour, 0.18 if dark else 0.08)
    fill = _until(colour, far, [(ground["surface"], _FILL)]) if dark else colour
    on_fill = max((_WHITE, _INK), key=lambda text: contrast(text, fill))
    if contrast(on_fill, fill) < _TEXT:
        # A middling colour on which neither reads well: move it away from the text.
        on_fill = _INK if dark else _WHITE
        fill = _until(fill, far, [(on_fill, _TEXT)])
    text = _until(colour, far, [(ground["page"], _TEXT), (ground["surface"], _TEXT), (soft, _TEXT)])
    return {
        "accent": fill,
        # Away from the text on it, so that its contrast only grows.
        "accent-hover": mixed(fill, _INK if on_fill == _WHITE else _WHITE, 0.12),
        "on-accent": on_fill,
        "accent-text": text,
        "accent-soft": soft,
        "focus": text,
    }


def stylesheet(colour: str) -> str:
    """The rules that lay the colour over the theme."""
    light, dark = (
        "".join(f"--{name}:{value};" for name, value in shades(colour, dark=which).items())
        for which in (False, True)
    )
    return f":root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"


def _until(colour: str, far: str, grounds: list[tuple[str, float]]) -> str:
    """``colour``, moved towards ``far`` just until it stands out from all ``grounds``."""
    for step in range(21):
        shade = mixed(colour, far, step / 20)
        if all(contrast(shade, ground) >= needed for ground, needed in grounds):
            return shade
    return far


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.03928 else float(((value + 0.055) / 1.055) ** 2.4)
