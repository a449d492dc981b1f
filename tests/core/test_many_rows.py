"""Hundreds of rows that go to the driver at once."""

from datetime import UTC, datetime

from sqlmodel import Session, col, select

from crm_app.core import db
from crm_app.core.jobs import Job
from crm_app.core.kinds import JobState

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
_table = Job.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


def _row(key: str | None, **values: object) -> dict[str, object]:
    return {
        "kind": "a", "args": {"n": [1]}, "key": key, "state": JobState.READY, "run_at": AT,
        "attempts": 0, "token": 0, "worker": "", "last_error": "", "created_at": AT, **values,
    }  # fmt: skip


def _all(session: Session) -> list[Job]:
    return list(session.exec(select(Job).order_by(col(Job.key))))


def test_rows_arrive_as_they_are_written_one_by_one(session: Session) -> None:
    db.insert_many(session, _table, [_row("a"), _row("b", state=JobState.PARKED, args={})])
    first, second = _all(session)
    assert (first.key, first.args, first.state, first.run_at) == ("a", {"n": [1]}, "ready", AT)
    assert (second.key, second.args, second.state) == ("b", {}, JobState.PARKED)
    assert first.finished_at is None


def test_rows_whose_unique_value_is_taken_are_left_out(session: Session) -> None:
    db.insert_many(session, _table, [_row("a")], unless="key")
    again = [_row("a", worker="w"), _row("b"), _row(None), _row(None)]
    db.insert_many(session, _table, again, unless="key")
    assert sorted((row.key or "", row.worker) for row in _all(session)) == [
        ("", ""), ("", ""), ("a", ""), ("b", ""),
    ]  # fmt: skip


def test_an_update_gives_each_row_its_own_values_and_leaves_the_others(session: Session) -> None:
    db.insert_many(session, _table, [_row("a"), _row("b"), _row("c")])
    a, b, _ = (row.id for row in _all(session))
    changes = [
        {"id": b, "args": {"b": 1}, "lease_until": AT, "worker": "second"},
        {"id": a, "args": {"a": 1}, "lease_until": None, "worker": "first"},
    ]
    db.update_many(session, _table, changes)
    session.expire_all()
    assert [(row.args, row.lease_until, row.worker) for row in _all(session)] == [
        ({"a": 1}, None, "first"), ({"b": 1}, AT, "second"), ({"n": [1]}, None, ""),
    ]  # fmt: skip


def test_no_rows_are_no_statement(session: Session) -> None:
    db.insert_many(session, _table, [])
    db.update_many(session, _table, [])
    assert _all(session) == []
