"""The few icons of the public pages, drawn as lines on a grid of 24 and coloured like the text.

They only accompany words, so screen readers never hear of them.
"""

import htpy as h
from markupsafe import Markup

_PATHS: dict[str, str] = {
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.5V12l3 2"/>',
    "place": '<path d="M12 21c4.5-4.6 7-8 7-11a7 7 0 0 0-14 0c0 3 2.5 6.4 7 11z"/><circle cx="12" cy="10" r="2.5"/>',
    "video": '<rect x="3" y="6.5" width="12.5" height="11" rx="2.5"/><path d="m15.5 11 5.5-3v8l-5.5-3"/>',
    "globe": '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17z"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2.5"/><path d="M3.5 10h17M8 3v4M16 3v4"/>',
    "person": '<circle cx="12" cy="8.5" r="3.8"/><path d="M4.5 20c1.2-3.8 4-5.5 7.5-5.5s6.3 1.7 7.5 5.5"/>',
    "seats": '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5c.8-3.6 3.3-5 6.5-5s5.7 1.4 6.5 5M16 5.5a3.5 3.5 0 0 1 0 6.5M18 14.8c1.9.8 3 2.3 3.5 4.7"/>',
    "back": '<path d="M19 12H5m6-6-6 6 6 6"/>',
    "earlier": '<path d="m14.5 6-6 6 6 6"/>',
    "later": '<path d="m9.5 6 6 6-6 6"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "cross": '<path d="m6.5 6.5 11 11m0-11-11 11"/>',
    "mail": '<rect x="3.5" y="5.5" width="17" height="13" rx="2.5"/><path d="m4.5 8 7.5 5.5L19.5 8"/>',
    "move": '<path d="M4 12a8 8 0 0 1 13.7-5.6L20 8.5M20 4v4.5h-4.5M20 12a8 8 0 0 1-13.7 5.6L4 15.5M4 20v-4.5h4.5"/>',
    "alert": '<path d="M12 4 2.8 19.5h18.4z"/><path d="M12 10v4.5m0 2.3v.2"/>',
    "note": '<path d="M5 6.5h14M5 12h14M5 17.5h8"/>',
}


def icon(name: str, *, size: int = 18) -> h.Element:
    """The icon called ``name``; KeyError when there is none."""
    return h.svg(
        ".icon",
        width=size,
        height=size,
        viewBox="0 0 24 24",
        fill="none",
        stroke="currentColor",
        stroke_width="1.75",
        stroke_linecap="round",
        stroke_linejoin="round",
        aria_hidden="true",
        focusable="false",
    )[Markup(_PATHS[name])]  # noqa: S704 - our own constants
