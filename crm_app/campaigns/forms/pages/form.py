"""A form or a step of a survey as a page: what it is about, how far one has come, and the fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import htpy as h

from crm_app.campaigns.forms import checking, turning
from crm_app.campaigns.forms.answers import asked
from crm_app.campaigns.forms.layout import BOXES, Layout
from crm_app.campaigns.forms.pages.controls import Drawn, fields_of
from crm_app.campaigns.forms.turning import Turn
from crm_app.campaigns.forms.visit import Visit
from crm_app.core.i18n import N_, translate
from crm_app.ui.public import forms
from crm_app.ui.public.icons import icon


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows. ``notice`` stands on top and ``errors`` beside the fields, both in the
    visitor's language; ``trapped``: the field that people do not see was filled in."""

    turn: Turn
    token: str
    team: str
    now: datetime
    notice: str = ""
    privacy_url: str = ""
    trapped: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)


def form_page(visit: Visit, layout: Layout, shown: Shown) -> h.Element:
    """The card with the whole step."""
    return h.div("#form", class_=["card", "asking"])[
        _head(visit, layout, shown),
        h.form(
            ".stack", method="post", action=visit.address(), novalidate=True, accept_charset="utf-8"
        )[_carried(layout, shown), _notices(visit, layout, shown), _fields(visit, layout, shown)],
    ]


def _head(visit: Visit, layout: Layout, shown: Shown) -> h.Element:
    turn = shown.turn
    first = turn.number == 1
    return h.header(".asking-head")[
        h.p(".who")[shown.team] if shown.team else None,
        h.h1[layout.title],
        h.p(".description")[layout.intro] if layout.intro and first else None,
        _progress(visit.locale, turn) if turn.of > 1 else None,
        h.h2(".step-title")[turn.page.title] if turn.page.title else None,
    ]


def _progress(locale: str, turn: Turn) -> h.Element:
    words = translate(locale, N_("Step {number} of {of}"), number=turn.number, of=turn.of)
    return h.div(".progress")[
        h.p(".small.muted", id="step")[words],
        h.progress(value=str(turn.number), max=str(turn.of), aria_labelledby="step")[words],
    ]


def _notices(visit: Visit, layout: Layout, shown: Shown) -> h.Node:
    # What is wrong with a box says enough; its label may be a whole paragraph.
    names = {each.name: each.label for each in layout.fields() if each.kind not in BOXES}
    more = translate(visit.locale, N_("Your answer brought one more question. Please look below."))
    text = shown.notice or (more if shown.turn.more else "")
    return [
        h.div(".notice.warn", role="alert")[h.p[text]] if text else None,
        forms.error_summary(visit.locale, shown.errors, labels=names),
    ]


def _carried(layout: Layout, shown: Shown) -> h.Node:
    turn = shown.turn
    ids = [each.id for each in asked(layout, turn.values)]
    return [
        forms.hidden("form", shown.token),
        forms.hidden(turning.PAGE, turn.page.id),
        forms.hidden(turning.SEEN, ",".join(ids)),
        forms.hidden(checking.CARRIED, checking.carry(turn.page, turn.values)),
    ]


def _fields(visit: Visit, layout: Layout, shown: Shown) -> h.Node:
    turn = shown.turn
    drawn = Drawn(
        visit.locale, turn.values, shown.errors, privacy_url=shown.privacy_url, now=shown.now
    )
    ids = frozenset(each.id for each in asked(layout, turn.values))
    return [
        fields_of(layout, turn.page, ids, drawn),
        _pot(visit.locale, shown),
        h.div(".actions")[_onward(visit.locale, layout, turn), _back(visit.locale, turn)],
    ]


def _onward(locale: str, layout: Layout, turn: Turn) -> h.Element:
    last = turn.number == turn.of
    send = layout.button or translate(locale, N_("Send"))
    label = send if last else translate(locale, N_("Next"))
    return forms.submit(label, name=turning.GO, value="on")


def _back(locale: str, turn: Turn) -> h.Node:
    if turn.number == 1:
        return None
    return h.button(
        ".button.quiet", type="submit", name=turning.GO, value=turning.BACK, formnovalidate=True
    )[icon("back"), translate(locale, N_("Back"))]


def _pot(locale: str, shown: Shown) -> h.Node:
    """The field that only programs fill in; in view, and explained, once it was filled."""
    name = checking.HONEYPOT
    label = translate(locale, N_("Leave this field empty"))
    if shown.trapped:
        error = translate(locale, N_("Please leave this field empty."))
        return forms.field(locale, name, label, error=error, autocomplete="off")
    box = forms.field(locale, name, label, autocomplete="off", tabindex="-1")
    return h.div(".pot", aria_hidden="true", inert=True)[box]
