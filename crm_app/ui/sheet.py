"""The dashboard's one stylesheet: the theme's values as custom properties, then ``styles/*.css``.

Radix Themes brings the accessible parts; its own variables are set from ours, so that a colour or
a size is decided in ``theme`` only. Reflex puts ``light`` or ``dark`` on the html element.
"""

from pathlib import Path

from crm_app.ui import theme
from crm_app.ui.public import files

_SHEETS = Path(__file__).parent / "styles"
# Later sheets refine earlier ones.
_NAMES = (
    "base.css",
    "shell.css",
    "controls.css",
    "table.css",
    "floating.css",
    "calendar.css",
    "calendar_page.css",
    "teams.css",
    "contacts.css",
    "contact_list.css",
    "import.css",
    "hours.css",
    "calendars.css",
    "settings.css",
    "connections.css",
    "address_books.css",
    "sync_options.css",
    "outbox.css",
    "bell.css",
    "home.css",
    "triggers.css",
    "tasks.css",
    "rehearsal.css",
    "sortable.css",
    "campaigns.css",
    "forms.css",
    "layout.css",
)


def _lines(values: dict[str, str] | dict[str, int], prefix: str = "", unit: str = "") -> str:
    return "".join(f"--{prefix}{name}:{value}{unit};" for name, value in values.items())


def variables() -> str:
    """The theme as custom properties: sizes once, colours for light and for dark."""
    sizes = (
        f"--font:{theme.FONT};--mono:{theme.MONO};"
        + _lines(theme.SPACE, "space-", "px")
        + _lines(theme.TYPE, "type-", "px")
        + _lines(theme.WEIGHT, "weight-")
        + _lines(theme.RADIUS, "radius-", "px")
        + _lines(theme.MOTION, "motion-", "ms")
        + "".join(f"--member-{i}:{c};" for i, c in enumerate(theme.MEMBER_COLORS))
    )
    return (
        f":root{{{sizes}}}\n"
        f":root,.light{{color-scheme:light;{_lines(theme.LIGHT)}}}\n"
        f".dark{{color-scheme:dark;{_lines(theme.DARK)}}}\n"
    )


# Inter comes in two parts, so that most readers load one.
_LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,"
    "U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
_LATIN_EXTENDED = (
    "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,"
    "U+1EF2-1EFF,U+20A0-20AB,U+20AD-20C0,U+2C60-2C7F,U+A720-A7FF"
)


def _font(file: str, covers: str) -> str:
    return (
        '@font-face{font-family:"Inter Variable";font-style:normal;font-display:swap;'
        f'font-weight:100 900;src:url("{files.address(file)}") format("woff2");'
        f"unicode-range:{covers}}}\n"
    )


def stylesheet() -> str:
    """The whole stylesheet."""
    sheets = [_SHEETS / name for name in _NAMES]
    fonts = _font("inter-latin-ext.woff2", _LATIN_EXTENDED) + _font("inter-latin.woff2", _LATIN)
    return fonts + variables() + "".join(s.read_text("utf-8") for s in sheets if s.exists())
