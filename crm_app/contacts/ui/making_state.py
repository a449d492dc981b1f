"""The dialog that makes a contact. Somebody with the address is shown first, never merged (CON-2)."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.contacts import queries, service
from crm_app.contacts.fields import ContactFields, Email, Phone
from crm_app.contacts.ui import card_form
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotFound
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import ContactKind
from crm_app.ui.state import PrivateState, handler

Choice = dict[str, str]


class NewContact(PrivateState):
    """The dialog. ``twin_id`` is a contact that has the typed address already."""

    adding: bool = False
    owners: list[Choice] = []
    owner_id: str = ""
    twin_id: int = 0
    twin_name: str = ""

    @handler
    async def begin(self) -> None:
        """Open an empty dialog."""
        self.owners = await self._read(owner_choices)
        self.owner_id, self.errors = str(self._user_id), {}
        self.twin_id, self.twin_name = 0, ""
        self.adding = True

    @handler
    def close(self) -> None:
        """Close without making anything."""
        self.adding = False

    @handler
    async def save(self, form: dict[str, Any]) -> Any:
        """Make the contact and open its card; asks first when somebody has the address."""
        fields = fields_of(form)
        if not self.twin_id:
            twin = await self._read(lambda session, actor: twin_of(session, actor, fields))
            if twin:
                self.twin_id, self.twin_name = twin
                return None
        contact_id = await self._write(lambda session, actor: make(session, actor, fields))
        self.adding = False
        return [
            rx.redirect(f"/contacts/{contact_id}"),
            rx.toast.success(self._say(N_("The contact was made."))),
        ]

    @handler
    def open_twin(self) -> Any:
        """Open the contact that has the address instead."""
        self.adding = False
        return rx.redirect(f"/contacts/{self.twin_id}")

    @handler
    def forget_twin(self) -> None:
        """The address was changed: look again when saving."""
        self.twin_id, self.twin_name = 0, ""


def owner_choices(session: Session, actor: Actor) -> list[Choice]:
    """Whom a contact can be given to."""
    return [
        {"value": "", "label": translate(actor.locale, N_("Nobody"))},
        *(
            {"value": str(user.id), "label": user.name}
            for user in accounts.list_users(session, actor)
        ),
    ]


def fields_of(form: dict[str, Any]) -> ContactFields:
    """The typed form as fields; the browser may send anything."""

    def text(name: str) -> str:
        return card_form.text(form, name)

    fields: ContactFields = {
        "kind": ContactKind(text("kind")) if text("kind") in set(ContactKind) else ContactKind.LEAD,
        "name": text("name"),
        "emails": [Email(text("email"))],
        "phones": [Phone(text("phone"))],
    }
    if text("owner").isdigit():
        fields["owner_id"] = int(text("owner"))
    return fields


def twin_of(session: Session, actor: Actor, fields: ContactFields) -> tuple[int, str] | None:
    """Id and name of the contact that the address means, if ``actor`` may see it."""
    known = service.match_by_email(session, fields["emails"][0].address)
    if known is None:
        return None
    try:
        queries.get_contact(session, actor, known.id or 0)
    except NotFound:
        return None
    return known.id or 0, known.name


def make(session: Session, actor: Actor, fields: ContactFields) -> int:
    """Make the contact; Invalid names the inputs of the dialog."""
    try:
        return service.create(session, actor, **fields).id or 0
    except Invalid as error:
        typed = {"emails.0": "email", "phones.0": "phone", "owner_id": "owner"}
        raise Invalid(
            fields={typed.get(name, name): text for name, text in error.fields.items()}
        ) from error
