"""The change feed: what an open tab hears of, and what it never misses."""

from collections.abc import Callable

from sqlmodel import Session

from crm_app.core import clock, facts
from crm_app.ui import live
from tests.ui.tabs import Tab


def test_a_feed_hears_of_what_is_new_and_once(session: Session) -> None:
    facts.record(session, facts.ContactCreated(contact_id=1))
    feed = live.Feed.at_the_end(session)
    assert feed.topics(session) == set()
    facts.record(session, facts.ContactCreated(contact_id=2))
    facts.record(session, facts.AppointmentStatusChanged(appointment_id=1, status="showed"))
    assert feed.topics(session) == {"contacts", "appointments"}
    assert feed.topics(session) == set()


def test_a_fact_that_commits_after_a_later_one_is_not_missed(session: Session) -> None:
    for number in (5, 7):
        _fact(session, number, "contacts")
    feed = live.Feed.at_the_end(session)
    _fact(session, 8, "appointments")
    assert feed.topics(session) == {"appointments"}
    _fact(session, 6, "connections")
    assert feed.topics(session) == {"connections"}


def _fact(session: Session, number: int, topic: str) -> None:
    session.add(facts.FactRow(id=number, kind="X", topic=topic, data={}, at=clock.now()))
    session.flush()


def test_the_pages_that_follow_topics_follow_topics_that_exist(
    open_tab: Callable[..., Tab],
) -> None:
    known = {kind.topic for kind in facts.Fact.__subclasses__()}
    followed = {topic for topics in live._reloads.values() for topic in topics}
    assert followed <= known
