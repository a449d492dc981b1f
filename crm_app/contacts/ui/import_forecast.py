"""The dry run as the page shows it: figures, the reasons by how often they come, and some rows."""

from dataclasses import dataclass

from sqlmodel import Session

from crm_app.contacts.importing import choices, meeting, queries, reasons, source
from crm_app.contacts.importing.rehearsing import Forecast, Rehearsal, Shown
from crm_app.contacts.making import region_for
from crm_app.contacts.timeline import FIELD_NAMES
from crm_app.contacts.ui.import_shown import (
    Numbers,
    ReasonLine,
    RowLine,
    number,
    numbers,
    row_line,
    with_percent,
)
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate, translate_n
from crm_app.core.kinds import RowOutcome

_MOST_REASONS = 8
# Words for what only a preview can say: the message has no values of its own rows.
_GENERAL = {
    meeting.KNOWN: N_("Is here already"),
    meeting.SAME_FILE: N_("Comes twice in this file"),
    meeting.NOTHING_NEW: N_("Is here already, nothing new"),
    meeting.NOT_YOURS: N_("Belongs to somebody else"),
    meeting.NO_SUCH_OWNER: N_("The owner is nobody here"),
}


@dataclass(frozen=True)
class Foreseen:
    """What the dry run found so far."""

    numbers: Numbers
    companies: str
    button: str
    reasons: list[ReasonLine]
    rows: list[RowLine]


def begin(session: Session, actor: Actor, import_id: int) -> tuple[Rehearsal, int]:
    """A dry run of the import as it is chosen now, and how many rows there are."""
    row = queries.get_import(session, actor, import_id)
    left = source.read(row, region=region_for(session, ""))
    return Rehearsal(left=left, choices=choices.from_json(row.options)), row.total


def foreseen(actor: Actor, forecast: Forecast, total: int) -> Foreseen:
    """``forecast`` in the actor's language."""
    counted = forecast.counts
    acts = counted[RowOutcome.MADE] + counted[RowOutcome.UPDATED]
    companies = forecast.companies
    return Foreseen(
        numbers=with_percent(
            numbers(actor, counted, done=forecast.seen, total=total), forecast.seen, total
        ),
        companies=translate_n(
            actor.locale,
            "{number} company is made for them",
            "{number} companies are made for them",
            companies,
            number=number(actor, companies),
        )
        if companies
        else "",
        button=translate_n(
            actor.locale,
            "Import {number} contact",
            "Import {number} contacts",
            acts,
            number=number(actor, acts),
        )
        if acts
        else "",
        reasons=_reasons(actor, forecast),
        rows=[_row(actor, each) for each in forecast.shown],
    )


def _reasons(actor: Actor, forecast: Forecast) -> list[ReasonLine]:
    found = []
    for (outcome, message, column), count in forecast.reasons.most_common(_MOST_REASONS):
        words = translate(actor.locale, _GENERAL.get(message, message))
        text = f"{column}: {words}" if column else words
        found.append(ReasonLine(outcome.value, number(actor, count), text))
    return found


def _row(actor: Actor, each: Shown) -> RowLine:
    why = each.why
    note = reasons.filled(actor.locale, why.message, why.params) if why else ""
    if each.changes:
        names = [translate(actor.locale, FIELD_NAMES[n]) for n in each.changes if n in FIELD_NAMES]
        note = translate(
            actor.locale,
            N_("{name} gets: {fields}"),
            name=each.met_name,
            fields=", ".join(names),
        )
    return row_line(
        actor,
        each.number,
        each.outcome,
        title=each.title,
        detail=each.detail,
        note=note,
        contact_id=each.met_id or 0,
    )
