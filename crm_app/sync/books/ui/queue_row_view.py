"""A card of the queue: what it says, whom it may be, and the marks to choose from (SCT-3, SCT-4)."""

import reflex as rx

from crm_app.contacts.ui.parts import contact_mark
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.sync.books.ui.queue_state import CardQueue
from crm_app.sync.books.ui.shown_queue import CardRow, LikeRow
from crm_app.ui.components import (
    badge,
    button,
    icon_button,
    menu,
    menu_item,
)
from crm_app.ui.words import tr

MARKS = (
    (ContactKind.COMPANY.value, N_("Company"), "building-2"),
    (ContactKind.CONTACT.value, N_("Contact"), "user"),
    (ContactKind.LEAD.value, N_("Lead"), "sparkles"),
)


def queue_row(row: rx.Var[CardRow]) -> rx.Component:
    return rx.el.li(
        rx.el.input(
            type="checkbox",
            class_name="checkbox",
            checked=CardQueue.picked.contains(row.id),
            on_change=lambda on: CardQueue.pick(row.id, on),
            aria_label=tr("Tick {name}", name=row.name),
        ),
        contact_mark(row.kind, row.initials),
        rx.el.div(
            rx.el.div(
                rx.el.strong(row.name, class_name="breaks"),
                rx.cond(row.organization, rx.el.span(row.organization, class_name="hint breaks")),
                rx.foreach(row.labels, lambda label: badge(label)),
                class_name="queue-name",
            ),
            rx.el.div(
                rx.foreach(row.facts, lambda fact: rx.el.span(fact, class_name="breaks")),
                rx.cond(row.more, rx.el.span(row.more)),
                class_name="hint dotted",
            ),
            rx.cond(
                row.trouble,
                rx.el.p(
                    rx.icon("triangle-alert", size=14, aria_hidden="true"),
                    row.trouble,
                    class_name="queue-trouble",
                ),
            ),
            rx.foreach(row.matches, lambda match: _match(row, match)),
            class_name="queue-words",
        ),
        _verdict(row),
        _more(row),
        class_name=rx.cond(row.mark, "queue-row queue-row-marked", "queue-row"),
        custom_attrs={"data-card": row.id.to_string()},
    )


def _match(row: rx.Var[CardRow], match: rx.Var[LikeRow]) -> rx.Component:
    return rx.el.div(
        rx.icon("users-round", size=14, aria_hidden="true"),
        rx.el.span(
            tr("Probably "),
            rx.link(match.name, href=match.path, weight="medium"),
            " · ",
            match.why,
            class_name="breaks",
        ),
        rx.cond(
            match.taken,
            rx.el.span(tr("has another entry here"), class_name="hint"),
            button(
                tr("Link to this one"),
                icon="link",
                small=True,
                on_click=CardQueue.link(row.id, match.contact_id),
                aria_label=tr("Link {card} to {name}", card=row.name, name=match.name),
            ),
        ),
        class_name="queue-match",
    )


def _verdict(row: rx.Var[CardRow]) -> rx.Component:
    return rx.cond(
        row.gone,
        badge(tr("No longer in the address book"), tone="warn", icon="cloud-off"),
        rx.cond(
            row.importing,
            badge(tr("Being imported"), tone="accent", icon="loader-circle"),
            rx.el.div(
                *(_choice(row, kind, label, icon) for kind, label, icon in MARKS),
                role="group",
                aria_label=tr("What {name} is", name=row.name),
                class_name="queue-marks",
            ),
        ),
    )


def _choice(row: rx.Var[CardRow], kind: str, label: str, icon: str) -> rx.Component:
    pressed = row.mark == kind
    return rx.el.button(
        rx.icon(icon, size=14, aria_hidden="true"),
        rx.el.span(tr(label)),
        rx.cond(
            pressed & row.by_rule,
            rx.icon("wand-sparkles", size=12, aria_label=tr("by a rule")),
        ),
        type="button",
        on_click=CardQueue.mark(row.id, kind),
        class_name="queue-mark",
        custom_attrs={"aria-pressed": rx.cond(pressed, "true", "false")},
    )


def _more(row: rx.Var[CardRow]) -> rx.Component:
    return menu(
        icon_button("ellipsis", tr("More about {name}", name=row.name)),
        rx.cond(
            row.gone,
            menu_item(tr("Forget it"), CardQueue.dismiss(row.id), icon="eraser"),
            rx.fragment(
                menu_item(
                    tr("Link to a contact …"),
                    CardQueue.begin_linking(row.id, row.name),
                    icon="link",
                ),
                rx.cond(
                    row.ignored,
                    menu_item(tr("Back into the queue"), CardQueue.unignore(row.id), icon="undo-2"),
                    menu_item(tr("Leave out"), CardQueue.ignore(row.id), icon="eye-off"),
                ),
            ),
        ),
    )
