"""The public pages' one stylesheet: the theme's values as custom properties, then ``styles/*.css``.

The sheets name only these properties, never a colour or a size of their own theme, so that both
faces of the product keep one look. Made once per process and squeezed, there is no build step.
"""

import functools
import re
from pathlib import Path

from crm_app.ui import theme

_SHEETS = Path(__file__).parent / "styles"
# Order matters: later sheets refine earlier ones.
_NAMES = ("base.css", "forms.css", "booking.css", "picker.css", "asking.css", "phone.css")


def _colours(values: dict[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in values.items())


def _sizes() -> str:
    named = (
        ("space", theme.SPACE, "px"),
        ("type", theme.TYPE, "px"),
        ("weight", theme.WEIGHT, ""),
        ("radius", theme.RADIUS, "px"),
        ("motion", theme.MOTION, "ms"),
    )
    return "".join(
        f"--{prefix}-{name}:{value}{unit};"
        for prefix, values, unit in named
        for name, value in values.items()
    )


def _members() -> str:
    return "".join(
        f".member-{index}{{background:{colour}}}"
        for index, colour in enumerate(theme.MEMBER_COLORS)
    )


def variables() -> str:
    """The theme as CSS custom properties: light, dark by the visitor's system, and the sizes."""
    return (
        f":root{{color-scheme:light dark;--font:{theme.FONT};--mono:{theme.MONO};"
        f"{_sizes()}{_colours(theme.LIGHT)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{_colours(theme.DARK)}}}}}"
    )


def squeeze(css: str) -> str:
    """``css`` without comments and needless white space."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r"\s*([{};,])\s*", r"\1", css).replace(";}", "}").strip()


@functools.cache
def stylesheet() -> str:
    """The whole stylesheet."""
    sheets = [_SHEETS / name for name in _NAMES]
    written = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets if sheet.exists())
    return variables() + squeeze(written) + _members()
