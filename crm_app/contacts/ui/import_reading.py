"""Reading an import for its page, and what the page's address and controls mean. No Reflex here."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from crm_app.contacts.importing import decoding, queries
from crm_app.contacts.importing.choices import Known
from crm_app.contacts.ui import import_shown
from crm_app.core.access import Actor
from crm_app.core.i18n import translate
from crm_app.core.kinds import ContactKind, RowOutcome, WorkState
from crm_app.models import ContactImport

PATH = "/import"
# Refused rows that are shown at once.
PAGE = 50


def import_in(path: str) -> int:
    """The import's number in an address like ``/import/7``; 0 when there is none."""
    head, _, last = path.rstrip("/").rpartition("/")
    return int(last) if head.endswith(PATH) and last.isascii() and last.isdigit() else 0


def choice_of(name: str, value: str) -> dict[str, Any]:
    """What a control of the page sends, as ``choices.from_json`` reads it; empty for nonsense."""
    if name == "known" and value in set(Known):
        return {"known": value}
    if name == "kind" and value in set(ContactKind):
        return {"kind": value}
    if name == "owner" and (not value or (value.isascii() and value.isdigit())):
        return {"owner_id": int(value) if value else None}
    if name == "tags":
        return {"tags": [tag.strip() for tag in value[:1000].split(",") if tag.strip()]}
    return {}


def head(session: Session, actor: Actor, import_id: int) -> tuple[str, str, str, bool, bool]:
    row: ContactImport = queries.get_import(session, actor, import_id)
    return (
        row.file_name,
        import_shown.kind_words(actor, row),
        import_shown.rows_words(actor, row.total),
        row.format == decoding.CSV,
        row.state is not WorkState.PREPARING,
    )


def work(session: Session, actor: Actor, import_id: int, now: datetime) -> dict[str, Any]:
    """What the last two steps show, by the names of the state's vars."""
    row = queries.get_import(session, actor, import_id)
    undoing = row.state is WorkState.UNDOING
    done, total = row.done, row.total
    if undoing:
        total = int(row.options.get("undo_from", 0))
        done = total - row.done
    word, tone = import_shown.STATE_WORDS[row.state]
    counts = import_shown.counts_of(row)
    gone_through = sum(counts.values())
    numbers = import_shown.numbers(actor, counts, done=gone_through, total=row.total)
    refused = queries.rows_of(session, row, RowOutcome.REFUSED, limit=PAGE)
    shown = {
        "state": row.state.value,
        "state_word": translate(actor.locale, word),
        "state_tone": tone,
        "problem": translate(actor.locale, row.error),
        "numbers": import_shown.with_percent(numbers, done, total),
        "time_left": import_shown.time_left(actor, row, now),
        "can_undo": queries.can_undo(row, now=now),
        "can_go_on": row.state is WorkState.STOPPED and bool(row.content),
    }
    if row.state in (WorkState.RUNNING, WorkState.UNDOING):
        return shown
    return shown | {
        "refused": import_shown.told_lines(actor, refused),
        "more_refused": len(refused) == PAGE,
        "stayed": import_shown.told_lines(actor, queries.stayed(session, row)),
    }
