"""Worker processes of ours on a test's database, to be killed, frozen and woken."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import func
from sqlmodel import col, select

from crm_app import models
from crm_app.core import db
from crm_app.core.kinds import MessageState
from crm_app.core.settings import get_settings

# Short enough for a test, long enough for two busy processors.
LEASE_SECONDS = 2.0
_PATIENCE_SECONDS = 60.0
_LOOK = 0.05

Process = subprocess.Popen[bytes]


@contextmanager
def worker(url: str, *, smtp_url: str = "") -> Iterator[Process]:
    """A running ``crm worker``; killed at the end, if it lives then."""
    process = subprocess.Popen(
        [sys.executable, "-m", "crm_app.cli", "worker"],
        stdout=subprocess.DEVNULL,
        env={
            **os.environ,
            "CRM_DATABASE_URL": url,
            "CRM_SMTP_URL": smtp_url,
            "CRM_JOB_LEASE_SECONDS": str(LEASE_SECONDS),
            "CRM_LOG_LEVEL": "ERROR",
            "CRM_DATA_DIR": str(get_settings().data_dir),
        },
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def freeze(process: Process) -> None:
    """Stop it, but not while it holds the database's write lock, where everybody would wait for it."""
    while True:
        process.send_signal(signal.SIGSTOP)
        if _can_write():
            return
        process.send_signal(signal.SIGCONT)


def wake(process: Process) -> None:
    """Let a frozen process go on."""
    process.send_signal(signal.SIGCONT)


def until(true: Callable[[], bool], *alive: Process) -> None:
    """Wait until it is so; fails when one of the processes ends, or after a minute."""
    rounds = int(_PATIENCE_SECONDS / _LOOK / len(alive))
    for _ in range(rounds):
        if true():
            return
        for process in alive:
            try:
                process.wait(_LOOK)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"a worker ended with {process.returncode}")
    raise AssertionError("it did not come to be")


def states() -> dict[MessageState, int]:
    """How many messages stand in which state."""
    with db.reading() as session:
        query = select(models.Message.state, func.count()).group_by(col(models.Message.state))
        return {MessageState(state): count for state, count in session.execute(query).all()}


def _can_write() -> bool:
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import OperationalError

    url = db.engine().url
    if url.get_backend_name() != "sqlite":
        return True
    engine = create_engine(url, connect_args={"timeout": 0.2, "isolation_level": None})
    try:
        with engine.connect() as connection:
            connection.execute(text("BEGIN IMMEDIATE"))
            connection.execute(text("ROLLBACK"))
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True
