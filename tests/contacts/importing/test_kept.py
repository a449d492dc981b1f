"""Putting back what an import changed, and only that (CON-3)."""

import json
from typing import Any

import pytest

from crm_app.contacts.fields import Address, ContactFields, Email, Phone
from crm_app.contacts.importing import kept
from crm_app.core.kinds import ContactKind

A, B, C = ({"address": f"{name}@x.example", "label": ""} for name in "abc")


@pytest.mark.parametrize(
    ("now", "was", "became", "back"),
    [
        ("New", "Old", "New", "Old"),
        ("Mine", "Old", "New", None),
        ([A, B], [A], [A, B], [A]),
        ([A, B, C], [A], [A, B], [A, C]),
        ([B, A], [A], [B, A], [A]),
        ([C], [A], [B, A], [C]),
        ([], [A], [B], [A]),
    ],
)
def test_con3_what_changed_since_stays(now: Any, was: Any, became: Any, back: Any) -> None:
    name = "emails" if isinstance(was, list) else "note"
    found = kept.put_back({name: now}, {name: was}, {name: became})
    assert found.get(name, now if isinstance(now, list) else None) == back


def test_con3_own_fields_are_put_back_one_by_one() -> None:
    now = {"size": "L", "colour": "red", "new": "1", "mine": "x"}
    was, became = {"size": "M", "colour": "blue"}, {"size": "L", "colour": "green", "new": "1"}
    back = kept.put_back({"custom": now}, {"custom": was}, {"custom": became})
    assert back == {"custom": {"size": "M", "colour": "red", "mine": "x"}}


def test_con3_fields_survive_being_stored() -> None:
    fields: ContactFields = {
        "kind": ContactKind.COMPANY,
        "name": "Weber",
        "emails": [Email("a@x.example", "work")],
        "phones": [Phone("1234", "", "+491234")],
        "addresses": [Address("Weg 1")],
        "custom": {"a": 1},
    }
    stored = json.loads(json.dumps(kept.as_json(fields)))
    assert kept.from_json(stored) == fields
