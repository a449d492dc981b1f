"""When a service is to wake us: SYN-10, by table."""

from datetime import UTC, datetime, timedelta

import pytest

from crm_app.sync.rules import health, waking
from crm_app.sync.rules.waking import Standing, Work

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def standing(row_id: int = 1, *, since: timedelta = -DAY, until: timedelta = DAY * 6) -> Standing:
    return Standing(row_id, f"channel-{row_id}", NOW + since, NOW + until)


@pytest.mark.parametrize(
    ("url", "reachable"),
    [
        ("https://crm.example", True),
        ("https://crm.firm.example:8443", True),
        ("https://8.8.8.8", True),
        ("https://[2606:4700::1111]", True),
        ("http://crm.example", False),
        ("http://localhost:3000", False),
        ("https://localhost", False),
        ("https://tandem", False),
        ("https://nas.local", False),
        ("https://crm.lan.", False),
        ("https://crm.home.arpa", False),
        ("https://CRM.INTERNAL", False),
        ("https://192.168.1.4", False),
        ("https://127.0.0.1:3000", False),
        ("https://[fd00::1]", False),
        ("https://[::ffff:10.0.0.1]", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_syn10_only_a_public_https_address_can_be_called(url: str, reachable: bool) -> None:
    assert waking.can_be_reached(url) is reachable


def test_syn10_a_channel_is_made_once() -> None:
    assert waking.work([], wanted=True, now=NOW) == Work(make=True)
    assert not waking.work([standing()], wanted=True, now=NOW)


def test_syn10_what_is_over_is_replaced_and_cleared_away() -> None:
    over = standing(1, until=-timedelta(seconds=1))
    assert waking.work([over], wanted=True, now=NOW) == Work(make=True, stop=(over,))


def test_syn10_the_older_of_two_is_stopped() -> None:
    old, new = standing(1), standing(2, until=DAY * 7)
    assert waking.work([new, old], wanted=True, now=NOW) == Work(stop=(old,))


def test_syn10_all_are_stopped_when_nobody_wants_them() -> None:
    both = [standing(1), standing(2)]
    assert waking.work(both, wanted=False, now=NOW) == Work(stop=tuple(both))
    assert not waking.work([], wanted=False, now=NOW)


def test_syn10_renewed_before_the_end_each_at_a_time_of_its_own() -> None:
    moments = set()
    for number in range(40):
        one = standing(number, since=timedelta(0), until=DAY * 7)
        at = waking.renew_at(one)
        assert timedelta(days=7) * 0.7 <= at - NOW <= timedelta(days=7) * 0.8
        assert waking.renew_at(one) == at
        assert not waking.work([one], wanted=True, now=at - timedelta(seconds=1))
        assert waking.work([one], wanted=True, now=at) == Work(renew=one)
        moments.add(at)
    assert len(moments) > 30


def test_syn11_a_slow_poll_is_never_taken_for_one_that_is_late() -> None:
    assert waking.SLOW_POLL < health.LATE
