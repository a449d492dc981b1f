"""Tables for spreadsheets, and what has to be known when people bring theirs. Pure.

What somebody typed must not become a formula on the desk of whoever opens the file: a cell that a
spreadsheet would calculate begins with an apostrophe (OWASP, CSV injection). ``unguarded`` takes the
apostrophe away again, so that a file of ours comes back as it was.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
_NUMBER = re.compile(r"\+\d[\d ()./-]*")
# Where a comma stands in numbers, spreadsheets separate cells by semicolons.
_WITH_SEMICOLONS = frozenset({"de", "it", "pl"})
MARK = "\ufeff".encode()


def harmless(cell: str) -> str:
    """``cell`` as text that no spreadsheet calculates."""
    return f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell


def for_people(cell: str) -> str:
    """Like ``harmless``, but a phone number with its country stays as it is: programs want it so, and
    all that a spreadsheet could make of it is a number."""
    return cell if _NUMBER.fullmatch(cell) else harmless(cell)


def unguarded(cell: str) -> str:
    """What ``harmless`` was given; other texts stay as they are."""
    guarded = cell.startswith("'") and cell[1:].lstrip(" ").startswith(_FORMULA)
    return cell[1:] if guarded else cell


def separator(locale: str) -> str:
    """What separates cells where ``locale`` is spoken, so that a double click opens the file well."""
    return ";" if locale in _WITH_SEMICOLONS else ","


def lines(rows: Iterable[Sequence[str]], *, between: str = ",") -> Iterator[bytes]:
    """``rows`` as UTF-8, line by line; ``MARK`` belongs before the first. Cells are taken as they are."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=between, lineterminator="\r\n")
    for row in rows:
        writer.writerow(row)
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
