"""Whatever the plan and whatever happens: nobody is lost, and nothing is sent that must not be (CAM-8)."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from crm_app.campaigns.plans.plan import Assign, Plan, Settings, Window
from crm_app.campaigns.plans.reasons import REASONS, explain
from crm_app.campaigns.running import rules
from crm_app.campaigns.running.moves import Move, Send
from crm_app.campaigns.running.standing import Heard, Standing, World
from crm_app.core.kinds import EnrolmentState, StepOutcome
from tests.campaigns.plans.drawn import plans
from tests.campaigns.running.stage import ANNA, KATE, MEETING, NOW, WORLD

MODEST = settings(max_examples=250, derandomize=True, database=None)

all_settings = st.builds(
    Settings,
    assign=st.sampled_from([Assign(), Assign("user", user_id=1)]),
    next_campaign_id=st.sampled_from([None, 4]),
    window=st.sampled_from([None, Window(), Window(()), Window((7,), 60, 90, "contact")]),
    stop_on_reply=st.booleans(),
    stop_on_booking=st.booleans(),
    sender=st.sampled_from(["owner", "workspace", "user:2", "user:99"]),
)
worlds = st.builds(
    lambda email, phone, dnd, owner, meeting, zone: World(
        person=replace(
            ANNA,
            email=email,
            phone=phone,
            do_not_disturb=frozenset(dnd),
            time_zone=zone,
            owner_id=1 if owner else None,
        ),
        owner=owner,
        meeting=meeting,
        workspace_zone="Europe/Berlin",
        users=WORLD.users,
    ),
    email=st.sampled_from(["", "anna@example.org"]),
    phone=st.sampled_from(["", "+4915112345678"]),
    dnd=st.lists(st.sampled_from(["email", "sms", "call", "messenger"]), unique=True),
    owner=st.sampled_from([None, KATE]),
    meeting=st.sampled_from([None, MEETING, replace(MEETING, status="cancelled")]),
    zone=st.sampled_from(["", "Europe/Berlin", "Australia/Lord_Howe", "Mars/Olympus"]),
)
news = st.builds(
    Heard,
    what=st.sampled_from(
        [
            "replied",
            "clicked",
            "booked",
            "cancelled",
            "no_show",
            "rescheduled",
            "tagged",
            "unsubscribed",
        ]
    ),
    at=st.sampled_from([NOW - timedelta(days=2), NOW]),
    about=st.sampled_from(["", "70", "71", "vip", "email"]),
)


def _is_found(plan: Plan, move: Move) -> None:
    """The contact goes on, waits, asks for a person, or is done; there is no fifth way."""
    if move.ends in (EnrolmentState.FINISHED, EnrolmentState.LEFT):
        assert move.to is None
        assert move.due_at is None
    elif move.ends is EnrolmentState.ATTENTION:
        assert move.outcome is StepOutcome.ATTENTION
        assert plan.step(move.to or "")
        assert not move.effects
    else:
        assert move.ends is None
        assert plan.step(move.to or "")
        # Only a goal may wait without a time, until it is heard of.
        assert move.due_at is not None or move.reason == "waits_for_goal"
    assert not move.reason or move.reason in REASONS
    said = explain("de", move.reason, move.detail, "UTC")
    assert "…" not in said
    assert "{" not in said or move.reason == "unfilled"


@MODEST
@given(plans(all_settings), worlds)
def test_cam8_everybody_who_enters_is_somewhere(plan: Plan, world: World) -> None:
    _is_found(plan, rules.enter(plan, world, NOW))


@MODEST
@given(plans(all_settings), worlds, st.lists(news, max_size=3).map(tuple), st.data())
def test_cam8_a_due_step_loses_nobody(
    plan: Plan, world: World, heard: tuple[Heard, ...], data: st.DataObject
) -> None:
    steps = list(plan.walk())
    step_id = data.draw(st.sampled_from([step.id for step in steps] or ["gone"]))
    entered = NOW - timedelta(days=1)
    stands = Standing(step_id, 2, entered, NOW, entered, heard=heard, appointment_id=70)
    move = rules.due(plan, stands, world, NOW)
    step = plan.step(step_id)
    if step is None:
        assert move.ends is EnrolmentState.ATTENTION
        return
    _is_found(plan, move)
    if move.outcome is None:
        assert move.to == step_id
        assert move.due_at is None or move.due_at > NOW
    for sent in (effect for effect in move.effects if isinstance(effect, Send)):
        assert step.on
        assert sent.to
        assert sent.channel not in world.person.do_not_disturb
        assert "{{" not in sent.body + sent.subject


@MODEST
@given(plans(all_settings), worlds, news, st.data())
def test_cam8_what_happens_loses_nobody(
    plan: Plan, world: World, heard: Heard, data: st.DataObject
) -> None:
    step_id = data.draw(st.sampled_from([step.id for step in plan.walk()] or ["gone"]))
    entered = NOW - timedelta(days=1)
    due_at = NOW + timedelta(hours=3)
    stands = Standing(step_id, 2, entered, due_at, entered, appointment_id=70)
    move = rules.hear(plan, stands, heard, world, NOW)
    if move is not None:
        _is_found(plan, move)
        assert not any(isinstance(effect, Send) for effect in move.effects)
        assert move.due_at is None or move.due_at >= NOW


@MODEST
@given(plans(all_settings), worlds)
def test_cam8_whoever_is_looked_at_again_and_again_comes_to_an_end(
    plan: Plan, world: World
) -> None:
    """Visit after visit at the times that the moves say: no step is come to twice in one way down."""
    move, at, seen = rules.enter(plan, world, NOW), NOW, set[str]()
    entered = NOW
    for visit in range(1, 200):
        if move.ends is not None or move.due_at is None:
            return
        if move.outcome is not None:
            assert move.to not in seen
            seen.add(move.to or "")
            arrived = at
        at = move.due_at
        stands = Standing(move.to or "", visit, arrived, at, entered, id=7)
        move = rules.due(plan, stands, world, at)
    raise AssertionError("went in circles")
