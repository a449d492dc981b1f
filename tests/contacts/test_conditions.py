"""Each filter of the list on both databases, one by one and together (CON-3)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from crm_app.contacts import queries, search, service
from crm_app.contacts.fields import Email, Phone
from crm_app.contacts.filters import NOBODY, Filters
from crm_app.core import access, clock
from crm_app.core.access import Actor
from crm_app.core.kinds import ContactKind, Role
from crm_app.models import Contact
from tests import factories

ROOT = access.system("test")
NOW = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def people(session: Session) -> Iterator[dict[str, Contact]]:
    factories.workspace(session)
    ada, ben = factories.admin(session), factories.user(session)

    def make(name: str, days_ago: int, **fields: object) -> Contact:
        source = str(fields.pop("source", ""))
        made = service.create(session, ROOT, source=source, name=name, **fields)  # type: ignore[arg-type]  # fields by name
        made.created_at = NOW - timedelta(days=days_ago)
        made.changed_at = NOW - timedelta(days=days_ago // 2)
        session.add(made)
        return made

    firm = make("Firm", 400, kind=ContactKind.COMPANY, owner_id=ada.id, phones=[Phone("030 1234")])
    made = {
        "Firm": firm,
        "Anna": make(
            "Anna", 0, emails=[Email("a@x.example")], company_id=firm.id, tags=["VIP", "Berlin"]
        ),
        "Ben": make("Ben", 10, owner_id=ben.id, tags=["vip"], locale="de", source="form:news"),
        "Cleo": make(
            "Cleo",
            100,
            kind=ContactKind.CONTACT,
            do_not_disturb=["sms"],
            custom={"Size": "Large", "Age": 7},
            source="formal",
        ),
    }
    session.flush()
    with clock.held(NOW):
        yield made


def _found(session: Session, filters: Filters, actor: Actor = ROOT) -> set[str]:
    page, total = queries.search_and_count(session, actor, **filters)
    names = {row.name for row in page.rows}
    assert total == len(names) == queries.count(session, actor, **filters)
    assert set(search.ids(session, actor, **filters)) == {row.id for row in page.rows}
    return names


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"kinds": ["company", "contact"]}, "Firm Cleo"),
        ({"owners": [NOBODY]}, "Anna Cleo"),
        ({"owners": [NOBODY, 2]}, "Anna Ben Cleo"),
        ({"owners": [1]}, "Firm"),
        ({"owners": [2**31]}, ""),
        ({"tags_any": ["vip", "nothing"]}, "Anna Ben"),
        ({"tags_all": ["VIP", "berlin"]}, "Anna"),
        ({"tags_none": ["VIP"]}, "Firm Cleo"),
        ({"company_id": 1}, "Anna"),
        ({"email": True}, "Anna"),
        ({"email": False, "phone": False}, "Ben Cleo"),
        ({"phone": True}, "Firm"),
        ({"sources": ["form"]}, "Ben"),
        ({"locales": ["de", "pl"]}, "Ben"),
        ({"created_days": 1}, "Anna"),
        ({"created_days": 11}, "Anna Ben"),
        ({"created_from": "2026-02-28", "created_to": "2026-02-28"}, "Ben"),
        ({"created_to": "2026-02-27"}, "Firm Cleo"),
        ({"created_to": "9999-12-31", "created_from": "0001-01-01"}, "Anna Ben Cleo Firm"),
        ({"changed_days": 7}, "Anna Ben"),
        ({"changed_to": "2026-01-18"}, "Firm"),
        ({"still_days": 30}, "Firm Cleo"),
        ({"quiet": ["sms", "call"]}, "Cleo"),
        ({"reachable": True}, "Anna Ben Firm"),
        ({"custom": [{"key": "Size", "how": "is", "value": "large"}]}, "Cleo"),
        ({"custom": [{"key": "Size", "how": "has", "value": "arg"}]}, "Cleo"),
        ({"custom": [{"key": "Size", "how": "empty", "value": ""}]}, "Anna Ben Firm"),
        ({"custom": [{"key": "Age", "how": "filled", "value": ""}]}, "Cleo"),
        ({"custom": [{"key": "100%_'", "how": "is", "value": "%"}]}, ""),
        ({"text": "firm", "tags_any": ["vip"]}, "Anna"),
        ({"deleted": True}, ""),
    ],
)
def test_con3_a_filter_finds_what_it_says(session: Session, filters: Filters, found: str) -> None:
    assert _found(session, filters) == set(found.split())


def test_con3_days_are_those_of_the_reader(session: Session) -> None:
    # 23:30 in London is the next day in Warsaw.
    filters: Filters = {"created_from": "2026-03-11"}
    assert _found(session, filters) == set()
    reader = Actor(kind="user", user_id=1, role=Role.ADMIN, time_zone="Europe/Warsaw")
    assert _found(session, filters, reader) == {"Anna"}


def test_usr3_filters_never_show_what_one_may_not_see(
    session: Session, people: dict[str, Contact]
) -> None:
    ben = Actor(kind="user", user_id=people["Ben"].owner_id, role=Role.MEMBER)
    assert _found(session, {}, ben) == {"Anna", "Ben", "Cleo"}
    assert _found(session, {"owners": [1]}, ben) == set()
    assert _found(session, {}, access.visitor()) == set()


def test_con3_own_fields_are_offered_as_far_as_one_sees_them(
    session: Session, people: dict[str, Contact]
) -> None:
    service.update(session, ROOT, people["Firm"], custom={"Seats": "12"})
    assert search.own_fields(session, ROOT) == ["Age", "Seats", "Size"]
    ben = Actor(kind="user", user_id=people["Ben"].owner_id, role=Role.MEMBER)
    assert search.own_fields(session, ben) == ["Age", "Size"]
