"""Undo and redo, whatever is edited."""

from crm_app.core import history
from crm_app.core.history import LONGEST, History

A, B, C = "abc"
NONE: History[str] = History()


def test_cam6_one_step_back_and_forth() -> None:
    past = history.changed(history.changed(NONE, A), B)
    past, now = history.undo(past, C)
    assert now == B
    past, now = history.undo(past, now)
    assert now == A
    past, now = history.redo(past, now)
    assert now == B
    past, now = history.redo(past, now)
    assert (now, past.future) == (C, ())


def test_cam6_nothing_to_undo_or_redo_changes_nothing() -> None:
    assert history.undo(NONE, A) == (NONE, A)
    assert history.redo(NONE, A) == (NONE, A)


def test_cam6_a_change_after_an_undo_forgets_what_was_undone() -> None:
    past, now = history.undo(history.changed(NONE, A), B)
    assert history.changed(past, now).future == ()


def test_cam6_letters_typed_into_one_field_are_one_step() -> None:
    past = history.changed(NONE, A, about="m:subject")
    past = history.changed(past, B, about="m:subject")
    assert past.past == (A,)
    assert history.changed(past, B, about="m:body").past == (A, B)
    assert history.changed(past, B).past == (A, B)


def test_cam6_after_an_undo_typing_begins_a_new_step() -> None:
    past = history.changed(NONE, A, about="m:subject")
    past, now = history.undo(past, B)
    assert history.changed(past, now, about="m:subject").past == (A,)


def test_cam6_the_history_is_bounded() -> None:
    past = NONE
    for number in range(LONGEST + 20):
        past = history.changed(past, str(number))
    assert (len(past.past), past.past[-1]) == (LONGEST, str(LONGEST + 19))
