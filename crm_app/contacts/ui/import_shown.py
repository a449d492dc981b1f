"""What the import page shows: small rows of texts in the reader's language. No Reflex here.

What the step of the columns shows is in ``import_columns_shown``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from babel.numbers import format_decimal
from sqlmodel import Session

from crm_app.contacts import timeline
from crm_app.contacts.importing import decoding, queries, reasons
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate, translate_n
from crm_app.core.kinds import RowOutcome, WorkState
from crm_app.models import ContactImport

STATE_WORDS: dict[WorkState, tuple[str, str]] = {
    WorkState.PREPARING: (N_("Not begun"), "plain"),
    WorkState.RUNNING: (N_("Running"), "accent"),
    WorkState.STOPPED: (N_("Stopped"), "warn"),
    WorkState.DONE: (N_("Done"), "good"),
    WorkState.UNDOING: (N_("Being taken back"), "accent"),
    WorkState.UNDONE: (N_("Taken back"), "plain"),
    WorkState.FAILED: (N_("Failed"), "bad"),
}
OUTCOME_WORDS: dict[RowOutcome, tuple[str, str]] = {
    RowOutcome.MADE: (N_("New"), "good"),
    RowOutcome.UPDATED: (N_("Updated"), "accent"),
    RowOutcome.SKIPPED: (N_("Left out"), "plain"),
    RowOutcome.REFUSED: (N_("Refused"), "bad"),
}
_FORMATS = {decoding.CSV: N_("Table"), decoding.VCARD: N_("Address book (vCard)")}


@dataclass(frozen=True)
class PastLine:
    """An earlier import."""

    id: int
    name: str
    format: str
    when: str
    by: str
    numbers: str
    state: str
    tone: str


@dataclass(frozen=True)
class RowLine:
    """A row and what became, or would become, of it."""

    number: int
    outcome: str
    word: str
    tone: str
    title: str
    detail: str
    note: str
    contact_id: int


@dataclass(frozen=True)
class ReasonLine:
    """How often rows are left out or refused for one reason."""

    outcome: str
    count: str
    text: str


@dataclass(frozen=True)
class Numbers:
    """What became of the rows, as people write numbers; the shares are percentages of all rows."""

    total: str = "0"
    done: str = "0"
    made: str = "0"
    updated: str = "0"
    skipped: str = "0"
    refused: str = "0"
    made_share: float = 0
    updated_share: float = 0
    skipped_share: float = 0
    refused_share: float = 0
    percent: int = 0
    left: str = ""


def number(actor: Actor, value: int) -> str:
    """``value`` with the separators of the actor's language."""
    return str(format_decimal(value, locale=actor.locale))


def past(session: Session, actor: Actor) -> list[PastLine]:
    """The earlier imports."""
    return [
        PastLine(
            id=each.id,
            name=each.file_name,
            format=each.format,
            when=timeline.instant(actor.locale, actor.time_zone, each.created_at),
            by=each.by,
            numbers=_past_numbers(actor, each),
            state=translate(actor.locale, STATE_WORDS[each.state][0]),
            tone=STATE_WORDS[each.state][1],
        )
        for each in queries.list_imports(session, actor)
    ]


def _past_numbers(actor: Actor, each: queries.Past) -> str:
    if each.state is WorkState.PREPARING:
        return rows_words(actor, each.total)
    told = (
        (each.made, N_("{number} new")),
        (each.updated, N_("{number} updated")),
        (each.skipped, N_("{number} left out")),
        (each.refused, N_("{number} refused")),
    )
    return " · ".join(
        translate(actor.locale, words, number=number(actor, count))
        for count, words in told
        if count
    )


def rows_words(actor: Actor, count: int) -> str:
    """How many rows or cards a file has."""
    return translate_n(
        actor.locale, "{number} row", "{number} rows", count, number=number(actor, count)
    )


def kind_words(actor: Actor, row: ContactImport) -> str:
    """What a file is."""
    return translate(actor.locale, _FORMATS[row.format])


def numbers(actor: Actor, counts: Mapping[RowOutcome, int], *, done: int, total: int) -> Numbers:
    """The figures of an import or a dry run."""

    def share(outcome: RowOutcome) -> float:
        return round(100 * counts.get(outcome, 0) / done, 2) if done else 0.0

    def word(outcome: RowOutcome) -> str:
        return number(actor, counts.get(outcome, 0))

    return Numbers(
        total=number(actor, total),
        done=number(actor, done),
        made=word(RowOutcome.MADE),
        updated=word(RowOutcome.UPDATED),
        skipped=word(RowOutcome.SKIPPED),
        refused=word(RowOutcome.REFUSED),
        made_share=share(RowOutcome.MADE),
        updated_share=share(RowOutcome.UPDATED),
        skipped_share=share(RowOutcome.SKIPPED),
        refused_share=share(RowOutcome.REFUSED),
    )


def with_percent(found: Numbers, done: int, total: int) -> Numbers:
    """``found`` with how far the work has come."""
    return replace(found, percent=min(100, done * 100 // total) if total else 0)


def counts_of(row: ContactImport) -> dict[RowOutcome, int]:
    """What became of the rows so far."""
    return {
        RowOutcome.MADE: row.made,
        RowOutcome.UPDATED: row.updated,
        RowOutcome.SKIPPED: row.skipped,
        RowOutcome.REFUSED: row.refused,
    }


def time_left(actor: Actor, row: ContactImport, now: datetime) -> str:
    """How long an import still takes at the speed that it had, or nothing yet."""
    began = row.options.get("began_at")
    done = row.done - int(row.options.get("began_done", 0))
    if row.state is not WorkState.RUNNING or not began or done < 1:
        return ""
    spent = now - datetime.fromisoformat(began)
    left = spent / done * max(0, row.total - row.done)
    if spent < timedelta(seconds=3):
        return ""
    if left < timedelta(minutes=1):
        return translate(actor.locale, N_("less than a minute left"))
    minutes = round(left / timedelta(minutes=1))
    return translate_n(
        actor.locale, "about {count} minute left", "about {count} minutes left", minutes
    )


def told_lines(actor: Actor, told: Sequence[queries.Told]) -> list[RowLine]:
    """Rows with what became of them."""
    return [
        row_line(
            actor,
            each.position,
            each.outcome,
            title=each.title,
            note=reasons.sentence(actor.locale, each) if each.reason else "",
            contact_id=each.contact_id or 0,
        )
        for each in told
    ]


def row_line(
    actor: Actor, position: int, outcome: RowOutcome, *, title: str, **values: Any
) -> RowLine:
    """A row with the word for what becomes of it."""
    word, tone = OUTCOME_WORDS[outcome]
    return RowLine(
        number=position,
        outcome=outcome.value,
        word=translate(actor.locale, word),
        tone=tone,
        title=title or "–",
        detail=values.get("detail", ""),
        note=values.get("note", ""),
        contact_id=values.get("contact_id", 0),
    )
