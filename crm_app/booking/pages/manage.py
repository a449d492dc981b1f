"""The page behind an appointment's own link: what stands, what happens next, and what may be done.

Each state has its own words: standing, waiting for a yes, over, cancelled, or closed by the team.
Where the cut-off has passed, the page says whom to write to instead (CAL-7).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import htpy as h

from crm_app.booking import calendar_links, when
from crm_app.booking.calendar_links import Entry
from crm_app.booking.pages.about import Host, avatar, duration, fact, is_link
from crm_app.booking.pages.details import chosen_time
from crm_app.booking.visit import Visit
from crm_app.core.i18n import N_, translate
from crm_app.ui.public import forms
from crm_app.ui.public.icons import icon


class State(StrEnum):
    """Where an appointment stands, as a lead sees it."""

    STANDING = "standing"
    WAITING = "waiting"
    OVER = "over"
    CANCELLED = "cancelled"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment as its lead sees it. ``may_change`` is false once the cut-off has passed.

    ``address`` is the page's own path, the root of what can be done; ``reminders`` are minutes
    before the start, ``news`` says what was just done: booked, moved, or nothing.
    """

    title: str
    starts_at: datetime
    ends_at: datetime
    state: State
    host: Host
    host_email: str
    team: str
    place: str
    address: str
    book_again: str
    may_change: bool
    changes_until: datetime
    reminders: tuple[int, ...] = ()
    news: str = ""


_TITLES = {
    State.STANDING: N_("Your appointment"),
    State.WAITING: N_("Your request"),
    State.OVER: N_("This appointment is over"),
    State.CANCELLED: N_("This appointment was cancelled"),
    State.CLOSED: N_("This appointment does not take place"),
}
_NEWS = {
    ("booked", State.STANDING): N_("You are booked"),
    ("booked", State.WAITING): N_("Your request has arrived"),
    ("moved", State.STANDING): N_("Your appointment was moved"),
    ("moved", State.WAITING): N_("Your request was moved"),
}
_AHEAD = (State.STANDING, State.WAITING)


def heading(locale: str, booked: Booked) -> str:
    """The page's title."""
    return translate(locale, _NEWS.get((booked.news, booked.state), _TITLES[booked.state]))


def manage(visit: Visit, booked: Booked) -> h.Element:
    """The page for any state, with what can be done there."""
    ahead = booked.state in _AHEAD
    return h.div(".card.manage.stack")[
        _head(visit.locale, booked),
        facts(visit, booked),
        [_next_steps(visit, booked), _add_to_calendar(visit.locale, booked)] if ahead else None,
        _changes(visit, booked) if ahead else _again(visit.locale, booked),
    ]


def confirmation(visit: Visit, booked: Booked) -> h.Element:
    """The same for a frame on another site: nothing to press but a link that leads out of it."""
    return h.div("#booking.card.manage.stack")[
        _head(visit.locale, booked),
        facts(visit, booked),
        _next_steps(visit, booked),
        h.p[
            h.a(".button.quiet", href=booked.address, target="_blank", rel="noopener")[
                translate(visit.locale, N_("Change, cancel or add to your calendar"))
            ]
        ],
    ]


def facts(visit: Visit, booked: Booked) -> h.Element:
    """With whom, when and where."""
    minutes = int((booked.ends_at - booked.starts_at).total_seconds()) // 60
    gone = booked.state in (State.CANCELLED, State.CLOSED)
    return h.div(class_={"booked": True, "gone": gone})[
        h.div(".who")[
            avatar(booked.host, large=True),
            h.span[booked.host.name, h.span(".team")[booked.team] if booked.team else None],
        ],
        h.h2[booked.title],
        chosen_time(visit, booked.starts_at, booked.ends_at),
        h.ul(".facts")[
            fact("clock", duration(visit.locale, minutes)),
            _place(visit.locale, booked) if not gone else None,
        ],
    ]


def cancelling(visit: Visit, booked: Booked) -> h.Element:
    """The question before cancelling. Only its button cancels: mail scanners follow links."""
    locale = visit.locale
    return h.div(".card.manage.stack")[
        h.h1[translate(locale, N_("Cancel this appointment?"))],
        facts(visit, booked),
        h.form(".stack", method="post", action=visit.address())[
            forms.textarea(
                locale,
                "reason",
                translate(locale, N_("Would you tell us why?")),
                help=translate(locale, N_("It helps us to do better.")),
                max_length=1000,
            ),
            h.div(".actions")[
                forms.submit(translate(locale, N_("Cancel the appointment")), look="danger"),
                h.a(".button.quiet", href=booked.address)[translate(locale, N_("Keep it"))],
            ],
        ],
    ]


def too_late(visit: Visit, booked: Booked) -> h.Element:
    """What to do instead, once changes are no longer taken online."""
    return h.div(".notice.warn")[
        h.p[
            translate(
                visit.locale,
                N_(
                    "It is too late to change or cancel this appointment here. Please write to {name}:"
                ),
                name=booked.host.name,
            ),
            " ",
            h.a(href=f"mailto:{booked.host_email}")[booked.host_email],
        ]
    ]


def _head(locale: str, booked: Booked) -> h.Element:
    picture, look = {
        State.STANDING: ("check", "good"),
        State.WAITING: ("clock", "warn"),
        State.OVER: ("calendar", "calm"),
        State.CANCELLED: ("cross", "bad"),
        State.CLOSED: ("cross", "bad"),
    }[booked.state]
    return h.div(".state")[
        h.span(class_=["badge", look], aria_hidden="true")[icon(picture, size=22)],
        h.h1[heading(locale, booked)],
    ]


def _place(locale: str, booked: Booked) -> h.Node:
    if not booked.place:
        return None
    if is_link(booked.place):
        return fact(
            "video",
            h.a(href=booked.place, rel="noopener")[
                translate(locale, N_("Join the online meeting"))
            ],
        )
    return fact("place", booked.place)


def _next_steps(visit: Visit, booked: Booked) -> h.Element:
    locale = visit.locale
    if booked.state == State.WAITING:
        text = N_("{name} looks at your request and answers by e-mail.")
    else:
        text = N_("A confirmation with an invitation for your calendar is on its way to you.")
    first = translate(locale, text, name=booked.host.name)
    return h.section(".next", aria_labelledby="next")[
        h.h2("#next")[translate(locale, N_("What happens next"))],
        h.ul(".facts")[
            fact("mail", first),
            _reminder(locale, booked.reminders),
            fact("move", _until(visit, booked)) if booked.may_change else None,
        ],
    ]


def _reminder(locale: str, reminders: tuple[int, ...]) -> h.Node:
    if not reminders:
        return None
    text = translate(
        locale, N_("We remind you {before} before."), before=duration(locale, max(reminders))
    )
    return fact("clock", text)


def _until(visit: Visit, booked: Booked) -> str:
    day = when.short_day(when.local_day(booked.changes_until, visit.zone), visit.formats)
    time = when.clock_time(booked.changes_until, visit.zone, visit.formats)
    return translate(
        visit.locale, N_("You can change or cancel until {day}, {time}."), day=day, time=time
    )


def _add_to_calendar(locale: str, booked: Booked) -> h.Element:
    entry = Entry(
        title=f"{booked.title} · {booked.host.name}",
        starts_at=booked.starts_at,
        ends_at=booked.ends_at,
        place=booked.place,
    )
    links = (
        (calendar_links.google(entry), "Google"),
        (calendar_links.outlook(entry), "Outlook.com"),
        (calendar_links.microsoft_365(entry), "Microsoft 365"),
        (f"{booked.address}/invite.ics", translate(locale, N_("Other calendar (.ics)"))),
    )
    return h.section(".add", aria_labelledby="add")[
        h.h2("#add")[translate(locale, N_("Add to your calendar"))],
        h.ul(".row")[
            [
                h.li[h.a(".button.quiet.small", href=address, rel="noopener")[label]]
                for address, label in links
            ]
        ],
    ]


def _changes(visit: Visit, booked: Booked) -> h.Node:
    if not booked.may_change:
        return too_late(visit, booked)
    return h.section(".actions", aria_label=translate(visit.locale, N_("Change or cancel")))[
        h.a(".button.quiet", href=f"{booked.address}/reschedule")[
            icon("move"), translate(visit.locale, N_("Change the time"))
        ],
        h.a(".button.danger", href=f"{booked.address}/cancel")[
            icon("cross"), translate(visit.locale, N_("Cancel the appointment"))
        ],
    ]


def _again(locale: str, booked: Booked) -> h.Node:
    if not booked.book_again:
        return None
    return h.p[
        h.a(".button.primary", href=booked.book_again)[
            translate(locale, N_("Book a new appointment"))
        ]
    ]
