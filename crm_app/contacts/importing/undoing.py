"""Taking an import back, row by row from its end: who was made is deleted, what was changed is put back.

A contact with which something happened since stays, and the row says so; so does a company to which
others belong by now. Deleted contacts can be brought back for their thirty days.
"""

import time
from datetime import datetime
from typing import Any, cast

from sqlmodel import Session, col, select

from crm_app.accounts import queries as accounts
from crm_app.contacts import merged, service, timeline
from crm_app.contacts.importing import kept
from crm_app.contacts.visibility import may_change
from crm_app.contacts.whole import whole
from crm_app.core import access, clock, db, facts
from crm_app.core.access import Actor
from crm_app.core.errors import CrmError
from crm_app.core.kinds import RowOutcome, WorkState
from crm_app.models import Contact, ContactImport, ImportRow, TimelineEntry, User

AT_ONCE = 25
KEPT = "kept"


def undo(import_id: int, *, seconds: float) -> bool:
    """Take back the rows that are left, until all are or about ``seconds`` are over: whether there is
    more to do."""
    until = time.monotonic() + seconds
    while _step(import_id):
        if time.monotonic() > until:
            return True
    return False


def _step(import_id: int) -> bool:
    with db.unit_of_work() as session:
        row = session.get(ContactImport, import_id, with_for_update=True)
        if row is None or row.state is not WorkState.UNDOING:
            return False
        actor = _actor(session, row)
        lines = _lines(session, row)
        for line in lines:
            try:
                with session.begin_nested():
                    stays = not _back(session, actor, line)
            except CrmError:
                stays = True
            _note(session, row, line, stays)
        if not lines:
            row.state, row.done, row.ended_at, row.content = (
                WorkState.UNDONE,
                0,
                clock.now(),
                b"",
            )
        session.add(row)
        facts.record(session, facts.ContactWorkChanged(user_id=row.user_id))
        return bool(lines)


def _actor(session: Session, row: ContactImport) -> Actor:
    """Whoever asked for it, and nothing is triggered."""
    user = session.get(User, row.options.get("undone_by", row.user_id))
    if user is None:
        return access.system("import", silent=True)
    asked = accounts.actor_of(user)
    return Actor(
        kind=asked.kind,
        user_id=asked.user_id,
        role=asked.role,
        label=asked.label,
        locale=asked.locale,
        time_zone=asked.time_zone,
        silent=True,
    )


def _lines(session: Session, row: ContactImport) -> list[ImportRow]:
    acted = col(ImportRow.outcome).in_([RowOutcome.MADE, RowOutcome.UPDATED])
    left = col(ImportRow.position) <= row.done
    query = select(ImportRow).where(ImportRow.import_id == row.id, acted, left)
    return list(session.exec(query.order_by(col(ImportRow.position).desc()).limit(AT_ONCE)))


def _note(session: Session, row: ContactImport, line: ImportRow, stays: bool) -> None:
    line.params = {**line.params, "back": not stays}
    if stays:
        row.options = {**row.options, KEPT: row.options.get(KEPT, 0) + 1}
    row.done = line.position - 1
    session.add(line)


def _back(session: Session, actor: Actor, line: ImportRow) -> bool:
    """Whether the row was taken back."""
    contact = session.get(Contact, line.contact_id) if line.contact_id else None
    if contact is not None and merged.kept_id(session, contact.id or 0) != contact.id:
        # What came with it is in another record by now.
        went = False
    elif contact is None or contact.deleted_at is not None:
        went = True
    elif line.outcome is RowOutcome.MADE:
        went = _delete(session, actor, contact, line.import_id)
    elif line.params.get("bare") or _made_here(session, contact, line.import_id):
        # Another row of this file made it, which decides.
        went = True
    else:
        _restore(session, actor, contact, line.before or {})
        went = True
    if went and (company_id := line.params.get("company_id")):
        _delete_company(session, actor, line, company_id)
    return went


def _made_here(session: Session, contact: Contact, import_id: int) -> bool:
    made = select(ImportRow.id).where(
        ImportRow.contact_id == contact.id,
        ImportRow.import_id == import_id,
        ImportRow.outcome == RowOutcome.MADE,
    )
    return session.exec(made.limit(1)).first() is not None


def _delete(session: Session, actor: Actor, contact: Contact, import_id: int, at: str = "") -> bool:
    """Delete the contact unless something happened with it since the import, which ``at`` is a
    moment of if no row of it says when."""
    rows = select(ImportRow.params).where(
        ImportRow.contact_id == contact.id, ImportRow.import_id == import_id
    )
    moments = [at, *(str(params.get("at", "")) for params in session.exec(rows))]
    last = datetime.fromisoformat(max(moments))
    if not may_change(actor, contact) or _worked_with(session, contact, last):
        return False
    service.delete(session, actor, contact)
    return True


def _worked_with(session: Session, contact: Contact, since: datetime) -> bool:
    """Whether anything happened with the contact after ``since``."""
    later = select(TimelineEntry.id).where(
        TimelineEntry.contact_id == contact.id, col(TimelineEntry.at) > since
    )
    return session.exec(later.limit(1)).first() is not None


def _delete_company(session: Session, actor: Actor, line: ImportRow, company_id: int) -> None:
    """The company that the row made goes too, unless people belong to it."""
    company = session.get(Contact, company_id)
    if company is None or company.deleted_at is not None:
        return
    people = select(Contact.id).where(
        Contact.company_id == company_id, col(Contact.deleted_at).is_(None)
    )
    if session.exec(people.limit(1)).first() is None:
        _delete(session, actor, company, line.import_id, str(line.params["at"]))


def _restore(session: Session, actor: Actor, contact: Contact, before: dict[str, Any]) -> None:
    """Put the fields back that nobody changed since."""
    (now,) = whole(session, [contact])
    has = kept.as_json(cast(dict[str, Any], now.fields))
    back = kept.from_json(kept.put_back(has, before.get("was", {}), before.get("became", {})))
    owner = "owner_id" in back
    owner_id = back.pop("owner_id", None)
    if back:
        service.update(session, actor, contact, **back)
    if owner:
        service.set_owner(session, actor, contact, owner_id, rule=timeline.UNDO)
