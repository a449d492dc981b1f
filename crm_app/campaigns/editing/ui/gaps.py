"""The places of a plan, as words and as the way from one to the next. Pure."""

from crm_app.campaigns.editing.ui import shown
from crm_app.campaigns.editing.ui.shown import Around
from crm_app.campaigns.plans import tree
from crm_app.campaigns.plans.plan import Plan
from crm_app.campaigns.plans.tree import Place
from crm_app.core.i18n import N_


def open_to(plan: Plan, step_id: str) -> list[Place]:
    """The places to which a step can go, in reading order: not into itself, nor where it stands."""
    step = plan.step(step_id)
    if step is None:
        return []
    here = tree.place_of(plan, step_id)
    stays = {here, Place(here.parent, here.index + 1)}
    places = [Place(row.parent, row.index) for row in tree.flatten(plan) if row.kind == "slot"]
    return [
        place
        for place in places
        if place not in stays and not tree.holds(step, place.parent.partition("/")[0])
    ]


def beside(plan: Plan, step_id: str, *, down: bool) -> Place | None:
    """The next place above or below a step, into and out of branches; None at either end."""
    rows = [row for row in tree.flatten(plan) if row.kind != "arm"]
    at = next((i for i, row in enumerate(rows) if row.step and row.step.id == step_id), None)
    if at is None:
        return None
    allowed = set(open_to(plan, step_id))
    ahead = rows[at + 1 :] if down else rows[:at][::-1]
    places = (Place(row.parent, row.index) for row in ahead if row.kind == "slot")
    return next((place for place in places if place in allowed), None)


def label(plan: Plan, place: Place, around: Around) -> str:
    """Where a place is: before which step, or at the end of what."""
    step_id, _, key = place.parent.partition("/")
    holder = plan.step(step_id) if step_id else None
    arm = next((arm for arm in holder.arms if arm.key == key), None) if holder else None
    steps = arm.steps if arm else plan.steps
    if place.index < len(steps):
        step = shown.sentence(steps[place.index], around)
        return around.say(N_("before {step}"), step=step)
    if holder is None or arm is None:
        return around.say(N_("at the end of the campaign"))
    branch = shown.branch_name(holder, arm, around)
    return around.say(N_("at the end of {branch}"), branch=branch)
