"""Texts with very many marks on one letter pass quickly, and all others as they are (Q-1)."""

import time

from hypothesis import given
from hypothesis import strategies as st

from crm_app.accounts import passwords
from crm_app.booking import entered
from crm_app.campaigns.forms import checking
from crm_app.contacts import names
from crm_app.core.addresses import is_email
from crm_app.core.marks import MOST, bearable

PILED = "a" + "\u0327\u0301" * 60_000


@given(st.text(max_size=2000))
def test_q1_what_anybody_writes_stays_as_it_is(text: str) -> None:
    assert bearable(text) == text


def test_q1_a_letter_bears_thirty_marks() -> None:
    assert bearable(PILED + "ż" + PILED) == PILED[: MOST + 1] + "ż" + PILED[: MOST + 1]


def test_q1_marks_by_the_hundred_thousand_hold_nobody_up() -> None:
    # Without the guard each of these takes ten seconds and more.
    begun = time.monotonic()
    assert names.cleaned(PILED)
    assert names.cleaned_lines(PILED)
    assert names.folded(PILED) == "a"
    assert entered._cleaned(PILED)
    assert checking.cleaned(PILED)
    assert not is_email(f"{PILED}@x.example")
    assert not passwords.verify(None, PILED)
    assert time.monotonic() - begun < 5
