"""The part "Calendars": where appointments are written, and a card per connection."""

from typing import Any

import reflex as rx

from crm_app.sync.ui.connecting_state import Connecting
from crm_app.sync.ui.connections_state import Connections
from crm_app.ui.components import (
    badge,
    button,
    card,
    empty_state,
    field,
    icon_button,
    menu,
    menu_item,
    notice,
    select,
)
from crm_app.ui.words import tr


def calendars() -> rx.Component:
    """The part."""
    return rx.cond(Connections.rows.length() > 0, _connected(), nothing_yet())


def nothing_yet() -> rx.Component:
    return card(
        empty_state(
            "calendar-sync",
            tr("No calendar is connected yet"),
            tr(
                "Connect iCloud, Nextcloud, Fastmail or any other CalDAV calendar. What stands "
                "there blocks your time here, and your appointments appear there."
            ),
            button(
                tr("Connect a calendar"), icon="plus", kind="primary", on_click=Connecting.begin
            ),
        )
    )


def _connected() -> rx.Component:
    return rx.el.div(
        card(
            field(
                tr("Linked calendar"),
                select(
                    "linked",
                    Connections.choices,
                    value=Connections.linked,
                    on_change=Connections.choose_linked,
                    error=Connections.errors["linked"],
                ),
                name="linked",
                help=tr(
                    "Your appointments are written there. If you move, rename or delete one there, "
                    "the same happens here."
                ),
                error=Connections.errors["linked"],
            ),
        ),
        rx.foreach(Connections.rows, _connection),
        class_name="groups",
    )


def light(row: Any) -> rx.Component:
    """The dot beside the words of a state; the words alone say it all."""
    return rx.el.span(class_name="lamp lamp-" + row["light"].to(str), aria_hidden="true")


def _connection(row: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.icon("calendar-sync", size=20), class_name="tile-icon", aria_hidden="true"
            ),
            rx.el.div(
                rx.el.h2(row["label"], class_name="breaks"),
                rx.el.div(
                    rx.cond(row["username"], rx.el.span(row["username"], class_name="breaks")),
                    rx.cond(
                        row["service"] != row["label"],
                        rx.el.span(row["service"], class_name="breaks"),
                    ),
                    class_name="hint dotted",
                ),
                class_name="grows",
            ),
            icon_button(
                "refresh-cw",
                tr("Sync {name} now", name=row["label"].to(str)),
                on_click=Connections.sync_now(row["id"]),
            ),
            _menu(row),
            class_name="connection-head",
        ),
        rx.el.p(light(row), rx.el.span(row["words"]), class_name="connection-state"),
        rx.cond(row["locked"], _locked_out(row)),
        rx.cond(row["unwritten"].to(list[dict[str, str]]).length() > 0, _unwritten(row)),
        rx.cond(
            row["on_its_way"],
            rx.el.p(
                rx.icon("send", size=16, aria_hidden="true"),
                rx.el.span(row["on_its_way"]),
                class_name="connection-state hint",
            ),
        ),
        rx.el.fieldset(
            rx.el.legend(tr("Conflict calendars"), class_name="label"),
            rx.el.p(
                tr(
                    "Busy events in the ticked calendars block your time; the linked one always does."
                ),
                class_name="help",
            ),
            rx.el.ul(
                rx.foreach(row["calendars"].to(list[dict[str, str]]), _calendar),
                class_name="calendar-list",
            ),
            class_name="plain-fieldset",
        ),
        class_name="card connection",
        aria_label=row["label"],
    )


def _menu(row: Any) -> rx.Component:
    def ask(what: str) -> Any:
        return Connections.ask(what, row["id"], row["label"])

    return menu(
        icon_button("ellipsis", tr("Actions for {name}", name=row["label"].to(str))),
        menu_item(tr("Rename"), ask("rename"), icon="pencil"),
        menu_item(tr("Change the password"), ask("reconnect"), icon="key-round"),
        menu_item(tr("Disconnect"), ask("disconnect"), icon="unplug", danger=True),
    )


def _locked_out(row: Any) -> rx.Component:
    return notice(
        rx.el.p(row["locked"]),
        rx.el.div(
            button(
                tr("Reconnect"),
                icon="plug",
                small=True,
                on_click=Connections.ask("reconnect", row["id"], row["label"]),
            ),
            class_name="row notice-actions",
        ),
        tone="bad",
        title=tr("{name} no longer lets us in.", name=row["label"].to(str)),
    )


def _unwritten(row: Any) -> rx.Component:
    return notice(
        rx.el.ul(
            rx.foreach(
                row["unwritten"].to(list[dict[str, str]]),
                lambda one: rx.el.li(
                    rx.el.strong(one["title"], class_name="inline"),
                    " · ",
                    rx.el.span(one["when"], class_name="tabular"),
                    rx.el.div(one["error"], class_name="hint"),
                ),
            ),
            class_name="plain-list",
        ),
        tone="warn",
        title=tr("Not written to the calendar yet; it is tried again by itself"),
    )


def _calendar(line: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.div(
                rx.el.label(
                    rx.el.input(
                        type="checkbox",
                        class_name="checkbox",
                        checked=line["used"] != "",
                        disabled=line["linked"] != "",
                        on_change=lambda on: Connections.use(line["id"], on),
                    ),
                    rx.el.span(
                        class_name="calendar-color",
                        style={
                            "background": rx.cond(line["color"], line["color"], "var(--control)")
                        },
                        aria_hidden="true",
                    ),
                    rx.el.span(line["name"], class_name="breaks"),
                    class_name="calendar-name",
                ),
                rx.cond(line["linked"], badge(tr("Linked"), tone="accent", icon="link")),
                rx.cond(line["read_only"], badge(tr("Read only"), icon="lock")),
                rx.el.span(line["note"], class_name="hint tabular calendar-note"),
                class_name="calendar-words",
            ),
            rx.cond(
                line["used"],
                icon_button(
                    "sliders-horizontal",
                    tr("What blocks time in {name}", name=line["name"]),
                    on_click=Connections.ask_policy(line["id"]),
                ),
                rx.el.span(class_name="calendar-gap"),
            ),
            class_name="calendar-line",
        ),
        rx.cond(line["listing"], listing_bar(line)),
        rx.cond(
            line["trouble"],
            rx.el.p(
                rx.icon("triangle-alert", size=14, aria_hidden="true"),
                rx.el.span(line["trouble"], " ", line["advice"]),
                class_name="calendar-trouble",
            ),
        ),
        rx.cond(line["waiting"], _waiting(line)),
        rx.cond(line["odd"], rx.el.p(line["odd"], class_name="help calendar-odd")),
    )


def listing_bar(line: Any) -> rx.Component:
    """A listing under way: nobody knows how much there is, so the bar runs and the number says it."""
    return rx.el.div(
        rx.el.span(class_name="progress-bar"),
        class_name="progress",
        role="progressbar",
        aria_label=tr("Reading {name}", name=line["name"]),
        aria_valuetext=line["note"],
    )


def _waiting(line: Any) -> rx.Component:
    return rx.el.div(
        notice(
            rx.el.p(
                tr(
                    "Maybe it was emptied on purpose, maybe the service answered only in part. "
                    "Please look there before you decide."
                )
            ),
            rx.el.div(
                button(
                    tr("Read it again"),
                    icon="refresh-cw",
                    small=True,
                    on_click=Connections.list_again(line["id"]),
                ),
                button(
                    line["confirm"],
                    kind="danger",
                    icon="trash-2",
                    small=True,
                    on_click=Connections.delete_missing(line["id"]),
                ),
                class_name="row notice-actions",
            ),
            tone="warn",
            title=line["waiting"],
        ),
        class_name="calendar-waiting",
    )
