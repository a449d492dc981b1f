"""The rows of an import's file, one after another, as drafts. Reading costs as much as the file is long."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from crm_app.contacts.importing import columns, decoding, drafts, table
from crm_app.contacts.importing.drafts import Draft
from crm_app.contacts.importing.table import Table
from crm_app.models import ContactImport
from crm_app.providers.address_book_port import Card
from crm_app.providers.vcard.files import read_file

SAMPLE_ROWS = 50
_CARD = re.compile(rb"^[ \t]*BEGIN[ \t]*:[ \t]*VCARD", re.IGNORECASE | re.MULTILINE)


def format_of(row: ContactImport) -> table.Format:
    """How the table is read."""
    return table.from_json(row.mapping)


def targets_of(row: ContactImport) -> list[str]:
    """The target of each column."""
    kept: Any = row.mapping.get("columns")
    return [str(target) for target in kept] if isinstance(kept, list) else []


def table_of(row: ContactImport) -> Table:
    """The file as a table."""
    return Table(row.content, format_of(row))


def count(content: bytes, kind: str, reading: table.Format) -> int:
    """How many rows or cards there are."""
    if kind == decoding.VCARD:
        text = decoding.decoded(content, decoding.guess_encoding(content))
        return len(_CARD.findall(text.encode()))
    return sum(1 for _ in Table(content, reading).rows())


def samples(found: Table) -> list[list[str]]:
    """The first cells of each column that are not empty, for people to recognise it by."""
    cells: list[list[str]] = [[] for _ in found.headings]
    for row in islice(found.rows(), SAMPLE_ROWS):
        for kept, cell in zip(cells, row.cells, strict=False):
            if cell.strip() and cell not in kept:
                kept.append(cell)
    return cells


def guessed(content: bytes, reading: table.Format) -> list[str]:
    """A target for each column of a table."""
    found = Table(content, reading)
    return columns.guess(found.headings, samples(found))


def read(row: ContactImport, *, region: str | None, skip: int = 0) -> Iterator[Draft]:
    """The drafts behind the first ``skip``; numbers without a country belong to ``region``."""
    made = _of_cards(row, region) if row.format == decoding.VCARD else _of_rows(row, region)
    return islice(made, skip, None) if skip else made


def _of_rows(row: ContactImport, region: str | None) -> Iterator[Draft]:
    found, targets = table_of(row), targets_of(row)
    headings: Sequence[str] = found.headings
    return (drafts.of_row(each, targets, headings, region=region) for each in found.rows())


def _of_cards(row: ContactImport, region: str | None) -> Iterator[Draft]:
    for number, found in enumerate(read_file(row.content), 1):
        if isinstance(found, Card):
            yield drafts.of_card(number, found, region=region)
        else:
            yield Draft(number, trouble=drafts.Trouble(found.reason))
