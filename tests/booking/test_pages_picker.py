"""The picker's arrangement: which month, day and times are shown, and what is asked for."""

from datetime import UTC, date, datetime, timedelta

import pytest

from crm_app.booking import picker
from crm_app.booking.slots import Slot

NOW = datetime(2026, 11, 5, 8, tzinfo=UTC)


class Slots:
    """Slots at nine (UTC) on the given days; remembers the spans that were asked for."""

    def __init__(self, *days: date) -> None:
        self.starts = [datetime(day.year, day.month, day.day, 9, tzinfo=UTC) for day in days]
        self.asked: list[tuple[datetime, datetime]] = []

    def __call__(self, since: datetime, until: datetime) -> list[Slot]:
        self.asked.append((since, until))
        half = timedelta(minutes=30)
        return [Slot(at, at + half, (1,)) for at in self.starts if since <= at < until]


def _arrange(find: Slots, *, now: datetime = NOW, **more: object) -> picker.Picker:
    asked = {"month": None, "day": None, "zone": "UTC", "horizon_days": 60, **more}
    return picker.arrange(find, now=now, **asked)  # type: ignore[arg-type]


def test_cal6_first_free_day_is_chosen() -> None:
    shown = _arrange(Slots(date(2026, 11, 10), date(2026, 11, 12)))
    assert shown.selected == date(2026, 11, 10)
    assert [slot.starts_at.day for slot in shown.times] == [10]
    assert shown.next_free is None


def test_cal6_a_month_costs_one_search() -> None:
    find = Slots(date(2026, 11, 10))
    _arrange(find)
    assert find.asked == [(NOW, datetime(2026, 12, 1, tzinfo=UTC))]


def test_cal6_nothing_this_month_opens_on_the_first_free_one() -> None:
    shown = _arrange(Slots(date(2026, 12, 15)))
    assert shown.month == date(2026, 12, 1)
    assert shown.selected == date(2026, 12, 15)


def test_cal6_day_without_times_offers_the_next_free_one() -> None:
    shown = _arrange(Slots(date(2026, 11, 6), date(2026, 11, 20)), day=date(2026, 11, 10))
    assert shown.selected == date(2026, 11, 10)
    assert shown.times == ()
    assert shown.next_free == date(2026, 11, 20)


def test_cal6_next_free_day_may_lie_in_another_month() -> None:
    shown = _arrange(Slots(date(2026, 12, 15)), month=date(2026, 11, 1))
    assert shown.month == date(2026, 11, 1)
    assert shown.selected is None
    assert shown.next_free == date(2026, 12, 15)


def test_cal6_when_nothing_follows_an_earlier_day_is_offered() -> None:
    shown = _arrange(Slots(date(2026, 11, 10)), month=date(2026, 12, 1))
    assert shown.next_free == date(2026, 11, 10)
    same_month = _arrange(Slots(date(2026, 11, 10)), day=date(2026, 11, 20))
    assert same_month.next_free == date(2026, 11, 10)


def test_cal6_no_free_time_at_all() -> None:
    shown = _arrange(Slots())
    assert (shown.selected, shown.times, shown.next_free) == (None, (), None)
    assert shown.month == date(2026, 11, 1)


def test_cal6_weeks_that_are_over_are_left_out() -> None:
    shown = _arrange(Slots(), now=datetime(2026, 11, 11, 8, tzinfo=UTC))
    assert shown.days[0].date == date(2026, 11, 9)
    assert [day.past for day in shown.days[:3]] == [True, True, False]
    sunday_first = _arrange(Slots(), now=datetime(2026, 11, 11, 8, tzinfo=UTC), first_weekday=6)
    assert sunday_first.days[0].date == date(2026, 11, 8)


def test_cal6_a_month_that_is_nearly_over_goes_on() -> None:
    find = Slots(date(2026, 12, 4))
    shown = _arrange(find, now=datetime(2026, 11, 25, 8, tzinfo=UTC))
    assert shown.month == date(2026, 11, 1)
    assert (shown.days[0].date, shown.days[-1].date) == (date(2026, 11, 23), date(2026, 12, 27))
    assert shown.selected == date(2026, 12, 4)


@pytest.mark.parametrize(
    ("asked", "day", "month"),
    [
        (date(2026, 11, 1), date(2026, 12, 4), date(2026, 11, 1)),
        (None, date(2026, 12, 4), date(2026, 12, 1)),
        (date(2026, 11, 1), date(2027, 1, 4), date(2027, 1, 1)),
    ],
)
def test_cal6_a_day_of_the_next_month_keeps_the_page(
    asked: date | None, day: date, month: date
) -> None:
    now = datetime(2026, 11, 25, 8, tzinfo=UTC)
    shown = _arrange(Slots(day), now=now, month=asked, day=day)
    assert (shown.month, shown.selected) == (month, day)


def test_cal2_months_end_with_the_horizon() -> None:
    shown = _arrange(Slots(), horizon_days=40)
    assert shown.earlier is None
    assert shown.later == date(2026, 12, 1)
    last = _arrange(Slots(), horizon_days=40, month=date(2031, 5, 1))
    assert (last.month, last.later, last.earlier) == (
        date(2026, 12, 1),
        None,
        date(2026, 11, 1),
    )


@pytest.mark.parametrize("day", [date(2020, 1, 1), date(2026, 11, 4), date(2099, 1, 1)])
def test_cal2_days_out_of_reach_are_ignored(day: date) -> None:
    shown = _arrange(Slots(date(2026, 11, 10)), day=day)
    assert shown.selected in (None, date(2026, 11, 10))


def test_cal3_days_are_those_of_the_visitor() -> None:
    at = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)
    find = Slots()
    find.starts = [at]
    assert _arrange(find, zone="Asia/Tokyo").selected == date(2026, 11, 11)
    assert _arrange(find, zone="America/New_York").selected == date(2026, 11, 10)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [("Europe/Berlin", date(2026, 3, 29), 23), ("Europe/Berlin", date(2026, 10, 25), 25)],
)
def test_cal3_days_of_a_clock_change_have_their_own_length(
    zone: str, day: date, hours: int
) -> None:
    length = picker.midnight(day + timedelta(days=1), zone) - picker.midnight(day, zone)
    assert length == timedelta(hours=hours)


def test_cal5_nearest_slots_are_those_around_the_lost_one() -> None:
    find = Slots(*(date(2026, 11, day) for day in (6, 9, 10, 12, 20)))
    slots = find(NOW, NOW + timedelta(days=30))
    near = picker.near(slots, datetime(2026, 11, 10, 9, tzinfo=UTC), 3)
    assert [slot.starts_at.day for slot in near] == [9, 10, 12]
