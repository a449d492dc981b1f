"""The tables, the guard against double booking, and the two ways to use the database."""

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

import crm_app.models as models
from crm_app.core import db


def _user(session: Session, name: str) -> models.User:
    user = models.User(
        name=name,
        slug=name,
        email=f"{name}@x.example",
        email_key=f"{name}@x.example",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    session.add(user)
    session.flush()
    return user


def test_models_and_migrations_agree(database: str) -> None:
    with db.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def _claim(session: Session, user: models.User, start: int, end: int) -> models.TimeClaim:
    claim = models.TimeClaim(user_id=user.id or 0, starts_s=start, ends_s=end)
    session.add(claim)
    session.flush()
    return claim


def test_cal5_database_refuses_overlap(session: Session) -> None:
    anna, ben = _user(session, "anna"), _user(session, "ben")
    _claim(session, anna, 1_000, 2_000)
    _claim(session, anna, 2_000, 3_000)
    _claim(session, ben, 1_500, 2_500)
    session.commit()
    with pytest.raises(DBAPIError, match="time_claim_overlap"):
        _claim(session, anna, 1_999, 2_001)


def test_cal5_database_refuses_moving_into_overlap(session: Session) -> None:
    anna = _user(session, "anna")
    _claim(session, anna, 1_000, 2_000)
    second = _claim(session, anna, 2_000, 3_000)
    session.commit()
    second.starts_s = 1_500
    session.add(second)
    with pytest.raises(DBAPIError, match="time_claim_overlap"):
        session.flush()


def test_times_come_back_in_utc(session: Session) -> None:
    anna = _user(session, "anna")
    session.commit()
    session.refresh(anna)
    assert anna.created_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert anna.created_at.tzinfo is not None


def test_unit_of_work_rolls_back_when_it_raises(database: str) -> None:
    def change() -> None:
        with db.unit_of_work() as session:
            _user(session, "anna")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change()
    with db.reading() as session:
        assert session.get(models.User, 1) is None
