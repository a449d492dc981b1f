"""The switch "Sync mobile" on a contact's card, and the question before an entry is removed (SCT-5)."""

import reflex as rx

from crm_app.contacts.ui.beside import Field
from crm_app.core.i18n import N_
from crm_app.sync.books.ui.flag_state import SyncMobile
from crm_app.ui.components import button, confirm, link_button
from crm_app.ui.words import tr

LABEL = N_("Sync mobile")
ACCOUNTS = "/settings/accounts"


def sync_mobile() -> rx.Component:
    """The field. What it does concerns the reader's own address book only."""
    return rx.el.div(
        _switch(),
        rx.cond(
            SyncMobile.trouble,
            rx.el.p(
                rx.icon("triangle-alert", size=14, aria_hidden="true"),
                SyncMobile.trouble,
                class_name="hint sync-mobile-trouble",
                role="status",
            ),
        ),
        rx.cond(
            SyncMobile.why_not,
            rx.el.div(
                rx.el.span(SyncMobile.why_not, class_name="hint"),
                link_button(tr("External accounts"), ACCOUNTS, icon="link"),
                class_name="sync-mobile-missing",
            ),
        ),
        confirm(
            title=tr("Remove it from your address book?"),
            text=SyncMobile.question,
            open=SyncMobile.question != "",
            on_close=SyncMobile.keep,
            action=button(tr("Remove"), kind="danger", on_click=SyncMobile.untick),
        ),
        class_name=rx.cond(SyncMobile.on, "sync-mobile sync-mobile-on", "sync-mobile"),
    )


def _switch() -> rx.Component:
    """A switch that is no part of the form around it: it acts at once."""
    return rx.el.div(
        rx.el.span(
            rx.icon("smartphone", size=18, aria_hidden="true"), class_name="sync-mobile-icon"
        ),
        rx.el.div(
            rx.el.span(tr(LABEL), id="sync-mobile-label", class_name="label"),
            rx.el.p(
                rx.cond(
                    SyncMobile.on,
                    rx.cond(
                        SyncMobile.on_its_way,
                        tr("On its way to {where}.", where=SyncMobile.where),
                        tr("In step with {where}.", where=SyncMobile.where),
                    ),
                    tr("E-mail, phone and address follow your own address book, nobody else's."),
                ),
                id="sync-mobile-help",
                class_name="help",
            ),
            class_name="grows",
        ),
        rx.switch(
            checked=SyncMobile.on,
            on_change=SyncMobile.switch,
            disabled=~SyncMobile.writable,
            custom_attrs={
                "aria-labelledby": "sync-mobile-label",
                "aria-describedby": "sync-mobile-help",
            },
        ),
        class_name="sync-mobile-row",
    )


FIELD = Field("sync_mobile", LABEL, sync_mobile, icon="smartphone")
