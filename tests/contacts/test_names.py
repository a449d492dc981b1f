"""Names: cleaning, splitting, folding (CON-1, CON-3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.contacts.names import cleaned, cleaned_lines, folded, full, split


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Anna Kowalska", ("Anna", "Kowalska")),
        ("Anna Maria Kowalska", ("Anna Maria", "Kowalska")),
        ("Ludwig van Beethoven", ("Ludwig", "van Beethoven")),
        ("Ursula von der Leyen", ("Ursula", "von der Leyen")),
        ("Kowalska, Anna", ("Anna", "Kowalska")),
        ("Cher", ("Cher", "")),
        ("van Gogh", ("van", "Gogh")),
        ("Anna,", ("Anna,", "")),
        ("", ("", "")),
    ],
)
def test_con1_name_is_split_into_first_and_last(name: str, parts: tuple[str, str]) -> None:
    assert split(name) == parts


def test_con1_parts_make_a_name() -> None:
    assert full("Anna", "Kowalska") == "Anna Kowalska"
    assert full("", "Kowalska") == "Kowalska"


@pytest.mark.parametrize(
    ("text", "one_line"),
    [
        ("  Anna \t Kowalska\n", "Anna Kowalska"),
        ("Anna\r\nBcc: all@x.example", "Anna Bcc: all@x.example"),
        ("An\x00na", "Anna"),
        ("Anna \u202etxt.exe", "Anna txt.exe"),
        ("Jose\u0301", "Jos\u00e9"),
        ("\ud800Anna", "Anna"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
    ],
)
def test_con1_one_line_texts_hold_no_control_characters(text: str, one_line: str) -> None:
    assert cleaned(text) == one_line


def test_con1_lines_of_a_note_are_kept() -> None:
    assert cleaned_lines(" one\r\ntwo\x07\rthree \n") == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("text", "found_as"),
    [
        ("\u00d6zil", "ozil"),
        ("\u0141ukasz", "lukasz"),
        ("Stra\u00dfe", "strasse"),
        ("\u0130stanbul", "istanbul"),
        ("S\u00f8ren \u00c6r\u00f8", "soren aero"),
        ("\ufb01n", "fin"),
        ("  Anna   KOWALSKA ", "anna kowalska"),
    ],
)
def test_con3_accents_and_case_do_not_matter_for_the_search(text: str, found_as: str) -> None:
    assert folded(text) == found_as


@given(st.text(max_size=40))
def test_con3_folding_is_idempotent(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(st.text(max_size=40))
def test_con1_cleaning_is_idempotent(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)
