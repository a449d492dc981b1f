"""A step in one sentence with its real values, as its card in the builder shows it (CAM-6). Pure.

Merge fields are shown as ``{First name}``, names come from ``Known``; a choice that is still to be made is shown
as dots.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from babel.dates import format_date, format_time, get_day_names

from crm_app.campaigns.plans import conditions, configs, merge
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
from crm_app.campaigns.plans.lengths import length
from crm_app.campaigns.plans.plan import Assign, Step
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import StepKind

DOTS: Final = "…"
LONGEST: Final = 80
_FIELD = re.compile(r"\{\{([^{}|]*)(\|[^{}]*)?\}\}")


@dataclass(frozen=True, slots=True)
class _Card:
    """A step, the names that it may mention, and the reader's language."""

    step: Step
    known: Known
    locale: str


KIND_NAMES: dict[StepKind, str] = {
    StepKind.EMAIL: N_("E-mail"),
    StepKind.SMS: N_("SMS"),
    StepKind.MESSENGER: N_("Messenger"),
    StepKind.GOOGLE_BUSINESS: N_("Google Business message"),
    StepKind.CALL: N_("Call"),
    StepKind.VOICEMAIL: N_("Voicemail"),
    StepKind.TASK: N_("Task"),
    StepKind.NOTIFY: N_("Notify the team"),
    StepKind.WEBHOOK: N_("Webhook"),
    StepKind.WAIT: N_("Wait"),
    StepKind.BRANCH: N_("If / else"),
    StepKind.SPLIT: N_("A/B split"),
    StepKind.GOAL: N_("Goal"),
    StepKind.ADD_TAG: N_("Add a tag"),
    StepKind.REMOVE_TAG: N_("Remove a tag"),
    StepKind.ASSIGN: N_("Assign an owner"),
    StepKind.MOVE: N_("Move to a campaign"),
}


def name(kind: StepKind, locale: str) -> str:
    """What that kind of step is called."""
    return translate(locale, KIND_NAMES[kind])


def sentence(step: Step, known: Known, locale: str) -> str:
    """The step in one sentence; a step that is off is a silent wait."""
    try:
        config = configs.read(step)
    except Invalid:
        return name(step.kind, locale)
    if isinstance(config, Wait):
        return _wait(locale, config)
    if not step.on or step.kind is StepKind.GOOGLE_BUSINESS:
        return _silent(locale, step)
    return _SENTENCES[type(config)](_Card(step, known, locale), config)


def pause(step: Step, locale: str) -> str:
    """How long the step waits before it acts, ``After 2 hours``; "" for at once and for waits."""
    if step.kind is StepKind.WAIT or not step.delay.amount:
        return ""
    return translate(locale, "After {length}", length=length(locale, step.delay))


def plain(text: str, locale: str) -> str:
    """A text in one line, shortened, with its merge fields as people call them."""

    def label(match: re.Match[str]) -> str:
        name = match[1].strip()
        known = merge.FIELDS.get(name)
        shown = translate(locale, known.label) if known else name.removeprefix(merge.CUSTOM)
        return f"{{{shown}}}"

    line = " ".join(_FIELD.sub(label, text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1].rstrip() + DOTS


def _silent(locale: str, step: Step) -> str:
    if not step.delay.amount:
        return translate(locale, "Silent: does nothing")
    return translate(locale, "Silent wait: {length}", length=length(locale, step.delay))


def _wait(locale: str, wait: Wait) -> str:
    return _WAITS[wait.mode](locale, wait)


def _date(locale: str, wait: Wait) -> str:
    day = format_date(wait.day, "medium", locale=locale) if wait.day else DOTS
    return translate(locale, "Wait until {date}, {time}", date=day, time=_clock(locale, wait))


def _time(locale: str, wait: Wait) -> str:
    if wait.days == configs.EVERY_DAY:
        return translate(locale, "Wait until it is {time}", time=_clock(locale, wait))
    # Babel counts from Monday, 0.
    named = get_day_names("abbreviated", locale=locale)
    days = ", ".join(named[day - 1] for day in wait.days) or DOTS
    return translate(
        locale, "Wait until it is {time} ({days})", time=_clock(locale, wait), days=days
    )


def _clock(locale: str, wait: Wait) -> str:
    return format_time(wait.at, "short", locale=locale)


def _appointment(locale: str, wait: Wait) -> str:
    if not wait.length.amount and wait.side == "before":
        return translate(locale, "Wait until the appointment starts")
    if not wait.length.amount:
        return translate(locale, "Wait until the appointment ends")
    span = length(locale, wait.length)
    if wait.side == "before":
        return translate(locale, "Wait until {length} before the appointment", length=span)
    return translate(locale, "Wait until {length} after the appointment", length=span)


def _reply(locale: str, wait: Wait) -> str:
    span = length(locale, wait.timeout)
    return translate(locale, "Wait for a reply, at most {length}", length=span)


def _booking(locale: str, wait: Wait) -> str:
    span = length(locale, wait.timeout)
    return translate(locale, "Wait for a booking, at most {length}", length=span)


def _click(locale: str, wait: Wait) -> str:
    span = length(locale, wait.timeout)
    return translate(locale, "Wait for a click on a link, at most {length}", length=span)


_WAITS: dict[str, Callable[[str, Wait], str]] = {
    "duration": lambda locale, wait: translate(
        locale, "Wait {length}", length=length(locale, wait.length)
    ),
    "date": _date,
    "time": _time,
    "appointment": _appointment,
    "reply": _reply,
    "booking": _booking,
    "click": _click,
}


def _email(card: _Card, config: Email) -> str:
    subject = plain(config.subject or config.body, card.locale) or DOTS
    return translate(card.locale, "E-mail: {text}", text=subject)


def _text(card: _Card, config: Text) -> str:
    body = plain(config.body, card.locale) or DOTS
    if card.step.kind is StepKind.SMS:
        return translate(card.locale, "SMS: {text}", text=body)
    return translate(card.locale, "Messenger: {text}", text=body)


def _todo(card: _Card, config: Todo) -> str:
    text = plain(config.title, card.locale) or DOTS
    who = _who(card.locale, config.who, card.known)
    if card.step.kind is StepKind.CALL:
        return translate(card.locale, "Call by {who}: {text}", who=who, text=text)
    if card.step.kind is StepKind.VOICEMAIL:
        return translate(card.locale, "Voicemail by {who}: {text}", who=who, text=text)
    return translate(card.locale, "Task for {who}: {text}", who=who, text=text)


def _tell(card: _Card, config: Tell) -> str:
    who = ", ".join(_who(card.locale, each, card.known) for each in config.who) or DOTS
    return translate(
        card.locale, "Tell {who}: {text}", who=who, text=plain(config.text, card.locale) or DOTS
    )


def _who(locale: str, who: str, known: Known) -> str:
    if who == "owner":
        return translate(locale, "the owner")
    if who == "admins":
        return translate(locale, "the administrators")
    return known.users.get(user_of(who) or 0, DOTS)


def _branch(card: _Card, config: Branch) -> str:
    tests = [condition(each, card.known, card.locale) for each in config.tests]
    if not tests:
        return translate(card.locale, "If {conditions}", conditions=DOTS)
    joint = translate(card.locale, "and") if config.all else translate(card.locale, "or")
    return translate(card.locale, "If {conditions}", conditions=f" {joint} ".join(tests))


def condition(each: conditions.Condition, known: Known, locale: str) -> str:
    """``Contact owner is Kate``."""
    field = conditions.field_of(each.field)
    if field is None:
        return each.field
    label = translate(locale, field.label) if each.field in conditions.FIELDS else field.label
    op = translate(locale, conditions.OPS.get(each.op, each.op))
    if each.op in conditions.BARE:
        return f"{label}: {op}"
    return f"{label} {op} {_value(each, field, known, locale)}".rstrip()


def _value(each: conditions.Condition, field: conditions.Field, known: Known, locale: str) -> str:
    if each.value in field.choices:
        return translate(locale, field.choices[each.value])
    listed = {"user": known.users, "calendar": known.calendars, "campaign": known.campaigns}
    names = listed.get(field.type)
    if names is None:
        return translate(locale, "“{text}”", text=each.value) if each.value else DOTS
    return names.get(int(each.value), DOTS) if each.value.isdecimal() else DOTS


def _split(card: _Card) -> str:
    total = sum(max(0, arm.weight) for arm in card.step.arms) or 1
    shares = (f"{arm.key.upper()} {round(100 * arm.weight / total)} %" for arm in card.step.arms)
    return translate(card.locale, "Split: {shares}", shares=", ".join(shares))


def _goal(card: _Card, config: Goal) -> str:
    if config.event == "replied":
        return translate(card.locale, "Goal: the contact replies")
    if config.event == "clicked" and config.value:
        return translate(card.locale, "Goal: the contact opens “{link}”", link=config.value)
    if config.event == "clicked":
        return translate(card.locale, "Goal: the contact opens a link")
    if config.event == "booked":
        return translate(card.locale, "Goal: the contact books")
    return translate(card.locale, "Goal: the contact has the tag “{tag}”", tag=config.value or DOTS)


def _tag(card: _Card, config: TagStep) -> str:
    if card.step.kind is StepKind.ADD_TAG:
        return translate(card.locale, "Add the tag “{tag}”", tag=config.tag or DOTS)
    return translate(card.locale, "Remove the tag “{tag}”", tag=config.tag or DOTS)


def assignment(config: Assign, known: Known, locale: str) -> str:
    """To whom contacts are given."""
    if config.mode == "user":
        user = known.users.get(config.user_id or 0, DOTS)
        return translate(locale, "Assign {who}", who=user)
    if config.mode == "round_robin":
        users = ", ".join(known.users.get(each, DOTS) for each in config.user_ids) or DOTS
        return translate(locale, "Assign in turn: {who}", who=users)
    if config.mode == "calendar":
        calendar = known.calendars.get(config.calendar_id or 0, DOTS)
        return translate(locale, "Assign as the calendar “{calendar}” draws", calendar=calendar)
    return translate(locale, "Assign nobody")


def _hook(card: _Card, config: Hook) -> str:
    return translate(card.locale, "Call {url}", url=plain(config.url, card.locale) or DOTS)


def _move(card: _Card, config: MoveStep) -> str:
    campaign = card.known.campaigns.get(config.campaign_id or 0, DOTS)
    return translate(card.locale, "Go on in “{campaign}”", campaign=campaign)


_SENTENCES: dict[type[Any], Callable[[_Card, Any], str]] = {
    Email: _email,
    Text: _text,
    Todo: _todo,
    Tell: _tell,
    Hook: _hook,
    Branch: _branch,
    Split: lambda card, _: _split(card),
    Goal: _goal,
    TagStep: _tag,
    Assign: lambda card, config: assignment(config, card.known, card.locale),
    MoveStep: _move,
}
