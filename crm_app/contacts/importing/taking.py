"""The rows of one transaction, decided one after another; who is new is made together.

A contact that a row makes is known to the rows behind it before it is in the database: it waits under a
number of its own (below zero) until some row needs it, or the rows are over. A row that the database
does not take is refused, and the others are made one by one.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session, select

from crm_app.contacts.fields import ContactFields
from crm_app.contacts.importing import acting, lookup
from crm_app.contacts.importing.acting import Acted
from crm_app.contacts.importing.choices import Choices
from crm_app.contacts.importing.drafts import Draft, Trouble
from crm_app.contacts.importing.meeting import (
    NEW_COMPANY,
    Decision,
    Register,
    Standing,
    keys_of,
    weighed,
)
from crm_app.core.access import Actor
from crm_app.core.errors import CrmError, Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind, RowOutcome
from crm_app.models import Contact, ContactImport, ImportRow

NOT_KEPT = N_("The database cannot keep this row.")
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A row whose contact is to be made. ``company_id``: the company that was made for it."""

    draft: Draft
    fields: ContactFields
    number: int
    company_id: int = 0


@dataclass(slots=True)
class Taking:
    """See the module. ``real`` are the ids of those who waited, ``made`` the rows that made a contact."""

    session: Session
    actor: Actor
    choices: Choices
    register: Register
    work: ContactImport
    waiting: list[_Waiting] = field(default_factory=list)
    real: dict[int, int] = field(default_factory=dict)
    made: dict[int, int] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    _next: int = NEW_COMPANY - 1

    def take(self, drafts: list[Draft]) -> list[Line]:
        """What became of each row, as its line says it."""
        for draft in drafts:
            decision = weighed(draft, self.register, self._standing, self.choices)
            if decision.outcome in (RowOutcome.SKIPPED, RowOutcome.REFUSED):
                self._tell(draft, decision.outcome, met=decision.met, why=decision.why)
            else:
                self._try(draft, decision)
        self._make_waiting()
        return self.lines

    def _try(self, draft: Draft, decision: Decision) -> None:
        """Change the contact now, or have it made with others; refuse the row if that cannot be."""
        # Those who wait are made outside of what may be rolled back for this row.
        self._real(decision.fields.get("company_id") or 0)
        try:
            with self.session.begin_nested():
                fields, company_id = self._with_company(draft, decision.fields)
                if decision.outcome is RowOutcome.UPDATED:
                    acted = acting.change(self.session, self.actor, decision, fields)
        except CrmError as error:
            self._tell(draft, RowOutcome.REFUSED, met=decision.met, why=_why(error))
        except (DataError, IntegrityError):
            self._tell(draft, RowOutcome.REFUSED, met=decision.met, why=Trouble(NOT_KEPT))
        else:
            if company_id:
                company = acting.company(draft.company, self.choices)
                self._know(company, company_id)
            if decision.outcome is RowOutcome.UPDATED:
                self._acted(draft, decision.outcome, acted, company_id)
            else:
                self._wait(draft, acting.wanted(fields, self.choices), company_id)

    def _with_company(self, draft: Draft, fields: ContactFields) -> tuple[ContactFields, int]:
        """``fields`` with the company's real id, and that id if it was made for them now."""
        company_id = fields.get("company_id")
        if company_id is None or company_id >= 0:
            return fields, 0
        if company_id == NEW_COMPANY:
            made = acting.make(
                self.session, self.actor, acting.company(draft.company, self.choices)
            )
            return {**fields, "company_id": made.contact_id}, made.contact_id
        return {**fields, "company_id": self._real(company_id)}, 0

    def _wait(self, draft: Draft, fields: ContactFields, company_id: int) -> None:
        self.waiting.append(_Waiting(draft, fields, self._next, company_id))
        self._know(fields, self._next)
        self._next -= 1

    def _know(self, fields: ContactFields, number: int) -> None:
        if lookup.would_see(self.actor, fields.get("owner_id")):
            self.register.note(keys_of(fields), number)

    def _real(self, number: int) -> int:
        """The id in the database of whom the register knows by ``number``."""
        if number < NEW_COMPANY and number not in self.real:
            self._make_waiting()
        return self.real.get(number, number)

    def _make_waiting(self) -> None:
        waiting, self.waiting = self.waiting, []
        if not waiting:
            return
        try:
            with self.session.begin_nested():
                acted = acting.make_all(self.session, self.actor, [each.fields for each in waiting])
        except (DataError, IntegrityError):
            for each in waiting:
                self._make_one(each)
            return
        for each, done in zip(waiting, acted, strict=True):
            self._acted(each.draft, RowOutcome.MADE, done, each.company_id, each.number)

    def _make_one(self, each: _Waiting) -> None:
        try:
            with self.session.begin_nested():
                done = acting.make(self.session, self.actor, each.fields)
        except CrmError as error:
            self._tell(each.draft, RowOutcome.REFUSED, why=_why(error))
        except (DataError, IntegrityError):
            self._tell(each.draft, RowOutcome.REFUSED, why=Trouble(NOT_KEPT))
        else:
            self._acted(each.draft, RowOutcome.MADE, done, each.company_id, each.number)

    def _acted(
        self, draft: Draft, outcome: RowOutcome, acted: Acted, company_id: int, number: int = 0
    ) -> None:
        if number:
            self.real[number] = acted.contact_id
            self.made[acted.contact_id] = draft.number
        params = acted.params | ({"company_id": company_id} if company_id else {})
        line = _line(draft, outcome, acted.contact_id, params=params, before=acted.before)
        self.lines.append(line)

    def _tell(
        self,
        draft: Draft,
        outcome: RowOutcome,
        *,
        met: Standing | None = None,
        why: Trouble | None = None,
    ) -> None:
        self.lines.append(_line(draft, outcome, met.id if met else None, why=why))

    def _standing(self, number: int) -> Standing | None:
        contact_id = self._real(number)
        found = lookup.standings(self.session, self.actor, [contact_id]).get(contact_id)
        if found is None:
            return None
        row = self._row_of(contact_id)
        return replace(found, row=row, bare=not row and self._made_in_passing(contact_id))

    def _row_of(self, contact_id: int) -> int:
        """The row of this file that made the contact; 0: it was here before."""
        if contact_id in self.made:
            return self.made[contact_id]
        made = select(ImportRow.position).where(
            ImportRow.contact_id == contact_id,
            ImportRow.import_id == self.work.id,
            ImportRow.outcome == RowOutcome.MADE,
        )
        return self.session.exec(made.limit(1)).first() or 0

    def _made_in_passing(self, contact_id: int) -> bool:
        """Whether it is a company that came with this file because a row named it."""
        contact = self.session.get_one(Contact, contact_id)
        return (
            contact.kind is ContactKind.COMPANY
            and contact.source == acting.SOURCE
            and contact.created_at >= self.work.created_at
        )


def _line(
    draft: Draft,
    outcome: RowOutcome,
    contact_id: int | None,
    *,
    why: Trouble | None = None,
    params: dict[str, Any] | None = None,
    before: dict[str, Any] | None = None,
) -> Line:
    return {
        "position": draft.number,
        "outcome": outcome,
        "contact_id": contact_id,
        "reason": why.message if why else "",
        "params": {"title": draft.title[:200]} | (dict(why.params) if why else {}) | (params or {}),
        "before": before,
    }


def _why(error: CrmError) -> Trouble:
    if isinstance(error, Invalid) and error.fields:
        return Trouble(next(iter(error.fields.values())))
    return Trouble(error.user_message, {name: str(value) for name, value in error.params.items()})
