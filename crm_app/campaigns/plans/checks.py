"""All that can be found wrong with a plan while it is edited (CAM-5, CAM-6). Pure.

A draft may be as unfinished as it likes; ``publish`` refuses a plan with errors. A step that is off
sends nothing, so what it would send is not looked at.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from crm_app.campaigns.plans import paths, step_checks, windows
from crm_app.campaigns.plans.configs import user_of
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.mistakes import Mistake
from crm_app.campaigns.plans.plan import Plan
from crm_app.core.i18n import N_

__all__ = ["Known", "Mistake", "check", "errors"]


def check(plan: Plan, known: Known) -> list[Mistake]:
    """The mistakes of the settings, then those of the steps in reading order."""
    return [*_settings(plan, known), *_whole(plan, known), *_steps(plan, known)]


def errors(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """Those that keep a plan from being published."""
    return [mistake for mistake in mistakes if mistake.severity == "error"]


def _steps(plan: Plan, known: Known) -> Iterator[Mistake]:
    reachable = paths.ahead(plan, plan.first())
    twice = Counter(step.id for step in plan.walk())
    for step in plan.walk():
        if twice[step.id] > 1:
            yield Mistake(step.id, "", N_("This step is there twice. Remove one of the two."))
        if step.id not in reachable:
            yield Mistake(
                step.id,
                "",
                N_("Nobody comes here, because every way before it moves on to another campaign."),
                severity="warning",
            )
        yield from step_checks.check(step, plan, known)


def _whole(plan: Plan, known: Known) -> Iterator[Mistake]:
    if not plan.steps:
        yield Mistake("", "steps", N_("The campaign is empty. Add a first step."))
    where = paths.circle(plan, known.campaign_id, known.plans)
    if where is not None:
        yield Mistake(
            where,
            "campaign_id" if where else "next_campaign_id",
            N_(
                "This leads back into this campaign without any wait, so contacts would run in "
                "circles. Put a wait before it."
            ),
        )


def _settings(plan: Plan, known: Known) -> Iterator[Mistake]:
    settings = plan.settings
    if settings.assign.mode != "none":
        yield from step_checks.assignment("", "assign", settings.assign, known)
    if settings.window is not None and not windows.ever_opens(settings.window):
        yield Mistake(
            "",
            "window",
            N_("Messages could never leave. Choose a day, and an end that is after the start."),
        )
    if settings.next_campaign_id is not None and not known.leads_to(settings.next_campaign_id):
        yield Mistake(
            "", "next_campaign_id", N_("The next campaign does not exist any more. Choose another.")
        )
    if settings.calendar_id is not None and settings.calendar_id not in known.calendars:
        yield Mistake(
            "", "calendar_id", N_("This calendar does not exist any more. Choose another one.")
        )
    yield from _sender(settings.sender, known)


def _sender(sender: str, known: Known) -> Iterator[Mistake]:
    if sender in ("owner", "workspace"):
        return
    if user_of(sender) not in known.users:
        yield Mistake(
            "", "sender", N_("This sender does not work here any more. Choose another one.")
        )
