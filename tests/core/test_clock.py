"""What time it is, and who may say otherwise."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from crm_app.core import clock

THEN = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_the_present_is_aware_and_moves_on() -> None:
    before = datetime.now(UTC)
    assert before <= clock.now() <= before + timedelta(seconds=30)
    assert clock.now().tzinfo is UTC


def test_it_stands_where_it_is_held_and_goes_on_afterwards() -> None:
    with clock.held(THEN):
        assert clock.now() == THEN
        with clock.held(THEN + timedelta(days=1)):
            assert clock.now() == THEN + timedelta(days=1)
        assert clock.now() == THEN
    assert clock.now() > THEN
    with pytest.raises(RuntimeError), clock.held(THEN):
        raise RuntimeError
    assert clock.now() > THEN


def test_it_is_held_for_the_caller_alone() -> None:
    seen: list[datetime] = []
    with clock.held(THEN):
        other = threading.Thread(target=lambda: seen.append(clock.now()))
        other.start()
        other.join()
    assert seen[0] > THEN + timedelta(days=1)
