"""The step in which a visitor says who he is, with the time that he chose pinned beside it.

When that time was taken meanwhile, the same form comes back with everything in it and the nearest
free times as choices in its place (CAL-5).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import htpy as h

from crm_app.booking import entered, when
from crm_app.booking.entered import Asked, Entered
from crm_app.booking.pages.about import About, about
from crm_app.booking.pages.questions import question_control
from crm_app.booking.slots import Slot
from crm_app.booking.visit import Visit, slot_text
from crm_app.core.i18n import N_, translate
from crm_app.ui.public import forms
from crm_app.ui.public.icons import icon


@dataclass(frozen=True, slots=True)
class FormView:
    """The form as it is shown. ``alternatives`` is set when ``starts_at`` cannot be had (any more),
    ``notice`` stands on top, in the visitor's language."""

    starts_at: datetime | None
    ends_at: datetime | None
    token: str
    asked: Asked
    entered: Entered = field(default_factory=Entered)
    alternatives: Sequence[Slot] = ()
    notice: str = ""
    privacy_url: str = ""


def details(visit: Visit, what: About, view: FormView) -> h.Element:
    """The whole step."""
    return h.div(
        "#booking",
        class_=["card", "details"],
        data_announce=translate(visit.locale, N_("Your details")),
        # Not once something was sent: looking again would lose what the answer says.
        data_guess=visit.zone if visit.guessed_zone and not view.entered.values else None,
    )[
        about(visit.locale, what, extra=_pinned(visit, view)),
        h.section(".form", aria_labelledby="details")[
            h.h2("#details", tabindex="-1")[translate(visit.locale, N_("Your details"))],
            _form(visit, view),
        ],
    ]


def chosen_time(
    visit: Visit, starts_at: datetime, ends_at: datetime, *, extra: h.Node = None
) -> h.Element:
    """A day and time, set apart; ``extra`` follows inside (a link to change it)."""
    return h.div(".chosen")[
        icon("calendar"),
        h.div[
            h.time(".day", datetime=slot_text(starts_at))[
                when.long_day(when.local_day(starts_at, visit.zone), visit.formats, year=True)
            ],
            h.span(".clock")[when.clock_span(starts_at, ends_at, visit.zone, visit.formats)],
            h.span(".muted.small")[when.zone_name(visit.zone, starts_at, visit.formats)],
            extra,
        ],
    ]


def _pinned(visit: Visit, view: FormView) -> h.Node:
    if view.starts_at is None or view.ends_at is None or view.alternatives:
        return None
    back = visit.address(day=when.local_day(view.starts_at, visit.zone).isoformat())
    return chosen_time(
        visit,
        view.starts_at,
        view.ends_at,
        extra=h.a(".change", href=back, data_step=True)[
            translate(visit.locale, N_("Choose another time"))
        ],
    )


def _form(visit: Visit, view: FormView) -> h.Element:
    locale = visit.locale
    errors = {name: translate(locale, text) for name, text in view.entered.errors.items()}

    def say(message: str) -> str:
        return translate(locale, message)

    return h.form(".stack", method="post", action=visit.address(), novalidate=True, data_keep=True)[
        h.div(".notice.warn", role="alert")[h.p[view.notice]] if view.notice else None,
        forms.error_summary(locale, errors, labels=_labels(locale, view.asked)),
        _slot(visit, view),
        forms.hidden("form", view.token),
        h.div(".pair")[
            forms.field(
                locale,
                "name",
                say(N_("Your name")),
                value=view.entered.values.get("name", ""),
                required=True,
                error=errors.get("name", ""),
                max_length=entered.LONGEST_NAME,
                autocomplete="name",
            ),
            forms.field(
                locale,
                "email",
                say(N_("E-mail")),
                kind="email",
                value=view.entered.values.get("email", ""),
                required=True,
                error=errors.get("email", ""),
                max_length=entered.LONGEST_EMAIL,
                autocomplete="email",
            ),
        ],
        forms.field(
            locale,
            "phone",
            say(N_("Phone")),
            kind="tel",
            value=view.entered.values.get("phone", ""),
            error=errors.get("phone", ""),
            max_length=entered.LONGEST_PHONE,
            autocomplete="tel",
        ),
        [
            question_control(locale, question, view.entered.values, errors)
            for question in view.asked.questions
        ],
        _guests(locale, view, errors),
        forms.textarea(
            locale,
            "note",
            say(N_("What should we know beforehand?")),
            value=view.entered.values.get("note", ""),
            error=errors.get("note", ""),
            max_length=entered.LONGEST_TEXT,
        ),
        _consent(locale, view, errors),
        _pot(locale, errors),
        h.div(".actions")[forms.submit(say(N_("Book this appointment")))],
    ]


def slot_choices(visit: Visit, slots: Sequence[Slot], *, error: str = "") -> h.Element:
    """Free times to choose from, with their days; none is ticked, so that nobody gets a time that
    he did not choose."""
    options = []
    for slot in slots:
        day = when.long_day(when.local_day(slot.starts_at, visit.zone), visit.formats)
        clock = when.clock_span(slot.starts_at, slot.ends_at, visit.zone, visit.formats)
        options.append((slot_text(slot.starts_at), f"{day}, {clock}"))
    label = translate(visit.locale, N_("Free times nearby"))
    return forms.radios(visit.locale, "slot", label, options, required=True, error=error)


def _slot(visit: Visit, view: FormView) -> h.Node:
    """The chosen time, or the nearest free ones to choose from."""
    if view.alternatives:
        error = translate(visit.locale, view.entered.errors.get("slot", ""))
        return slot_choices(visit, view.alternatives, error=error)
    return forms.hidden("slot", slot_text(view.starts_at)) if view.starts_at else None


def _labels(locale: str, asked: Asked) -> dict[str, str]:
    """What the error summary calls each control."""
    own = {
        "name": N_("Your name"),
        "email": N_("E-mail"),
        "phone": N_("Phone"),
        "guests": N_("Guests"),
        "note": N_("Note"),
        "slot": N_("Time"),
    }
    named = {name: translate(locale, label) for name, label in own.items()}
    return named | {question.name: question.label for question in asked.questions}


def _guests(locale: str, view: FormView, errors: Mapping[str, str]) -> h.Node:
    """Folded away until somebody wants it, or has used it."""
    if not view.asked.allow_guests:
        return None
    value, error = view.entered.values.get("guests", ""), errors.get("guests", "")
    return h.details(".more", open=bool(value or error))[
        h.summary[translate(locale, N_("Bring guests"))],
        forms.textarea(
            locale,
            "guests",
            translate(locale, N_("Guests' e-mail addresses")),
            value=value,
            help=translate(locale, N_("Separate them with commas. Each gets the invitation.")),
            error=error,
            max_length=2000,
            rows=2,
        ),
    ]


def _consent(locale: str, view: FormView, errors: Mapping[str, str]) -> h.Node:
    if not view.asked.consent_text:
        return None
    policy = translate(locale, N_("Privacy policy"))
    return forms.checkbox(
        "consent",
        [
            view.asked.consent_text,
            [" ", h.a(href=view.privacy_url, target="_blank", rel="noopener")[policy]]
            if view.privacy_url
            else None,
        ],
        checked=view.entered.values.get("consent") == "yes",
        required=True,
        error=errors.get("consent", ""),
    )


def _pot(locale: str, errors: Mapping[str, str]) -> h.Node:
    """The field that only programs fill in; in view, and explained, once it was filled."""
    name = entered.HONEYPOT
    label = translate(locale, N_("Leave this field empty"))
    if name in errors:
        return forms.field(locale, name, label, error=errors[name], autocomplete="off")
    box = forms.field(locale, name, label, autocomplete="off", tabindex="-1")
    return h.div(".pot", aria_hidden="true", inert=True)[box]
