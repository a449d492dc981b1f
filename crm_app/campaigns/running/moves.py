"""What the rules decide: effects, the next step, and when it is due. Pure data.

The engine carries a move out in one transaction; the rehearsal writes it on its time line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_app.campaigns.plans.plan import Assign
from crm_app.core.kinds import EnrolmentState, StepOutcome


@dataclass(frozen=True, slots=True)
class Send:
    """A rendered message to the contact. ``sender`` is a user's id, None: the workspace."""

    channel: str
    to: str
    body: str
    subject: str = ""
    marketing: bool = True
    sender: int | None = None
    track_links: bool = True


@dataclass(frozen=True, slots=True)
class Tag:
    """Put a tag on the contact, or take it off."""

    name: str
    remove: bool = False


@dataclass(frozen=True, slots=True)
class AssignOwner:
    """Give the contact to somebody; who that is is drawn when it is carried out."""

    assign: Assign
    step_id: str = ""


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell users, behind the bell and by mail when ``mail``."""

    user_ids: tuple[int, ...]
    text: str
    mail: bool = False
    admins: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Call a web address, signed."""

    url: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MakeTask:
    """Something for a user to do: ``kind`` is call, voicemail or task."""

    kind: str
    title: str
    note: str = ""
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class MoveTo:
    """Enter another campaign."""

    campaign_id: int


Effect = Send | Tag | AssignOwner | Notify | Call | MakeTask | MoveTo


@dataclass(frozen=True, slots=True)
class Move:
    """What happens at a visit. ``outcome`` None: nothing yet, the step goes on waiting until ``due_at``.

    ``to`` is the next step, due at ``due_at`` (UTC); with ``ends`` the enrolment is over (or waits for
    a person: ATTENTION, which keeps its step). ``reason`` is a code of ``plans.reasons`` and ``detail``
    fills its sentence.
    """

    outcome: StepOutcome | None
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    to: str | None = None
    due_at: datetime | None = None
    ends: EnrolmentState | None = None
