"""What a template makes: campaigns, triggers and a form, which name each other before they have ids. Pure.

In their JSON ``"@ask"`` stands for the id of the campaign whose ``ref`` is ``ask``; ``with_ids`` puts
the ids in once the rows are there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_app.campaigns.plans.plan import Plan, as_json

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    """A campaign: its plan as JSON."""

    ref: str
    name: str
    plan: Json


@dataclass(frozen=True, slots=True)
class TriggerDraft:
    """A trigger as its row keeps it; made switched off."""

    name: str
    event: str
    options: Json = field(default_factory=dict)
    filters: list[Json] = field(default_factory=list)
    actions: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FormDraft:
    """A form: its layout as JSON."""

    name: str
    layout: Json


@dataclass(frozen=True, slots=True)
class Draft:
    """All that a template makes. The first campaign is the one that is opened."""

    campaigns: tuple[CampaignDraft, ...]
    triggers: tuple[TriggerDraft, ...] = ()
    forms: tuple[FormDraft, ...] = ()


def campaign(ref: str, name: str, plan: Plan, *, following: str = "") -> CampaignDraft:
    """A campaign whose next one is the one called ``following``."""
    row = as_json(plan)
    if following:
        row["settings"]["next_campaign_id"] = f"@{following}"
    return CampaignDraft(ref, name, row)


def with_ids(data: Any, ids: Mapping[str, int], *, key: str = "") -> Any:
    """``data`` with each ``"@ref"`` replaced by the campaign's id; a filter's value is a text."""
    if isinstance(data, dict):
        return {name: with_ids(value, ids, key=name) for name, value in data.items()}
    if isinstance(data, Sequence) and not isinstance(data, str):
        return [with_ids(value, ids, key=key) for value in data]
    if isinstance(data, str) and data.startswith("@") and data[1:] in ids:
        return str(ids[data[1:]]) if key == "value" else ids[data[1:]]
    return data
