"""The clock of the plain pages' tests: it stands still until a test moves it."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.booking.offices import NOW


@pytest.fixture
def friday() -> Iterator[time_machine.Traveller]:
    """Friday morning; ``shift`` it to let time pass."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller
