"""The bar above the builder: name, state, whether it is saved, undo, and what one does with it all."""

import reflex as rx

from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.campaigns_page import TITLE as LIST_TITLE
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.people_state import People
from crm_app.campaigns.editing.ui.publishing_state import Publishing
from crm_app.campaigns.editing.ui.settings_state import CampaignSettings
from crm_app.ui.components import badge, button, icon_button, menu, menu_item, typed_input
from crm_app.ui.words import tr


def top_bar() -> rx.Component:
    """The bar."""
    return rx.el.header(
        rx.link(
            rx.icon("chevron-left", size=18, aria_hidden="true"),
            rx.el.span(tr(LIST_TITLE), class_name="not-on-phone"),
            href="/campaigns",
            underline="none",
            class_name="button button-quiet builder-back",
            aria_label=tr("All campaigns"),
        ),
        rx.el.h1(tr("Campaign: {name}", name=Builder.name), class_name="visually-hidden"),
        typed_input(
            value=Builder.name,
            on_change=Builder.rename.debounce(600),
            on_blur=Builder.rename,
            read_only=~Builder.can_edit,
            aria_label=tr("Name of the campaign"),
            max_length=120,
            auto_complete="off",
            class_name="builder-name",
        ),
        badge(Builder.state_label, tone=Builder.state_tone),
        rx.cond(
            Builder.changed & (Builder.state != "draft"),
            rx.el.span(tr("Changes not published"), class_name="hint builder-unpublished"),
        ),
        _saved(),
        rx.el.div(
            rx.cond(
                Builder.can_edit,
                rx.fragment(
                    icon_button(
                        "undo-2",
                        tr("Undo"),
                        id="builder-undo",
                        disabled=~Builder.can_undo,
                        on_click=Inspector.undo,
                    ),
                    icon_button(
                        "redo-2",
                        tr("Redo"),
                        id="builder-redo",
                        disabled=~Builder.can_redo,
                        on_click=Inspector.redo,
                    ),
                ),
            ),
            _more(),
            rx.link(
                rx.icon("play", size=16, aria_hidden="true"),
                rx.el.span(tr("Rehearse"), class_name="not-on-phone"),
                href="/campaigns/" + Builder.campaign_id + "/rehearsal",
                underline="none",
                class_name="button button-normal",
                aria_label=tr("Rehearse"),
            ),
            rx.cond(
                Builder.can_edit,
                button(tr("Publish"), icon="rocket", kind="primary", on_click=Publishing.ask),
            ),
            class_name="builder-actions",
        ),
        class_name="builder-top",
        # Nothing is dropped on what lies scrolled under the bar.
        custom_attrs={"data-no-drop": ""},
    )


def _saved() -> rx.Component:
    def state(icon: str, words: rx.Var[str], tone: str) -> rx.Component:
        return rx.el.span(
            rx.icon(icon, size=14, aria_hidden="true"),
            rx.el.span(words, class_name="not-on-phone"),
            class_name=f"save-state save-state-{tone}",
        )

    return rx.el.div(
        rx.cond(
            Builder.can_edit,
            rx.match(
                Builder.save_state,
                ("saving", state("loader", tr("Saving …"), "busy")),
                ("failed", state("cloud-off", tr("Not saved"), "bad")),
                ("conflict", state("cloud-off", tr("Not saved"), "bad")),
                state("cloud-check", tr("Saved"), "good"),
            ),
            state("eye", tr("You can look, not change"), "good"),
        ),
        role="status",
        class_name="builder-saved",
    )


def _more() -> rx.Component:
    return rx.fragment(
        icon_button("settings-2", tr("Settings"), on_click=CampaignSettings.open_settings),
        menu(
            icon_button("ellipsis", tr("More about this campaign")),
            menu_item(tr("Contacts inside"), People.open_people("", "inside"), icon="users-round"),
            menu_item(tr("Add contacts"), People.begin_adding, icon="user-round-plus"),
            rx.cond(
                Builder.can_edit & (Builder.state == "live"),
                menu_item(tr("Pause"), Builder.pause, icon="pause"),
            ),
            rx.cond(
                Builder.can_edit & (Builder.state == "paused"),
                menu_item(tr("Go on"), Builder.resume, icon="play"),
            ),
            rx.cond(
                Builder.can_edit & Builder.published,
                menu_item(tr("Take the last publishing back"), Publishing.take_back, icon="undo-2"),
            ),
        ),
    )
