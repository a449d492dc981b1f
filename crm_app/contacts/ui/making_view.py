"""The dialog "New contact"."""

import reflex as rx

from crm_app.contacts.ui.making_state import NewContact
from crm_app.contacts.ui.shown import KIND_NAMES
from crm_app.core.kinds import ContactKind
from crm_app.ui.components import button, dialog, field, notice, select, text_input
from crm_app.ui.words import tr


def new_contact_dialog() -> rx.Component:
    """The dialog; ``NewContact.begin`` opens it."""
    errors = NewContact.errors
    return dialog(
        rx.el.form(
            rx.el.div(
                field(
                    tr("Name"),
                    text_input("name", error=errors["name"], auto_complete="off", auto_focus=True),
                    name="name",
                    error=errors["name"],
                ),
                field(
                    tr("E-mail"),
                    text_input(
                        "email",
                        error=errors["email"],
                        auto_complete="off",
                        input_mode="email",
                        on_change=NewContact.forget_twin.throttle(500),
                    ),
                    name="email",
                    error=errors["email"],
                ),
                field(
                    tr("Phone"),
                    text_input("phone", error=errors["phone"], auto_complete="off", type="tel"),
                    name="phone",
                    error=errors["phone"],
                    optional=tr("optional"),
                ),
                rx.el.div(
                    field(tr("Kind"), select("kind", _kinds()), name="kind"),
                    field(
                        tr("Owner"),
                        select("owner", NewContact.owners, default_value=NewContact.owner_id),
                        name="owner",
                        error=errors["owner"],
                    ),
                    class_name="fields-two",
                ),
                class_name="fields",
            ),
            _twin(),
            id="new-contact",
            on_submit=NewContact.save,
            no_validate=True,
        ),
        title=tr("New contact"),
        hint=tr("A name or an e-mail address is enough."),
        open=NewContact.adding,
        on_close=NewContact.close,
        actions=(
            button(tr("Cancel"), on_click=NewContact.close),
            button(
                rx.cond(NewContact.twin_id, tr("Make another one"), tr("Make contact")),
                kind="primary",
                type="submit",
                form="new-contact",
            ),
        ),
    )


def _kinds() -> list[tuple[str, rx.Var[str]]]:
    order = (ContactKind.LEAD, ContactKind.CONTACT, ContactKind.COMPANY)
    return [(kind.value, tr(KIND_NAMES[kind])) for kind in order]


def _twin() -> rx.Component:
    return rx.cond(
        NewContact.twin_id,
        rx.el.div(
            notice(
                rx.el.p(tr("{name} has this address already.", name=NewContact.twin_name)),
                button(
                    tr("Open this contact"),
                    icon="arrow-right",
                    small=True,
                    on_click=NewContact.open_twin,
                ),
                tone="warn",
            ),
            class_name="after-fields",
        ),
    )
