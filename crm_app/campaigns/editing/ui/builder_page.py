"""The campaign builder: palette at the left, the campaign in the middle, the open step at the right."""

import reflex as rx

from crm_app.campaigns.editing.ui.builder_state import Builder
from crm_app.campaigns.editing.ui.cards_view import lane
from crm_app.campaigns.editing.ui.inspector_state import Inspector
from crm_app.campaigns.editing.ui.inspector_view import inspector
from crm_app.campaigns.editing.ui.palette_view import palette
from crm_app.campaigns.editing.ui.people_state import People
from crm_app.campaigns.editing.ui.people_view import people_sheet
from crm_app.campaigns.editing.ui.publishing_view import publish_dialog
from crm_app.campaigns.editing.ui.settings_state import CampaignSettings
from crm_app.campaigns.editing.ui.settings_view import settings_dialog
from crm_app.campaigns.editing.ui.steps_state import Steps
from crm_app.campaigns.editing.ui.top_view import top_bar
from crm_app.core.i18n import N_
from crm_app.ui import sortable
from crm_app.ui.address import is_at
from crm_app.ui.components import (
    button,
    dialog,
    select,
    skeleton,
)
from crm_app.ui.words import tr

TITLE = N_("Campaign")

# Ctrl or ⌘ and Z anywhere but in a text, which has an undo of its own.
_KEYS = """
if (!window.__campaignKeys) {
  window.__campaignKeys = true;
  document.addEventListener('keydown', (e) => {
    const press = (id) => { const b = document.getElementById(id); if (b && !b.disabled) { e.preventDefault(); b.click(); } };
    if (!document.getElementById('builder')) return;
    const typing = e.target.closest?.('input:not([type=checkbox]), textarea, [contenteditable=true]');
    if ((e.ctrlKey || e.metaKey) && !e.altKey && !typing) {
      const key = e.key.toLowerCase();
      if (key === 'z' && !e.shiftKey) press('builder-undo');
      else if ((key === 'z' && e.shiftKey) || key === 'y') press('builder-redo');
    } else if (e.key === 'Escape' && !document.querySelector('[role=dialog], [role=menu]')
        && !document.querySelector('[data-dragging]')) {
      const closing = document.getElementById('inspector-close');
      if (closing) { const card = document.querySelector('.step-card.chosen .step-open'); closing.click(); card?.focus(); }
    }
  });
}
"""
# Only the ground itself: not a card, a button, or a menu that React reports from elsewhere.
_OUTSIDE = """(e) => {
  if (e.currentTarget.contains(e.target) && !e.target.closest('[data-card], button, a, input, label'))
    document.getElementById('builder-outside')?.click();
}"""


def page() -> rx.Component:
    """The page."""
    return rx.el.div(
        rx.cond(
            Builder.loading | ~is_at("/campaigns/" + Builder.campaign_id), _loading(), _builder()
        ),
        on_mount=rx.call_script(_KEYS),
        class_name="builder-page",
    )


def _builder() -> rx.Component:
    return rx.el.div(
        top_bar(),
        _notices(),
        sortable.area(
            rx.el.div(
                rx.cond(Builder.can_edit, palette()),
                _canvas(),
                inspector(),
                class_name="builder-columns",
            ),
            on_move=Steps.moved,
        ),
        rx.el.button(id="builder-outside", hidden=True, tab_index=-1, on_click=Steps.outside),
        _place_dialog(),
        settings_dialog(),
        publish_dialog(),
        people_sheet(),
        rx.el.datalist(
            rx.foreach(Builder.tags, lambda name: rx.el.option(value=name)), id="known-tags"
        ),
        id="builder",
        class_name="builder",
    )


def _notices() -> rx.Component:
    return rx.fragment(
        rx.cond(Builder.errors["name"], _notice(Builder.errors["name"])),
        rx.cond(
            Builder.save_state == "conflict",
            _notice(
                Builder.save_error,
                button(tr("Show what was saved"), small=True, on_click=Inspector.take_theirs),
                button(tr("Keep mine"), small=True, on_click=Builder.keep_mine),
            ),
        ),
        rx.cond(
            Builder.save_state == "failed",
            _notice(
                tr("Your last change could not be saved. It is still here."),
                button(tr("Try again"), small=True, on_click=Builder.autosave),
            ),
        ),
    )


def _notice(text: rx.Var[str], *actions: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.icon("triangle-alert", size=18, aria_hidden="true"),
        rx.el.span(text, class_name="grows"),
        *actions,
        rx.el.span(class_name="unsaved", hidden=True),
        role="alert",
        class_name="builder-notice",
    )


def _canvas() -> rx.Component:
    return rx.el.section(
        _mistakes(),
        rx.el.div(
            rx.el.div(
                rx.icon("log-in", size=14, aria_hidden="true"),
                rx.cond(
                    Builder.published,
                    rx.el.button(
                        Builder.inside,
                        type="button",
                        class_name="entry-inside",
                        on_click=People.open_people("", "inside"),
                    ),
                    rx.el.span(tr("Contacts enter here")),
                ),
                class_name="lane-entry",
            ),
            lane(),
            rx.el.div(
                rx.icon("flag", size=14, aria_hidden="true"),
                tr("End of the campaign"),
                class_name="lane-entry lane-exit",
            ),
            class_name="lanes",
        ),
        rx.cond(
            Builder.can_edit,
            rx.el.div(
                button(tr("Add a step"), icon="plus", kind="primary", on_click=Steps.open_palette),
                class_name="add-on-phone only-on-phone",
            ),
        ),
        aria_label=tr("Steps of the campaign"),
        tab_index=0,
        class_name="canvas",
        custom_attrs={"onClick": rx.Var(_js_expr=_OUTSIDE)},
    )


def _mistakes() -> rx.Component:
    return rx.cond(
        Builder.mistakes.length() > 0,
        rx.el.details(
            rx.el.summary(
                rx.icon("circle-alert", size=16, aria_hidden="true"),
                rx.cond(
                    Builder.error_count > 0,
                    Builder.mistakes_title,
                    tr("Worth a look"),
                ),
                rx.icon("chevron-down", size=16, aria_hidden="true", class_name="turns-open"),
            ),
            rx.el.ul(
                rx.foreach(
                    Builder.mistakes,
                    lambda each: rx.el.li(
                        rx.cond(
                            each["id"] != "",
                            rx.el.button(
                                rx.el.strong(each["where"]),
                                rx.el.span(each["text"]),
                                type="button",
                                class_name="mistake",
                                on_click=[Inspector.select(each["id"]), Steps.show_open],
                            ),
                            rx.el.button(
                                rx.el.strong(tr("The campaign")),
                                rx.el.span(each["text"]),
                                type="button",
                                class_name="mistake",
                                on_click=CampaignSettings.open_settings,
                            ),
                        ),
                        class_name="mistake-" + each["severity"],
                    ),
                ),
            ),
            class_name=rx.cond(Builder.error_count > 0, "mistakes mistakes-errors", "mistakes"),
            custom_attrs={"data-card": ""},
        ),
    )


def _place_dialog() -> rx.Component:
    return dialog(
        rx.el.form(
            rx.el.label(tr("New place"), html_for="place", class_name="label"),
            select("place", Steps.places),
            rx.el.div(
                button(tr("Cancel"), on_click=Steps.forget_place),
                button(tr("Move"), kind="primary", type="submit"),
                class_name="floating-actions",
            ),
            on_submit=Steps.move_to,
            class_name="field",
        ),
        title=tr("Move a step"),
        hint=Steps.moving_name,
        open=Steps.moving != "",
        on_close=Steps.forget_place,
    )


def _loading() -> rx.Component:
    return rx.el.div(
        rx.el.div(skeleton("220px", "24px"), class_name="builder-top"),
        rx.el.div(
            rx.el.div(*(skeleton("100%", "44px") for _ in range(7)), class_name="steps-palette"),
            rx.el.div(
                rx.el.div(*(skeleton("100%", "76px") for _ in range(4)), class_name="lanes stack"),
                class_name="canvas",
            ),
            class_name="builder-columns builder-waits",
        ),
        class_name="builder",
        aria_hidden="true",
    )
