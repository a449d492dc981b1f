"""What can be wrong with a step, by its kind. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from crm_app.campaigns.plans import conditions, configs, text_checks
from crm_app.campaigns.plans.configs import (
    Branch,
    Email,
    Goal,
    Hook,
    MoveStep,
    Split,
    TagStep,
    Tell,
    Text,
    Todo,
    Wait,
    user_of,
)
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.mistakes import Mistake
from crm_app.campaigns.plans.plan import Assign, Plan, Step
from crm_app.campaigns.plans.wait_checks import wait_mistakes
from crm_app.contacts.names import folded
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import StepKind

Found = Iterator[Mistake]
NOT_HERE: Final = N_("This user does not work here any more. Choose another one.")
_ADDRESS = re.compile(r"https?://[^\s/]+")
_NO_TAG: Final = N_("Nobody bears this tag so far.")


@dataclass(frozen=True, slots=True)
class _Look:
    """The step that is looked at, and where."""

    step: Step
    plan: Plan
    known: Known


def check(step: Step, plan: Plan, known: Known) -> Found:
    """The mistakes of one step."""
    try:
        config = configs.read(step)
    except Invalid as error:
        for field, message in error.fields.items():
            yield Mistake(step.id, field, message)
        return
    if isinstance(config, Wait):
        yield from wait_mistakes(step.id, config, plan, known)
    elif step.kind is StepKind.GOOGLE_BUSINESS:
        yield from _google_business(step)
    elif not step.on:
        yield from _silent(step)
    else:
        yield from _CHECKS[type(config)](_Look(step, plan, known), config)


def assignment(step_id: str, field: str, assign: Assign, known: Known) -> Found:
    """The mistakes of an assignment; ``field`` is where they are shown."""
    chosen = {
        "user": assign.user_id,
        "round_robin": assign.user_ids,
        "calendar": assign.calendar_id,
    }
    if not chosen.get(assign.mode):
        yield Mistake(step_id, field, N_("Choose to whom the contacts are given."))
    elif assign.mode == "calendar" and assign.calendar_id not in known.calendars:
        yield Mistake(
            step_id, field, N_("This calendar does not exist any more. Choose another one.")
        )
    users = {"user": (assign.user_id,), "round_robin": assign.user_ids}.get(assign.mode, ())
    if any(user_id and user_id not in known.users for user_id in users):
        yield Mistake(step_id, field, NOT_HERE)


def _google_business(step: Step) -> Found:
    yield Mistake(
        step.id,
        "",
        N_("Google ended Business messages in July 2024: this step only waits, and sends nothing."),
        severity="warning",
    )


def _silent(step: Step) -> Found:
    if not step.delay.amount:
        yield Mistake(
            step.id,
            "delay",
            N_("This step is off and has no waiting time, so it does nothing at all."),
            severity="warning",
        )


def _needed(step: Step, fields: Mapping[str, tuple[str, str]]) -> Found:
    for field, (value, message) in fields.items():
        if not value.strip():
            yield Mistake(step.id, field, message)


def _email(at: _Look, config: Email) -> Found:
    yield from _needed(
        at.step,
        {
            "subject": (config.subject, N_("Write a subject.")),
            "body": (config.body, N_("Write the text of the mail.")),
        },
    )
    texts = {"subject": config.subject, "body": config.body}
    yield from text_checks.message(at.step, texts, at.plan, at.known)


def _text(at: _Look, config: Text) -> Found:
    yield from _needed(at.step, {"body": (config.body, N_("Write the text of the message."))})
    yield from text_checks.message(at.step, {"body": config.body}, at.plan, at.known)
    yield from text_checks.channel(at.step, at.known)
    if at.step.kind is StepKind.SMS:
        yield from text_checks.sms_length(at.step, config.body)
    else:
        yield from text_checks.cold(at.step, at.plan)


def _todo(at: _Look, config: Todo) -> Found:
    yield from _needed(at.step, {"title": (config.title, N_("Say what is to be done."))})
    yield from text_checks.fields(at.step, {"title": config.title, "note": config.note})
    yield from _people(at.step, [config.who], at.known)


def _tell(at: _Look, config: Tell) -> Found:
    yield from _needed(at.step, {"text": (config.text, N_("Write what is to be said."))})
    yield from text_checks.fields(at.step, {"text": config.text})
    if not config.who:
        yield Mistake(at.step.id, "who", N_("Choose who is told."))
    yield from _people(at.step, config.who, at.known)


def _people(step: Step, who: Iterable[str], known: Known) -> Found:
    named = [user_of(each) for each in who if user_of(each) is not None]
    if any(user_id not in known.users for user_id in named):
        yield Mistake(step.id, "who", NOT_HERE)


def _hook(at: _Look, config: Hook) -> Found:
    if not _ADDRESS.match(config.url):
        yield Mistake(at.step.id, "url", N_("Write the address with https:// in front."))


def _branch(at: _Look, config: Branch) -> Found:
    if not config.tests:
        yield Mistake(at.step.id, "tests", N_("Add a condition."))
    for position, test in enumerate(config.tests):
        message = conditions.mistake(test) or _unknown(test, at.known)
        if message:
            yield Mistake(at.step.id, f"tests.{position}", message)
        elif test.field == "tag" and test.op in ("has", "has_not"):
            yield from _tag_there(at.step, f"tests.{position}", test.value, at.known)


def _unknown(test: conditions.Condition, known: Known) -> str:
    field = conditions.field_of(test.field)
    if field is None or test.op in conditions.BARE:
        return ""
    listed = {"user": known.users, "calendar": known.calendars, "campaign": known.campaigns}
    names = listed.get(field.type)
    if names is None or (test.value.isdecimal() and int(test.value) in names):
        return ""
    return N_("What this is compared with does not exist any more. Choose anew.")


def _split(at: _Look) -> Found:
    if len(at.step.arms) < 2:
        yield Mistake(at.step.id, "weights", N_("A split needs at least two ways."))
    if any(arm.weight <= 0 for arm in at.step.arms):
        yield Mistake(at.step.id, "weights", N_("Each way needs a share above 0."))


def _goal(at: _Look, config: Goal) -> Found:
    stops = {"replied": at.plan.settings.stop_on_reply, "booked": at.plan.settings.stop_on_booking}
    if stops.get(config.event):
        yield Mistake(
            at.step.id,
            "event",
            N_(
                "This goal is never reached, because the campaign ends for whoever does this. "
                "Switch that off in the settings, or choose another goal."
            ),
        )
    if config.event == "tag":
        yield from _tag(at.step, "value", config.value, at.known)


def _tag_step(at: _Look, config: TagStep) -> Found:
    if at.step.kind is StepKind.REMOVE_TAG:
        yield from _tag(at.step, "tag", config.tag, at.known)
    else:
        yield from _needed(at.step, {"tag": (config.tag, N_("Choose a tag."))})


def _tag(step: Step, field: str, tag: str, known: Known) -> Found:
    yield from _needed(step, {field: (tag, N_("Choose a tag."))})
    yield from _tag_there(step, field, tag, known)


def _tag_there(step: Step, field: str, tag: str, known: Known) -> Found:
    if tag and folded(tag) not in {folded(name) for name in known.tags}:
        yield Mistake(step.id, field, _NO_TAG, severity="warning")


def _assign(at: _Look, config: Assign) -> Found:
    fields = {"user": "user_id", "round_robin": "user_ids", "calendar": "calendar_id"}
    yield from assignment(at.step.id, fields.get(config.mode, "mode"), config, at.known)


def _move(at: _Look, config: MoveStep) -> Found:
    if config.campaign_id is None:
        yield Mistake(at.step.id, "campaign_id", N_("Choose the campaign to go on in."))
    elif not at.known.leads_to(config.campaign_id):
        yield Mistake(
            at.step.id,
            "campaign_id",
            N_("This campaign does not exist any more. Choose another one."),
        )


_CHECKS: dict[type[Any], Callable[[_Look, Any], Found]] = {
    Email: _email,
    Text: _text,
    Todo: _todo,
    Tell: _tell,
    Hook: _hook,
    Branch: _branch,
    Split: lambda at, _: _split(at),
    Goal: _goal,
    TagStep: _tag_step,
    Assign: _assign,
    MoveStep: _move,
}
