"""The table of SPEC §4, cell by cell (OWN-1)."""

import pytest

from crm_app.appointments.ownership import OwnerDecision, OwnerRule, decide

KATE, MARIO, NOBODY = 1, 2, None


@pytest.mark.parametrize(
    ("assign", "keep_existing", "current", "expected"),
    [
        (True, True, NOBODY, OwnerDecision(KATE, True, OwnerRule.WAS_UNOWNED)),
        (True, True, MARIO, OwnerDecision(MARIO, False, OwnerRule.EXISTING_KEPT)),
        (True, True, KATE, OwnerDecision(KATE, False, OwnerRule.SAME_OWNER)),
        (True, False, NOBODY, OwnerDecision(KATE, True, OwnerRule.WAS_UNOWNED)),
        (True, False, MARIO, OwnerDecision(KATE, True, OwnerRule.REPLACED)),
        (True, False, KATE, OwnerDecision(KATE, False, OwnerRule.SAME_OWNER)),
        (False, True, NOBODY, OwnerDecision(NOBODY, False, OwnerRule.ASSIGNING_OFF)),
        (False, True, MARIO, OwnerDecision(MARIO, False, OwnerRule.ASSIGNING_OFF)),
        (False, False, NOBODY, OwnerDecision(NOBODY, False, OwnerRule.ASSIGNING_OFF)),
        (False, False, MARIO, OwnerDecision(MARIO, False, OwnerRule.ASSIGNING_OFF)),
    ],
)
def test_own1_table(
    assign: bool, keep_existing: bool, current: int | None, expected: OwnerDecision
) -> None:
    assert decide(assign, keep_existing, current, appointment_owner=KATE) == expected


@pytest.mark.parametrize("assign", [True, False])
@pytest.mark.parametrize("keep_existing", [True, False])
@pytest.mark.parametrize("current", [NOBODY, KATE, MARIO])
def test_own1_changed_says_whether_the_owner_is_another(
    assign: bool, keep_existing: bool, current: int | None
) -> None:
    decision = decide(assign, keep_existing, current, appointment_owner=KATE)
    assert decision.changed == (decision.owner != current)
