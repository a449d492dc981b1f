"""What a trigger can do: every action with its fields (TRG-2). Pure.

An action is ``{"kind": ..., <field>: <value>}``; the names of the fields are those of the campaign
steps that do the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm_app.core.i18n import N_


@dataclass(frozen=True, slots=True)
class Action:
    """A kind of action. ``texts`` are fields that may name merge fields; ``fields`` all of them."""

    kind: str
    label: str
    icon: str
    fields: tuple[str, ...]
    texts: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


ACTIONS: Mapping[str, Action] = {
    row.kind: row
    for row in (
        Action(
            "add_to_campaign",
            N_("Add to a campaign"),
            "log-in",
            ("campaign_id", "restart"),
            required=("campaign_id",),
        ),
        Action("remove_from_campaign", N_("Remove from campaigns"), "log-out", ("campaign_id",)),
        Action(
            "assign",
            N_("Assign an owner"),
            "user-check",
            ("mode", "user_id", "user_ids", "only_unassigned"),
        ),
        Action("add_tag", N_("Add a tag"), "tag", ("tag",), required=("tag",)),
        Action("remove_tag", N_("Remove a tag"), "tags", ("tag",), required=("tag",)),
        Action(
            "notify",
            N_("Notify the team"),
            "bell",
            ("text", "who", "mail"),
            texts=("text",),
            required=("text", "who"),
        ),
        Action(
            "email",
            N_("Send an e-mail"),
            "mail",
            ("subject", "body", "marketing"),
            texts=("subject", "body"),
            required=("subject", "body"),
        ),
        Action(
            "sms",
            N_("Send an SMS"),
            "message-square",
            ("body",),
            texts=("body",),
            required=("body",),
        ),
        Action(
            "task",
            N_("Make a task"),
            "list-todo",
            ("title", "note", "who"),
            texts=("title", "note"),
            required=("title",),
        ),
        Action("webhook", N_("Call a webhook"), "webhook", ("url",), required=("url",)),
        Action(
            "set_status",
            N_("Set the appointment's status"),
            "calendar-check",
            ("status",),
            required=("status",),
        ),
    )
}
MOST_ACTIONS = 20
ASSIGN_MODES: Mapping[str, str] = {
    "user": N_("one user"),
    "round_robin": N_("users in turn"),
    "none": N_("nobody"),
}
STATUSES: Mapping[str, str] = {
    "confirmed": N_("Confirmed"),
    "showed": N_("Showed"),
    "no_show": N_("No-show"),
    "cancelled": N_("Cancelled"),
    "invalid": N_("Invalid"),
}
NOTE = N_("New lead assigned: {{contact.name}}. Please check.")


def new_action(kind: str) -> dict[str, Any]:
    """An action of ``kind`` as it is when it is put in."""
    blank: dict[str, dict[str, Any]] = {
        "add_to_campaign": {"campaign_id": None, "restart": True},
        "remove_from_campaign": {"campaign_id": None},
        "assign": {"mode": "user", "user_id": None, "user_ids": [], "only_unassigned": True},
        "add_tag": {"tag": ""},
        "remove_tag": {"tag": ""},
        "notify": {"text": NOTE, "who": ["owner"], "mail": False},
        "email": {"subject": "", "body": "", "marketing": False},
        "sms": {"body": ""},
        "task": {"title": "", "note": "", "who": "owner"},
        "webhook": {"url": ""},
        "set_status": {"status": "confirmed"},
    }
    return {"kind": kind, **blank[kind]}


def who(action: Mapping[str, Any]) -> tuple[str, ...]:
    """Whom an action is for: "owner", "admins" or "user:<id>"; one word or a list of them."""
    given = action.get("who") or ()
    return (given,) if isinstance(given, str) else tuple(str(one) for one in given)


def number(value: Any) -> int | None:
    """An id as it comes from JSON or a form; None when it is none."""
    try:
        return int(value) or None
    except (TypeError, ValueError):
        return None


def numbers(values: Any) -> tuple[int, ...]:
    """Ids in a list."""
    found = (number(one) for one in values) if isinstance(values, list | tuple) else ()
    return tuple(one for one in found if one)
