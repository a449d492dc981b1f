"""Every condition that a connected calendar can be in is said in words (SYN-11)."""

from datetime import UTC, datetime

import pytest

from crm_app.core.access import system
from crm_app.sync.rules.health import Condition
from crm_app.sync.ui import shown

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
# Only a first download of an address book can be stopped.
OF_CALENDARS = [each for each in Condition if each is not Condition.STOPPED]


@pytest.mark.parametrize("condition", OF_CALENDARS)
def test_syn11_a_condition_has_words(condition: Condition) -> None:
    assert shown.words(system("test"), condition, "", AT, AT)
