"""The bar for the chosen contacts, the dialogs of its acts, and the card of a run on its way."""

from typing import Any

import reflex as rx

from crm_app.contacts import bulk_acts, exporting
from crm_app.contacts.fields import CHANNELS
from crm_app.contacts.ui.bulk_state import (
    DELETE,
    KIND,
    OWNER,
    QUIET,
    TAG,
    UNTAG,
    Bulk,
)
from crm_app.contacts.ui.contacts_state import DELETED, Contacts
from crm_app.contacts.ui.merge_state import Merging
from crm_app.contacts.ui.shown import KIND_NAMES
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.ui.components import (
    button,
    checkbox,
    dialog,
    field,
    icon_button,
    menu,
    menu_item,
    select,
    text_input,
)
from crm_app.ui.words import tr

_CHANNEL_NAMES = {
    "email": N_("E-mail"),
    "sms": N_("SMS"),
    "call": N_("Calls"),
    "messenger": N_("Messenger"),
}
_FORM = "bulk-form"
# As many records as can be merged at once.
_MERGED = 10


def bulk_bar() -> rx.Component:
    """Appears when somebody is chosen."""
    return rx.cond(
        Contacts.chosen.length() > 0,
        rx.el.div(
            rx.el.div(
                rx.el.span(_count(), class_name="bulk-count tabular", role="status"),
                _more_fit(),
                class_name="bulk-words",
            ),
            rx.cond(Contacts.view == DELETED, _back(), _acts()),
            icon_button(
                "x",
                tr("Choose none"),
                on_click=Contacts.choose_none,
                custom_attrs={"data-choose-none": "true"},
            ),
            class_name="bulk-bar",
            role="toolbar",
            aria_label=tr("What to do with the chosen contacts"),
        ),
    )


def _count() -> Any:
    number = rx.cond(Contacts.all_fit, Contacts.counted, Contacts.chosen.length().to_string())
    return tr("{count} chosen", count=number)


def _more_fit() -> rx.Component:
    return rx.cond(
        Contacts.more & ~Contacts.all_fit & (Contacts.chosen.length() >= Contacts.rows.length()),
        rx.el.button(
            tr("Choose all {count}", count=Contacts.counted),
            type="button",
            on_click=Contacts.choose_all,
            class_name="link-button",
        ),
    )


def _back() -> rx.Component:
    return rx.el.div(_act("undo-2", tr("Bring back"), Bulk.bring_back), class_name="bulk-acts")


def _acts() -> rx.Component:
    few = ~Contacts.all_fit & (Contacts.chosen.length() > 1)
    return rx.el.div(
        _act("user-round", tr("Owner"), Bulk.ask(OWNER)),
        _act("tag", tr("Add tag"), Bulk.ask(TAG)),
        rx.cond(
            few & (Contacts.chosen.length() <= _MERGED),
            _act("merge", tr("Merge"), Merging.begin(Contacts.chosen)),
        ),
        *(
            _act(act.icon, tr(act.label), Bulk.ask(act.key), wide=True)
            for act in bulk_acts.offered_above()
        ),
        menu(
            _act("ellipsis", tr("More"), None),
            menu_item(tr("Remove tag"), Bulk.ask(UNTAG), icon="tag"),
            menu_item(tr("Change kind"), Bulk.ask(KIND), icon="shapes"),
            menu_item(tr("Do not disturb"), Bulk.ask(QUIET), icon="bell-off"),
            *(
                menu_item(tr(act.label), Bulk.ask(act.key), icon=act.icon)
                for act in bulk_acts.offered_above()
            ),
            rx.dropdown_menu.separator(),
            menu_item(tr("Export as CSV"), Bulk.export(exporting.CSV), icon="download"),
            menu_item(tr("Export as vCard"), Bulk.export(exporting.VCARD), icon="contact"),
            rx.dropdown_menu.separator(),
            menu_item(tr("Delete"), Bulk.ask(DELETE), icon="trash-2", danger=True),
        ),
        class_name="bulk-acts",
    )


def _act(icon: str, label: Any, on_click: Any, *, wide: bool = False) -> rx.Component:
    props = {} if on_click is None else {"on_click": on_click}
    return rx.el.button(
        rx.icon(icon, size=16, aria_hidden="true"),
        rx.el.span(label),
        type="button",
        title=label,
        aria_label=label,
        class_name="bulk-act bulk-wide" if wide else "bulk-act",
        **props,
    )


def run_card() -> rx.Component:
    """How far a long run came, with its stop; when it is over, what it did, with its undo."""
    run = Bulk.run
    return rx.cond(
        run.id,
        rx.el.section(
            rx.el.div(
                rx.cond(
                    run.underway,
                    rx.icon("loader", size=18, aria_hidden="true", class_name="turning"),
                    rx.icon("circle-check", size=18, aria_hidden="true", class_name="good-icon"),
                ),
                rx.el.div(
                    rx.el.strong(run.title),
                    rx.el.span(run.detail, class_name="hint tabular", role="status"),
                    class_name="run-words",
                ),
                rx.cond(
                    run.underway,
                    button(tr("Stop"), small=True, icon="square", on_click=Bulk.stop),
                    rx.fragment(
                        rx.cond(
                            run.can_undo,
                            button(
                                tr("Undo"), small=True, icon="undo-2", on_click=Bulk.undo(run.id)
                            ),
                        ),
                        icon_button("x", tr("Close"), on_click=Bulk.close_run),
                    ),
                ),
                class_name="run-head",
            ),
            rx.cond(
                run.underway,
                rx.el.progress(value=run.percent, max=100, aria_label=run.title),
            ),
            class_name="run-card",
            aria_label=run.title,
        ),
    )


def bulk_dialog() -> rx.Component:
    """The dialog of the act that was asked for."""
    error = Bulk.errors
    return dialog(
        rx.el.form(
            rx.match(
                Bulk.asking,
                (OWNER, _owner(error)),
                (TAG, _tag(error)),
                (UNTAG, _untag()),
                (KIND, _kind()),
                (QUIET, _quiet(error)),
                (DELETE, rx.el.p(tr("They can be brought back for 30 days."))),
                _other(error),
            ),
            id=_FORM,
            on_submit=Bulk.submit,
            no_validate=True,
        ),
        title=rx.match(
            Bulk.asking,
            (OWNER, tr("Change the owner")),
            (TAG, tr("Add a tag")),
            (UNTAG, tr("Remove a tag")),
            (KIND, tr("Change the kind")),
            (QUIET, tr("Do not disturb")),
            (DELETE, tr("Delete these contacts?")),
            Bulk.asking_label,
        ),
        hint=_count(),
        open=Bulk.asking != "",
        on_close=Bulk.close,
        actions=(
            button(tr("Cancel"), on_click=Bulk.close),
            rx.cond(
                Bulk.asking == DELETE,
                button(tr("Delete"), kind="danger", type="submit", form=_FORM),
                button(tr("Apply"), kind="primary", type="submit", form=_FORM),
            ),
        ),
        width="440px",
    )


def _owner(error: Any) -> rx.Component:
    return field(
        tr("New owner"),
        select("bulk_owner", Contacts.options["owners"], error=error["owner_id"]),
        name="bulk_owner",
        error=error["owner_id"],
    )


def _tag(error: Any) -> rx.Component:
    return rx.fragment(
        field(
            tr("Tag"),
            text_input(
                "bulk_tag",
                error=error["bulk_tag"],
                list="bulk-known-tags",
                auto_complete="off",
                auto_focus=True,
            ),
            name="bulk_tag",
            help=tr("Several with commas between them."),
            error=error["bulk_tag"],
        ),
        rx.el.datalist(
            rx.foreach(Contacts.options["tags"], lambda row: rx.el.option(value=row["value"])),
            id="bulk-known-tags",
        ),
    )


def _untag() -> rx.Component:
    return field(tr("Tag"), select("bulk_untag", Contacts.options["tags"]), name="bulk_untag")


def _kind() -> rx.Component:
    order = (ContactKind.LEAD, ContactKind.CONTACT, ContactKind.COMPANY)
    return field(
        tr("Kind"),
        select("bulk_kind", [(kind.value, tr(KIND_NAMES[kind])) for kind in order]),
        name="bulk_kind",
    )


def _quiet(error: Any) -> rx.Component:
    return rx.el.div(
        select(
            "bulk_how",
            [("quiet", tr("Send nothing on")), ("open", tr("Allow again on"))],
            value=rx.cond(Bulk.quiet, "quiet", "open"),
            on_change=lambda value: Bulk.set_quiet(value == "quiet"),
            aria_label=tr("What to do"),
        ),
        rx.el.fieldset(
            *(checkbox(f"bulk_{name}", tr(_CHANNEL_NAMES[name])) for name in CHANNELS),
            class_name="bulk-channels",
            aria_label=tr("Channels"),
        ),
        rx.cond(
            error["channels"],
            rx.el.p(
                rx.icon("circle-alert", size=14, aria_hidden="true"),
                error["channels"],
                class_name="error",
                role="alert",
            ),
        ),
        class_name="stack",
    )


def _other(error: Any) -> rx.Component:
    return rx.cond(
        Bulk.offers.length() > 0,
        field(
            Bulk.asking_label,
            select("bulk_choice", Bulk.offers, error=error["choice"]),
            name="bulk_choice",
            error=error["choice"],
        ),
        rx.el.p(tr("There is nothing to choose from yet."), class_name="hint"),
    )
