"""The tab "Contacts in queue": what came from address books, each row to be marked (SCT-3, SCT-4)."""

import reflex as rx

from crm_app.sync.books.queries import Show
from crm_app.sync.books.ui.connecting_state import NewAccount
from crm_app.sync.books.ui.linking_view import linking_dialog
from crm_app.sync.books.ui.queue_row_view import MARKS, queue_row
from crm_app.sync.books.ui.queue_state import LEAVE_OUT, NOTHING, CardQueue
from crm_app.sync.books.ui.rules_state import CardRules
from crm_app.ui.components import (
    button,
    checkbox,
    empty_state,
    menu,
    menu_item,
    select,
    skeleton_rows,
)
from crm_app.ui.words import tr


def queue_tab() -> rx.Component:
    """The tab."""
    return rx.el.div(
        _above(),
        _toolbar(),
        rx.cond(
            CardQueue.loading,
            rx.el.div(skeleton_rows(6), class_name="table-frame"),
            rx.cond(CardQueue.rows.length() > 0, _list(), _nothing()),
        ),
        linking_dialog(),
        class_name="stack card-queue",
    )


def _above() -> rx.Component:
    """What it is for, and the one button that imports."""
    return rx.el.section(
        rx.el.div(
            rx.el.p(
                tr(
                    "Say what each card is. Only marked ones are imported, and only you see this list."
                )
            ),
            rx.cond(
                CardQueue.importing > 0,
                rx.fragment(),
                checkbox(
                    "make-companies",
                    tr("Make the companies that people belong to where they are missing"),
                    checked=CardQueue.make_companies,
                    on_change=CardQueue.set_make_companies,
                ),
            ),
            class_name="queue-about",
        ),
        rx.cond(
            CardQueue.importing > 0,
            rx.el.div(
                rx.el.span(
                    rx.icon("loader-circle", size=16, aria_hidden="true", class_name="turns"),
                    tr("Importing, {count} to go", count=CardQueue.importing.to_string()),
                    role="status",
                    class_name="queue-progress",
                ),
                button(tr("Stop"), icon="square", small=True, on_click=CardQueue.stop_import),
                class_name="row",
            ),
            button(
                rx.cond(
                    CardQueue.ready > 0,
                    tr("Import all ({count})", count=CardQueue.ready.to_string()),
                    tr("Import all"),
                ),
                icon="download",
                kind="primary",
                disabled=CardQueue.ready == 0,
                on_click=CardQueue.import_all,
                id="import-all",
            ),
        ),
        class_name="card queue-above",
    )


def _toolbar() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.el.input(
                type="search",
                id="queue-search",
                class_name="input",
                default_value=CardQueue.text,
                placeholder=tr("Name, e-mail, phone or company"),
                aria_label=tr("Search the queue"),
                auto_complete="off",
                on_change=CardQueue.look.debounce(200),
            ),
            class_name="search-box",
        ),
        select(
            "queue-show",
            [
                (Show.WAITING.value, tr("Waiting ({count})", count=CardQueue.waiting.to_string())),
                (Show.MARKED.value, tr("Marked ({count})", count=CardQueue.marked.to_string())),
                (
                    Show.GONE.value,
                    tr("No longer there ({count})", count=CardQueue.gone.to_string()),
                ),
                (
                    Show.IGNORED.value,
                    tr("Left out ({count})", count=CardQueue.ignored.to_string()),
                ),
            ],
            value=CardQueue.show,
            on_change=CardQueue.set_show,
            aria_label=tr("Part of the queue"),
        ),
        rx.cond(
            CardQueue.accounts.length() > 1,
            select(
                "queue-account",
                CardQueue.accounts,
                value=CardQueue.account,
                on_change=CardQueue.set_account,
                aria_label=tr("Account"),
            ),
        ),
        button(tr("Rules"), icon="wand-sparkles", on_click=CardRules.open),
        class_name="queue-tools",
        role="search",
    )


def _list() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _bulk(),
            rx.el.ul(
                rx.foreach(CardQueue.rows, queue_row),
                class_name="queue-rows",
                aria_label=tr("Contacts in queue"),
            ),
            class_name="table-frame queue-frame",
        ),
        rx.el.div(
            rx.el.span(
                tr(
                    "{shown} of {total}",
                    shown=CardQueue.rows.length().to_string(),
                    total=CardQueue.total.to_string(),
                ),
                class_name="hint tabular",
                role="status",
            ),
            rx.cond(
                CardQueue.more,
                button(tr("Load more"), small=True, on_click=CardQueue.load_more),
            ),
            class_name="list-foot",
        ),
    )


def _bulk() -> rx.Component:
    """The head of the list: what is done to the ticked rows, or to all that were found."""
    count = CardQueue.picked.length()
    return rx.el.div(
        checkbox(
            "pick-all",
            rx.cond(
                count > 0,
                tr("{count} ticked", count=count.to_string()),
                tr("Tick all that are shown"),
            ),
            checked=count == CardQueue.rows.length(),
            on_change=CardQueue.pick_all,
        ),
        rx.cond(
            CardQueue.show == Show.GONE.value,
            button(tr("Forget them all"), icon="eraser", small=True, on_click=CardQueue.dismiss(0)),
            rx.cond(count > 0, _ticked(), _everything()),
        ),
        class_name=rx.cond(count > 0, "queue-head queue-head-on", "queue-head"),
    )


def _ticked() -> rx.Component:
    return rx.el.div(
        *(
            button(tr(label), icon=icon, small=True, on_click=CardQueue.mark_many(kind))
            for kind, label, icon in MARKS
        ),
        button(tr("Nothing yet"), icon="eraser", small=True, on_click=CardQueue.mark_many(NOTHING)),
        button(
            tr("Leave out"),
            icon="eye-off",
            small=True,
            on_click=CardQueue.mark_many(LEAVE_OUT),
        ),
        role="group",
        aria_label=tr("What the ticked ones are"),
        class_name="queue-acts",
    )


def _everything() -> rx.Component:
    return menu(
        button(
            tr("Mark all {count}", count=CardQueue.total.to_string()),
            icon="list-checks",
            kind="quiet",
            small=True,
        ),
        *(
            menu_item(tr(label), CardQueue.mark_many(kind), icon=icon)
            for kind, label, icon in MARKS
        ),
        menu_item(tr("Nothing yet"), CardQueue.mark_many(NOTHING), icon="eraser"),
    )


def _nothing() -> rx.Component:
    searched = (CardQueue.text != "") | (CardQueue.show != Show.WAITING.value)
    return rx.el.div(
        rx.cond(
            searched,
            empty_state("search-x", tr("Nothing found"), tr("No card of the queue fits.")),
            rx.cond(
                CardQueue.accounts.length() > 0,
                empty_state(
                    "inbox",
                    tr("Nothing waits"),
                    tr(
                        "What your connected address books bring appears here until you say what "
                        "it is."
                    ),
                ),
                empty_state(
                    "book-user",
                    tr("No address book is connected yet"),
                    tr("Connect one, and its cards wait here until you say what they are."),
                    button(
                        tr("New sync account"),
                        icon="plus",
                        kind="primary",
                        on_click=NewAccount.begin,
                    ),
                ),
            ),
        ),
        class_name="table-frame",
    )
