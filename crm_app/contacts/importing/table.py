"""Tables of comma-separated values as spreadsheets write them (RFC 4180 and what is made of it). Pure.

Rows are numbered as spreadsheets number them: the first line is row 1, whether it holds headings or
not. Empty rows are left out and keep their number.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from crm_app.contacts.importing import decoding
from crm_app.core.addresses import is_email
from crm_app.core.spreadsheet import unguarded

DELIMITERS = (",", ";", "\t", "|")
MOST_COLUMNS = 200
_LOOKED_AT = 40


@dataclass(frozen=True, slots=True)
class Format:
    """How the text is to be read. ``header``: the first row holds the columns' names."""

    encoding: str = decoding.UTF8
    delimiter: str = ","
    header: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty. ``number`` is what a spreadsheet shows beside it; ``broken``: its quotes
    do not match, so that nobody can tell its cells."""

    number: int
    cells: tuple[str, ...]
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A file as a table; reading ``rows`` costs as much as the file is long."""

    content: bytes
    format: Format

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns' names; empty ones where the file has none. As many as the widest row at the
        beginning has cells."""
        first = list(islice(self._lines(), _LOOKED_AT))
        width = min(MOST_COLUMNS, max((len(row.cells) for row in first), default=0))
        named = first[0].cells if first and self.format.header else ()
        return (*named, *[""] * width)[:width]

    def rows(self) -> Iterator[Row]:
        """The rows of data, with the apostrophes taken off that keep cells from being formulas."""
        skipped = 1 if self.format.header else 0
        return islice(self._lines(), skipped, None)

    def _lines(self) -> Iterator[Row]:
        text = _without_hint(decoding.decoded(self.content, self.format.encoding))[1]
        for number, cells in enumerate(_cells(text, self.format.delimiter), 1):
            if cells is None:
                yield Row(number, (), broken=True)
            elif any(cell.strip() for cell in cells):
                yield Row(number, tuple(unguarded(cell.strip()) for cell in cells))


def guess(content: bytes) -> Format:
    """How ``content`` is most likely meant to be read."""
    encoding = decoding.guess_encoding(content)
    hint, text = _without_hint(decoding.decoded(content[:400_000], encoding))
    found = Format(encoding, hint or _guess_delimiter(text))
    return replace(found, header=_has_headings(text, found.delimiter))


def as_json(reading: Format) -> dict[str, str | bool]:
    """As it is stored."""
    return {
        "encoding": reading.encoding,
        "delimiter": reading.delimiter,
        "header": reading.header,
    }


def from_json(stored: dict[str, object]) -> Format:
    """What was stored; what is missing or unknown is as it comes."""
    encoding, delimiter = stored.get("encoding"), stored.get("delimiter")
    return Format(
        encoding=str(encoding) if encoding in decoding.ENCODINGS else decoding.UTF8,
        delimiter=str(delimiter) if delimiter in DELIMITERS else ",",
        header=stored.get("header") is not False,
    )


def _cells(text: str, delimiter: str) -> Iterator[list[str] | None]:
    """The cells of each line; None for one that swallows half of the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


def _without_hint(text: str) -> tuple[str, str]:
    """The delimiter that Excel wrote before the table ("sep=;"), and the table."""
    first, _, rest = text.partition("\n")
    hint = first.strip().strip('"')
    if hint.lower().startswith("sep=") and len(hint) <= 5:
        return (hint[4:] if hint[4:] in DELIMITERS else "\t"), rest
    return "", text


def _guess_delimiter(text: str) -> str:
    def fitness(delimiter: str) -> tuple[float, int]:
        rows = islice(_cells(text, delimiter), _LOOKED_AT)
        widths = [len(row) for row in rows if row and any(row)]
        if not widths:
            return (0.0, 0)
        width, often = Counter(widths).most_common(1)[0]
        return (often / len(widths) if width > 1 else 0.0, width)

    return max(DELIMITERS, key=fitness)


def _has_headings(text: str, delimiter: str) -> bool:
    """Names of columns are words; a first row with an address or a number in it is data."""
    first = next((row for row in _cells(text, delimiter) if row and any(row)), None) or []
    return not any(is_email(cell) or _is_number(cell) for cell in first)


def _is_number(cell: str) -> bool:
    digits = sum(letter.isdigit() for letter in cell)
    return digits >= 5 and digits > len(cell) / 2
