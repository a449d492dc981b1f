"""The dry run says what the import does (CON-3): the same file, the same world, the same outcomes."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, delete, select

from crm_app.contacts import service as contact_service
from crm_app.contacts.fields import Email, Phone
from crm_app.contacts.importing import queries, rehearsing, running, service
from crm_app.contacts.ui import import_forecast
from crm_app.core import access, db
from crm_app.core.access import Actor
from crm_app.core.kinds import ContactKind, RowOutcome
from crm_app.models import Contact, ImportRow, User
from tests import factories

ROOT = access.system("test", silent=True)
_CELLS = st.fixed_dictionaries(
    {
        "Name": st.sampled_from(["Anna Ek", "Ben", "Weber", ""]),
        "E-mail": st.sampled_from(["anna@x.example", "ben@x.example", "", "nonsense"]),
        "Phone": st.sampled_from(["+49 30 1234567", "", "+49 30 7654321"]),
        "Company": st.sampled_from(["Weber", "Nowak", ""]),
        "Kind": st.sampled_from(["", "company", "lead"]),
        "City": st.sampled_from(["", "Bonn"]),
        "Note": st.sampled_from(["", "x"]),
        "Owner": st.sampled_from(["", "Ada", "Ben", "Nobody here"]),
    }
)


@pytest.fixture
def team(lite: str) -> tuple[User, User]:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session, name="Ada"), factories.user(session, name="Ben")


def _world(owner: int | None) -> None:
    with db.unit_of_work() as session:
        session.exec(delete(Contact))
        contact_service.create(
            session, ROOT, name="Anna", emails=[Email("ANNA@x.example")], owner_id=owner
        )
        contact_service.create(session, ROOT, name="Ben", phones=[Phone("+49 30 7654321")])
        contact_service.create(session, ROOT, kind=ContactKind.COMPANY, name="Weber")


def _told(actor: Actor, import_id: int) -> dict[int, RowOutcome]:
    with db.reading() as session:
        begun, _ = import_forecast.begin(session, actor, import_id)
        while rehearsing.step(session, actor, begun):
            pass
    forecast = begun.forecast
    assert sum(forecast.counts.values()) == forecast.seen
    return {each.number: each.outcome for each in forecast.shown}


def _done(actor: Actor, import_id: int) -> dict[int, RowOutcome]:
    with db.unit_of_work() as session:
        service.start(session, actor, queries.get_import(session, actor, import_id))
    running.run(import_id, seconds=1_000)
    with db.reading() as session:
        lines = session.exec(select(ImportRow).where(ImportRow.import_id == import_id))
        return {line.position: line.outcome for line in lines}


@given(
    rows=st.lists(_CELLS, min_size=1, max_size=8),
    known=st.sampled_from(["skip", "fill", "overwrite", "anyway"]),
    companies=st.booleans(),
    kind=st.sampled_from(["lead", "company"]),
    as_admin=st.booleans(),
    tags=st.sampled_from([[], ["Fair"]]),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_con3_the_dry_run_says_what_the_import_does(
    team: tuple[User, User],
    rows: list[dict[str, str]],
    known: str,
    companies: bool,
    kind: str,
    as_admin: bool,
    tags: list[str],
) -> None:
    ada, ben = team
    _world(ada.id)
    actor = factories.actor(ada if as_admin else ben)
    heads = list(rows[0])
    table = "\n".join([";".join(heads), *(";".join(row.values()) for row in rows)])
    targets = ["name", "email", "phone", "company", "kind", "city", "note", "owner"]
    chosen: dict[str, Any] = {"known": known, "companies": companies, "kind": kind, "tags": tags}
    with db.unit_of_work() as session:
        row = service.begin(
            session, actor, file_name="x", content=table.encode() + b"\n,,\nx;x@x.example"
        )
        for place, target in enumerate(targets):
            service.set_column(session, row, place, target)
        service.choose(session, actor, row, {**chosen, "owner_id": None})
        import_id = row.id or 0
    told = _told(actor, import_id)
    with db.reading() as session:
        before = session.exec(select(Contact.id)).all()
    assert len(before) == 3
    assert _done(actor, import_id) == told


def test_con3_the_dry_run_tells_reasons_and_companies(team: tuple[User, User]) -> None:
    ada, _ = team
    _world(None)
    actor = factories.actor(ada)
    table = (
        "Name,E-mail,Company\nAnna Ek,anna@x.example,Weber\nCem,cem@x.example,Nowak\n"
        "Dora,dora@x.example,Nowak\nEva,nonsense,\nCem,cem@x.example,\n"
    )
    with db.unit_of_work() as session:
        row = service.begin(session, actor, file_name="x", content=table.encode())
        service.choose(session, actor, row, {"known": "fill"})
        import_id = row.id or 0
    with db.reading() as session:
        begun, total = import_forecast.begin(session, actor, import_id)
        while rehearsing.step(session, actor, begun):
            pass
    seen = import_forecast.foreseen(actor, begun.forecast, total)
    assert (seen.numbers.made, seen.numbers.updated, seen.numbers.skipped) == ("2", "1", "1")
    assert (seen.numbers.refused, seen.numbers.made_share) == ("1", 40.0)
    assert seen.companies == "1 company is made for them"
    assert seen.button == "Import 3 contacts"
    assert {(line.outcome, line.count) for line in seen.reasons} == {
        ("skipped", "1"),
        ("refused", "1"),
    }
    assert any("E-mail: This is not an e-mail address" in line.text for line in seen.reasons)
    (updated,) = [line for line in seen.rows if line.outcome == "updated"]
    assert updated.note == "Anna gets: Company"
    with db.reading() as session:
        names = session.exec(select(Contact.name).order_by(col(Contact.id))).all()
    assert names == ["Anna", "Ben", "Weber"]
