"""Cells for spreadsheets: nothing is calculated, and what we wrote comes back as it was (CON-3)."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.core import spreadsheet


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+49", "-5", "@x", "\tx", " =cmd|'/c calc'!A0", "'=x", "＝1", "'s-Hertogenbosch"],
)
def test_con3_what_a_spreadsheet_would_calculate_is_guarded(cell: str) -> None:
    assert spreadsheet.harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Anna", "O'Neill", "1-2", "a=b", "anna@x.example"])
def test_con3_other_cells_stay_as_they_are(cell: str) -> None:
    assert spreadsheet.harmless(cell) == cell == spreadsheet.unguarded(cell)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("+49 (30) 12-34", "+49 (30) 12-34"),
        ("+cmd", "'+cmd"),
        ("+1+1", "'+1+1"),
        ("+", "'+"),
        ("-1", "'-1"),
        ("+A1", "'+A1"),
    ],
)
def test_con3_phone_numbers_stay_as_they_are(cell: str, written: str) -> None:
    assert spreadsheet.for_people(cell) == written


@given(st.text())
def test_con3_the_guard_is_taken_off_again(cell: str) -> None:
    assert spreadsheet.unguarded(spreadsheet.harmless(cell)) == cell


@given(st.text())
def test_con3_a_guarded_cell_begins_with_nothing_that_calculates(cell: str) -> None:
    assert not spreadsheet.harmless(cell).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_con3_cells_are_separated_as_spreadsheets_there_expect() -> None:
    assert [spreadsheet.separator(locale) for locale in ("en", "de", "pl", "it")] == list(",;;;")


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\x00\r", codec="utf-8")), min_size=1),
        min_size=1,
    )
)
def test_con3_lines_are_read_back_as_they_were(rows: list[list[str]]) -> None:
    written = b"".join(spreadsheet.lines(rows, between=";")).decode()
    read = list(csv.reader(io.StringIO(written, newline=""), delimiter=";"))
    # An empty line is one empty cell.
    assert [row or [""] for row in read] == rows
