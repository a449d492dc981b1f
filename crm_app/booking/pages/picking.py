"""The step in which a day and a time are chosen: month, the day's times, and the zone they are in.

Every choice is a plain link, so the page works without a script; the script fetches the same
addresses and puts their ``#booking`` in place. One list of days serves both faces: a grid on a
wide screen, a strip to swipe on a phone.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import htpy as h

from crm_app.booking import when, zones
from crm_app.booking.pages.about import About, about
from crm_app.booking.picker import Day, Picker
from crm_app.booking.slots import Slot
from crm_app.booking.visit import Visit, month_text, slot_text
from crm_app.core.i18n import N_, translate, translate_n
from crm_app.ui.public import forms
from crm_app.ui.public.icons import icon

# The hours at which the parts of a day begin, and their headings.
_PARTS = ((0, N_("Morning")), (12, N_("Afternoon")), (17, N_("Evening")))


def picking(
    visit: Visit, what: About, picker: Picker, *, now: datetime, lead_in: h.Node = None
) -> h.Element:
    """The whole step. ``lead_in`` stands above it (what is being moved, when rescheduling)."""
    return h.div(
        "#booking",
        class_=["card", "picking"],
        data_announce=announcement(visit, picker),
        data_guess=visit.zone if visit.guessed_zone else None,
    )[
        about(visit.locale, what, extra=[lead_in, _zone(visit, picker, now)]),
        _month(visit, picker),
        _times(visit, picker),
    ]


def announcement(visit: Visit, picker: Picker) -> str:
    """What a screen reader hears when the choice changed."""
    if picker.selected is None:
        return _nothing(visit, picker)
    day = when.long_day(picker.selected, visit.formats)
    return f"{day}: {_free(visit.locale, len(picker.times))}"


def _free(locale: str, count: int) -> str:
    if not count:
        return translate(locale, N_("no free times"))
    return translate_n(locale, "{count} free time", "{count} free times", count)


def _zone(visit: Visit, picker: Picker, now: datetime) -> h.Node:
    """The zone that times are in, with a way to another one."""
    at = picker.times[0].starts_at if picker.times else now
    if visit.choosing_zone:
        return _zone_form(visit, at)
    place, name = (
        when.city(visit.zone, visit.formats),
        when.zone_name(visit.zone, at, visit.formats),
    )
    return h.p(".zone")[
        icon("globe"),
        h.span[
            h.span(".unseen")[translate(visit.locale, N_("Times are in this time zone:")), " "],
            place if place == name else [h.span(".place")[place], " ", h.span(".muted")[name]],
            " ",
            h.a(
                "#change-zone",
                href=visit.address(**visit.shown(), choose="zone"),
                data_step=True,
            )[
                translate(visit.locale, N_("Change")),
                h.span(".unseen")[" ", translate(visit.locale, N_("time zone"))],
            ],
        ],
    ]


def _zone_form(visit: Visit, at: datetime) -> h.Element:
    groups = zones.grouped(visit.locale, visit.formats, at=at)
    listed = {place.zone for _, places in groups for place in places}
    label = translate(visit.locale, N_("Time zone"))
    extra = [h.option(value=visit.zone, selected=True)[when.city(visit.zone, visit.formats)]]
    kept = {**visit.shown(), **visit.carried}
    return h.form(".zone-form.stack", method="get", action=visit.path)[
        [forms.hidden(name, value) for name, value in kept.items() if value and name != "tz"],
        h.div(".field")[
            h.label(for_=forms.control_id("tz"))[label],
            h.select(id=forms.control_id("tz"), name="tz", autofocus=True)[
                None if visit.zone in listed else extra,
                [
                    h.optgroup(label=region)[
                        [
                            h.option(value=place.zone, selected=place.zone == visit.zone)[
                                place.label
                            ]
                            for place in places
                        ]
                    ]
                    for region, places in groups
                ],
            ],
        ],
        h.div(".actions")[
            forms.submit(translate(visit.locale, N_("Use this time zone")), look="quiet"),
        ],
    ]


def _month(visit: Visit, picker: Picker) -> h.Element:
    formats = visit.formats
    first_column = when.column_of(picker.days[0].date, formats)
    return h.section(".month", aria_labelledby="month")[
        h.div(".turn")[
            h.h2("#month")[when.month_name(picker.month, formats)],
            _turn(visit, picker.earlier, "earlier", N_("Month before")),
            _turn(visit, picker.later, "later", N_("Month after")),
        ],
        h.div(".weekdays", aria_hidden="true")[
            [h.span[name] for name in when.weekday_names(formats)]
        ],
        h.ol(class_=["days", f"from-{first_column}"])[
            [_day(visit, picker, day) for day in picker.days],
        ],
    ]


def _turn(visit: Visit, month: date | None, picture: str, label: str) -> h.Node:
    words = translate(visit.locale, label)
    if month is None:
        return h.span(".turner", aria_hidden="true")[icon(picture)]
    return h.a(
        f"#{picture}.turner",
        href=visit.address(month=month_text(month)),
        title=words,
        data_step=True,
    )[
        icon(picture),
        h.span(".unseen")[f"{words}: {when.month_name(month, visit.formats)}"],
    ]


def _day(visit: Visit, picker: Picker, day: Day) -> h.Element:
    number, formats = str(day.date.day), visit.formats
    other_month = day.date.replace(day=1) != picker.month
    face = [
        h.span(".weekday", aria_hidden="true")[when.weekday_name(day.date, formats)],
        h.span(".begins", aria_hidden="true")[when.month_abbreviation(day.date, formats)]
        if other_month and day.date.day == 1
        else None,
        h.span(".number", aria_hidden="true")[number],
    ]
    marks = {"past": day.past, "today": day.date == picker.today, "free": day.free > 0}
    selected = day.date == picker.selected
    name = f"{when.long_day(day.date, formats)}, {_free(visit.locale, day.free)}"
    if not day.free and not selected:
        # Quiet but readable: a day without times leads nowhere, yet says so.
        return h.li(class_=marks)[h.span(".day")[face, h.span(".unseen")[name]]]
    return h.li(class_=marks)[
        h.a(
            ".day",
            id=f"day-{day.date.isoformat()}",
            href=visit.address(
                month=month_text(picker.month) if other_month else None,
                day=day.date.isoformat(),
            ),
            aria_current="date" if selected else None,
            data_step=True,
        )[face, h.span(".unseen")[name]]
    ]


def _times(visit: Visit, picker: Picker) -> h.Element:
    locale, formats = visit.locale, visit.formats
    heading = (
        when.long_day(picker.selected, formats)
        if picker.selected
        else when.month_name(picker.month, formats)
    )
    return h.section(".times", aria_labelledby="times")[
        h.h2("#times", tabindex="-1")[heading],
        _parts(visit, picker.times) if picker.times else _no_times(visit, picker),
        h.p(".unseen")[translate(locale, N_("Choose a time to go on."))] if picker.times else None,
    ]


def _parts(visit: Visit, times: tuple[Slot, ...]) -> h.Node:
    """The day's times under morning, afternoon and evening."""
    labels = when.distinct_times([slot.starts_at for slot in times], visit.zone, visit.formats)
    parts: list[list[h.Element]] = [[] for _ in _PARTS]
    for slot, label in zip(times, labels, strict=True):
        hour = slot.starts_at.astimezone(ZoneInfo(visit.zone)).hour
        part = max(at for at, (begins, _) in enumerate(_PARTS) if hour >= begins)
        parts[part].append(_slot(visit, slot, label))
    return [
        [h.h3[translate(visit.locale, heading)], h.ul(".slots")[entries]]
        for (_, heading), entries in zip(_PARTS, parts, strict=True)
        if entries
    ]


def _slot(visit: Visit, slot: Slot, label: str) -> h.Element:
    seats = None
    if slot.seats_left is not None:
        seats = h.span(".seats")[
            translate_n(visit.locale, "{count} seat left", "{count} seats left", slot.seats_left)
        ]
    return h.li[
        h.a(
            ".slot",
            href=visit.address(slot=slot_text(slot.starts_at)),
            data_step=True,
        )[h.time(datetime=slot_text(slot.starts_at))[label], seats]
    ]


def _no_times(visit: Visit, picker: Picker) -> h.Node:
    locale = visit.locale
    if picker.next_free is None:
        return h.p(".muted")[
            translate(locale, N_("There are no free times at the moment. Please look again later."))
        ]
    return [
        h.p(".muted")[_nothing(visit, picker)],
        h.a(
            ".button.primary.wide",
            href=visit.address(day=picker.next_free.isoformat()),
            data_step=True,
        )[
            translate(locale, N_("Next free day")),
            h.br,
            when.long_day(picker.next_free, visit.formats),
        ],
    ]


def _nothing(visit: Visit, picker: Picker) -> str:
    if picker.selected:
        return translate(visit.locale, N_("No free times on this day."))
    return translate(visit.locale, N_("No free times in this month."))
