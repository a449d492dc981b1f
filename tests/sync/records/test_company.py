"""Who the people on a page of events are to the team."""

from datetime import UTC, datetime

from sqlalchemy import event
from sqlmodel import Session

from crm_app.core import clock
from crm_app.models import ConnectedAccount, GuestFilter
from crm_app.sync.records import company
from tests import factories

AT = datetime(2026, 11, 1, tzinfo=UTC)


def _account(session: Session, user_id: int | None, username: str, *aliases: str) -> None:
    session.add(
        ConnectedAccount(
            user_id=user_id or 0,
            provider="memory",
            label="Memory",
            server_url=f"memory://{username}",
            username=username,
            secret="open sesame",
            aliases=list(aliases),
            created_at=clock.now(),
        )
    )
    session.flush()


def test_syn12_users_are_known_under_all_their_addresses(session: Session) -> None:
    kate = factories.user(session, email="kate@team.example")
    ben = factories.user(session, email="ben@team.example")
    left = factories.user(session, email="left@team.example", active=False)
    _account(session, kate.id, "kate-login", "K.Alias@bücher.example")
    _account(session, ben.id, "Ben@Cloud.example", "ben.alias@cloud.example", "kate@team.example")
    found = company.load(session, kate.id or 0, [])
    assert found.own == {"kate@team.example", "k.alias@xn--bcher-kva.example"}
    assert found.colleagues == {
        "ben@team.example": ben.id,
        "left@team.example": left.id,
        "ben@cloud.example": ben.id,
        "ben.alias@cloud.example": ben.id,
    }


def test_con2_the_oldest_contact_is_meant_and_deleted_ones_are_not(session: Session) -> None:
    user = factories.user(session)
    younger = factories.contact(session, email="a@x.example", created_at=AT)
    older = factories.contact(session, email="A@x.example")
    factories.contact(session, email="b@x.example", deleted_at=AT)
    assert younger.id != older.id
    found = company.load(session, user.id or 0, ["a@x.example", "b@x.example", "c@x.example"])
    assert found.known == {"a@x.example": older.id}


def test_syn7_everybodys_filters_and_ones_own_count(session: Session) -> None:
    kate, ben = factories.user(session), factories.user(session)
    for user_id, pattern in (
        (None, "@all.example"),
        (kate.id, "@k.example"),
        (ben.id, "b@b.example"),
    ):
        session.add(GuestFilter(user_id=user_id, pattern=pattern, created_at=AT))
    session.flush()
    found = company.load(session, kate.id or 0, []).filters
    assert found.domains == {"all.example", "k.example"}
    assert found.addresses == frozenset()


def test_syn4_a_page_costs_as_many_queries_as_one_event(session: Session) -> None:
    user = factories.user(session)
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: asked.append(given[2]))
    company.load(session, user.id or 0, ["a@x.example"])
    few = len(asked)
    company.load(session, user.id or 0, [f"a{n}@x.example" for n in range(2_500)])
    assert len(asked) - few == few <= 4
