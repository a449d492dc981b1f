"""Hundreds of names and rows at once, on both databases."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col, select

from crm_app.core import db
from crm_app.core.columns import among
from crm_app.core.kinds import Intake
from crm_app.models import ExternalObject
from tests.sync import rig

_TABLE = SQLModel.metadata.tables["external_object"]
AT = datetime(2026, 11, 22, 9, 30, 15, 250_000, tzinfo=UTC)
ODD = ["plain", "it's", 'a "quoted" one', "back\\slash", "comma, {brace}", "żółw 🐢", "%s :x ?", ""]


def rows(calendar_id: int, names: Collection[str], **values: Any) -> list[dict[str, Any]]:
    blank = ExternalObject(external_calendar_id=calendar_id, href="", uid="u", **values)
    return [{"href": name, **blank.model_dump(exclude={"id", "href"})} for name in names]


def stored(session: Session, names: Collection[str]) -> list[str]:
    query = select(ExternalObject.href).where(among(ExternalObject.href, names))
    return sorted(session.exec(query))


def test_what_is_written_at_once_is_what_was_given(database: str) -> None:
    calendar_id = rig.connect().calendar_id
    given: dict[str, Any] = {
        "intake": Intake.REVIEW, "declined": ["ann@x.example"], "missing_since": AT, "history": True,
    }  # fmt: skip
    with db.unit_of_work() as session:
        db.insert_many(session, _TABLE, rows(calendar_id, ["a", "b"], **given))
        # Each row may be another, and say it in another order.
        (third,) = rows(calendar_id, ["c"])
        (fourth,) = rows(calendar_id, ["d"], etag='"4"', generation=4)
        db.insert_many(session, _TABLE, [third, dict(reversed(fourth.items()))])
        db.insert_many(session, _TABLE, [])
    with db.reading() as session:
        a, b, c, d = session.exec(select(ExternalObject).order_by(col(ExternalObject.href)))
    for row in (a, b):
        assert {name: getattr(row, name) for name in given} == given
    assert (c.intake, c.declined, c.missing_since, c.etag) == (Intake.NONE, [], None, None)
    assert (d.href, d.etag, d.generation, d.history) == ("d", '"4"', 4, False)


def test_rows_at_once_are_all_there_or_none(database: str) -> None:
    calendar_id = rig.connect().calendar_id
    with pytest.raises(IntegrityError), db.unit_of_work() as session:
        db.insert_many(session, _TABLE, rows(calendar_id, ["a", "b", "a"]))
    with db.reading() as session:
        assert stored(session, ["a", "b"]) == []


def test_names_are_found_however_many_and_however_odd(database: str) -> None:
    calendar_id = rig.connect().calendar_id
    many = [f"name{number}" for number in range(70_000)]
    with db.unit_of_work() as session:
        db.insert_many(session, _TABLE, rows(calendar_id, [*ODD, *many[:500]]))
    with db.reading() as session:
        assert stored(session, ODD) == sorted(ODD)
        assert stored(session, [*many, "it's"]) == sorted([*many[:500], "it's"])
        assert stored(session, ["it", "s", "it''s", "NULL", "name"]) == []
        assert stored(session, []) == []
        others = select(ExternalObject.href).where(~among(ExternalObject.href, many))
        assert sorted(session.exec(others)) == sorted(ODD)
