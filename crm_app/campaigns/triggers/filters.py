"""Whether the conditions of a trigger hold: its event's own here, the contact's in ``plans``. Pure.

When a time is over ("not booked within …") only the contact's conditions are asked again: what began
the time is long past, the contact may have changed.
"""

import re
from collections.abc import Mapping
from typing import Any

from crm_app.campaigns.plans import conditions
from crm_app.campaigns.plans.conditions import Condition, Field
from crm_app.campaigns.triggers.catalogue import FILTERS
from crm_app.campaigns.triggers.rule import Occurrence, Rule
from crm_app.contacts.names import folded

# These count from an entry into a campaign, which a trigger knows nothing of.
_OF_CAMPAIGNS = frozenset({"replied", "clicked", "booked"})
CONTACT_FIELDS: Mapping[str, Field] = {
    name: field for name, field in conditions.FIELDS.items() if name not in _OF_CAMPAIGNS
}


def first_that_fails(
    rule: Rule, occurrence: Occurrence, view: Mapping[str, Any]
) -> Condition | None:
    """The first condition that does not hold; None when all do."""
    for condition in rule.filters:
        if condition.field not in FILTERS:
            holds = conditions.holds(condition, view)
        else:
            holds = occurrence.phase == "due" or holds_of_event(condition, occurrence.values)
        if not holds:
            return condition
    return None


def holds_of_event(condition: Condition, values: Mapping[str, Any]) -> bool:
    """Whether a condition about what happened holds. A filter without a value asks for nothing."""
    if not condition.value:
        return True
    if FILTERS[condition.field].what != "text":
        return conditions.holds(condition, values)
    found = _mentions(str(values.get(condition.field) or ""), condition.value)
    return not found if condition.op == "lacks" else found


def _mentions(text: str, words: str) -> bool:
    """Whether ``text`` holds one of the ``words``, which commas part, as a word of its own."""
    for word in filter(None, (folded(part) for part in words.split(","))):
        # Letters on both sides belong to another word; signs in the word stand for themselves.
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", folded(text)):
            return True
    return False
