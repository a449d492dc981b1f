"""TRG-1, Q-4: several processes look at the same fact, or find the same time over: each acts once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from crm_app import models
from crm_app.campaigns.triggers import jobs
from crm_app.core import db, facts
from tests.campaigns.triggers import staged
from tests.factories import campaigns

MANY = 6


def at_once(work: Any) -> None:
    """Call ``work`` in several threads that begin together; each has connections of its own."""
    ready = Barrier(MANY)

    def one(_: int) -> None:
        ready.wait()
        work()

    with ThreadPoolExecutor(MANY) as pool:
        list(pool.map(one, range(MANY)))


def test_trg1_many_look_at_one_fact_and_one_acts(database: str) -> None:
    office = staged.opened()
    row = staged.trigger(
        "contact_created",
        {"kind": "add_tag", "tag": "once"},
        {"kind": "notify", "text": "New: {{contact.name}}", "who": ["admins"]},
        {"kind": "sms", "body": "Hello"},
    )
    made = staged.new_lead()
    (fact,) = [one for one in staged.all_of(facts.FactRow) if one.kind == "ContactCreated"]
    at_once(lambda: jobs.consider(fact.id))
    assert staged.runs(row.id) == [("acted", "acted")]
    assert staged.tags(made) == {"once"}
    assert [n.user_id for n in staged.all_of(models.Notification)] == [office.boss.id]
    assert len(staged.all_of(models.Message)) == 1


def test_trg1_many_find_the_same_time_over_and_one_acts(database: str) -> None:
    staged.opened()
    with db.unit_of_work() as session:
        campaign = campaigns.live(session, campaigns.wait(600))
    row = staged.trigger(
        "not_booked",
        {"kind": "add_to_campaign", "campaign_id": campaign.id, "restart": True},
        since="form",
        amount=10,
        unit="minutes",
    )
    contact = staged.lead()
    staged.do(lambda session: facts.record(session, facts.FormSubmitted(1, 1, contact.id or 0)))
    staged.settle()
    (timer,) = staged.waiting()
    staged.pass_time(11)
    at_once(lambda: jobs.look_again(timer.id or 0))
    assert staged.acted(row.id) == 1
    assert len(staged.all_of(models.Enrolment)) == 1


def test_trg1_many_triggers_of_one_contact_never_wait_for_each_other_for_ever(
    database: str,
) -> None:
    staged.opened()
    for number in range(4):
        staged.trigger(
            "tag_added",
            {"kind": "add_tag", "tag": f"t{number + 1}"},
            filters=[("changed_tag", "is", f"t{number}")],
        )
    made = staged.new_lead(tags=["t0"])
    ids = [one.id for one in staged.all_of(facts.FactRow) if one.kind == "ContactTagged"]
    at_once(lambda: [jobs.consider(fact_id) for fact_id in ids])
    staged.settle()
    assert staged.tags(made) == {"t0", "t1", "t2", "t3", "t4"}


def test_trg1_ticks_in_several_processes_enqueue_once(database: str) -> None:
    from crm_app.core import clock

    staged.opened()
    row = staged.trigger("not_booked", since="form", amount=1, unit="minutes")
    contact = staged.lead()
    staged.do(lambda session: facts.record(session, facts.FormSubmitted(1, 1, contact.id or 0)))
    staged.settle()
    staged.pass_time(2)

    def tick() -> None:
        with db.unit_of_work() as session:
            jobs.tick(session, now=clock.now)

    at_once(tick)
    staged.settle()
    assert staged.acted(row.id) == 1
