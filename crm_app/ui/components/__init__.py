"""The parts that every page is built from, so that one look and one behaviour hold everywhere.

Import them by name: ``from crm_app.ui.components import button, field, page_header``. Each takes
reactive vars or plain values; texts come in translated already (``tr(...)``).
"""

from crm_app.ui.components.buttons import button, icon_button, link_button
from crm_app.ui.components.feedback import badge, empty_state, notice, skeleton, skeleton_rows
from crm_app.ui.components.fields import (
    checkbox,
    field,
    save_bar,
    select,
    switch_row,
    text_area,
    text_input,
)
from crm_app.ui.components.floating import confirm, dialog, menu, menu_item, side_sheet
from crm_app.ui.components.people import avatar
from crm_app.ui.components.structure import card, page_header, section, tabs
from crm_app.ui.components.tables import column, data_table
from crm_app.ui.components.typed import typed_area, typed_input

__all__ = [
    "avatar",
    "badge",
    "button",
    "card",
    "checkbox",
    "column",
    "confirm",
    "data_table",
    "dialog",
    "empty_state",
    "field",
    "icon_button",
    "link_button",
    "menu",
    "menu_item",
    "notice",
    "page_header",
    "save_bar",
    "section",
    "select",
    "side_sheet",
    "skeleton",
    "skeleton_rows",
    "switch_row",
    "tabs",
    "text_area",
    "text_input",
    "typed_area",
    "typed_input",
]
