"""The database: one engine, and the two ways to use it.

``unit_of_work`` is one transaction that commits at its end, opened by an edge (handler, endpoint,
job, command) and never by a service. ``reading`` gives a session for queries only. SQLite runs in
WAL mode; a unit of work takes SQLite's one write lock at its start (BEGIN IMMEDIATE), so that what
it read before writing cannot have changed meanwhile. On PostgreSQL the services lock the rows
that they decide on.
"""

import contextlib
import functools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, cast

from sqlalchemy import (
    Connection,
    CursorResult,
    Dialect,
    Engine,
    Result,
    Table,
    bindparam,
    create_engine,
    event,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from crm_app.core.settings import get_settings

# No column's name begins so, as the parameters of an UPDATE's WHERE must not be those that it sets.
_PARAMETER = "new_"
_Converter = Callable[[Any], Any]
_engines: dict[str, Engine] = {}
_url_in_use: list[str] = []
# Threads that start together must share one pool.
_making = threading.Lock()
_writing = threading.Lock()
_SQLITE_WAITS = 30  # seconds


def use(url: str | None) -> None:
    """Use the database at ``url`` from now on (tests and tools); None: the settings' own again."""
    _url_in_use[:] = [url] if url else []


def engine() -> Engine:
    """The engine of the database in use, made at first need (never at import: servers fork)."""
    url = _url_in_use[0] if _url_in_use else get_settings().database
    with _making:
        if url not in _engines:
            _engines[url] = _make(url)
        return _engines[url]


def dispose() -> None:
    """Close all pooled connections."""
    for made in _engines.values():
        made.dispose()
    _engines.clear()


def is_sqlite(session: Session) -> bool:
    """Whether ``session`` talks to SQLite."""
    return session.get_bind().dialect.name == "sqlite"


def rows_changed(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE reached. Sessions give a plain Result, which does not promise
    the count that the cursor behind it has."""
    return cast("CursorResult[Any]", result).rowcount


def insert_many(
    session: Session, table: Table, rows: Sequence[Mapping[str, Any]], *, unless: str = ""
) -> None:
    """Add ``rows``, which all give the same columns; nothing is put in for those that they do not give.

    ``unless`` names a unique column: rows whose value of it is taken are left out. For hundreds of
    rows at once. An INSERT through SQLAlchemy works out each row's parameters anew, which takes
    longer than storing them; here that is done once, and the driver does the rest.
    """
    if rows:
        given = tuple(column.name for column in table.columns if column.name in rows[0])
        _write_many(session, _insertion, table, given, rows, unless)


def update_many(
    session: Session, table: Table, rows: Sequence[Mapping[str, Any]], *, by: str = "id"
) -> None:
    """Give the rows of ``table`` whose ``by`` is that of one of ``rows`` its other values.

    All of them give the same columns; for many at once, as ``insert_many``.
    """
    if rows:
        given = tuple(name for name in rows[0] if name != by)
        _write_many(session, _updating, table, (*given, by), rows, by)


def _write_many(
    session: Session,
    prepare: Callable[[Table, tuple[str, ...], str, Dialect], "_Prepared"],
    table: Table,
    given: tuple[str, ...],
    rows: Sequence[Mapping[str, Any]],
    key: str,
) -> None:
    connection = session.connection()
    prepared = prepare(table, given, key, connection.dialect)
    by_column = [[row[name] for row in rows] for name in prepared.columns]
    ready = map(_converted, prepared.converting, by_column)
    lines: list[Any] = list(zip(*ready, strict=True))
    if not prepared.positional:
        names = [_PARAMETER + name for name in prepared.columns]
        lines = [dict(zip(names, line, strict=True)) for line in lines]
    connection.exec_driver_sql(prepared.statement, lines)


def _converted(convert: _Converter | None, values: list[Any]) -> Iterable[Any]:
    if convert is None:
        return values
    if values.count(values[0]) == len(values):
        # As in most columns that are no texts.
        return repeat(convert(values[0]), len(values))
    return map(convert, values)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement as the driver takes it, the columns whose values its parameters are, in their order,
    and what makes of such a value one for the driver (None: it is one)."""

    statement: str
    positional: bool
    columns: tuple[str, ...]
    converting: tuple[_Converter | None, ...]


@functools.cache
def _insertion(table: Table, given: tuple[str, ...], unless: str, dialect: Dialect) -> _Prepared:
    dialects = sqlite if dialect.name == "sqlite" else postgresql
    statement = dialects.insert(table).values(_parameters(given))
    if unless:
        statement = statement.on_conflict_do_nothing(index_elements=[unless])
    return _prepared(statement, table, given, dialect)


@functools.cache
def _updating(table: Table, given: tuple[str, ...], by: str, dialect: Dialect) -> _Prepared:
    parameters = _parameters(given)
    statement = update(table).where(table.c[by] == parameters.pop(by)).values(parameters)
    return _prepared(statement, table, given, dialect)


def _parameters(given: tuple[str, ...]) -> dict[str, Any]:
    return {name: bindparam(_PARAMETER + name) for name in given}


def _prepared(statement: Any, table: Table, given: tuple[str, ...], dialect: Dialect) -> _Prepared:
    compiled = statement.compile(dialect=dialect)
    if dialect.positional:
        given = tuple(name.removeprefix(_PARAMETER) for name in compiled.positiontup)
    types = (table.columns[name].type.dialect_impl(dialect) for name in given)
    converting = tuple(kind.bind_processor(dialect) for kind in types)
    return _Prepared(str(compiled), dialect.positional, given, converting)


def _make(url: str) -> Engine:
    if not url.startswith("sqlite"):
        made = create_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True)
        event.listen(made, "connect", _prepare_postgres)
        return made
    if not _url_in_use:
        get_settings().data_dir.resolve().mkdir(parents=True, exist_ok=True)
    made = create_engine(
        url, pool_size=10, max_overflow=60, connect_args={"timeout": _SQLITE_WAITS}
    )
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin_sqlite)
    return made


def _prepare_postgres(connection: Any, _record: Any) -> None:
    # A process that freezes in the midst of a transaction would hold its rows for ever: whoever says
    # nothing for a minute is hung up on, which rolls back. Nothing of ours thinks that long.
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '60s'")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes too late and is never IMMEDIATE: take over transactions.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_SQLITE_WAITS * 1000}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("crm_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextlib.contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction: commits when the block ends, rolls back when it raises."""
    used = engine()
    with (
        _turn_of(used),
        Session(used.execution_options(crm_writes=True), expire_on_commit=False) as session,
    ):
        yield session
        session.commit()


@contextlib.contextmanager
def _turn_of(used: Engine) -> Iterator[None]:
    """Within a process the writers of SQLite take turns.

    SQLite keeps no queue: who waits looks again every now and then, and beside a thread that writes
    batch after batch he hardly ever finds the lock free. After the time that SQLite waits it decides.
    """
    waits = used.dialect.name == "sqlite" and _writing.acquire(timeout=_SQLITE_WAITS)
    try:
        yield
    finally:
        if waits:
            _writing.release()


@contextlib.contextmanager
def reading() -> Iterator[Session]:
    """A session for queries. Closing it rolls back, and its rows stay readable afterwards."""
    with Session(engine(), expire_on_commit=False) as session:
        yield session
