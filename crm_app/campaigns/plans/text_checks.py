"""What can be wrong with the texts of a step: merge fields, lengths, channels (CAM-5). Pure."""

from collections.abc import Iterator, Mapping

from crm_app.campaigns.plans import merge, sms
from crm_app.campaigns.plans.configs import Wait, read
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.mistakes import Mistake
from crm_app.campaigns.plans.plan import Assign, Plan, Step
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import StepKind

_MANY_PARTS = 3


def fields(step: Step, texts: Mapping[str, str]) -> Iterator[Mistake]:
    """Merge fields that do not exist or are not written as one writes them."""
    for field, text in texts.items():
        for wrong in merge.check_text(text):
            yield Mistake(step.id, field, wrong.message, wrong.params)


def message(step: Step, texts: Mapping[str, str], plan: Plan, known: Known) -> Iterator[Mistake]:
    """The same, and fields that would be empty, which keep a message from being sent."""
    yield from fields(step, texts)
    for field, text in texts.items():
        for warning in _maybe_empty(merge.without_default(text), step, plan, known):
            yield Mistake(step.id, field, warning, severity="warning")


def channel(step: Step, known: Known) -> Iterator[Mistake]:
    """A channel that is not set up."""
    if step.kind.value not in known.channels:
        yield Mistake(
            step.id,
            "",
            N_("This channel is not set up yet, so messages stay in the outbox."),
            severity="warning",
        )


def sms_length(step: Step, body: str) -> Iterator[Mistake]:
    """A text that does not fit into an SMS, or into few."""
    text = sms.about(body)
    if len(text) > sms.LONGEST:
        yield Mistake(
            step.id,
            "body",
            N_("This is too long for an SMS. The longest text has {longest} characters."),
            {"longest": sms.LONGEST},
        )
    elif sms.parts(text) > _MANY_PARTS:
        yield Mistake(
            step.id,
            "body",
            N_("This goes out as about {count} SMS, each of which is charged."),
            {"count": sms.parts(text)},
            severity="warning",
        )


def cold(step: Step, plan: Plan) -> Iterator[Mistake]:
    """A Messenger message that does not answer one of the contact."""
    for before in plan.walk():
        if before.id == step.id:
            break
        if _waits_for_reply(before):
            return
    yield Mistake(
        step.id,
        "",
        N_(
            "Messenger only lets you answer within 24 hours after a contact wrote. "
            "For all others this step is left out."
        ),
        severity="warning",
    )


def _maybe_empty(names: tuple[str, ...], step: Step, plan: Plan, known: Known) -> Iterator[str]:
    if any(name.startswith("user.") for name in names) and not _somebody(step, plan):
        yield N_(
            "Nobody is assigned before this step. Contacts without an owner would not get it: "
            "assign a user in the settings."
        )
    if "user.calendar_link" in names and _served_by(plan) & known.linkless:
        yield N_("Somebody who may be assigned serves no calendar, so the link would be empty.")
    if "calendar.link" in names and plan.settings.calendar_id is None:
        yield N_("Choose in the settings to which calendar the link leads.")
    if any(name.startswith("appointment.") for name in names) and not known.appointments:
        yield N_("Contacts who have no appointment would not get this message.")


def _somebody(step: Step, plan: Plan) -> bool:
    if plan.settings.assign.mode != "none":
        return True
    for before in plan.walk():
        if before.id == step.id:
            return False
        if before.on and before.kind is StepKind.ASSIGN:
            return True
    return False


def _served_by(plan: Plan) -> frozenset[int]:
    """The users to whom the plan gives contacts, where it names them."""
    assigns = [plan.settings.assign]
    for step in plan.walk():
        if step.on and step.kind is StepKind.ASSIGN:
            try:
                config = read(step)
            except Invalid:
                continue
            assigns += [config] if isinstance(config, Assign) else []
    users = {each.user_id for each in assigns if each.mode == "user" and each.user_id}
    drawn = (each.user_ids for each in assigns if each.mode == "round_robin")
    return frozenset(users.union(*drawn))


def _waits_for_reply(step: Step) -> bool:
    try:
        config = read(step)
    except Invalid:
        return False
    return isinstance(config, Wait) and config.mode == "reply"
