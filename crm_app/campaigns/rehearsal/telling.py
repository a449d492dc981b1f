"""The lines of a rehearsal in words: when, what, to whom, with the message as it would look. Pure.

Times are the contact's local ones, since that is when he would read; where the workspace's differ,
they stand beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from crm_app.campaigns.plans import describe, reasons, windows
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.plan import Plan
from crm_app.campaigns.running.moves import (
    AssignOwner,
    Call,
    Effect,
    MakeTask,
    MoveTo,
    Notify,
    Send,
    Tag,
)
from crm_app.campaigns.running.standing import World
from crm_app.campaigns.running.timeline import Line
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import EnrolmentState, StepOutcome
from crm_app.ui import moments

_TONES = {
    StepOutcome.SENT: "good",
    StepOutcome.DONE: "plain",
    StepOutcome.SILENT: "quiet",
    StepOutcome.SKIPPED: "warn",
    StepOutcome.ATTENTION: "bad",
}
OUTCOMES: dict[StepOutcome, str] = {
    StepOutcome.SENT: N_("Sent"),
    StepOutcome.DONE: N_("Done"),
    StepOutcome.SILENT: N_("Silent wait"),
    StepOutcome.SKIPPED: N_("Not sent"),
    StepOutcome.ATTENTION: N_("Needs attention"),
}
HEARD: dict[str, str] = {
    "replied": N_("The contact replies"),
    "clicked": N_("The contact opens a link"),
    "booked": N_("The contact books"),
    "cancelled": N_("The appointment is cancelled"),
    "no_show": N_("The contact does not come"),
    "rescheduled": N_("The appointment is moved"),
    "tagged": N_("The contact gets a tag"),
    "unsubscribed": N_("The contact unsubscribes"),
}
_ENDS = {
    EnrolmentState.FINISHED: N_("The campaign is finished."),
    EnrolmentState.LEFT: N_("The contact leaves the campaign."),
    EnrolmentState.ATTENTION: N_("The contact waits here until somebody mends it."),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A line for people. ``day`` is set where a new day begins, ``elsewhere`` where the team's clock
    shows another time, ``campaign`` where another one begins; ``closed``: the sending window is shut
    at that moment."""

    day: str
    time: str
    elsewhere: str
    kind: str
    title: str
    outcome: str
    tone: str
    reason: str
    effects: tuple[str, ...]
    channel: str
    address: str
    subject: str
    body: str
    closed: bool
    campaign: str
    end: str


@dataclass(frozen=True, slots=True)
class Listener:
    """Who reads: language, and what he knows of the workspace."""

    locale: str
    known: Known
    now: datetime


def tell(
    lines: Sequence[Line],
    opening: World,
    plans: Mapping[int, Plan],
    names: Mapping[int, str],
    listener: Listener,
) -> list[Told]:
    """The lines in words, each day named once."""
    zone = windows.zone_called(opening.person.time_zone, opening.workspace_zone).key
    told: list[Told] = []
    day, campaign = "", lines[0].campaign_id if lines else 0
    for line in lines:
        today = moments.day(listener.locale, zone, line.at, listener.now)
        elsewhere = names.get(line.campaign_id, "") if line.campaign_id != campaign else ""
        told.append(
            _told(
                line,
                opening,
                plans.get(line.campaign_id),
                listener,
                day=today if today != day else "",
                zone=zone,
                campaign=elsewhere,
            )
        )
        day, campaign = today, line.campaign_id
    return told


def _told(
    line: Line,
    opening: World,
    plan: Plan | None,
    listener: Listener,
    *,
    day: str,
    zone: str,
    campaign: str,
) -> Told:
    locale = listener.locale
    step = plan.step(line.step_id) if plan and line.step_id else None
    sent = next((each for each in line.effects if isinstance(each, Send)), None)
    time = moments.clock_time(locale, zone, line.at)
    team = moments.clock_time(locale, opening.workspace_zone, line.at)
    return Told(
        day=day,
        time=time,
        elsewhere=team if team != time else "",
        kind="heard" if line.heard else step.kind.value if step else "enter",
        title=_title(line, plan, listener),
        outcome=_outcome(line, locale),
        tone=_TONES.get(line.outcome, "quiet") if line.outcome else "quiet",
        reason=reasons.explain(locale, line.reason, line.detail, zone) if _has_reason(line) else "",
        effects=tuple(_effect(each, line, listener) for each in line.effects if _tellable(each)),
        channel=sent.channel if sent else "",
        address=sent.to if sent else "",
        subject=sent.subject if sent else "",
        body=sent.body if sent else "",
        closed=_closed(plan, line.at, opening),
        campaign=campaign,
        end=translate(locale, _ENDS[line.ends]) if line.ends else "",
    )


def _title(line: Line, plan: Plan | None, listener: Listener) -> str:
    if line.heard:
        return translate(listener.locale, HEARD[line.heard.what])
    step = plan.step(line.step_id) if plan and line.step_id else None
    if step is None:
        return translate(listener.locale, N_("Enters the campaign"))
    if any(isinstance(each, Send) for each in line.effects):
        # The message itself stands below, whole.
        return describe.name(step.kind, listener.locale)
    return describe.sentence(step, listener.known, listener.locale)


def _outcome(line: Line, locale: str) -> str:
    if line.heard or not line.step_id:
        return ""
    if line.outcome is None:
        return translate(locale, N_("Waits"))
    return translate(locale, OUTCOMES[line.outcome])


def _has_reason(line: Line) -> bool:
    # That he entered is the title of that line already.
    return bool(line.reason) and line.reason != "entered"


def _tellable(effect: Effect) -> bool:
    return not isinstance(effect, Send)


def _effect(effect: Effect, line: Line, listener: Listener) -> str:
    locale, known = listener.locale, listener.known
    if isinstance(effect, Tag):
        words = N_("Tag off: {tag}") if effect.remove else N_("Tag on: {tag}")
        return translate(locale, words, tag=effect.name)
    if isinstance(effect, AssignOwner):
        return _owner(line, locale)
    if isinstance(effect, Notify):
        return translate(locale, N_("Behind the bell: {text}"), text=effect.text)
    if isinstance(effect, MakeTask):
        return translate(locale, N_("To do: {title}"), title=effect.title)
    if isinstance(effect, Call):
        return translate(locale, N_("Calls {url}"), url=effect.url)
    if isinstance(effect, MoveTo):
        name = known.campaigns.get(effect.campaign_id, "…")
        return translate(locale, N_("Goes on to “{campaign}”"), campaign=name)
    return ""


def _owner(line: Line, locale: str) -> str:
    if line.drawn:
        names = ", ".join(line.drawn)
        return translate(locale, N_("The owner becomes one of: {names}"), names=names)
    if line.owner is None:
        return translate(locale, N_("Nobody can be assigned"))
    return translate(locale, N_("{to_name} became the owner"), to_name=line.owner.name)


def _closed(plan: Plan | None, at: datetime, opening: World) -> bool:
    window = plan.settings.window if plan else None
    if window is None:
        return False
    name = opening.person.time_zone if window.zone == "contact" else ""
    zone: ZoneInfo = windows.zone_called(name, opening.workspace_zone)
    return not windows.is_open(window, at, zone)
