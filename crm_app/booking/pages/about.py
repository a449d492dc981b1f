"""The column that says what is being booked: with whom, how long, where.

Whom is only said where that is settled: on a member's own page, on calendars that leave no choice,
and after booking. What always holds: a place that is an address on the web is not shown before
somebody has booked, since whoever has it could walk into the meeting.
"""

from dataclasses import dataclass

import htpy as h

from crm_app.core.i18n import N_, translate, translate_n
from crm_app.ui import theme
from crm_app.ui.public.icons import icon


@dataclass(frozen=True, slots=True)
class Host:
    """A member as visitors see him; ``color`` is a position in the palette of members."""

    name: str
    color: int = 0

    @property
    def initials(self) -> str:
        """At most two letters of the name."""
        words = [word for word in self.name.split() if word[0].isalnum()] or [self.name[:1] or "?"]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@dataclass(frozen=True, slots=True)
class About:
    """What a calendar offers. ``minutes`` is the duration, ``hosts`` is empty while undecided."""

    title: str
    minutes: int
    team: str = ""
    place: str = ""
    description: str = ""
    hosts: tuple[Host, ...] = ()


def avatar(host: Host, *, large: bool = False) -> h.Element:
    """The host's initials on his colour; the name stands beside it."""
    return h.span(
        class_=[
            "avatar",
            f"member-{host.color % len(theme.MEMBER_COLORS)}",
            "large" if large else None,
        ],
        aria_hidden="true",
    )[host.initials]


def duration(locale: str, minutes: int) -> str:
    """``45 min``, ``1 h`` or ``1 h 30 min``."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return translate(locale, N_("{minutes} min"), minutes=rest)
    if not rest:
        return translate(locale, N_("{hours} h"), hours=hours)
    return translate(locale, N_("{hours} h {minutes} min"), hours=hours, minutes=rest)


def about(locale: str, what: About, *, extra: h.Node = None) -> h.Element:
    """The column; ``extra`` follows the facts (the zone, or what was chosen)."""
    return h.section(".about", aria_labelledby="what")[
        _who(locale, what),
        h.h1("#what")[what.title],
        h.ul(".facts")[
            fact("clock", duration(locale, what.minutes)),
            _place(locale, what.place),
        ],
        h.p(".description")[what.description] if what.description else None,
        extra,
    ]


def fact(picture: str, *text: h.Node) -> h.Element:
    """A line with an icon."""
    return h.li[icon(picture), h.span[text]]


def is_link(place: str) -> bool:
    """Whether a place is an address on the web."""
    return place.lower().startswith(("https://", "http://"))


def _who(locale: str, what: About) -> h.Node:
    if not what.hosts:
        return h.p(".who")[what.team] if what.team else None
    names = ", ".join(host.name for host in what.hosts[:3])
    more = len(what.hosts) - 3
    if more > 0:
        names += " " + translate_n(locale, "and {count} more", "and {count} more", more)
    return h.div(".who")[
        h.span(".avatars")[[avatar(host, large=True) for host in what.hosts[:3]]],
        h.span[names, h.span(".team")[what.team] if what.team else None],
    ]


def _place(locale: str, place: str) -> h.Node:
    if not place:
        return None
    if is_link(place):
        return fact("video", translate(locale, N_("Online, the link follows with the booking")))
    return fact("place", place)
