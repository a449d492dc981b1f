"""Plans for Hypothesis: any shape of steps and branches, each step with an id of its own."""

from itertools import count

from hypothesis import strategies as st

from crm_app.campaigns.plans.plan import Arm, Delay, Plan, Settings, Step
from crm_app.core.kinds import StepKind

PLAIN = [kind for kind in StepKind if kind not in (StepKind.BRANCH, StepKind.SPLIT)]
KEYS = {StepKind.BRANCH: ("yes", "no"), StepKind.SPLIT: ("a", "b", "c")}

_configs: dict[StepKind, st.SearchStrategy[dict[str, object]]] = {
    StepKind.WAIT: st.one_of(
        st.builds(lambda n: {"mode": "duration", "amount": n, "unit": "hours"}, st.integers(0, 9)),
        st.builds(
            lambda side, n, late: {
                "mode": "appointment",
                "side": side,
                "amount": n,
                "unit": "hours",
                "late": late,
            },
            st.sampled_from(["before", "after"]),
            st.integers(0, 72),
            st.sampled_from(["go_on", "skip"]),
        ),
        st.builds(
            lambda mode, n: {"mode": mode, "timeout": {"amount": n, "unit": "hours"}},
            st.sampled_from(["reply", "booking", "click"]),
            st.integers(0, 48),
        ),
        st.builds(
            lambda hour, days: {"mode": "time", "time": f"{hour:02}:30", "days": days},
            st.integers(0, 23),
            st.lists(st.integers(1, 7), unique=True),
        ),
        st.just({"mode": "date", "date": "2026-03-29", "time": "02:30"}),
        st.just({"mode": "never heard of"}),
    ),
    StepKind.EMAIL: st.fixed_dictionaries(
        {
            "subject": st.sampled_from(["Hello", "{{contact.first_name}}"]),
            "body": st.sampled_from(["Come", "{{user.calendar_link}}", "{{no.such}}", "{{"]),
            "urgent": st.booleans(),
        }
    ),
    StepKind.SMS: st.fixed_dictionaries({"body": st.sampled_from(["Hi", "{{user.name|you}}"])}),
    StepKind.GOAL: st.fixed_dictionaries(
        {
            "event": st.sampled_from(["replied", "clicked", "booked", "tag"]),
            "value": st.sampled_from(["", "vip"]),
            "unmet": st.sampled_from(["continue", "end", "wait"]),
        }
    ),
    StepKind.BRANCH: st.fixed_dictionaries(
        {
            "tests": st.lists(
                st.sampled_from(
                    [
                        {"field": "replied", "op": "yes"},
                        {"field": "tag", "op": "has", "value": "vip"},
                        {"field": "no such", "op": "is", "value": "x"},
                    ]
                ),
                max_size=2,
            )
        }
    ),
    StepKind.ASSIGN: st.sampled_from([{}, {"mode": "user", "user_id": 1}]),
    StepKind.MOVE: st.sampled_from([{}, {"campaign_id": 7}]),
    StepKind.ADD_TAG: st.sampled_from([{"tag": "VIP"}, {}]),
}


@st.composite
def plans(draw: st.DrawFn, settings: st.SearchStrategy[Settings] | None = None) -> Plan:
    """A plan of at most three levels."""
    steps = draw(_lists(count(1), 2))
    return Plan(Settings() if settings is None else draw(settings), steps)


def _lists(numbers: "count[int]", deeper: int) -> st.SearchStrategy[tuple[Step, ...]]:
    return st.lists(_steps(numbers, deeper), max_size=4).map(tuple)


@st.composite
def _steps(draw: st.DrawFn, numbers: "count[int]", deeper: int) -> Step:
    kind = draw(st.sampled_from(list(StepKind) if deeper else PLAIN))
    return Step(
        id=f"s{next(numbers)}",
        kind=kind,
        on=draw(st.sampled_from([True, True, True, False])),
        delay=Delay(draw(st.integers(0, 3)), draw(st.sampled_from(["minutes", "hours", "days"]))),
        config=draw(_configs.get(kind, st.just({}))),
        arms=tuple(
            Arm(key, draw(_lists(numbers, deeper - 1)), draw(st.integers(0, 3)))
            for key in KEYS.get(kind, ())
        ),
    )
