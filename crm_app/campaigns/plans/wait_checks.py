"""What can be wrong with a wait. Pure."""

from collections.abc import Iterator

from crm_app.campaigns.plans.configs import Wait
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.mistakes import Mistake
from crm_app.campaigns.plans.plan import Plan
from crm_app.core.i18n import N_


def wait_mistakes(step_id: str, wait: Wait, plan: Plan, known: Known) -> Iterator[Mistake]:
    """The mistakes of one wait."""
    if wait.mode == "duration" and not wait.length.amount:
        yield Mistake(step_id, "amount", N_("Say how long the wait is."))
    if wait.mode == "date":
        yield from _date(step_id, wait, known)
    if wait.mode == "time" and not wait.days:
        yield Mistake(step_id, "days", N_("Choose at least one day of the week."))
    if wait.mode in ("reply", "booking", "click"):
        yield from _answer(step_id, wait, plan)
    if wait.mode == "appointment" and not known.appointments:
        yield Mistake(
            step_id,
            "mode",
            N_("Contacts who have no appointment go on at once here."),
            severity="warning",
        )


def _date(step_id: str, wait: Wait, known: Known) -> Iterator[Mistake]:
    if wait.day is None:
        yield Mistake(step_id, "date", N_("Choose a date."))
    elif known.today is not None and wait.day < known.today:
        yield Mistake(
            step_id,
            "date",
            N_("This date is past, so contacts go on at once here."),
            severity="warning",
        )


def _answer(step_id: str, wait: Wait, plan: Plan) -> Iterator[Mistake]:
    if not wait.timeout.amount:
        yield Mistake(step_id, "timeout", N_("Say how long the wait is at the longest."))
    settings = plan.settings
    stops = {"reply": settings.stop_on_reply, "booking": settings.stop_on_booking}
    if stops.get(wait.mode):
        yield Mistake(
            step_id,
            "mode",
            N_(
                "The campaign ends for whoever does this, so only those who do not go on from here. "
                "You can change that in the settings."
            ),
            severity="warning",
        )
