"""What the sample team automates: three campaigns from the templates, one of its own, and their triggers.

All of it is made, published and switched on as an administrator does it. The first is the whole way
of a lead who is to meet only the user to whom he was given: form, silent wait, owner, link (CAM-4).
"""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from crm_app.campaigns.editing import known, service, templates
from crm_app.campaigns.forms import layout
from crm_app.campaigns.forms import service as forms
from crm_app.campaigns.forms.layout import Layout
from crm_app.campaigns.plans.plan import Arm, Delay, Plan, Settings, Step, as_json, parse
from crm_app.campaigns.triggers import service as triggers
from crm_app.core.access import Actor
from crm_app.core.kinds import StepKind
from crm_app.demo import cast
from crm_app.models import Campaign, Form, Trigger


@dataclass(frozen=True, slots=True)
class Made:
    """What the story needs to know of it."""

    form: Form
    quotes: Campaign


def install(session: Session, admin: Actor) -> Made:
    """Make, publish and switch on everything. ``admin`` is the administrator who did it."""
    wait = templates.make(session, admin, "ask_to_book")
    ask = session.get_one(Campaign, parse(wait.draft).settings.next_campaign_id or 0)
    service.rename(session, admin, wait, name="Wait 30 minutes")
    service.rename(session, admin, ask, name="Ask to Book")
    reminders = templates.make(session, admin, "reminders")
    _only_by_sms(session, admin, reminders)
    no_show = templates.make(session, admin, "no_show")
    quotes = service.create(session, admin, name="Quote follow-up", plan=_quotes())
    triggers.create(
        session,
        admin,
        name="Follow up on quotes",
        event="tag_added",
        filters=[{"field": "changed_tag", "op": "is", "value": cast.QUOTE_TAG}],
        actions=[{"kind": "add_to_campaign", "campaign_id": quotes.id, "restart": False}],
    )
    for campaign in (ask, wait, reminders, no_show, quotes):
        service.publish(session, admin, campaign, known=known.load(session, campaign))
    _name_triggers(session, admin)
    return Made(_form(session, admin), quotes)


def _only_by_sms(session: Session, admin: Actor, campaign: Campaign) -> None:
    """The day before, the calendar itself reminds by mail."""
    plan = parse(campaign.draft)
    steps = tuple(step for step in plan.steps if step.id in ("hour", "sms"))
    row = as_json(Plan(plan.settings, steps))
    service.save(session, admin, campaign, row, revision=campaign.revision)


def _quotes() -> Plan:
    """A letter, three days of patience, and a call for those who looked at it."""
    asked = {"field": "clicked", "op": "yes", "value": ""}
    call = Step("call", StepKind.CALL, config={"title": cast.CALL, "note": "", "who": "owner"})
    remind = Step("remind", StepKind.SMS, config={"body": cast.QUOTE_SMS})
    steps = (
        Step(
            "letter",
            StepKind.EMAIL,
            config={"subject": cast.QUOTE_SUBJECT, "body": cast.QUOTE_MAIL, "marketing": False},
        ),
        Step(
            "look",
            StepKind.WAIT,
            config={"mode": "click", "timeout": {"amount": 3, "unit": "days"}},
        ),
        Step(
            "looked",
            StepKind.BRANCH,
            config={"all": True, "tests": [asked]},
            arms=(Arm("yes", (call,)), Arm("no", (remind,))),
        ),
        Step("pause", StepKind.WAIT, config={"mode": "duration", "amount": 4, "unit": "days"}),
        Step(
            "last",
            StepKind.TASK,
            delay=Delay(1, "hours"),
            config={"title": cast.ASK, "note": "", "who": "owner"},
        ),
    )
    return Plan(Settings(stop_on_booking=True), steps)


def _name_triggers(session: Session, admin: Actor) -> None:
    """Switch all of them on; two have names of the team's own, and nobody is asked for ever."""
    for trigger in session.exec(select(Trigger).order_by(col(Trigger.id))).all():
        if trigger.event in cast.TRIGGER_NAMES:
            triggers.save(
                session,
                admin,
                trigger,
                name=cast.TRIGGER_NAMES[trigger.event],
                event=trigger.event,
                options=trigger.options | ({"most": 2} if trigger.event == "not_booked" else {}),
                filters=trigger.filters,
                actions=trigger.actions,
            )
        triggers.switch(session, admin, trigger, on=True)


def _form(session: Session, admin: Actor) -> Form:
    form = session.exec(select(Form)).one()
    laid = layout.as_json(_asking(layout.parse(form.draft)))
    forms.save(session, admin, form, laid, revision=form.revision)
    forms.rename(session, admin, form, name="Get advice", slug="get-advice")
    forms.publish(session, admin, form)
    return form


def _asking(laid: Layout) -> Layout:
    """The template's form with the team's title, and one question more."""
    row = layout.as_json(laid)
    row["title"], row["intro"] = "Get advice", cast.FORM_INTRO
    row["pages"][0]["fields"].append(
        {"id": "wish", "kind": "long_text", "label": "What is it about?", "maps_to": "note"}
    )
    return layout.parse(row)
