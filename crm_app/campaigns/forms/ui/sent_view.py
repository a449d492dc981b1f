"""What was sent with a form: the lines, and all answers of one beside them."""

import reflex as rx

from crm_app.campaigns.forms.ui.builder_state import FormBuilder
from crm_app.campaigns.forms.ui.sent_state import SentForms, download_of
from crm_app.ui.components import (
    button,
    column,
    data_table,
    empty_state,
    side_sheet,
)
from crm_app.ui.words import tr


def sent_view() -> rx.Component:
    """The tab."""
    return rx.fragment(
        rx.cond(SentForms.lines.length() > 0, _list(), _nothing()),
        _sheet(),
    )


def _list() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.el.a(
                rx.icon("download", size=16, aria_hidden="true"),
                rx.el.span(tr("Download as CSV")),
                href=download_of(FormBuilder.form_id),
                download=True,
                class_name="button button-normal button-small",
            ),
            class_name="form-sent-acts",
        ),
        data_table(
            [
                column(
                    tr("When"), lambda row: rx.el.span(row.at, class_name="hint"), width="180px"
                ),
                column(tr("Contact"), lambda row: rx.el.strong(row.contact), width="24%"),
                column(
                    tr("Answers"),
                    lambda row: rx.el.div(row.summary, class_name="form-summary"),
                    phone=False,
                ),
            ],
            SentForms.lines,
            on_open=lambda row: SentForms.open(row.id),
            label=tr("What was sent"),
        ),
        rx.cond(
            SentForms.more,
            rx.el.div(button(tr("Show more"), on_click=SentForms.load_more), class_name="more"),
        ),
    )


def _nothing() -> rx.Component:
    return empty_state(
        "inbox",
        tr("Nothing was sent yet"),
        tr("What visitors send appears here at once, and on their contact's card."),
        button(tr("Share the form"), icon="share-2", on_click=FormBuilder.share),
    )


def _sheet() -> rx.Component:
    shown = SentForms.open_row
    return side_sheet(
        rx.el.dl(
            rx.foreach(
                shown.answers,
                lambda one: rx.el.div(
                    rx.el.dt(one["label"]),
                    rx.el.dd(rx.cond(one["value"], one["value"], "–")),
                ),
            ),
            class_name="form-answers",
        ),
        rx.cond(
            shown.contact_id,
            rx.el.div(
                rx.link(
                    rx.icon("user-round", size=16, aria_hidden="true"),
                    rx.el.span(tr("Open the contact")),
                    href="/contacts/" + shown.contact_id,
                    underline="none",
                    class_name="button button-normal",
                )
            ),
        ),
        title=rx.cond(shown.contact, shown.contact, tr("What was sent")),
        hint=shown.at,
        open=SentForms.opened,
        on_close=SentForms.close,
    )
