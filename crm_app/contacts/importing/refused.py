"""The refused rows of an import as a table with the reasons, and a table as an example.

The refused rows keep their columns and headings, so that they can be mended in a spreadsheet and
brought again; what was added is left out by the next import.
"""

from collections.abc import Iterator, Sequence

from sqlmodel import Session

from crm_app.contacts.importing import columns, decoding, queries, reasons, source
from crm_app.contacts.importing.drafts import letters
from crm_app.core import spreadsheet
from crm_app.core.access import Actor
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import RowOutcome
from crm_app.core.spreadsheet import for_people
from crm_app.models import ContactImport

_MOST = 100_000
_EXAMPLE = ("first_name", "last_name", "company", "email", "phone/mobile", "city", "tags", "note")
_EXAMPLE_ROWS = (
    ("Anna", "Kowalska", "Kowalska Design", "anna@kowalska.example", "+48 601 234 567", "Gdańsk"),
    ("Jonas", "Weber", "Weber & Söhne GmbH", "jonas@weber.example", "+49 170 1234567", "Köln"),
)


def table(session: Session, actor: Actor, row: ContactImport) -> Iterator[bytes]:
    """The refused rows of an import that was got before, in the actor's language."""
    told = queries.rows_of(session, row, RowOutcome.REFUSED, limit=_MOST)
    why = {each.position: reasons.sentence(actor.locale, each) for each in told}
    head = [translate(actor.locale, N_("Row")), translate(actor.locale, N_("Reason"))]
    if row.format == decoding.CSV and row.content:
        found = source.table_of(row)
        head += [heading or letters(place) for place, heading in enumerate(found.headings)]
        width = len(found.headings)
        rows: Iterator[Sequence[str]] = (
            [str(each.number), why[each.number], *_padded(each.cells, width)]
            for each in found.rows()
            if each.number in why
        )
    else:
        head.append(columns.heading(actor.locale, "name"))
        rows = ([str(each.position), why[each.position], each.title] for each in told)
    yield from _written(actor.locale, head, rows)


def example(locale: str) -> Iterator[bytes]:
    """A table with a few of the columns that are understood."""
    head = [columns.heading(locale, target) for target in _EXAMPLE]
    tag, note = translate(locale, N_("Fair 2026")), translate(locale, N_("Wants an offer"))
    return _written(locale, head, ([*cells, tag, note] for cells in _EXAMPLE_ROWS))


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * width][: max(width, len(cells))]


def _written(locale: str, head: list[str], rows: Iterator[Sequence[str]]) -> Iterator[bytes]:
    between = spreadsheet.separator(locale)
    yield spreadsheet.MARK
    whole = ([for_people(cell) for cell in cells] for cells in _with(head, rows))
    yield from spreadsheet.lines(whole, between=between)


def _with(head: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield head
    yield from rows
