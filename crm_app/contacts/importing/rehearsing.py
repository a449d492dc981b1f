"""The dry run: what an import would do, by the rules of the import, with nothing written (CON-3).

Rows of the same file meet each other as they would: a contact that a row would make is known to the
rows behind it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import cast

from sqlmodel import Session

from crm_app.contacts.fields import ContactFields
from crm_app.contacts.importing import lookup
from crm_app.contacts.importing.choices import Choices
from crm_app.contacts.importing.drafts import Draft, Trouble, preferring
from crm_app.contacts.importing.meeting import (
    NEW_COMPANY,
    Decision,
    Register,
    Standing,
    after,
    keys_of,
    meant,
    weighed,
)
from crm_app.core.access import Actor
from crm_app.core.kinds import ContactKind, RowOutcome

AT_ONCE = 200
_OF_A_SORT = 25


@dataclass(frozen=True, slots=True)
class Shown:
    """A row and what would become of it. ``changes`` are the fields that would differ."""

    number: int
    outcome: RowOutcome
    title: str
    detail: str
    why: Trouble | None = None
    met_id: int | None = None
    met_name: str = ""
    changes: tuple[str, ...] = ()


@dataclass(slots=True)
class Forecast:
    """What was found so far. ``companies``: how many would be made beside the rows' own contacts.
    ``reasons``: how often rows would be skipped or refused, by message and the column that it names."""

    seen: int = 0
    counts: Counter[RowOutcome] = field(default_factory=Counter)
    companies: int = 0
    reasons: Counter[tuple[RowOutcome, str, str]] = field(default_factory=Counter)
    shown: list[Shown] = field(default_factory=list)


@dataclass(slots=True)
class Rehearsal:
    """A dry run under way: the drafts that are left, and who would be known by now."""

    left: Iterator[Draft]
    choices: Choices
    known: Register = field(default_factory=Register)
    pretended: dict[int, Standing] = field(default_factory=dict)
    changed: dict[int, Standing] = field(default_factory=dict)
    forecast: Forecast = field(default_factory=Forecast)


def step(session: Session, actor: Actor, rehearsal: Rehearsal) -> bool:
    """Go through some rows; False at the end."""
    drafts = list(islice(rehearsal.left, AT_ONCE))
    if not drafts:
        return False
    known = rehearsal.known
    known.team = known.team or lookup.team(session, actor)
    kind = rehearsal.choices.kind
    known.learn(lookup.register(session, actor, drafts, kind))
    here = {known.find(meant(draft, kind)) for draft in drafts}
    ids = [found for found in here if found is not None and found > 0]
    standings = lookup.standings(session, actor, ids)
    for draft in drafts:
        _weigh(rehearsal, actor, draft, standings)
    return True


def _weigh(
    rehearsal: Rehearsal, actor: Actor, draft: Draft, standings: dict[int, Standing]
) -> None:
    def standing(contact_id: int) -> Standing | None:
        return (
            rehearsal.pretended.get(contact_id)
            or rehearsal.changed.get(contact_id)
            or standings.get(contact_id)
        )

    decision = weighed(draft, rehearsal.known, standing, rehearsal.choices)
    _pretend(rehearsal, actor, draft, decision)
    _count(rehearsal.forecast, draft, decision)


def _pretend(rehearsal: Rehearsal, actor: Actor, draft: Draft, decision: Decision) -> None:
    """Remember what would be there after the row."""
    if decision.outcome not in (RowOutcome.MADE, RowOutcome.UPDATED):
        return
    if decision.fields.get("company_id") == NEW_COMPANY:
        company = cast(ContactFields, {"kind": ContactKind.COMPANY, "name": draft.company})
        rehearsal.forecast.companies += 1
        _made(rehearsal, actor, company, 0)
    if decision.outcome is RowOutcome.MADE:
        _made(rehearsal, actor, preferring(draft, rehearsal.choices.kind).fields, draft.number)
    elif decision.met is not None:
        met = replace(decision.met, fields=after(decision.met.fields, decision.fields))
        (rehearsal.pretended if met.id < 0 else rehearsal.changed)[met.id] = met


def _made(rehearsal: Rehearsal, actor: Actor, fields: ContactFields, number: int) -> None:
    """Pretend that row ``number`` made a contact; 0: somebody's company was made in passing."""
    # Ids below that of the company that is only a placeholder.
    made = Standing(
        id=NEW_COMPANY - 1 - len(rehearsal.pretended), fields=fields, row=number, bare=not number
    )
    rehearsal.pretended[made.id] = made
    if lookup.would_see(actor, fields.get("owner_id", rehearsal.choices.owner_id)):
        rehearsal.known.note(keys_of(fields), made.id)


def _count(forecast: Forecast, draft: Draft, decision: Decision) -> None:
    outcome, why = decision.outcome, decision.why
    forecast.seen += 1
    forecast.counts[outcome] += 1
    if why is not None:
        problem = why.params.get("problem", why.message)
        forecast.reasons[(outcome, problem, why.params.get("column", ""))] += 1
    if forecast.counts[outcome] <= _OF_A_SORT:
        forecast.shown.append(_shown(draft, decision))


def _shown(draft: Draft, decision: Decision) -> Shown:
    met = decision.met
    fields = draft.fields
    details = [
        fields["emails"][0].address if fields.get("emails") else "",
        fields["phones"][0].number if fields.get("phones") else "",
        draft.company,
    ]
    return Shown(
        number=draft.number,
        outcome=decision.outcome,
        title=draft.title,
        detail=" · ".join(filter(None, details)),
        why=decision.why,
        met_id=met.id if met and met.id > 0 else None,
        met_name=met.name if met else "",
        changes=tuple(decision.fields) if decision.outcome is RowOutcome.UPDATED else (),
    )
