"""Two at the same time, and a queue of many cards: SCT-2, SCT-3, SCT-5."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from crm_app.core import clock, db
from crm_app.core.errors import Conflict
from crm_app.core.kinds import ContactKind
from crm_app.models import ExternalCard
from crm_app.sync.books import flags, queue, queue_jobs, queue_rows
from tests import factories
from tests.sync.books.queue_rig import card_links, connected, people, person, put

DATABASE = pytest.mark.usefixtures("database")


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What each gave, begun at the same moment; a Conflict is given as it is."""
    ready = Barrier(len(acts))

    def begin(act: Callable[[], Any]) -> Any:
        ready.wait()
        try:
            return act()
        except Conflict as refused:
            return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))


@DATABASE
def test_sct2_two_import_jobs_make_nothing_twice() -> None:
    with db.unit_of_work() as session:
        ann = connected(session)
        for number in range(45):
            put(session, ann.book_id, person(f"Card {number:02}"), mark=ContactKind.LEAD)
        queue.request_import(session, ann.actor)
    user_id = ann.user.id or 0
    at_once(*[lambda: queue_jobs.import_cards(user_id)] * 3)
    assert len(people()) == len(card_links()) == 45


@DATABASE
def test_sct5_ticked_in_two_tabs_it_is_one_entry() -> None:
    with db.unit_of_work() as session:
        ann = connected(session)
        contact = factories.contact(session)

    def tick() -> None:
        with db.unit_of_work() as session:
            flags.tick(session, ann.actor, contact.id or 0, now=clock.now())

    at_once(tick, tick, tick)
    assert len(card_links()) == 1


@DATABASE
def test_sct4_joined_in_two_tabs_with_two_contacts_one_of_them_wins() -> None:
    with db.unit_of_work() as session:
        ann = connected(session)
        card_id = put(session, ann.book_id, person("Zoe"))
        known = [factories.contact(session).id or 0 for _ in range(2)]

    def join(contact_id: int) -> None:
        with db.unit_of_work() as session:
            queue.link_to(session, ann.actor, card_id, contact_id, now=clock.now())

    gave = at_once(lambda: join(known[0]), lambda: join(known[1]))
    assert sum(isinstance(each, Conflict) for each in gave) == 1
    (link,) = card_links()
    assert link.contact_id in known


@pytest.mark.usefixtures("lite")
def test_sct3_the_link_of_each_card_is_found_by_its_index() -> None:
    # SQLite chooses by the indexes alone, PostgreSQL by the tables' sizes.
    with db.unit_of_work() as session:
        ann = connected(session)
        query = select(ExternalCard.id).where(*queue_rows.queued(ann.actor))
        spelled = query.compile(db.engine(), compile_kwargs={"literal_binds": True})
        steps = session.execute(text(f"EXPLAIN QUERY PLAN {spelled}")).all()
    assert any("ux_card_link_href" in str(step) for step in steps)
