"""The sheet with a campaign's contacts, and the search that adds one."""

from typing import Any

import reflex as rx

from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.people_state import People
from crm_app.ui.components import avatar, button, dialog, empty_state, icon_button, side_sheet
from crm_app.ui.words import tr


def people_sheet() -> rx.Component:
    """The sheet and the search."""
    return rx.fragment(
        side_sheet(
            rx.el.div(
                rx.icon("search", size=16, aria_hidden="true"),
                rx.el.input(
                    placeholder=tr("Search contacts"),
                    aria_label=tr("Search contacts"),
                    on_change=People.search_people.debounce(250),
                    auto_complete="off",
                    class_name="input",
                ),
                class_name="search-box",
            ),
            rx.cond(
                People.people.length() > 0,
                rx.el.ul(rx.foreach(People.people, _person), class_name="people-inside"),
                empty_state(
                    "users-round", tr("Nobody here"), tr("Contacts appear here as they come.")
                ),
            ),
            title=People.people_title,
            hint=People.people_step,
            open=People.people_open,
            on_close=People.close_people,
            actions=(
                button(tr("Add contacts"), icon="user-round-plus", on_click=People.begin_adding),
            ),
        ),
        _adding(),
    )


def _person(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            avatar(row["initials"], 9),
            rx.el.div(
                rx.link(
                    row["name"], href=row["href"], underline="none", class_name="campaign-name"
                ),
                rx.el.span(row["step"], class_name="hint cell-text"),
                rx.el.span(
                    rx.cond(row["reason"], row["reason"], row["due"]),
                    class_name=rx.cond(
                        row["state"] == "attention", "hint person-attention", "hint"
                    ),
                ),
                class_name="name-words grows",
            ),
            _acts(row),
            class_name="person-line",
        ),
        rx.cond(People.why == row["id"], _story()),
        rx.cond(People.going == row["id"], _going()),
        key=row["id"],
        class_name="person",
    )


def _acts(row: Any) -> rx.Component:
    can = (row["may_change"] != "") & (row["inside"] != "")
    return rx.el.div(
        button(
            tr("Why?"),
            kind="quiet",
            small=True,
            aria_expanded=rx.cond(People.why == row["id"], "true", "false"),
            on_click=People.ask_why(row["id"]),
        ),
        rx.cond(
            can & (row["state"] == "attention"),
            icon_button("rotate-cw", tr("Try again"), on_click=People.try_again(row["id"])),
        ),
        rx.cond(
            can & Builder.can_edit,
            icon_button("move", tr("Move to another step"), on_click=People.begin_move(row["id"])),
        ),
        rx.cond(
            can,
            icon_button(
                "user-round-minus",
                tr("Take out of the campaign"),
                on_click=People.remove_person(row["id"]),
            ),
        ),
        class_name="person-acts",
    )


def _story() -> rx.Component:
    return rx.el.ol(
        rx.foreach(
            People.story,
            lambda line: rx.el.li(
                rx.el.span(line["when"], class_name="hint tabular"),
                rx.el.strong(line["step"]),
                rx.el.span(line["reason"]),
            ),
        ),
        class_name="story",
    )


def _going() -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.el.select(
                rx.foreach(People.steps, lambda o: rx.el.option(o["label"], value=o["value"])),
                name="step",
                aria_label=tr("Goes on at"),
                class_name="input",
            ),
            rx.icon("chevron-down", size=16, aria_hidden="true"),
            class_name="select grows",
        ),
        button(tr("Move"), type="submit", small=True),
        on_submit=People.move_person,
        class_name="row one-line",
    )


def _adding() -> rx.Component:
    return dialog(
        rx.el.div(
            rx.icon("search", size=16, aria_hidden="true"),
            rx.el.input(
                placeholder=tr("Search contacts"),
                aria_label=tr("Search contacts to add"),
                on_change=People.find.debounce(250),
                auto_complete="off",
                class_name="input",
            ),
            class_name="search-box",
        ),
        rx.el.ul(
            rx.foreach(
                People.found,
                lambda row: rx.el.li(
                    avatar(row["initials"], 9),
                    rx.el.div(
                        rx.el.strong(row["name"], class_name="cell-text"),
                        rx.el.span(row["hint"], class_name="hint cell-text"),
                        class_name="name-words grows",
                    ),
                    button(
                        tr("Add"),
                        small=True,
                        aria_label=tr("Add {name}", name=row["name"]),
                        on_click=People.add_person(row["id"]),
                    ),
                    key=row["id"],
                    class_name="person-line",
                ),
            ),
            class_name="people-inside",
        ),
        title=tr("Add contacts"),
        hint=tr("Each begins at the first step at once."),
        open=People.adding,
        on_close=People.end_adding,
    )
