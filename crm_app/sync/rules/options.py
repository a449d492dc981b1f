"""The sync option of a linked calendar: two settings, and names for the usual combinations (SYN-4, SYN-5).

Pure. What always holds: a calendar that follows the settings of team calendars makes contacts if a
default calendar is chosen, and only then may trigger anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from crm_app.core.kinds import ContactCreation, SyncOption

PRESETS: Mapping[SyncOption, tuple[ContactCreation, bool]] = MappingProxyType(
    {
        SyncOption.ONE_WAY: (ContactCreation.NEVER, False),
        SyncOption.TWO_WAY: (ContactCreation.ALWAYS, True),
        SyncOption.SMART: (ContactCreation.EXISTING, True),
        SyncOption.DISABLE_TRIGGER: (ContactCreation.ALWAYS, False),
    }
)


def preset_of(creation: ContactCreation, triggers: bool) -> SyncOption | None:
    """The name of a combination; None for one that has none."""
    return next((name for name, pair in PRESETS.items() if pair == (creation, triggers)), None)


class Chosen(Protocol):
    """The settings as they are stored or sent: an ``ExternalCalendar`` or a ``choosing.Choice``."""

    @property
    def creation(self) -> ContactCreation: ...
    @property
    def triggers(self) -> bool: ...
    @property
    def triggers_per_instance(self) -> bool: ...
    @property
    def review(self) -> bool: ...
    @property
    def for_team(self) -> bool: ...
    @property
    def default_calendar_id(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Option:
    """What the settings come to."""

    creation: ContactCreation = ContactCreation.NEVER
    triggers: bool = False
    triggers_per_instance: bool = False
    review: bool = False
    for_team: bool = False
    default_calendar_id: int | None = None

    @property
    def preset(self) -> SyncOption | None:
        """Its name, if it has one."""
        return preset_of(self.creation, self.triggers)

    @property
    def takes(self) -> bool:
        """Whether any external event may become an appointment."""
        return self.creation is not ContactCreation.NEVER

    @property
    def colours_all(self) -> bool:
        """Whether external events are drawn in colour even if nothing was made of them."""
        return self.creation is ContactCreation.ALWAYS

    @property
    def reviews(self) -> bool:
        """Whether guests who are not in the CRM wait for somebody's decision."""
        return self.review and self.creation is ContactCreation.ALWAYS


def option_of(chosen: Chosen) -> Option:
    """The option that stored or sent settings come to."""
    creation, triggers = ContactCreation(chosen.creation), chosen.triggers
    if chosen.for_team:
        has_calendar = chosen.default_calendar_id is not None
        creation = ContactCreation.ALWAYS if has_calendar else ContactCreation.NEVER
        triggers = triggers and has_calendar
    return Option(
        creation=creation,
        triggers=triggers,
        triggers_per_instance=chosen.triggers_per_instance,
        review=chosen.review,
        for_team=chosen.for_team,
        default_calendar_id=chosen.default_calendar_id,
    )
