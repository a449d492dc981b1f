"""Carrying out what was decided for a row: through the room's own service, as the user who imports."""

from dataclasses import dataclass, field
from typing import Any, cast

from sqlmodel import Session

from crm_app.contacts import service
from crm_app.contacts.fields import ContactFields
from crm_app.contacts.importing import kept
from crm_app.contacts.importing.choices import Choices
from crm_app.contacts.importing.drafts import Draft, preferring
from crm_app.contacts.importing.meeting import Decision
from crm_app.contacts.making_many import make_many
from crm_app.contacts.whole import whole
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact

SOURCE = "import"


@dataclass(frozen=True, slots=True)
class Acted:
    """What a row did. ``params`` say what undoing has to know, ``before`` what a known contact was."""

    contact_id: int
    params: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None


def wanted(fields: ContactFields, choices: Choices) -> ContactFields:
    """A new contact's fields with what was chosen for all: the kind and the owner, unless it has them."""
    given = preferring(Draft(0, fields), choices.kind).fields
    if choices.owner_id is not None and not given.get("owner_id"):
        given = {**given, "owner_id": choices.owner_id}
    return given


def make_all(session: Session, actor: Actor, new: list[ContactFields]) -> list[Acted]:
    """Make contacts of checked fields, at once."""
    ids = make_many(session, actor, SOURCE, new, rule=SOURCE)
    at = clock.now().isoformat()
    return [Acted(number, {"at": at}) for number in ids]


def make(session: Session, actor: Actor, fields: ContactFields) -> Acted:
    """Make one contact; CrmError when that cannot be."""
    given: ContactFields = {**fields}
    owner_id = given.pop("owner_id", None)
    contact = service.create(session, actor, source=SOURCE, **given)
    if owner_id is not None:
        service.set_owner(session, actor, contact, owner_id, rule=SOURCE)
    session.flush()
    return Acted(contact.id or 0, {"at": clock.now().isoformat()})


def company(name: str, choices: Choices) -> ContactFields:
    """The fields of a company that a row names."""
    return wanted(cast(ContactFields, {"kind": ContactKind.COMPANY, "name": name}), choices)


def change(session: Session, actor: Actor, decision: Decision, fields: ContactFields) -> Acted:
    """Change the contact that the row met; CrmError when that cannot be."""
    if decision.met is None:
        raise LookupError(decision.outcome)
    given: ContactFields = {**fields}
    contact = session.get_one(Contact, decision.met.id)
    has = kept.as_json(cast(dict[str, Any], decision.met.fields))
    was = {name: has[name] for name in given}
    owner_id = given.pop("owner_id", None)
    service.update(session, actor, contact, **given)
    if owner_id is not None:
        service.set_owner(session, actor, contact, owner_id, rule=SOURCE)
    session.flush()
    (changed,) = whole(session, [contact])
    became = kept.as_json(cast(dict[str, Any], changed.fields))
    params = {"at": clock.now().isoformat()} | ({"bare": True} if decision.met.bare else {})
    before = {"was": was, "became": {name: became[name] for name in was}}
    return Acted(contact.id or 0, params, before)
