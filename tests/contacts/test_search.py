"""The list of contacts: search, filters, order and pages (CON-3)."""

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from crm_app.contacts import queries, service
from crm_app.contacts.fields import Email, Phone
from crm_app.contacts.queries import NOBODY, Sort
from crm_app.core import access, db
from crm_app.core.errors import Invalid
from crm_app.core.kinds import ContactKind
from tests import factories

ROOT = access.system("test")


def _names(session: Session, **wanted: Any) -> list[str]:
    rows = queries.search(session, ROOT, **wanted).rows
    unpaged = {name: value for name, value in wanted.items() if name not in {"sort", "limit"}}
    assert queries.count(session, ROOT, **unpaged) == len(rows)
    return [row.name for row in rows]


@pytest.fixture
def people(session: Session) -> None:
    factories.workspace(session)
    firm = service.create(session, ROOT, kind=ContactKind.COMPANY, name="Müller & Söhne")
    service.create(
        session,
        ROOT,
        name="Łukasz Özil",
        emails=[Email("first@x.example"), Email("boss_100%@bücher.example")],
        phones=[Phone("030 123456")],
        company_id=firm.id,
        tags=["VIP"],
    )
    service.create(session, ROOT, kind=ContactKind.CONTACT, name="Anna Ek", tags=["Café"])


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Anna Ek", "Łukasz Özil", "Müller & Söhne"]),
        ("OZIL", ["Łukasz Özil"]),
        ("özil łuk", ["Łukasz Özil"]),
        ("muller", ["Łukasz Özil", "Müller & Söhne"]),
        ("bücher", ["Łukasz Özil"]),
        ("+49 30 1234", ["Łukasz Özil"]),
        ("030/1234", ["Łukasz Özil"]),
        ("boss_100%", ["Łukasz Özil"]),
        ("%", ["Łukasz Özil"]),
        ("_", ["Łukasz Özil"]),
        ("a_na", []),
        ("anna özil", []),
        ("' OR 1=1 --", []),
        ("\\", []),
        ("an\x00na", ["Anna Ek"]),
    ],
)
def test_con3_text_is_found_in_all_that_names_a_contact(
    session: Session, text: str, found: list[str]
) -> None:
    assert _names(session, text=text) == found


@pytest.mark.usefixtures("people")
def test_con3_filters(session: Session) -> None:
    anna = factories.user(session)
    mine = factories.contact(session, name="Mine", owner_id=anna.id)
    gone = factories.contact(session, name="Gone", deleted_at=factories.LONG_AGO)
    assert _names(session, kind=ContactKind.COMPANY) == ["Müller & Söhne"]
    assert _names(session, owner_id=anna.id) == [mine.name]
    assert mine.name not in _names(session, owner_id=NOBODY)
    assert len(_names(session, owner_id=NOBODY)) == 3
    assert _names(session, owner_id=10**12) == []
    assert _names(session, tag="vip") == ["Łukasz Özil"]
    assert _names(session, tag="cafe") == ["Anna Ek"]
    assert _names(session, tag="no such") == []
    assert _names(session, deleted=True) == [gone.name]
    assert _names(session, kind=ContactKind.LEAD, tag="VIP", text="ozil") == ["Łukasz Özil"]
    assert _names(session, kind=ContactKind.COMPANY, tag="VIP") == []


@pytest.mark.usefixtures("people")
def test_con3_a_line_shows_the_first_address_and_all_names(session: Session) -> None:
    (row,) = queries.search(session, ROOT, text="ozil").rows
    assert (row.email, row.phone, row.company, row.tags) == (
        "first@x.example",
        "030 123456",
        "Müller & Söhne",
        ("VIP",),
    )


def test_con3_orders(session: Session) -> None:
    day = timedelta(days=1)
    for name, created, changed in (("b", 2, 9), ("A", 3, 7), ("ä", 1, 8)):
        factories.contact(
            session,
            name=name,
            created_at=factories.LONG_AGO + created * day,
            changed_at=factories.LONG_AGO + changed * day,
        )
    assert _names(session, sort=Sort.NAME) == ["A", "ä", "b"]
    assert _names(session, sort="-name") == ["b", "ä", "A"]
    assert _names(session, sort=Sort.CREATED) == ["ä", "b", "A"]
    assert _names(session, sort=Sort.CREATED_DOWN) == ["A", "b", "ä"]
    assert _names(session, sort=Sort.CHANGED) == ["A", "ä", "b"]
    assert _names(session, sort=Sort.CHANGED_DOWN) == ["b", "ä", "A"]


def _all_pages(session: Session, sort: Sort, limit: int) -> list[int]:
    ids: list[int] = []
    after = None
    for _ in range(100):
        page = queries.search(session, ROOT, sort=sort, after=after, limit=limit)
        ids += [row.id for row in page.rows]
        after = page.next
        if after is None:
            return ids
    raise AssertionError("the pages never end")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    names=st.lists(st.sampled_from(["a", "A", "b", "ß", "zz", "z z", "", "é"]), max_size=12),
    sort=st.sampled_from(list(Sort)),
    limit=st.integers(1, 5),
)
def test_con3_pages_show_each_contact_once_and_in_order(
    database: str, names: Sequence[str], sort: Sort, limit: int
) -> None:
    with Session(db.engine().execution_options(crm_writes=True)) as session:
        made = [
            factories.contact(
                session,
                name=name,
                created_at=factories.LONG_AGO + timedelta(hours=len(name)),
                changed_at=factories.LONG_AGO - timedelta(hours=place // 3),
            )
            for place, name in enumerate(names)
        ]
        key = {"name": "sort_key", "created": "created_at", "changed": "changed_at"}
        column = key[sort.value.lstrip("-")]
        in_order = sorted(made, key=lambda row: (getattr(row, column), row.id), reverse=sort.down)
        assert _all_pages(session, sort, limit) == [row.id for row in in_order]
        session.rollback()


def test_con3_a_page_goes_on_where_it_ended_though_rows_came_and_went(session: Session) -> None:
    rows = [factories.contact(session, name=name) for name in "bdfh"]
    page = queries.search(session, ROOT, limit=2)
    rows[1].deleted_at = factories.LONG_AGO
    session.add(rows[1])
    factories.contact(session, name="a")
    factories.contact(session, name="e")
    rest = queries.search(session, ROOT, after=page.next, limit=10)
    assert [row.name for row in rest.rows] == ["e", "f", "h"]


def _packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "after",
    [
        "",
        "nonsense",
        "ä",
        _packed(["name", "a"]),
        _packed(["created", "2026-01-01T00:00:00+00:00", 1]),
        _packed(["name", 5, 1]),
        _packed(["name", "a\x00", 1]),
        _packed(["name", "\ud800", 1]),
        _packed(["name", "a", "1"]),
        _packed(["name", "a", True]),
        _packed(["name", "a", 2**70]),
        _packed(None),
        _packed({"a": 1}),
    ],
)
def test_q1_a_made_up_cursor_is_refused(session: Session, after: str) -> None:
    with pytest.raises(Invalid) as caught:
        queries.search(session, ROOT, after=after)
    assert list(caught.value.fields) == ["after"]


@pytest.mark.parametrize("at", ["2026-01-01T00:00:00", "yesterday"])
def test_q1_a_made_up_time_in_a_cursor_is_refused(session: Session, at: str) -> None:
    with pytest.raises(Invalid):
        queries.search(session, ROOT, sort="created", after=_packed(["created", at, 1]))


def test_q1_an_unknown_order_is_refused(session: Session) -> None:
    with pytest.raises(Invalid):
        queries.search(session, ROOT, sort="id; DROP TABLE contact")


def test_con3_a_page_has_its_limits(session: Session) -> None:
    for _ in range(3):
        factories.contact(session)
    assert len(queries.search(session, ROOT, limit=0).rows) == 1
    assert len(queries.search(session, ROOT, limit=10**9).rows) == 3


@pytest.mark.usefixtures("people")
def test_con1_companies_to_choose_from(session: Session) -> None:
    assert [name for _, name in queries.companies(session, ROOT, text="mull")] == ["Müller & Söhne"]
    assert queries.companies(session, ROOT, text="ozil") == []


def test_con1_timeline_comes_in_pages(session: Session) -> None:
    lead = factories.contact(session)
    for number in range(5):
        service.add_note(session, ROOT, lead, str(number))
    session.flush()
    first = queries.timeline(session, ROOT, lead.id or 0, limit=2)
    second = queries.timeline(session, ROOT, lead.id or 0, before=first.next, limit=2)
    third = queries.timeline(session, ROOT, lead.id or 0, before=second.next, limit=2)
    texts = [line.params["text"] for page in (first, second, third) for line in page.lines]
    assert texts == ["4", "3", "2", "1", "0"]
    assert third.next is None
