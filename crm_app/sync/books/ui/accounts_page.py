"""My profile > External accounts, with "New sync account" at the top right and the queue as a tab (SCT-1, SCT-3)."""

import reflex as rx

from crm_app.core.i18n import N_
from crm_app.sync.books.ui import accounts_dialogs, accounts_view, connecting_view
from crm_app.sync.books.ui.accounts_state import ExternalAccounts
from crm_app.sync.books.ui.connecting_state import NewAccount
from crm_app.sync.books.ui.queue_view import queue_tab
from crm_app.sync.books.ui.rules_view import rules_dialog
from crm_app.ui.components import button, link_button, notice, page_header, skeleton_rows, tabs
from crm_app.ui.settings_frame import settings
from crm_app.ui.words import tr

TITLE = N_("External accounts")


def page() -> rx.Component:
    """The page."""
    return settings(
        page_header(
            tr(TITLE),
            tr("Address books that stay in step with your contacts, for you alone."),
            rx.cond(
                ExternalAccounts.whose == "",
                button(
                    tr("New sync account"), icon="plus", kind="primary", on_click=NewAccount.begin
                ),
                link_button(tr("My own accounts"), "/settings/accounts"),
            ),
        ),
        rx.cond(
            ExternalAccounts.whose,
            notice(
                tr("These are the accounts of {name}.", name=ExternalAccounts.whose), tone="accent"
            ),
            tabs(
                ("accounts", tr("Accounts")),
                (
                    "queue",
                    rx.el.span(
                        tr("Contacts in queue"),
                        rx.cond(
                            ExternalAccounts.queued > 0,
                            rx.el.span(
                                ExternalAccounts.queued.to_string(), class_name="tab-count tabular"
                            ),
                        ),
                        class_name="tab-words",
                    ),
                ),
                value=ExternalAccounts.tab,
                on_change=ExternalAccounts.set_tab,
            ),
        ),
        rx.cond(
            ExternalAccounts.loading,
            skeleton_rows(),
            rx.cond(
                (ExternalAccounts.tab == "queue") & (ExternalAccounts.whose == ""),
                queue_tab(),
                accounts_view.accounts_tab(),
            ),
        ),
        connecting_view.connect_dialog(),
        rules_dialog(),
        *accounts_dialogs.dialogs(),
    )
