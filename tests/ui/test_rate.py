from crm_app.ui.rate import Buckets


def test_a_burst_is_allowed_then_the_rate() -> None:
    buckets = Buckets(per_second=2, burst=3)
    assert [buckets.take("ada", 0) for _ in range(4)] == [True, True, True, False]
    assert [buckets.take("ada", 1) for _ in range(3)] == [True, True, False]


def test_one_person_does_not_use_up_anothers() -> None:
    buckets = Buckets(per_second=1, burst=1)
    assert buckets.take("ada", 0)
    assert buckets.take("bob", 0)


def test_memory_stays_bounded() -> None:
    buckets = Buckets(per_second=1, burst=1, keep=10)
    for number in range(1000):
        buckets.take(number, number)
    assert len(buckets) == 10
