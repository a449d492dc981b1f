"""Templates: ready to use, whole, and without a mistake (CAM-4, TRG-3, FRM-1)."""

import json
from dataclasses import asdict
from typing import Any

import pytest

from crm_app.campaigns.forms import checks as form_checks
from crm_app.campaigns.forms import layout as forms
from crm_app.campaigns.plans import checks
from crm_app.campaigns.plans.drafts import Draft, with_ids
from crm_app.campaigns.plans.known import Known
from crm_app.campaigns.plans.plan import Assign, Delay, Plan, parse
from crm_app.campaigns.plans.templates import TEMPLATES, Choices
from crm_app.campaigns.triggers import checking
from crm_app.campaigns.triggers.rule import rule_of
from crm_app.core.i18n import LOCALES
from crm_app.core.kinds import StepKind

CHOICES = Choices(user_ids=(1, 2), calendar_id=9)


def _built(key: str, choices: Choices = CHOICES) -> Draft:
    return TEMPLATES[key].build(choices)


def _ids(draft: Draft) -> dict[str, int]:
    return {each.ref: number for number, each in enumerate(draft.campaigns, 11)}


def _plans(draft: Draft) -> dict[str, Plan]:
    ids = _ids(draft)
    return {each.ref: parse(with_ids(each.plan, ids)) for each in draft.campaigns}


@pytest.mark.parametrize("key", TEMPLATES)
@pytest.mark.parametrize("locale", LOCALES)
def test_cam6_every_template_can_be_published_as_it_is(key: str, locale: str) -> None:
    draft = _built(key, Choices(locale, (1, 2), 9))
    names = {number: ref for ref, number in _ids(draft).items()}
    plans = _plans(draft)
    for ref, plan in plans.items():
        known = Known(
            users={1: "Kate", 2: "Tom"},
            campaigns=names,
            calendars={9: "Team"},
            campaign_id=_ids(draft)[ref],
            plans={_ids(draft)[other]: plans[other] for other in plans},
            appointments=key == "reminders",
        )
        assert checks.check(plan, known) == []


@pytest.mark.parametrize("key", TEMPLATES)
def test_cam1_without_users_nobody_is_assigned_and_nothing_else_is_wrong(key: str) -> None:
    for plan in _plans(_built(key, Choices())).values():
        assert plan.settings.assign == Assign()
        assert checks.errors(checks.check(plan, Known(campaigns={11: "a", 12: "b"}))) == []


@pytest.mark.parametrize("key", TEMPLATES)
def test_cam6_nothing_is_left_to_be_resolved(key: str) -> None:
    draft = _built(key)
    resolved = json.dumps(with_ids(asdict(draft), _ids(draft)))
    assert '"@' not in resolved


def test_cam4_the_first_campaign_of_the_seed_waits_silently_and_assigns_nobody() -> None:
    wait = _plans(_built("ask_to_book"))["wait"]
    assert wait.settings.assign == Assign()
    assert wait.settings.next_campaign_id == 12
    (step,) = wait.steps
    assert (step.kind, step.on, step.delay) == (StepKind.MESSENGER, False, Delay(30, "minutes"))


def test_cam4_the_second_assigns_in_turn_and_sends_the_users_own_link() -> None:
    ask = _plans(_built("ask_to_book"))["ask"]
    assert ask.settings.assign == Assign("round_robin", user_ids=(1, 2), only_unassigned=True)
    assert ask.settings.stop_on_booking
    assert ask.settings.reentry, "who has not booked comes in again"
    assert [step.kind for step in ask.steps] == [StepKind.SMS, StepKind.EMAIL]
    assert all("{{user.calendar_link}}" in step.config["body"] for step in ask.steps)


def test_trg3_the_triggers_of_the_seed() -> None:
    draft = _built("ask_to_book")
    tell, again = (with_ids(asdict(each), _ids(draft)) for each in draft.triggers)
    entered = [{"field": "campaign", "op": "is", "value": "12"}]
    assert (tell["event"], tell["filters"]) == ("campaign_entered", entered)
    text = "New lead assigned: {{contact.name}}. Please check."
    assert tell["actions"] == [{"kind": "notify", "text": text, "who": ["owner"], "mail": False}]
    assert (again["event"], again["filters"]) == ("not_booked", entered)
    assert (again["options"]["amount"], again["options"]["unit"]) == (10, "minutes")
    assert again["options"]["most"] == 3, "the seed's own loop has no end"
    assert again["actions"] == [{"kind": "add_to_campaign", "campaign_id": 12, "restart": True}]


def test_frm1_the_form_of_the_seed_has_no_user_and_leads_into_the_wait() -> None:
    draft = _built("ask_to_book")
    layout: dict[str, Any] = with_ids(draft.forms[0].layout, _ids(draft))
    assert layout["assign"] == {"mode": "none"}
    assert layout["campaign_id"] == 11


def test_cam2_reminders_leave_out_what_is_too_late() -> None:
    plan = _plans(_built("reminders"))["reminders"]
    waits = [step.config for step in plan.steps if step.kind is StepKind.WAIT]
    assert [(w["amount"], w["unit"], w["late"]) for w in waits] == [
        (24, "hours", "skip"),
        (1, "hours", "skip"),
    ]
    assert not plan.settings.stop_on_reply
    mail = next(step for step in plan.steps if step.kind is StepKind.EMAIL)
    assert mail.config["marketing"] is False


def test_cam6_a_template_is_written_in_the_language_of_who_makes_it() -> None:
    assert Choices("en").say("New lead assigned: {{contact.name}}. Please check.").startswith("New")
    for locale in LOCALES:
        layout = _built("ask_to_book", Choices(locale)).forms[0].layout
        assert layout["language"] == locale


@pytest.mark.parametrize("key", TEMPLATES)
def test_trg1_every_trigger_of_a_template_can_be_switched_on(key: str) -> None:
    draft = _built(key)
    known = {"campaign": {str(number): ref for ref, number in _ids(draft).items()}}
    for each in draft.triggers:
        row = with_ids(asdict(each), _ids(draft))
        rule = rule_of(row["event"], row["options"], row["filters"], row["actions"])
        assert checking.check(rule, known) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_frm1_the_form_of_the_seed_can_be_published(locale: str) -> None:
    draft = _built("ask_to_book", Choices(locale))
    layout = forms.parse(with_ids(draft.forms[0].layout, _ids(draft)))
    mistakes = form_checks.check(layout, form_checks.Known(campaigns=frozenset({11, 12})))
    # Its campaign is a draft too, at which the builder only hints.
    assert [each.message for each in mistakes if each.severity == "error"] == []
