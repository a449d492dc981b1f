"""Search, troubleshooter and a scan of every minute must tell the same (CAL-1, CAL-2, CAL-3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from hypothesis import HealthCheck, event, given, settings

from crm_app.booking import minutes
from crm_app.booking.rules import NO_SEATS
from crm_app.booking.slots import Mode, Slot, is_free, search, why_not
from tests.booking import brute_force
from tests.booking.strategies import Scene, scenes

MODEST = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@MODEST
@given(scenes())
def test_cal2_cal3_search_finds_what_a_scan_of_every_minute_finds(scene: Scene) -> None:
    expected = brute_force.slots(
        scene.rules, scene.members, scene.since, scene.until, scene.now, taken=scene.taken
    )
    event("some slots" if expected else "no slots")
    assert _search(scene) == expected


@MODEST
@given(scenes(most_members=3))
def test_cal1_collective_search_finds_what_a_scan_of_every_minute_finds(scene: Scene) -> None:
    expected = brute_force.slots(
        scene.rules, scene.members, scene.since, scene.until, scene.now,
        taken=scene.taken, mode="all",
    )  # fmt: skip
    event("some slots" if expected else "no slots")
    assert _search(scene, mode="all") == expected


@MODEST
@given(scenes(most_members=1, seats=True))
def test_cal1_class_search_finds_what_a_scan_of_every_minute_finds(scene: Scene) -> None:
    expected = brute_force.slots(
        scene.rules, scene.members, scene.since, scene.until, scene.now,
        taken=scene.taken, open_seats=scene.open_seats,
    )  # fmt: skip
    event("sessions" if any(slot.seats_left for slot in expected) else "no sessions")
    assert _search(scene, open_seats=scene.open_seats) == expected


@MODEST
@given(scenes(most_members=1, seats=True))
def test_cal11_search_and_is_free_agree(scene: Scene) -> None:
    (member,) = scene.members
    found = {slot.starts_at for slot in _search(scene, open_seats=scene.open_seats)}
    for at in _instants(scene):
        refusal = is_free(
            scene.rules, member, at, scene.now, taken=scene.taken, open_seats=scene.open_seats
        )
        assert (at in found) == (refusal is None), (at, refusal)


@MODEST
@given(scenes(most_members=3))
def test_cal11_why_not_on_a_collective_calendar_is_empty_only_for_slots(scene: Scene) -> None:
    found = {slot.starts_at for slot in _search(scene, mode="all")}
    for at in _instants(scene):
        answers = why_not(
            scene.rules, scene.members, at, now=scene.now, taken=scene.taken, mode="all"
        )
        assert (at in found) == (not answers), (at, answers)


def _search(
    scene: Scene, *, mode: Mode = "any", open_seats: Mapping[datetime, int] = NO_SEATS
) -> list[Slot]:
    return search(
        scene.rules,
        scene.members,
        since=scene.since,
        until=scene.until,
        now=scene.now,
        taken=scene.taken,
        mode=mode,
        open_seats=open_seats,
    )


def _instants(scene: Scene) -> list[datetime]:
    """Some slots, what lies just behind them, sessions, and instants across the window."""
    slots = [slot.starts_at for slot in _search(scene, mode="all")][:5]
    behind = [start + timedelta(minutes=5) for start in slots]
    first, last = minutes.ceil(scene.since), minutes.ceil(scene.until)
    across = [minutes.moment(minute) for minute in range(first, last, 215)]
    chosen = [*slots, *behind, *scene.open_seats, *across]
    return [at for at in chosen if scene.since <= at < scene.until]
