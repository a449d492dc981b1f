"""Tables as spreadsheets write them (CON-3)."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.contacts.importing import table
from crm_app.contacts.importing.table import Format, Table


def _rows(content: bytes, **changes: object) -> list[tuple[int, tuple[str, ...]]]:
    reading = table.guess(content)
    stored = {**table.as_json(reading), **changes}
    return [(row.number, row.cells) for row in Table(content, table.from_json(stored)).rows()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_con3_the_delimiter_is_found(delimiter: str) -> None:
    lines = (
        ["Name", "E-mail", "Note"],
        ["Ek, Anna", "a@x.example", 'says "hi"; twice'],
        ["B", "", ""],
    )
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(lines)
    content = out.getvalue().encode()
    assert table.guess(content) == Format("utf-8", delimiter, header=True)
    assert _rows(content)[0] == (2, tuple(lines[1]))


def test_con3_excels_own_line_names_the_delimiter() -> None:
    content = b'sep=;\r\n"a,b,c";d\r\n"1,2,3";4\r\n'
    assert table.guess(content).delimiter == ";"
    assert _rows(content) == [(2, ("1,2,3", "4"))]


def test_con3_rows_bear_the_numbers_of_the_spreadsheet() -> None:
    content = b'Name,Note\nAnna,"two\nlines"\n\n , \nBen,x\n'
    assert _rows(content) == [(2, ("Anna", "two\nlines")), (5, ("Ben", "x"))]


def test_con3_a_table_without_headings_begins_with_its_first_row() -> None:
    content = b"Anna,anna@x.example\nBen,ben@x.example\n"
    assert table.guess(content).header is False
    assert _rows(content)[0] == (1, ("Anna", "anna@x.example"))
    assert _rows(content, header=True)[0] == (2, ("Ben", "ben@x.example"))
    assert Table(content, table.guess(content)).headings == ("", "")


def test_con3_one_column_is_a_table_too() -> None:
    assert _rows(b"E-mail\nanna@x.example\n") == [(2, ("anna@x.example",))]


def test_con3_short_and_long_rows_are_told_apart() -> None:
    found = Table(b"a,b,c\n1\n1,2,3,4\n", Format())
    assert found.headings == ("a", "b", "c", "")
    assert [row.cells for row in found.rows()] == [("1",), ("1", "2", "3", "4")]


def test_con3_a_quote_without_an_end_breaks_its_row_alone() -> None:
    content = b'Name,Note\nAnna,"' + b"x" * 200_000 + b"\nBen,y\n"
    rows = list(Table(content, Format()).rows())
    assert rows[0].broken
    assert all(row.number > 1 for row in rows)


def test_con3_the_guard_of_formulas_is_taken_off() -> None:
    assert _rows(b"Name,Phone\n'=Anna,'+49 30 1\n")[0][1] == ("=Anna", "+49 30 1")


@given(st.binary(max_size=400))
def test_con3_whatever_the_bytes_are_reading_ends_well(content: bytes) -> None:
    reading = table.guess(content)
    found = Table(content, reading)
    assert all(isinstance(row.cells, tuple) for row in found.rows())
    assert len(found.headings) <= table.MOST_COLUMNS
    assert table.from_json({**table.as_json(reading)}) == reading


@pytest.mark.parametrize("stored", [{}, {"encoding": "klingon", "delimiter": "x", "header": 1}])
def test_q1_made_up_formats_are_read_as_they_come(stored: dict[str, object]) -> None:
    assert table.from_json(stored) == Format()
