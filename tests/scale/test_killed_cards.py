"""SCT-2: killed at any moment of a first download, it goes on, and no card comes twice."""

import random
import subprocess
from datetime import timedelta

import pytest
from sqlalchemy import func, update
from sqlmodel import col, select

from crm_app import models
from crm_app.core import clock, db, job_runner, jobs
from crm_app.core.settings import get_settings
from crm_app.sync.books import links, runs
from tests.scale import parts
from tests.scale.parts import Google

# 20,000 with CRM_TEST_SYNC_EVENTS; some of these are no people, and come all the same.
CONTACTS = parts.events_wanted(1_500)
PAGE = max(25, CONTACTS // 60)
KILLS = 4
SEED = 2


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_sct2_a_first_download_that_is_killed_ends_with_exactly_the_right_cards(
    lite: str, sqlite_template: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(SEED)
    with parts.google(0, contacts=CONTACTS, page=PAGE) as service:
        book_id = parts.connect_book(service)
        with db.unit_of_work() as session:
            jobs.enqueue(session, links.RUN, book_id=book_id)
        marks = sorted(dice.sample(range(CONTACTS * 9 // 10), KILLS))
        kills = 0
        for mark in [*marks, CONTACTS * 2]:
            worker = parts.start(service, lite, "crm_app.cli", "worker")
            try:
                kills += _kill_after(worker, book_id, mark, dice)
            finally:
                worker.kill()
                worker.communicate()
            _leases_run_out(book_id)
        cards = _cards(book_id)
        assert kills == KILLS
        _read_undisturbed(service, book_id, monkeypatch)
        expected = _cards(book_id)
    assert cards == expected
    assert len({href for href, *_ in cards}) == len(cards) == CONTACTS
    with db.reading() as session:
        assert session.exec(select(func.count()).select_from(models.Contact)).one() == 0


def _kill_after(
    worker: "subprocess.Popen[str]", book_id: int, mark: int, dice: random.Random
) -> int:
    """Kill it when it has read ``mark`` cards, and then at any moment of a page; whether that was
    before its end."""
    while not _book(book_id).complete:
        if _book(book_id).events_seen > mark:
            _stays_alive(worker, dice.uniform(0, 0.1))
            worker.kill()
            worker.wait()
            return 0 if _book(book_id).complete else 1
        _stays_alive(worker, 0.01)
    return 0


def _stays_alive(worker: "subprocess.Popen[str]", seconds: float) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        worker.wait(seconds)


def _book(book_id: int) -> models.AddressBook:
    with db.reading() as session:
        return session.get_one(models.AddressBook, book_id)


def _leases_run_out(book_id: int) -> None:
    """As two minutes later: nobody waits for the dead any more."""
    with db.unit_of_work() as session:
        job_runner.reap(session, now=clock.now() + timedelta(minutes=2))
        session.execute(
            update(models.AddressBook)
            .where(col(models.AddressBook.id) == book_id)
            .values(lease_until=clock.now())
        )


def _cards(book_id: int) -> list[tuple[object, ...]]:
    """All that was read, without the ids of rows and the times of reading."""
    card = models.ExternalCard
    with db.reading() as session:
        rows = session.exec(
            select(card).where(card.address_book_id == book_id).order_by(card.href)
        ).all()
    return [
        (row.href, row.etag, row.uid, row.content_hash, row.name, row.is_group, row.missing_since)
        for row in rows
    ]


def _read_undisturbed(service: Google, book_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same address book read anew in one go, by this process."""
    for name, value in service.settings.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    with db.unit_of_work() as session:
        book = session.get_one(models.AddressBook, book_id)
        book.cursor, book.complete, book.next_attempt_at = None, False, None
        session.execute(models.ExternalCard.__table__.delete())  # type: ignore[attr-defined]  # SQLModel does not declare it
    runs.run(book_id, seconds=3600)
    assert _book(book_id).complete
