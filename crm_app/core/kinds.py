"""The closed lists of values that tables, rules and pages share."""

from enum import StrEnum


class Role(StrEnum):
    """What a user may do in the workspace (USR-3)."""

    ADMIN = "admin"
    MEMBER = "member"


class ContactKind(StrEnum):
    """CON-1."""

    COMPANY = "company"
    CONTACT = "contact"
    LEAD = "lead"


class CalendarKind(StrEnum):
    """CAL-1."""

    PERSONAL = "personal"
    TEAM = "team"
    COLLECTIVE = "collective"
    CLASS = "class"


class DrawMode(StrEnum):
    """How a team calendar draws a member (CAL-4)."""

    EQUAL = "equal"
    AVAILABILITY = "availability"


class AppointmentStatus(StrEnum):
    """CAL-8. The first three hold the member's time."""

    NEW = "new"
    CONFIRMED = "confirmed"
    SHOWED = "showed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    INVALID = "invalid"


HOLDING_STATUSES: frozenset[AppointmentStatus] = frozenset(
    {AppointmentStatus.NEW, AppointmentStatus.CONFIRMED, AppointmentStatus.SHOWED}
)


class AppointmentSource(StrEnum):
    """How an appointment came to be (OWN-1)."""

    PAGE = "page"
    USER = "user"
    SYNC = "sync"
    API = "api"


class AccountState(StrEnum):
    """The health of a connected account (SYN-11)."""

    ACTIVE = "active"
    NEEDS_RECONNECT = "needs_reconnect"
    PAUSED = "paused"
    ERROR = "error"


class AccountPurpose(StrEnum):
    """What an account was connected for; the same account may be connected for each."""

    CALENDARS = "calendars"
    CONTACTS = "contacts"


class CardLinkState(StrEnum):
    """Where a contact's entry in an address book stands (SCT-5)."""

    WANTED = "wanted"
    IN_STEP = "in_step"
    REMOVING = "removing"
    ENDED = "ended"


class LinkEnd(StrEnum):
    """Why a contact follows an address book no longer (SCT-5, SCT-7)."""

    UNTICKED = "unticked"
    DELETED_OUTSIDE = "deleted_outside"
    MERGED = "merged"
    LEFT = "left"


class WorkState(StrEnum):
    """Where work on many contacts stands. ``preparing``: a person has not said yes yet (Q-2)."""

    PREPARING = "preparing"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    FAILED = "failed"


class RowOutcome(StrEnum):
    """What became of a row of an imported file."""

    MADE = "made"
    UPDATED = "updated"
    SKIPPED = "skipped"
    REFUSED = "refused"


class CalendarRole(StrEnum):
    """What an external calendar is for us (SYN-1)."""

    LINKED = "linked"
    CONFLICT = "conflict"
    UNUSED = "unused"


class SyncOption(StrEnum):
    """SYN-4; the names of the four presets."""

    ONE_WAY = "one_way"
    TWO_WAY = "two_way"
    SMART = "smart"
    DISABLE_TRIGGER = "disable_trigger"


class ContactCreation(StrEnum):
    """For which guests of external events contacts and appointments are made (SYN-4)."""

    NEVER = "never"
    EXISTING = "existing"
    ALWAYS = "always"


class Intake(StrEnum):
    """What became of an external object besides the time that it blocks.

    ``taken``: appointments follow it. ``review``: its guests wait for somebody's decision (SYN-7).
    ``declined``: somebody decided against it.
    """

    NONE = "none"
    TAKEN = "taken"
    REVIEW = "review"
    DECLINED = "declined"


class LinkOrigin(StrEnum):
    """Where what is linked came to be: the appointment here, or the event outside."""

    HERE = "here"
    OUTSIDE = "outside"


class LinkState(StrEnum):
    """Where our copy of an appointment stands in an external calendar."""

    WANTED = "wanted"
    WRITTEN = "written"
    REMOVING = "removing"
    GONE = "gone"


class LinkNews(StrEnum):
    """What a pull brought about our copy of an appointment (SYN-9)."""

    NONE = "none"
    CHANGED = "changed"
    MISSING = "missing"
    RESTORED = "restored"


class WhenUnreachable(StrEnum):
    """What the slots do while a calendar server is away (SYN-11)."""

    KEEP_LAST_KNOWN = "keep"
    BLOCK_ALL = "block"


class MessageState(StrEnum):
    """Where a message stands; ``outbox`` is never called sent (Q-3)."""

    QUEUED = "queued"
    OUTBOX = "outbox"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SKIPPED = "skipped"


class LedgerState(StrEnum):
    """A recorded attempt to reach the outside; ``unknown`` waits for a person (CAM-8)."""

    CLAIMED = "claimed"
    SENT = "sent"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class JobState(StrEnum):
    """A job's life."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"


class CampaignState(StrEnum):
    """CAM-1. ``paused``: nobody enters, and who is inside waits."""

    DRAFT = "draft"
    LIVE = "live"
    PAUSED = "paused"
    ARCHIVED = "archived"


class EnrolmentState(StrEnum):
    """Where a contact stands in a campaign. ``attention``: a person has to mend something first."""

    ACTIVE = "active"
    ATTENTION = "attention"
    FINISHED = "finished"
    LEFT = "left"


class StepOutcome(StrEnum):
    """What a visit to a step did. ``silent``: the step is off, or its service ended (CAM-3)."""

    SENT = "sent"
    DONE = "done"
    SILENT = "silent"
    SKIPPED = "skipped"
    ATTENTION = "attention"


class StepKind(StrEnum):
    """CAM-2."""

    EMAIL = "email"
    SMS = "sms"
    MESSENGER = "messenger"
    GOOGLE_BUSINESS = "google_business"
    CALL = "call"
    VOICEMAIL = "voicemail"
    TASK = "task"
    NOTIFY = "notify"
    WEBHOOK = "webhook"
    WAIT = "wait"
    BRANCH = "branch"
    SPLIT = "split"
    GOAL = "goal"
    ADD_TAG = "add_tag"
    REMOVE_TAG = "remove_tag"
    ASSIGN = "assign"
    MOVE = "move"


class TriggerOutcome(StrEnum):
    """What came of a trigger's look. ``stopped``: a loop, or a cap; ``waits``: a time has begun."""

    ACTED = "acted"
    REFUSED = "refused"
    WAITS = "waits"
    STOPPED = "stopped"
    FAILED = "failed"


class TimerState(StrEnum):
    """A trigger's time."""

    WAITING = "waiting"
    FIRED = "fired"
    CANCELLED = "cancelled"
