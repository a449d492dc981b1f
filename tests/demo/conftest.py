"""A sample team that has moved in: on SQLite once for all tests, each of which gets a copy."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from crm_app.core import db
from crm_app.demo import fill

# A Wednesday morning, so that there is a week behind and one ahead.
NOW = datetime(2026, 11, 18, 8, 30, tzinfo=UTC)


@pytest.fixture
def filled(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> Iterator[Session]:
    """A unit of work in which the team is there."""
    kept = tmp_path_factory.getbasetemp() / "filled.sqlite3"
    if not kept.exists():
        making = kept.with_suffix(".making")
        shutil.copy(sqlite_template, making)
        db.use(f"sqlite:///{making}")
        with db.unit_of_work() as session:
            assert fill(session, now=NOW)
        db.dispose()
        making.rename(kept)
    shutil.copy(kept, tmp_path / "filled.sqlite3")
    db.use(f"sqlite:///{tmp_path / 'filled.sqlite3'}")
    with Session(db.engine().execution_options(crm_writes=True), expire_on_commit=False) as opened:
        yield opened
        opened.rollback()
    db.dispose()
    db.use(None)
