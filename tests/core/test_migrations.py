"""Databases from before are brought to the newest tables without losing a row."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel, select

from alembic import command
from crm_app import models
from crm_app.core import crypto, db, migrations
from crm_app.core.kinds import ContactCreation, Intake, LinkOrigin

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["sqlite", "postgres"])
def old_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """An engine of a database at revision 0002, as the program makes engines."""
    if request.param == "sqlite":
        db.use(f"sqlite:///{tmp_path / 'old.sqlite3'}")
        yield from _at_0002()
        return
    server: str = request.getfixturevalue("postgres_server")
    name = f"old_{uuid.uuid4().hex[:8]}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    head, _, query = server.partition("?")
    db.use(f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else ""))
    yield from _at_0002()
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))


def _at_0002() -> Iterator[sa.Engine]:
    config = Config(str(ROOT / "alembic.ini"))
    config.set_main_option("script_location", str(ROOT / "alembic"))
    with db.engine().execution_options(crm_writes=True).connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.commit()
    yield db.engine()
    db.dispose()
    db.use(None)


class Old:
    """Puts rows into tables as they were, with something harmless in all columns not named."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.tables = sa.MetaData()
        self.tables.reflect(connection)

    def add(self, name: str, /, **values: Any) -> int:
        table = self.tables.tables[name]
        for column in table.columns:
            needed = not column.nullable and not (column.primary_key and column.name == "id")
            if needed and column.name not in values:
                values[column.name] = _harmless(column)
        key = self.connection.execute(table.insert().values(**values)).inserted_primary_key
        return int(key[0]) if key is not None else 0


def _harmless(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.JSON):
        return {} if column.name in ("hours", "answers", "custom") else []
    kind = column.type.python_type
    return {bool: False, int: 0, str: "", datetime: AT}[kind]


def _fill(connection: sa.Connection) -> None:
    old = Old(connection)
    old.add("workspace", id=1, name="Team", when_unreachable="keep", accent="")
    kate = old.add("app_user", name="Kate", slug="kate", email="kate@x.example",
                   email_key="kate@x.example", role="admin", active=True)  # fmt: skip
    ben = old.add("app_user", name="Ben", slug="ben", email="ben@x.example",
                  email_key="ben@x.example", role="member", active=True)  # fmt: skip
    team = old.add("calendar", name="Team", slug="team", kind="team", draw_mode="equal")
    contact = old.add("contact", name="Lea", kind="lead")
    old.add("contact_email", contact_id=contact, address="lea@y.example", key="lea@y.example")
    for user_id in (kate, ben):
        account = old.add("connected_account", user_id=user_id, provider="caldav", label="Cloud",
                          server_url="https://dav.example/", username=f"user{user_id}",
                          state="active", secret=crypto.encrypt("open sesame"))  # fmt: skip
        for number, role in enumerate(("linked", "conflict")):
            calendar = old.add("external_calendar", account_id=account, ref=f"/{user_id}/{number}/",
                               name="Work", role=role, option="one_way", cursor="token-7",
                               complete=True, tentative_blocks=True)  # fmt: skip
            appointment = old.add("appointment", public_id=f"p{calendar}", calendar_id=team,
                                  user_id=user_id, contact_id=contact, title="Talk", starts_at=AT,
                                  ends_at=AT + timedelta(hours=1), status="confirmed",
                                  source="page", ical_uid=f"uid{calendar}")  # fmt: skip
            old.add("time_claim", user_id=user_id, appointment_id=appointment,
                    starts_s=calendar * 10_000, ends_s=calendar * 10_000 + 100)  # fmt: skip
            for copy in range(3):
                thing = old.add("external_object", external_calendar_id=calendar,
                                href=f"/{calendar}/{copy}.ics", uid=f"{calendar}-{copy}",
                                raw="BEGIN:VCALENDAR", etag="1")  # fmt: skip
                old.add("busy_time", user_id=user_id, external_calendar_id=calendar,
                        external_object_id=thing, starts_at=AT, ends_at=AT + timedelta(hours=1),
                        blocks=True)  # fmt: skip
            old.add("event_link", appointment_id=appointment, external_calendar_id=calendar,
                    href=f"/{calendar}/own.ics", state="written", news="none",
                    written={"title": "Talk"})  # fmt: skip


def _rows(connection: sa.Connection) -> dict[str, list[dict[str, Any]]]:
    tables = sa.MetaData()
    tables.reflect(connection)
    return {
        name: [dict(row) for row in connection.execute(table.select()).mappings()]
        for name, table in tables.tables.items()
        if name != "alembic_version"
    }


def test_syn1_an_upgrade_keeps_every_row_and_every_value(old_engine: sa.Engine) -> None:
    with old_engine.execution_options(crm_writes=True).connect() as connection:
        _fill(connection)
        connection.commit()
        before = _rows(connection)
    assert {name: len(rows) for name, rows in before.items() if rows} == {
        "workspace": 1,
        "app_user": 2,
        "calendar": 1,
        "contact": 1,
        "contact_email": 1,
        "connected_account": 2,
        "external_calendar": 4,
        "appointment": 4,
        "time_claim": 4,
        "external_object": 12,
        "busy_time": 12,
        "event_link": 4,
    }

    migrations.upgrade(old_engine)

    with old_engine.connect() as connection:
        after = _rows(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    for name, rows in before.items():
        kept = [
            {key: row[key] for key in old if key in row}
            for old, row in zip(rows, after[name], strict=True)
        ]
        assert kept == [{key: old[key] for key in new} for old, new in zip(rows, kept, strict=True)]
        assert {key for old in rows for key in old} - {key for row in kept for key in row} <= {
            "option"
        }


def test_syn4_what_was_connected_goes_on_one_way(old_engine: sa.Engine) -> None:
    with old_engine.execution_options(crm_writes=True).connect() as connection:
        _fill(connection)
        connection.commit()
    migrations.upgrade(old_engine)
    migrations.upgrade(old_engine)
    with Session(old_engine) as session:
        calendars = session.exec(select(models.ExternalCalendar)).all()
        assert {(row.creation, row.triggers, row.cursor) for row in calendars} == {
            (ContactCreation.NEVER, False, "token-7")
        }
        objects = session.exec(select(models.ExternalObject)).all()
        assert all(row.history and row.series == row.href for row in objects)
        assert {(row.intake, tuple(row.declined)) for row in objects} == {(Intake.NONE, ())}
        links = session.exec(select(models.EventLink)).all()
        assert {(row.origin, row.foreign) for row in links} == {(LinkOrigin.HERE, False)}
        appointments = session.exec(select(models.Appointment)).all()
        assert all(row.triggers and not row.organized_elsewhere for row in appointments)


def test_cal5_the_guard_against_double_booking_is_still_there(old_engine: sa.Engine) -> None:
    with old_engine.execution_options(crm_writes=True).connect() as connection:
        _fill(connection)
        connection.commit()
    migrations.upgrade(old_engine)
    with Session(old_engine.execution_options(crm_writes=True)) as session:
        claim = session.exec(select(models.TimeClaim)).first()
        assert claim is not None
        session.add(
            models.TimeClaim(
                user_id=claim.user_id, starts_s=claim.starts_s + 1, ends_s=claim.ends_s + 1
            )
        )
        with pytest.raises(DBAPIError, match="time_claim_overlap"):
            session.flush()
        session.rollback()


def test_syn1_deleting_still_takes_along_what_belongs_to_it(old_engine: sa.Engine) -> None:
    with old_engine.execution_options(crm_writes=True).connect() as connection:
        _fill(connection)
        connection.commit()
    migrations.upgrade(old_engine)
    with Session(old_engine.execution_options(crm_writes=True)) as session:
        account = session.exec(select(models.ConnectedAccount)).first()
        session.delete(account)
        session.commit()
        assert len(session.exec(select(models.ExternalCalendar)).all()) == 2
        assert len(session.exec(select(models.ExternalObject)).all()) == 6
        assert len(session.exec(select(models.BusyTime)).all()) == 6
        assert len(session.exec(select(models.EventLink)).all()) == 2
        assert len(session.exec(select(models.Appointment)).all()) == 4
