"""The dialog before publishing: what changes in words, and who goes on how (CAM-1)."""

from typing import Any

import reflex as rx

from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.publishing_state import Publishing
from crm_app.campaigns.editing.ui.steps_state import Steps
from crm_app.ui.components import button, dialog, notice
from crm_app.ui.words import tr

_ICONS = ("plus", "minus", "pencil", "move", "power", "power-off", "settings")


def publish_dialog() -> rx.Component:
    """The dialog."""
    return dialog(
        rx.cond(Builder.error_count > 0, _refused()),
        _news(),
        rx.cond(Publishing.stands.length() > 0, _stands()),
        title=rx.cond(Publishing.first_time, tr("Publish the campaign"), tr("Publish the changes")),
        hint=rx.cond(
            Publishing.first_time,
            tr("From then on contacts can enter, and what is due is sent."),
            tr("Who enters from now on meets the new version."),
        ),
        open=Publishing.publish_open,
        on_close=Publishing.cancel,
        actions=(
            button(tr("Cancel"), on_click=Publishing.cancel),
            button(
                tr("Publish"),
                icon="rocket",
                kind="primary",
                disabled=Builder.error_count > 0,
                on_click=Publishing.publish,
                id="publish-now",
            ),
        ),
        width="640px",
    )


def _refused() -> rx.Component:
    return notice(
        rx.el.ul(
            rx.foreach(
                Builder.mistakes,
                lambda each: rx.cond(
                    each["severity"] == "error",
                    rx.el.li(
                        rx.el.button(
                            rx.cond(each["where"] != "", each["where"] + ": ", ""),
                            each["text"],
                            type="button",
                            class_name="link-like",
                            on_click=[
                                Publishing.cancel,
                                Inspector.select(each["id"]),
                                Steps.show_open,
                            ],
                        )
                    ),
                ),
            ),
            class_name="refused-list",
        ),
        tone="warn",
        title=tr("Mend these first"),
    )


def _news() -> rx.Component:
    return rx.el.section(
        rx.el.h2(tr("What changes")),
        rx.cond(
            Publishing.news.length() > 0,
            rx.el.ul(rx.foreach(Publishing.news, _change), class_name="news-list", tab_index=0),
            rx.el.p(tr("Nothing has changed since the last time."), class_name="hint"),
        ),
        class_name="setting-group",
    )


def _change(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.match(
                row["icon"],
                *((icon, rx.icon(icon, size=14, aria_hidden="true")) for icon in _ICONS),
                rx.icon("dot", size=14, aria_hidden="true"),
            ),
            class_name="news-icon news-" + row["icon"],
        ),
        rx.el.span(
            rx.el.span(row["what"], class_name="news-what"),
            rx.cond(row["before"], rx.el.s(row["before"])),
            rx.el.span(row["text"]),
            class_name="news-words",
        ),
    )


def _stands() -> rx.Component:
    return rx.el.section(
        rx.el.h2(tr("Who is inside")),
        rx.el.p(
            tr("Contacts finish the version that they entered, unless you decide otherwise here."),
            class_name="hint",
        ),
        rx.el.ul(rx.foreach(Publishing.stands, _stand), class_name="stand-list"),
        class_name="setting-group",
    )


def _stand(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.el.strong(row["text"], id="stand-" + row["id"]),
            rx.el.span(
                row["count"],
                rx.cond(row["gone"], rx.fragment(" · ", tr("this step is gone now"))),
                class_name="hint",
            ),
            class_name="stand-words",
        ),
        rx.el.div(
            rx.el.select(
                rx.foreach(
                    Publishing.targets, lambda o: rx.el.option(o["label"], value=o["value"])
                ),
                value=Publishing.choices[row["id"]],
                on_change=Publishing.choose(row["id"]),
                class_name="input",
                custom_attrs={"aria-labelledby": "stand-" + row["id"]},
            ),
            rx.icon("chevron-down", size=16, aria_hidden="true"),
            class_name="select stand-choice",
        ),
    )
