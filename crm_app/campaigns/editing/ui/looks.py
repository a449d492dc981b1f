"""How each kind of step looks: its name, icon, group of the palette, and what it is for.

Colours are those of the group, and never stand alone: the icon and the words say the same.
"""

from dataclasses import dataclass

from crm_app.core.i18n import N_
from crm_app.core.kinds import CampaignState, StepKind

MESSAGES, PEOPLE, FLOW, TEAM = "messages", "people", "flow", "team"
GROUPS: dict[str, str] = {
    MESSAGES: N_("Messages"),
    PEOPLE: N_("People"),
    FLOW: N_("Flow"),
    TEAM: N_("Team"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """``label`` and ``hint`` are message ids, ``icon`` a Lucide name."""

    label: str
    icon: str
    group: str
    hint: str


LOOKS: dict[StepKind, Look] = {
    StepKind.EMAIL: Look(N_("E-mail"), "mail", MESSAGES, N_("Send a mail to the contact")),
    StepKind.SMS: Look(N_("SMS"), "message-square", MESSAGES, N_("Send a text message")),
    StepKind.MESSENGER: Look(
        N_("Messenger"), "message-circle", MESSAGES, N_("Answer on Facebook Messenger")
    ),
    StepKind.GOOGLE_BUSINESS: Look(
        N_("Google Business message"),
        "store",
        MESSAGES,
        N_("Always silent: the service ended in July 2024"),
    ),
    StepKind.ADD_TAG: Look(N_("Add tag"), "tag", PEOPLE, N_("Put a tag on the contact")),
    StepKind.REMOVE_TAG: Look(N_("Remove tag"), "tags", PEOPLE, N_("Take a tag off the contact")),
    StepKind.ASSIGN: Look(N_("Assign owner"), "user-round-check", PEOPLE, N_("Choose the owner")),
    StepKind.WAIT: Look(N_("Wait"), "hourglass", FLOW, N_("For a time, or for something")),
    StepKind.BRANCH: Look(N_("If / else"), "split", FLOW, N_("Two ways, by conditions")),
    StepKind.SPLIT: Look(N_("A/B split"), "shuffle", FLOW, N_("Several ways, by chance")),
    StepKind.GOAL: Look(N_("Goal"), "flag", FLOW, N_("Who reaches it comes here at once")),
    StepKind.MOVE: Look(
        N_("Move to campaign"), "corner-up-right", FLOW, N_("Go on in another campaign")
    ),
    StepKind.NOTIFY: Look(N_("Notify"), "bell", TEAM, N_("Tell somebody in the team")),
    StepKind.TASK: Look(N_("Task"), "square-check-big", TEAM, N_("Something to do by hand")),
    StepKind.CALL: Look(N_("Call"), "phone", TEAM, N_("A call to make")),
    StepKind.VOICEMAIL: Look(N_("Voicemail"), "voicemail", TEAM, N_("A voice message to leave")),
    StepKind.WEBHOOK: Look(N_("Webhook"), "webhook", TEAM, N_("Tell another program")),
}

# Steps that write to the contact. Empty ones become a silent wait by a click outside (CAM-3).
WRITES = frozenset({StepKind.EMAIL, StepKind.SMS, StepKind.MESSENGER, StepKind.GOOGLE_BUSINESS})

ARMS: dict[str, str] = {
    "yes": N_("Yes"),
    "no": N_("No"),
    "a": N_("Way A"),
    "b": N_("Way B"),
    "c": N_("Way C"),
    "d": N_("Way D"),
}

STATES: dict[CampaignState, tuple[str, str]] = {
    CampaignState.DRAFT: (N_("Draft"), "plain"),
    CampaignState.LIVE: (N_("Live"), "good"),
    CampaignState.PAUSED: (N_("Paused"), "warn"),
    CampaignState.ARCHIVED: (N_("Archived"), "plain"),
}

SETTINGS: dict[str, str] = {
    "assign": N_("Assignment on entry"),
    "next_campaign_id": N_("Next campaign"),
    "window": N_("Sending window"),
    "reentry": N_("Entering again"),
    "stop_on_reply": N_("Stop on a reply"),
    "stop_on_booking": N_("Stop on a booking"),
    "sender": N_("Sender"),
    "tags": N_("Tags on entry"),
    "calendar_id": N_("Calendar of the links"),
    "track_links": N_("Counting of clicks"),
}
