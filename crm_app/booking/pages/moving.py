"""Rescheduling: the picker with the old time above it, then old and new side by side to confirm."""

from collections.abc import Sequence
from datetime import datetime

import htpy as h

from crm_app.booking import when
from crm_app.booking.pages.details import chosen_time, slot_choices
from crm_app.booking.pages.manage import Booked
from crm_app.booking.slots import Slot
from crm_app.booking.visit import Visit, slot_text
from crm_app.core.i18n import N_, translate
from crm_app.ui.public import forms
from crm_app.ui.public.icons import icon


def now_at(visit: Visit, booked: Booked) -> h.Element:
    """The time that is being moved, above the picker, with a way back."""
    day = when.long_day(when.local_day(booked.starts_at, visit.zone), visit.formats)
    clock = when.clock_span(booked.starts_at, booked.ends_at, visit.zone, visit.formats)
    return h.div(".moving")[
        h.p[
            h.span(".muted.small")[translate(visit.locale, N_("Until now"))],
            h.br,
            f"{day}, {clock}",
        ],
        h.a(".change", href=booked.address)[translate(visit.locale, N_("Keep this time"))],
    ]


def confirming(
    visit: Visit,
    booked: Booked,
    *,
    starts_at: datetime,
    ends_at: datetime,
    alternatives: Sequence[Slot] = (),
    notice: str = "",
) -> h.Element:
    """Old time and new time, and the button that moves. ``alternatives`` stand in for a new time
    that cannot be had any more; ``notice`` is then the message id that says so."""
    locale = visit.locale
    back = visit.address(day=when.local_day(starts_at, visit.zone).isoformat())
    return h.div("#booking.card.manage.stack")[
        h.h1[translate(locale, N_("Move to this time?"))],
        h.div(".notice.warn", role="alert")[h.p[translate(locale, notice)]] if notice else None,
        h.div(".from-to")[
            h.div(".old")[
                h.p(".muted.small")[translate(locale, N_("Until now"))],
                chosen_time(visit, booked.starts_at, booked.ends_at),
            ],
            None if alternatives else icon("later", size=22),
            None
            if alternatives
            else h.div[
                h.p(".muted.small")[translate(locale, N_("New"))],
                chosen_time(visit, starts_at, ends_at),
            ],
        ],
        h.form(".stack", method="post", action=visit.address())[
            slot_choices(visit, alternatives)
            if alternatives
            else forms.hidden("slot", slot_text(starts_at)),
            h.div(".actions")[
                forms.submit(translate(locale, N_("Move the appointment"))),
                h.a(".button.quiet", href=back)[translate(locale, N_("Choose another time"))],
            ],
        ],
    ]
