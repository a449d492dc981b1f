"""What a campaign's editor knows of the workspace: names by id, tags, channels. Pure.

Filled from the database by whoever edits; checks and descriptions look only here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from crm_app.campaigns.plans.plan import Plan

CHANNELS = frozenset({"email", "sms", "messenger"})


@dataclass(frozen=True, slots=True)
class Known:
    """Names of what can be chosen: active users, campaigns that are not archived, calendars.

    ``tags`` are the names of those that contacts bear, ``channels`` those that are set up.
    ``campaign_id`` is the campaign itself (0: not made yet) and ``plans`` are the others' plans, by
    which circles are found. ``linkless`` are users who serve no calendar. ``appointments`` says that
    contacts come in by an appointment. ``today`` is the workspace's date.
    """

    users: Mapping[int, str] = field(default_factory=dict)
    campaigns: Mapping[int, str] = field(default_factory=dict)
    calendars: Mapping[int, str] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    channels: frozenset[str] = CHANNELS
    campaign_id: int = 0
    plans: Mapping[int, Plan] = field(default_factory=dict)
    linkless: frozenset[int] = frozenset()
    appointments: bool = False
    today: date | None = None

    def leads_to(self, campaign_id: int) -> bool:
        """Whether contacts can go on in that campaign; a campaign may lead into itself."""
        return campaign_id in self.campaigns or campaign_id == self.campaign_id
