"""The panel "Campaigns" of a contact's card."""

from typing import Any

import reflex as rx

from crm_app.campaigns.editing.ui.contact_state import ContactCampaigns
from crm_app.contacts.ui.beside import Panel
from crm_app.core.i18n import N_
from crm_app.ui.components import badge, button, empty_state, icon_button, select
from crm_app.ui.words import tr


def panel() -> rx.Component:
    """What stands under the tab."""
    return rx.el.div(
        rx.cond(ContactCampaigns.choices.length() > 0, _adding()),
        rx.cond(
            ContactCampaigns.rows.length() > 0,
            rx.el.ul(rx.foreach(ContactCampaigns.rows, _place), class_name="card-places"),
            empty_state(
                "workflow",
                tr("In no campaign"),
                tr("A form, a trigger or you can add this contact to one."),
            ),
        ),
        class_name="stack",
    )


PANEL = Panel("campaigns", N_("Campaigns"), panel)


def _adding() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            select("campaign", ContactCampaigns.choices, aria_label=tr("Campaign")),
            class_name="grows",
        ),
        button(tr("Add to a campaign"), icon="log-in", type="submit"),
        on_submit=ContactCampaigns.add,
        class_name="card-adding",
    )


def _place(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.link(row["campaign"], href=row["path"], class_name="happening-text"),
                rx.cond(row["step"], rx.el.span(row["step"], class_name="happening-reason")),
                rx.cond(row["reason"], rx.el.span(row["reason"], class_name="happening-reason")),
                rx.cond(row["when"], rx.el.span(row["when"], class_name="happening-by tabular")),
                class_name="happening-words",
            ),
            badge(row["state"], tone=row["tone"]),
            class_name="card-place",
        ),
        _acts(row),
        rx.cond(ContactCampaigns.why == row["id"], _story()),
        class_name=rx.cond(row["inside"], "", "ended"),
    )


def _acts(row: Any) -> rx.Component:
    return rx.el.div(
        button(
            tr("Why?"),
            kind="quiet",
            small=True,
            aria_expanded=rx.cond(ContactCampaigns.why == row["id"], "true", "false"),
            aria_label=tr("Why? {campaign}", campaign=row["campaign"]),
            on_click=ContactCampaigns.ask_why(row["id"]),
        ),
        rx.cond(
            (row["may_change"] != "") & (row["attention"] != ""),
            button(
                tr("Try again"),
                kind="quiet",
                small=True,
                on_click=ContactCampaigns.again(row["id"]),
            ),
        ),
        rx.cond(
            row["may_change"],
            icon_button(
                "user-round-minus",
                tr("Take out of {campaign}", campaign=row["campaign"]),
                on_click=ContactCampaigns.remove(row["id"]),
            ),
        ),
        class_name="card-place-acts",
    )


def _story() -> rx.Component:
    return rx.el.ol(
        rx.foreach(
            ContactCampaigns.story,
            lambda line: rx.el.li(
                rx.el.span(line["when"], class_name="hint tabular"),
                rx.el.strong(line["step"]),
                rx.el.span(line["reason"]),
            ),
        ),
        class_name="story",
    )
