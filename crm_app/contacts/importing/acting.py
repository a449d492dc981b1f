"""Carrying out what was decided for a row: through the room's own service, as the user who imports."""

from dataclasses import dataclass, field
from typing import Any, cast

from sqlmodel import Session

from crm_app.contacts import service
from crm_app.contacts.fields import ContactFields
from crm_app.contacts.importing import kept
from crm_app.contacts.importing.choices import Choices
from crm_app.contacts.importing.drafts import Draft, preferring
from crm_app.contacts.importing.lookup import would_see
from crm_app.contacts.importing.meeting import NEW_COMPANY, Decision, Register, keys_of
from crm_app.contacts.whole import whole
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.kinds import ContactKind, RowOutcome
from crm_app.models import Contact

SOURCE = "import"


@dataclass(frozen=True, slots=True)
class Acted:
    """What a row did. ``params`` say what undoing has to know, ``before`` what a known contact was."""

    contact: Contact
    params: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None


def act(
    session: Session,
    actor: Actor,
    decision: Decision,
    draft: Draft,
    choices: Choices,
    register: Register,
) -> Acted:
    """Make or change the contact; CrmError when that cannot be. The register learns who was made."""
    fields: ContactFields = {**decision.fields}
    params: dict[str, Any] = {}
    made: list[Contact] = []
    if fields.get("company_id") == NEW_COMPANY:
        company = _company(session, actor, draft.company, choices)
        fields["company_id"] = params["company_id"] = company.id or 0
        made.append(company)
    before = None
    if decision.outcome is RowOutcome.MADE:
        contact = _made(session, actor, fields, choices)
        made.append(contact)
    else:
        contact, before = _changed(session, actor, decision, fields)
    session.flush()
    # Only once all of it held: a row that is refused leaves nothing behind.
    for each in whole(session, [one for one in made if would_see(actor, one.owner_id)]):
        register.note(keys_of(each.fields), each.contact.id or 0)
    return Acted(contact, {**params, "at": clock.now().isoformat()}, before)


def _made(session: Session, actor: Actor, fields: ContactFields, choices: Choices) -> Contact:
    owner_id = fields.pop("owner_id", choices.owner_id)
    given = preferring(Draft(0, fields), choices.kind).fields
    contact = service.create(session, actor, source=SOURCE, **given)
    if owner_id is not None:
        service.set_owner(session, actor, contact, owner_id, rule=SOURCE)
    return contact


def _company(session: Session, actor: Actor, name: str, choices: Choices) -> Contact:
    fields = cast(ContactFields, {"kind": ContactKind.COMPANY, "name": name})
    return _made(session, actor, fields, choices)


def _changed(
    session: Session, actor: Actor, decision: Decision, fields: ContactFields
) -> tuple[Contact, dict[str, Any]]:
    if decision.met is None:
        raise LookupError(decision.outcome)
    contact = session.get_one(Contact, decision.met.id)
    has = kept.as_json(cast(dict[str, Any], decision.met.fields))
    was = {name: has[name] for name in fields}
    owner_id = fields.pop("owner_id", None)
    service.update(session, actor, contact, **fields)
    if owner_id is not None:
        service.set_owner(session, actor, contact, owner_id, rule=SOURCE)
    (changed,) = whole(session, [contact])
    became = kept.as_json(cast(dict[str, Any], changed.fields))
    return contact, {"was": was, "became": {name: became[name] for name in was}}
