"""Undo and redo of whatever is edited: what it was before, and what was taken back. Pure.

A run of changes to the same thing, such as letters typed into one field, is one step back. The
history is bounded, so that a tab that stays open for weeks does not grow.
"""

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

LONGEST = 100
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class History(Generic[T]):
    """``past`` ends with what was there before the last change; ``future`` begins with what was undone.

    ``about`` is what the last change was about; "" is never joined with the next one.
    """

    past: tuple[T, ...] = ()
    future: tuple[T, ...] = ()
    about: str = ""


def changed(history: History[T], before: T, *, about: str = "") -> History[T]:
    """``before`` was changed. What had been undone is gone."""
    if about and about == history.about and history.past:
        return replace(history, future=())
    return History((*history.past, before)[-LONGEST:], (), about)


def undo(history: History[T], now: T) -> tuple[History[T], T]:
    """One step back; the same when there is none."""
    if not history.past:
        return history, now
    *past, before = history.past
    return History(tuple(past), (now, *history.future)), before


def redo(history: History[T], now: T) -> tuple[History[T], T]:
    """One step forth again; the same when there is none."""
    if not history.future:
        return history, now
    after, *future = history.future
    return History((*history.past, now), tuple(future)), after
