"""Campaigns to begin with, each ready to be opened in the builder as a draft. Pure.

Their texts are written in the language of whoever makes them, and are his from then on. The first is
the whole workaround of a team that wants a lead to meet only the user to whom he was given: a form
without a user, a silent wait, an owner, a link to that owner's times only (CAM-4, TRG-3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm_app.campaigns.plans.drafts import Draft, FormDraft, Json, TriggerDraft, campaign
from crm_app.campaigns.plans.plan import Assign, Delay, Plan, Settings, Step
from crm_app.core.i18n import N_, translate
from crm_app.core.kinds import StepKind

AT_ONCE = Delay()


@dataclass(frozen=True, slots=True)
class Choices:
    """The language of the texts, the users who take turns, and the calendar to which links lead."""

    locale: str = "en"
    user_ids: tuple[int, ...] = ()
    calendar_id: int | None = None

    def say(self, message: str) -> str:
        """A text that was marked with ``N_``, in that language."""
        return translate(self.locale, message)

    def assign(self) -> Assign:
        """Users in turn; who has an owner keeps him, however often he comes back."""
        if not self.user_ids:
            return Assign()
        return Assign("round_robin", user_ids=self.user_ids, only_unassigned=True)


@dataclass(frozen=True, slots=True)
class Template:
    """``name`` and ``description`` are message ids; ``build`` makes the draft."""

    name: str
    description: str
    build: Callable[[Choices], Draft]


def _ask_to_book(choices: Choices) -> Draft:
    say = choices.say
    wait = campaign("wait", say(N_("Wait before asking")), _silent_wait(), following="ask")
    ask = campaign("ask", say(N_("Ask to book")), _asking(choices))
    form = FormDraft(say(N_("Contact form")), _form(choices, campaign_ref="wait"))
    return Draft((wait, ask), (_tell_owner(choices), _ask_again(choices)), (form,))


def _silent_wait() -> Plan:
    # Nobody is assigned here, and the only step is off: it waits, and hands on.
    step = Step(
        "wait", StepKind.MESSENGER, on=False, delay=Delay(30, "minutes"), config={"body": ""}
    )
    return Plan(Settings(stop_on_booking=True), (step,))


def _asking(choices: Choices) -> Plan:
    settings = Settings(
        assign=choices.assign(), stop_on_booking=True, calendar_id=choices.calendar_id
    )
    sms = choices.say(
        N_(
            "Hello {{contact.first_name|there}}, thank you for your interest. "
            "Choose a time that suits you: {{user.calendar_link}}"
        )
    )
    body = choices.say(
        N_(
            "Hello {{contact.first_name|there}},\n\nthank you for your interest. "
            "Choose a time that suits you here:\n\n{{user.calendar_link}}\n\n"
            "I look forward to talking to you.\n\n{{user.name}}"
        )
    )
    subject = choices.say(N_("When may we talk?"))
    return Plan(settings, (_sms("sms", sms), _email("email", subject, body)))


def _tell_owner(choices: Choices) -> TriggerDraft:
    text = choices.say(N_("New lead assigned: {{contact.name}}. Please check."))
    return TriggerDraft(
        name=choices.say(N_("Tell the owner about the new lead")),
        event="campaign_entered",
        filters=[{"field": "campaign", "op": "is", "value": "@ask"}],
        actions=[{"kind": "notify", "text": text, "who": ["owner"], "mail": False}],
    )


def _ask_again(choices: Choices) -> TriggerDraft:
    return TriggerDraft(
        name=choices.say(N_("Ask again when nothing is booked")),
        event="not_booked",
        options={"amount": 10, "unit": "minutes", "since": "campaign", "most": 3},
        filters=[{"field": "campaign", "op": "is", "value": "@ask"}],
        actions=[{"kind": "add_to_campaign", "campaign_id": "@ask", "restart": True}],
    )


def _form(choices: Choices, *, campaign_ref: str) -> Json:
    say = choices.say
    fields = [
        {
            "id": "name",
            "kind": "text",
            "label": say(N_("Your name")),
            "required": True,
            "maps_to": "name",
        },
        {
            "id": "email",
            "kind": "email",
            "label": say(N_("E-mail address")),
            "required": True,
            "maps_to": "email",
        },
        {"id": "phone", "kind": "phone", "label": say(N_("Phone number")), "maps_to": "phone"},
    ]
    return {
        "title": say(N_("Talk to us")),
        "intro": "",
        "pages": [{"id": "p1", "title": "", "fields": fields}],
        "button": "",
        "after": {"kind": "message", "text": say(N_("Thank you. We will write to you soon."))},
        # A user is assigned later, by the campaign.
        "assign": {"mode": "none"},
        "campaign_id": f"@{campaign_ref}",
        "tags": [],
        "language": choices.locale,
    }


def _reminders(choices: Choices) -> Draft:
    subject = choices.say(N_("Reminder: {{appointment.title}}, {{appointment.date}}"))
    body = choices.say(
        N_(
            "Hello {{contact.first_name|there}},\n\nthis is a reminder of your appointment with "
            "{{appointment.user}}:\n\n{{appointment.title}}\n{{appointment.starts}}\n"
            "{{appointment.location|}}\n\nYou can change it here: "
            "{{appointment.reschedule_link|just answer this mail}}"
        )
    )
    sms = choices.say(
        N_(
            "Reminder: {{appointment.title}} with {{appointment.user}} at {{appointment.time}}. "
            "{{appointment.location|}}"
        )
    )
    steps = (
        _before("day", Delay(24, "hours")),
        _email("email", subject, body, marketing=False),
        _before("hour", Delay(1, "hours")),
        _sms("sms", sms),
    )
    # "Fine, see you then" is no reason to leave the second reminder out.
    plan = Plan(Settings(stop_on_reply=False), steps)
    name = choices.say(N_("Appointment reminders"))
    return Draft(
        (campaign("reminders", name, plan),), (_entry(name, "appointment_booked", "reminders"),)
    )


def _no_show(choices: Choices) -> Draft:
    settings = Settings(
        assign=choices.assign(), stop_on_booking=True, calendar_id=choices.calendar_id
    )
    body = choices.say(
        N_(
            "Hello {{contact.first_name|there}},\n\nit is a pity that we missed each other. "
            "Choose a new time that suits you here:\n\n{{user.calendar_link}}\n\n{{user.name}}"
        )
    )
    sms = choices.say(
        N_(
            "Hello {{contact.first_name|there}}, shall we find a new time? "
            "Choose one here: {{user.calendar_link}}"
        )
    )
    subject = choices.say(N_("Shall we find a new time?"))
    hour, days = Delay(1, "hours"), {"mode": "duration", "amount": 2, "unit": "days"}
    steps = (
        _email("email", subject, body, delay=hour),
        Step("later", StepKind.WAIT, config=days),
        _sms("sms", sms),
        Step("more", StepKind.WAIT, config=days),
        _todo("call", StepKind.CALL, choices.say(N_("Call {{contact.name}}, who did not come"))),
    )
    name = choices.say(N_("No-show follow-up"))
    return Draft(
        (campaign("no_show", name, Plan(settings, steps)),),
        (_entry(name, "appointment_no_show", "no_show"),),
    )


def _new_lead(choices: Choices) -> Draft:
    text = choices.say(N_("New lead assigned: {{contact.name}}. Please check."))
    told = {"text": text, "who": ["owner", "admins"], "mail": True}
    steps = (
        Step("tell", StepKind.NOTIFY, config=told),
        _todo("call", StepKind.CALL, choices.say(N_("Call the new lead {{contact.name}}"))),
    )
    plan = Plan(Settings(assign=choices.assign(), reentry=False), steps)
    name = choices.say(N_("New-lead notification"))
    own = {"field": "from_sync", "op": "is", "value": "no"}
    return Draft(
        (campaign("new_lead", name, plan),), (_entry(name, "contact_created", "new_lead", own),)
    )


def _entry(name: str, event: str, ref: str, *filters: Json) -> TriggerDraft:
    entering = {"kind": "add_to_campaign", "campaign_id": f"@{ref}", "restart": False}
    return TriggerDraft(name, event, filters=list(filters), actions=[entering])


def _before(step_id: str, length: Delay) -> Step:
    config: dict[str, Any] = {"mode": "appointment", "side": "before", "late": "skip"}
    return Step(
        step_id, StepKind.WAIT, config={**config, "amount": length.amount, "unit": length.unit}
    )


def _sms(step_id: str, body: str) -> Step:
    return Step(step_id, StepKind.SMS, config={"body": body})


def _email(
    step_id: str, subject: str, body: str, *, marketing: bool = True, delay: Delay = AT_ONCE
) -> Step:
    config = {"subject": subject, "body": body, "marketing": marketing}
    return Step(step_id, StepKind.EMAIL, delay=delay, config=config)


def _todo(step_id: str, kind: StepKind, title: str) -> Step:
    return Step(step_id, kind, config={"title": title, "note": "", "who": "owner"})


TEMPLATES: dict[str, Template] = {
    "ask_to_book": Template(
        N_("Wait, then ask to book"),
        N_(
            "A lead fills in a form and waits half an hour. Then a user gets the lead and the lead "
            "gets a link to that user's times only. Who has not booked is asked again."
        ),
        _ask_to_book,
    ),
    "reminders": Template(
        N_("Appointment reminders"),
        N_("A mail 24 hours before each appointment, and an SMS 1 hour before."),
        _reminders,
    ),
    "no_show": Template(
        N_("No-show follow-up"),
        N_("Whoever did not come is invited to choose a new time, and called after a few days."),
        _no_show,
    ),
    "new_lead": Template(
        N_("New-lead notification"),
        N_("Gives each new lead to a user in turn, tells the user, and makes a task to call."),
        _new_lead,
    ),
}
"""The templates by key, in the order in which they are offered."""
