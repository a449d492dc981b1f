"""Undo and redo of a draft: what it was before, and what was taken back. Pure.

A run of changes to the same thing, such as letters typed into one field, is one step back. The
history is bounded, so that a tab that stays open for weeks does not grow.
"""

from dataclasses import dataclass, replace

from crm_app.campaigns.plans.plan import Plan

LONGEST = 100


@dataclass(frozen=True, slots=True)
class History:
    """``past`` ends with the draft before the last change; ``future`` begins with what was undone.

    ``about`` is what the last change was about; "" is never joined with the next one.
    """

    past: tuple[Plan, ...] = ()
    future: tuple[Plan, ...] = ()
    about: str = ""


def changed(history: History, before: Plan, *, about: str = "") -> History:
    """``before`` was changed. What had been undone is gone."""
    if about and about == history.about and history.past:
        return replace(history, future=())
    return History((*history.past, before)[-LONGEST:], (), about)


def undo(history: History, now: Plan) -> tuple[History, Plan]:
    """One step back; the same when there is none."""
    if not history.past:
        return history, now
    *past, before = history.past
    return History(tuple(past), (now, *history.future)), before


def redo(history: History, now: Plan) -> tuple[History, Plan]:
    """One step forth again; the same when there is none."""
    if not history.future:
        return history, now
    after, *future = history.future
    return History((*history.past, now), tuple(future)), after
