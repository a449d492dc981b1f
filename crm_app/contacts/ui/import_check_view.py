"""The third step: how known contacts are met and what new ones get, beside what an import would do."""

from typing import Any

import reflex as rx

from crm_app.contacts.importing.choices import Known
from crm_app.contacts.ui.import_rows import outcome_tabs, rows_table, shares, tally
from crm_app.contacts.ui.import_shown import ReasonLine
from crm_app.contacts.ui.import_state import Imports
from crm_app.contacts.ui.shown import KIND_NAMES
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind, RowOutcome
from crm_app.ui.components import button, field, select, switch_row, text_input
from crm_app.ui.words import tr

_KNOWN = (
    (Known.SKIP, N_("Leave them as they are"), N_("Their rows are left out.")),
    (
        Known.FILL,
        N_("Fill the gaps"),
        N_("What is missing is added. Nothing that is there changes."),
    ),
    (
        Known.OVERWRITE,
        N_("The file is right"),
        N_("What it says replaces what is there. Further addresses and numbers stay."),
    ),
    (Known.ANYWAY, N_("Make another one"), N_("Every row becomes a contact of its own.")),
)


def check_step() -> rx.Component:
    """The step."""
    return rx.el.div(
        rx.el.div(_known(), _new(), class_name="import-main import-rules"),
        _forecast(),
        rx.el.div(
            rx.cond(
                Imports.is_table,
                button(
                    tr("Columns"),
                    icon="arrow-left",
                    kind="quiet",
                    on_click=Imports.back_to_columns,
                ),
            ),
            rx.el.p(
                tr("It can be stopped at any time, and taken back for 30 days."), class_name="hint"
            ),
            button(
                rx.cond(Imports.foreseen_button, Imports.foreseen_button, tr("Nothing to import")),
                kind="primary",
                on_click=Imports.start,
                disabled=Imports.foreseen_button == "",
                busy=Imports.looking,
            ),
            class_name="import-foot",
        ),
        class_name="import-two import-check",
    )


def _known() -> rx.Component:
    return rx.el.section(
        rx.el.h2(tr("Contacts that are here already"), class_name="import-part"),
        rx.el.p(
            tr(
                "Somebody with the same e-mail address, or with the same number and name; "
                "a company of the same name."
            ),
            class_name="help",
        ),
        rx.el.div(
            *(_choice(*each) for each in _KNOWN),
            class_name="import-meet",
            role="radiogroup",
            aria_label=tr("Contacts that are here already"),
        ),
        class_name="card stack",
    )


def _choice(known: Known, label: str, text: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="known",
            value=known.value,
            checked=Imports.known == known.value,
            on_change=lambda _value: Imports.choose("known", known.value),
        ),
        rx.el.span(rx.el.strong(tr(label)), rx.el.span(tr(text), class_name="help")),
        class_name="choice-card",
    )


def _new() -> rx.Component:
    kinds = (ContactKind.LEAD, ContactKind.CONTACT, ContactKind.COMPANY)
    return rx.el.section(
        rx.el.h2(tr("New contacts"), class_name="import-part"),
        rx.el.div(
            field(
                tr("Kind"),
                select(
                    "kind",
                    [(kind.value, tr(KIND_NAMES[kind])) for kind in kinds],
                    value=Imports.kind,
                    on_change=lambda value: Imports.choose("kind", value),
                ),
                name="kind",
                help=tr("Unless the row says it."),
            ),
            field(
                tr("Owner"),
                select(
                    "owner",
                    Imports.owners,
                    value=Imports.owner,
                    on_change=lambda value: Imports.choose("owner", value),
                    error=Imports.errors["owner"],
                ),
                name="owner",
                error=Imports.errors["owner"],
                help=tr("Unless the row says it."),
            ),
            class_name="fields-two",
        ),
        field(
            tr("Tags for all of them"),
            text_input(
                "tags",
                value=Imports.tags,
                on_change=lambda value: Imports.choose("tags", value).debounce(600),
                placeholder=tr("Fair 2026, Newsletter"),
                auto_complete="off",
            ),
            name="tags",
            optional=tr("optional"),
            help=tr("Known contacts get them too, unless they are left as they are."),
        ),
        switch_row(
            "companies",
            tr("Make companies that are not here yet"),
            tr("Else the name is kept in a field of its own."),
            checked=Imports.companies,
            on_change=lambda on: Imports.switch("companies", on),
        ),
        switch_row(
            "triggers",
            tr("Let triggers act"),
            tr("As if somebody had typed each contact. Campaigns may begin."),
            checked=Imports.triggers,
            on_change=lambda on: Imports.switch("triggers", on),
        ),
        class_name="card stack",
    )


def _forecast() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(tr("What would happen"), class_name="import-part"),
            rx.el.span(
                rx.cond(
                    Imports.looking,
                    rx.el.span(
                        rx.el.span(class_name="lamp lamp-busy"),
                        tr(
                            "{done} of {total} rows looked through",
                            done=Imports.foreseen.done,
                            total=Imports.foreseen.total,
                        ),
                        class_name="import-looking",
                    ),
                    tr("{total} rows", total=Imports.foreseen.total),
                ),
                class_name="hint tabular",
                role="status",
            ),
            class_name="spread",
        ),
        shares(Imports.foreseen),
        tally(Imports.foreseen),
        rx.cond(
            Imports.foreseen_companies,
            rx.el.p(
                rx.icon("building-2", size=16, aria_hidden="true"),
                Imports.foreseen_companies,
                class_name="import-aside",
            ),
        ),
        rx.cond(
            Imports.foreseen_reasons.length() > 0,
            rx.el.ul(rx.foreach(Imports.foreseen_reasons, _reason), class_name="import-reasons"),
        ),
        outcome_tabs(Imports.shown_outcome, Imports.show_outcome),
        rows_table(Imports.foreseen_rows, only=Imports.shown_outcome),
        class_name="card import-forecast",
    )


def _reason(line: rx.Var[ReasonLine]) -> rx.Component:
    icon: Any = rx.cond(
        line.outcome == RowOutcome.REFUSED.value,
        rx.icon("circle-alert", size=16, aria_label=tr("Refused")),
        rx.icon("circle-minus", size=16, aria_label=tr("Left out")),
    )
    return rx.el.li(
        icon,
        rx.el.span(line.text),
        rx.el.span(line.count, class_name="import-count tabular"),
        class_name="import-reason import-" + line.outcome,
    )
