"""TRG-1: the decision as a table, and the catalogue behind it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_app.campaigns.plans.conditions import Condition
from crm_app.campaigns.triggers import deciding, draft, occurrences, reasons, sentences
from crm_app.campaigns.triggers.actions import ACTIONS, new_action
from crm_app.campaigns.triggers.catalogue import EVENTS, FILTERS, GROUPS, heard
from crm_app.campaigns.triggers.checking import check
from crm_app.campaigns.triggers.deciding import decide
from crm_app.campaigns.triggers.rule import MOST_RUNS, History, Occurrence, Rule
from crm_app.core import facts
from crm_app.core.errors import Invalid
from crm_app.core.settings import get_settings
from crm_app.worker import LISTENERS

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = {"amount": 1, "unit": "hours"}


def rule(event: str = "contact_created", **values: Any) -> Rule:
    return Rule(event, **{"enabled": True, **values})


def seen(event: str = "contact_created", **values: Any) -> Occurrence:
    return Occurrence(event, 7, NOW, "k", **values)


STARTS = {"phase": "begins", "starts_at": NOW + timedelta(hours=3)}


@pytest.mark.parametrize(
    ("rule_", "occurrence", "view", "history", "expected"),
    [
        (rule(), seen(), {}, History(), "acted"),
        (rule(enabled=False), seen(), {}, History(), "off"),
        (rule(), seen(), None, History(), "gone"),
        (rule(), seen(), {}, History(acted=MOST_RUNS - 1), "acted"),
        (rule(), seen(), {}, History(acted=MOST_RUNS), "loop"),
        (
            rule(filters=(Condition("kind", "is", "lead"),)),
            seen(),
            {"kind": "x"},
            History(),
            "filter",
        ),
        (
            rule("not_booked", options=HOUR),
            seen("not_booked", phase="begins"),
            {},
            History(),
            "waits",
        ),
        (
            rule("not_booked", options={**HOUR, "most": 2}),
            seen("not_booked", phase="begins"),
            {},
            History(rounds=2),
            "cap",
        ),
        (
            rule("not_booked", options=HOUR),
            seen("not_booked", phase="begins"),
            {},
            History(booked=True),
            "has_appointment",
        ),
        (
            rule("not_booked", options=HOUR),
            seen("not_booked", phase="due"),
            {},
            History(booked=True, rounds=9),
            "booked",
        ),
        (rule("not_booked", options=HOUR), seen("not_booked", phase="due"), {}, History(), "acted"),
        (
            rule("appointment_starts_in", options=HOUR),
            seen("appointment_starts_in", **STARTS),
            {},
            History(),
            "starts_in",
        ),
        (
            rule("appointment_starts_in", options={"amount": 4, "unit": "hours"}),
            seen("appointment_starts_in", **STARTS),
            {},
            History(),
            "past",
        ),
        (
            rule("appointment_starts_in", options=HOUR),
            seen("appointment_starts_in", **STARTS),
            {},
            History(stands=False),
            "over",
        ),
    ],
)
def test_trg1_the_decision(
    rule_: Rule,
    occurrence: Occurrence,
    view: dict[str, Any] | None,
    history: History,
    expected: str,
) -> None:
    assert decide(rule_, occurrence, view, history, NOW).reason == expected


def test_trg1_a_time_runs_from_what_began_it() -> None:
    one = rule("not_booked", options={"amount": 10, "unit": "minutes"})
    late = NOW + timedelta(minutes=4)
    decision = decide(one, seen("not_booked", phase="begins"), {}, History(), late)
    assert decision.until == NOW + timedelta(minutes=10)


def test_trg1_what_began_the_time_is_not_asked_again_when_it_is_over() -> None:
    asked = (Condition("campaign", "is", "3"), Condition("tag", "has_not", "gone"))
    one = rule("not_booked", options=HOUR, filters=asked)
    over = seen("not_booked", phase="due")
    assert decide(one, over, {"tag": []}, History(), NOW).reason == "acted"
    assert decide(one, over, {"tag": ["gone"]}, History(), NOW).reason == "filter"


def test_trg1_every_event_has_its_facts_and_somebody_who_reads_them() -> None:
    listening = {kind.__name__ for kind, jobs in LISTENERS.items() if "triggers.consider" in jobs}
    assert heard() == listening
    assert {kind.__name__ for kind in occurrences._READERS} | {"AppointmentRestored"} >= {
        name for event in EVENTS.values() for name in event.facts
    }
    for event in EVENTS.values():
        assert event.group in GROUPS
        assert set(event.filters) <= set(FILTERS)
        assert all(hasattr(facts, name) for name in event.facts)


def test_trg1_every_reason_has_a_sentence() -> None:
    for code in ("off", "gone", "has_appointment", "booked", "over", "left", "moved"):
        assert reasons.explain("en", "UTC", code, {}, NOW) != code
    said = reasons.explain("en", "Europe/Berlin", "waits", {"until": NOW.isoformat()}, NOW)
    assert "10:00" in said
    why = {"number": 2, "why": reasons.UNFILLED, "params": {"names": "user.name"}}
    assert "user.name" in reasons.explain("en", "UTC", "failed", why, NOW)
    assert reasons.explain("en", "UTC", "unknown code", {}, NOW) == "unknown code"


def test_trg2_every_action_can_be_put_in_and_is_told_in_words() -> None:
    for kind, action in ACTIONS.items():
        fresh = new_action(kind)
        assert set(fresh) - {"kind"} == set(action.fields)
        assert sentences.action(fresh, {}, "en").startswith(action.label)


def test_trg1_an_unfinished_trigger_says_what_is_missing() -> None:
    assert [one.where for one in check(rule(""), {})] == ["event"]
    assert [one.where for one in check(rule(), {})] == ["actions"]
    waits = check(rule("not_booked", actions=(new_action("add_tag"),)), {})
    assert [one.where for one in waits] == ["options.amount", "actions.0.tag"]


@pytest.mark.parametrize(
    ("action", "where"),
    [
        ({"kind": "add_to_campaign", "campaign_id": 9}, "actions.0.campaign_id"),
        ({"kind": "assign", "mode": "user", "user_id": None}, "actions.0.user_id"),
        ({"kind": "assign", "mode": "user", "user_id": 9}, "actions.0.user_id"),
        ({"kind": "assign", "mode": "round_robin", "user_ids": []}, "actions.0.user_ids"),
        ({"kind": "assign", "mode": "king"}, "actions.0.mode"),
        ({"kind": "notify", "text": "{{contact.nme}}", "who": ["owner"]}, "actions.0.text"),
        ({"kind": "notify", "text": "x", "who": []}, "actions.0.who"),
        ({"kind": "notify", "text": "x", "who": ["user:9"]}, "actions.0.who"),
        ({"kind": "webhook", "url": "ftp://x"}, "actions.0.url"),
        ({"kind": "set_status", "status": "confirmed"}, "actions.0"),
        ({"kind": "dance"}, "actions.0"),
    ],
)
def test_trg2_mistakes_of_actions_stand_beside_their_field(
    action: dict[str, Any], where: str
) -> None:
    assert [one.where for one in check(rule(actions=(action,)), {})] == [where]


def test_trg1_conditions_that_do_not_fit_are_told() -> None:
    tag = (new_action("add_tag") | {"tag": "x"},)
    known = {"campaign": {"3": "Ask"}}

    def told(event: str, *filters: Condition) -> list[str]:
        found = check(rule(event, filters=filters, actions=tag), known)
        return [one.message for one in found]

    assert told("campaign_entered", Condition("campaign", "is", "3")) == []
    assert "exist" in told("campaign_entered", Condition("campaign", "is", "4"))[0]
    assert "fit" in told("contact_created", Condition("campaign", "is", "3"))[0]
    assert told("contact_created", Condition("booked", "yes", "")) != []
    assert told("contact_created", Condition("tag", "has", "")) != []


_OPTIONS = st.dictionaries(
    st.sampled_from(["amount", "unit", "since", "most"]),
    st.one_of(st.none(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2)),
)


@given(_OPTIONS)
def test_trg1_whatever_stands_in_the_options_the_rule_is_readable(options: Any) -> None:
    for event in ("not_booked", "appointment_starts_in"):
        one = rule(event, options=options)
        assert 1 <= one.most <= 20
        assert one.length.length >= timedelta(0)
        sentences.when(one, "en")
        check(one, {})


def test_trg1_another_event_keeps_what_fits() -> None:
    made = draft.on_event(draft.blank(), "campaign_entered")
    made = draft.add_filter(made, "campaign")
    made = draft.change_filter(draft.add_filter(made, "tag"), 1, "value", "x")
    moved = draft.on_event(made, "appointment_booked")
    assert [row["field"] for row in moved["filters"]] == ["tag"]
    assert draft.on_event(made, "not_booked")["options"]["most"] == 3


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: draft.on_event(d, "nothing"),
        lambda d: draft.add_filter(d, "shoe size"),
        lambda d: draft.change_filter(d, 5, "value", "x"),
        lambda d: draft.remove_action(d, 0),
        lambda d: draft.add_action(d, "dance"),
        lambda d: draft.with_option(d, "colour", "red"),
        lambda d: draft.toggle(draft.add_action(d, "add_tag"), 0, "tag", "x", True),
        lambda d: draft.change_action(draft.add_action(d, "add_tag"), 0, "url", "x"),
    ],
)
def test_trg1_edits_that_make_no_sense_are_refused(edit: Any) -> None:
    with pytest.raises(Invalid):
        edit(draft.blank())


def test_trg4_the_limit_is_50_in_half_an_hour() -> None:
    assert (50, timedelta(minutes=30)) == (get_settings().trigger_runs, deciding.WITHIN)
