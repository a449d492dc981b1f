"""A small stage for the rules: Anna, a lead in Berlin, whose owner is Kate, on a Monday in November."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crm_app.campaigns.plans.plan import Plan, parse
from crm_app.campaigns.running.standing import Heard, Host, Meeting, Person, Standing, What, World

# A Monday; 11:00 in Berlin.
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LINK = "https://crm.example/cal/team/kate"

KATE = Host(1, "Kate Test", "kate@team.example", "kate", "Best, Kate", calendar_link=LINK)
TOM = Host(2, "Tom Test", "tom@team.example", "tom", calendar_link=LINK.replace("kate", "tom"))
ANNA = Person(
    id=7,
    name="Anna Kowalska",
    first_name="Anna",
    last_name="Kowalska",
    email="anna@example.org",
    phone="+4915112345678",
    locale="en",
    time_zone="Europe/Berlin",
    owner_id=1,
)
WORLD = World(
    person=ANNA,
    owner=KATE,
    workspace_name="Tandem Team",
    workspace_zone="Europe/Berlin",
    users={1: KATE, 2: TOM},
)
MEETING = Meeting(
    id=70,
    title="First talk",
    starts_at=NOW + timedelta(days=3),
    ends_at=NOW + timedelta(days=3, minutes=30),
    status="confirmed",
    calendar_id=9,
    calendar_name="Team",
    user_name="Kate Test",
    location="https://meet.example/1",
    time_zone="Europe/Berlin",
)


def plan(*steps: dict[str, Any], **settings: Any) -> Plan:
    """A plan from steps as JSON; settings by name."""
    return parse({"settings": settings, "steps": list(steps)})


def step(kind: str, step_id: str = "s", **config: Any) -> dict[str, Any]:
    """A step as JSON; ``on``, ``delay`` and ``arms`` are the step's own."""
    own = {name: config.pop(name) for name in ("on", "delay", "arms") if name in config}
    return {"id": step_id, "kind": kind, "config": config, **own}


def minutes(amount: int) -> dict[str, Any]:
    """A length of time as JSON."""
    return {"amount": amount, "unit": "minutes"}


END = step("notify", "end", text="Over", who=["admins"])


def world(**person: Any) -> World:
    """The world with other values of Anna's."""
    return replace(WORLD, person=replace(ANNA, **person))


def standing(step_id: str = "s", **values: Any) -> Standing:
    """Anna at a step, where she arrived an hour ago and which is due now."""
    usual: dict[str, Any] = {
        "step_id": step_id,
        "visit": 3,
        "arrived_at": NOW - timedelta(hours=1),
        "due_at": NOW,
        "entered_at": NOW - timedelta(days=1),
        "id": 42,
    }
    return Standing(**{**usual, **values})


def heard(what: What, about: str = "", at: datetime = NOW) -> Heard:
    """Something that happened."""
    return Heard(what, at, 3, about)
