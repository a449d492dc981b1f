"""Undo and redo of a draft."""

from crm_app.campaigns.editing import history
from crm_app.campaigns.editing.history import LONGEST, History
from crm_app.campaigns.plans.plan import Plan
from tests.campaigns.editing.conftest import plan, step

A, B, C = (plan(step("add_tag", name, tag=name)) for name in "abc")


def test_cam6_one_step_back_and_forth() -> None:
    past = history.changed(history.changed(History(), A), B)
    past, now = history.undo(past, C)
    assert now == B
    past, now = history.undo(past, now)
    assert now == A
    past, now = history.redo(past, now)
    assert now == B
    past, now = history.redo(past, now)
    assert (now, past.future) == (C, ())


def test_cam6_nothing_to_undo_or_redo_changes_nothing() -> None:
    assert history.undo(History(), A) == (History(), A)
    assert history.redo(History(), A) == (History(), A)


def test_cam6_a_change_after_an_undo_forgets_what_was_undone() -> None:
    past, now = history.undo(history.changed(History(), A), B)
    assert history.changed(past, now).future == ()


def test_cam6_letters_typed_into_one_field_are_one_step() -> None:
    past = history.changed(History(), A, about="m:subject")
    past = history.changed(past, B, about="m:subject")
    assert past.past == (A,)
    assert history.changed(past, B, about="m:body").past == (A, B)
    assert history.changed(past, B).past == (A, B)


def test_cam6_after_an_undo_typing_begins_a_new_step() -> None:
    past = history.changed(History(), A, about="m:subject")
    past, now = history.undo(past, B)
    assert history.changed(past, now, about="m:subject").past == (A,)


def test_cam6_the_history_is_bounded() -> None:
    past = History()
    for number in range(LONGEST + 20):
        past = history.changed(past, plan(step("add_tag", "t", tag=str(number))))
    assert len(past.past) == LONGEST
    assert past.past[-1].steps[0].config["tag"] == str(LONGEST + 19)
    assert isinstance(past.past[0], Plan)
