"""What the import page shows: small rows of texts in the reader's language. No Reflex here.

Cells of a file are shown as they stand in it, shortened; nothing of the file but a few samples gets
into a state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from babel.numbers import format_decimal
from sqlmodel import Session

from crm_app.contacts import timeline
from crm_app.contacts.fields import Address
from crm_app.contacts.importing import columns, decoding, queries, reasons, source, table
from crm_app.contacts.importing.drafts import Draft, letters
from crm_app.contacts.making import region_for
from crm_app.contacts.ui.shown import KIND_NAMES
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate, translate_n
from crm_app.core.kinds import ContactKind, RowOutcome, WorkState
from crm_app.models import ContactImport
from crm_app.ui.components.people import initials

SAMPLES = 3
PREVIEWS = 20
_LONGEST = 60

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
class ColumnLine:
    """A column of the file. ``own`` is the target of a field of its own; ``mark`` known, own or out."""

    place: int
    letter: str
    heading: str
    samples: list[str]
    target: str
    own: str
    mark: str
    error: str


@dataclass(frozen=True)
class PreviewLine:
    """A field of the contact that a row makes."""

    label: str
    value: str


@dataclass(frozen=True)
class Preview:
    """A row as the contact that it makes."""

    number: int = 0
    title: str = ""
    initials: str = ""
    kind: str = ""
    kind_name: str = ""
    trouble: str = ""
    lines: list[PreviewLine] = field(default_factory=list)


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


def column_lines(actor: Actor, row: ContactImport) -> list[ColumnLine]:
    """The columns of a table, each with samples and its target."""
    found = source.table_of(row)
    samples, targets = source.samples(found), source.targets_of(row)
    doubled = columns.clashes(targets)
    twice = translate(actor.locale, N_("Another column leads here already."))
    return [
        ColumnLine(
            place=place,
            letter=letters(place),
            heading=heading,
            samples=[cell[:_LONGEST] for cell in cells[:SAMPLES]],
            target=target,
            own=_own(heading, place, target),
            mark=_mark(target),
            error=twice if place in doubled else "",
        )
        for place, (heading, cells, target) in enumerate(
            zip(found.headings, samples, targets, strict=False)
        )
    ]


def _own(heading: str, place: int, target: str) -> str:
    if target.startswith(f"{columns.CUSTOM}/"):
        return target
    return columns.custom(heading or letters(place))


def _mark(target: str) -> str:
    if target == columns.LEFT_OUT:
        return "out"
    return "own" if target.startswith(f"{columns.CUSTOM}/") else "known"


def target_choices(actor: Actor) -> list[dict[str, str]]:
    """The fields that a column can be given, but for one of its own."""
    left_out = {"value": columns.LEFT_OUT, "label": translate(actor.locale, N_("Leave out"))}
    return [
        left_out,
        *(
            {"value": each.target, "label": columns.heading(actor.locale, each.target)}
            for each in columns.options()
        ),
    ]


def reading_choices(actor: Actor) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Encodings and delimiters."""
    delimiters = ((",", N_("Comma")), (";", N_("Semicolon")), ("\t", N_("Tab")), ("|", N_("Bar")))
    return (
        [
            {"value": key, "label": translate(actor.locale, name)}
            for key, name in decoding.ENCODINGS.items()
        ],
        [{"value": key, "label": translate(actor.locale, name)} for key, name in delimiters],
    )


def reading_of(row: ContactImport) -> table.Format:
    """How the table is read."""
    return source.format_of(row)


def previews(session: Session, actor: Actor, row: ContactImport) -> list[Preview]:
    """The first rows as the contacts that they make."""
    region = region_for(session, "")
    return [preview(actor, draft) for draft in islice(source.read(row, region=region), PREVIEWS)]


def preview(actor: Actor, draft: Draft) -> Preview:
    """A draft as a small card."""
    fields = draft.fields
    kind = fields.get("kind", ContactKind.LEAD)
    trouble = draft.trouble
    return Preview(
        number=draft.number,
        title=draft.title or "–",
        initials=initials(draft.title),
        kind=kind.value,
        kind_name=translate(actor.locale, KIND_NAMES[kind]) if "kind" in fields else "",
        trouble=reasons.filled(actor.locale, trouble.message, trouble.params) if trouble else "",
        lines=_preview_lines(actor, draft) if trouble is None else [],
    )


def _preview_lines(actor: Actor, draft: Draft) -> list[PreviewLine]:
    fields = draft.fields

    def word(part: str, which: str = "") -> str:
        known = f"{part}/{which}" if which in columns.WHICH else part
        return columns.heading(actor.locale, known)

    lines = [(word("email", each.label), each.address) for each in fields.get("emails", [])]
    lines += [(word("phone", each.label), each.number) for each in fields.get("phones", [])]
    lines += [(word("company"), draft.company)]
    lines += [
        (translate(actor.locale, N_("Address")), _place(each))
        for each in fields.get("addresses", [])
    ]
    lines += [
        (word("tags"), ", ".join(fields.get("tags", []))),
        (word("owner"), draft.owner),
        (word("time_zone"), fields.get("time_zone", "")),
        (word("locale"), fields.get("locale", "")),
        (word("do_not_disturb"), ", ".join(fields.get("do_not_disturb", []))),
        (word("note"), fields.get("note", "")),
    ]
    lines += [(key, str(value)) for key, value in fields.get("custom", {}).items()]
    return [PreviewLine(label, value[:200]) for label, value in lines if value]


def _place(each: Address) -> str:
    city = " ".join(filter(None, (each.postal_code, each.city)))
    return ", ".join(filter(None, (each.street, city, each.region, each.country)))


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
