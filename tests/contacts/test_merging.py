"""Merging: every table that refers to contacts is covered, and undo restores all (CON-3, decision 0009)."""

import enum
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, DateTime, Enum, Integer, LargeBinary, Table, select
from sqlmodel import Session, SQLModel

from crm_app.booking import bound
from crm_app.contacts import merged, merging, queries, references, service
from crm_app.contacts.fields import Address, Email, Phone
from crm_app.core import access, clock
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from crm_app.core.kinds import ContactKind
from crm_app.models import (
    Contact,
    ContactEmail,
    ContactMerge,
    OwnerChange,
    TimelineEntry,
    User,
)
from tests import factories

ROOT = access.system("test")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
Row = dict[str, Any]


class Rows:
    """Makes a row of any table out of what the models say about it."""

    def __init__(self, session: Session) -> None:
        self.session, self.count = session, 100

    def make(self, table: Table, **given: Any) -> Row:
        """A row with ``given`` values; the others are anything, and their parents are made."""
        values = {
            c.name: given[c.name] if c.name in given else self._any(table, c) for c in table.columns
        }
        kept = {name: value for name, value in values.items() if value is not None}
        self.session.execute(table.insert().values(kept))
        return kept

    def _any(self, table: Table, column: Column[Any]) -> Any:
        parents = [key.column for key in column.foreign_keys]
        self.count += 1
        if column.nullable or (parents and parents[0].table is table):
            return None
        if parents:
            return self.make(parents[0].table)[parents[0].name]
        if isinstance(column.type, Enum):
            return next(iter(column.type.python_type))
        if isinstance(column.type, Boolean):
            return False
        if isinstance(column.type, Integer):
            return self.count
        if isinstance(column.type, DateTime) or "DateTime" in type(column.type).__name__:
            return NOW
        if isinstance(column.type, LargeBinary):
            return b""
        if isinstance(column.type, JSON) or "JSON" in str(column.type):
            return {}
        kind = column.type.python_type
        return next(iter(kind)).value if issubclass(kind, enum.Enum) else f"x{self.count}"


def _pair(session: Session) -> tuple[Contact, Contact]:
    return (
        service.create(session, ROOT, name="Anna Kept", emails=[Email("anna@x.example")]),
        service.create(session, ROOT, name="Anna Gone", emails=[Email("anna@y.example")]),
    )


def _ada(session: Session) -> Actor:
    factories.workspace(session)
    return factories.actor(factories.admin(session))


def _merge(
    session: Session, actor: Actor, kept: Contact, *gone: Contact, **choices: int
) -> list[ContactMerge]:
    return merging.merge(
        session,
        actor,
        kept_id=kept.id or 0,
        gone_ids=[each.id or 0 for each in gone],
        choices=choices,
    )


def _table(model: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _dump(session: Session, table: Table, **which: Any) -> list[Row]:
    session.flush()
    found = session.execute(select(table).filter_by(**which).order_by(*table.primary_key))
    return [dict(row) for row in found.mappings().all()]


def test_con3_each_column_that_refers_to_contacts_is_in_one_of_the_groups() -> None:
    named = {each.name for each in references.references()}
    by_key = {
        f"{table.name}.{column.name}"
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname == "contact.id"
    }
    assert by_key < named
    # Without a foreign key, since a message outlives the contact.
    assert named - by_key == {"message.contact_id"}
    moved = {each.name for each in references.moved_references()}
    assert {
        name.partition(".")[0] for name in named - moved
    } == references.COPIED | references.STAYS


@pytest.mark.parametrize(
    "reference", references.moved_references(), ids=lambda reference: reference.name
)
def test_con3_rows_of_every_table_move_and_come_back(
    session: Session, reference: references.Reference
) -> None:
    ada = _ada(session)
    kept, gone = _pair(session)
    rows = Rows(session)
    for owner in (kept, gone, gone):
        rows.make(reference.table, **{reference.column.name: owner.id})
    before = _dump(session, reference.table)
    (row,) = _merge(session, ada, kept, gone)
    now = _dump(session, reference.table)
    assert len(row.moved[reference.name]) >= 2
    column = reference.column.name
    left = [each for each in now if each[column] == gone.id]
    # What the merge itself wrote about the record that went is about that record.
    assert all(each.get("message") == merging.MERGED_INTO for each in left)
    merging.undo(session, ada, row.id or 0)
    restored = {
        tuple(each[c.name] for c in reference.table.primary_key): each
        for each in _dump(session, reference.table)
    }
    for each in before:
        key = tuple(each[c.name] for c in reference.table.primary_key)
        assert restored[key][column] == each[column]


@pytest.mark.parametrize(
    "name", ["enrolment.contact_id", "card_link.contact_id", "appointment_contact.contact_id"]
)
def test_con3_a_row_stays_where_the_kept_one_has_its_like(session: Session, name: str) -> None:
    ada = _ada(session)
    kept, gone = _pair(session)
    (reference,) = (each for each in references.references() if each.name == name)
    table = reference.table
    rows = Rows(session)
    first = rows.make(table, contact_id=kept.id)
    shared = (
        "campaign_id",
        "version_id",
        "occasion",
        "address_book_id",
        "user_id",
        "appointment_id",
    )
    like = {column: first[column] for column in shared if column in first}
    rows.make(table, contact_id=gone.id, **like)
    before = _dump(session, table)
    (row,) = _merge(session, ada, kept, gone)
    assert name not in row.moved
    assert _dump(session, table) == before
    merging.undo(session, ada, row.id or 0)
    assert _dump(session, table) == before


def test_con3_an_ended_enrolment_is_no_like(session: Session) -> None:
    ada = _ada(session)
    kept, gone = _pair(session)
    table = SQLModel.metadata.tables["enrolment"]
    rows = Rows(session)
    first = rows.make(table, contact_id=kept.id, ended_at=NOW)
    like = {c: first[c] for c in ("campaign_id", "version_id", "occasion")}
    rows.make(table, contact_id=gone.id, **like)
    (row,) = _merge(session, ada, kept, gone)
    assert len(row.moved["enrolment.contact_id"]) == 1


def test_con3_who_was_in_one_appointment_twice_is_there_once(session: Session) -> None:
    ada = _ada(session)
    kept, gone = _pair(session)
    rows = Rows(session)
    table = SQLModel.metadata.tables["appointment"]
    led = [rows.make(table, contact_id=each.id)["id"] for each in (kept, gone)]
    parts = SQLModel.metadata.tables["appointment_contact"]
    rows.make(parts, appointment_id=led[0], contact_id=gone.id)
    rows.make(parts, appointment_id=led[1], contact_id=kept.id)
    before = _dump(session, parts)
    (row,) = _merge(session, ada, kept, gone)
    assert {each["contact_id"] for each in _dump(session, table)} == {kept.id}
    assert {each["contact_id"] for each in _dump(session, parts)} == {gone.id}
    merging.undo(session, ada, row.id or 0)
    assert _dump(session, parts) == before
    assert [each["contact_id"] for each in _dump(session, table)] == [kept.id, gone.id]


def _rich(session: Session) -> tuple[Contact, Contact]:
    firm = service.create(session, ROOT, kind=ContactKind.COMPANY, name="Firm")
    kept = service.create(
        session,
        ROOT,
        name="Anna Ek",
        emails=[Email("anna@x.example", "work"), Email("a@x.example")],
        phones=[Phone("+49 30 123456")],
        tags=["VIP"],
        note="First met in Oslo.",
        custom={"Size": "M", "Seat": ""},
        do_not_disturb=["sms"],
    )
    gone = service.create(
        session,
        ROOT,
        kind=ContactKind.CONTACT,
        name="Anna Maria Ek",
        emails=[Email("ANNA@x.example"), Email("anna@home.example")],
        phones=[Phone("+4930123456"), Phone("+49 170 1112223")],
        addresses=[Address(city="Oslo")],
        tags=["vip", "Fair"],
        locale="de",
        note="Prefers mornings.",
        company_id=firm.id,
        custom={"Size": "L", "Seat": "4a", "Diet": "vegan"},
        do_not_disturb=["email"],
    )
    return kept, gone


def _card(session: Session, contact: Contact) -> dict[str, Any]:
    card = queries.card(session, ROOT, contact.id or 0)
    names = (
        "kind name first_name last_name emails phones addresses tags company owner_id locale note "
        "custom do_not_disturb deleted_at source created_at bounced"
    )
    return {name: getattr(card, name) for name in names.split()}


def test_con3_gaps_are_filled_and_lists_are_joined(session: Session) -> None:
    ada = _ada(session)
    kept, gone = _rich(session)
    before = _card(session, kept), _card(session, gone)
    (row,) = _merge(session, ada, kept, gone)
    card = _card(session, kept)
    assert [line.address for line in card["emails"]] == [
        "anna@x.example",
        "a@x.example",
        "anna@home.example",
    ]
    assert [line.number for line in card["phones"]] == ["+49 30 123456", "+49 170 1112223"]
    assert card["tags"] == ("Fair", "VIP")
    assert (card["name"], card["kind"], card["company"], card["locale"]) == (
        "Anna Ek",
        ContactKind.LEAD,
        "Firm",
        "de",
    )
    assert card["note"] == "First met in Oslo.\n\nPrefers mornings."
    assert card["custom"] == {"Size": "M", "Seat": "4a", "Diet": "vegan"}
    assert card["do_not_disturb"] == ("email", "sms")
    assert queries.search(session, ROOT, text="home.example").rows[0].id == kept.id
    merging.undo(session, ada, row.id or 0)
    assert (_card(session, kept), _card(session, gone)) == before
    assert [r.id for r in queries.search(session, ROOT, text="home.example").rows] == [gone.id]


def test_con3_one_may_choose_field_by_field(session: Session) -> None:
    ada = _ada(session)
    kept, gone = _rich(session)
    other = gone.id or 0
    names = ("name", "kind", "note", "custom:Size")
    _merge(session, ada, kept, gone, **dict.fromkeys(names, other))
    card = _card(session, kept)
    assert (card["name"], card["first_name"], card["last_name"]) == (
        "Anna Maria Ek",
        "Anna Maria",
        "Ek",
    )
    assert (card["kind"], card["note"]) == (ContactKind.CONTACT, "Prefers mornings.")
    assert card["custom"]["Size"] == "L"


def test_con3_what_was_changed_since_survives_the_undo(session: Session) -> None:
    ada = _ada(session)
    kept, gone = _rich(session)
    (row,) = _merge(session, ada, kept, gone)
    emails = list(queries.emails_of(session, kept))
    service.update(
        session,
        ada,
        kept,
        name="Anna Ek-Berg",
        emails=[*emails[1:], Email("new@x.example")],
        tags=["Fair", "Later"],
        custom={"Size": "XL", "Diet": "vegan"},
    )
    merging.undo(session, ada, row.id or 0)
    card = _card(session, kept)
    assert card["name"] == "Anna Ek-Berg"
    assert [line.address for line in card["emails"]] == ["a@x.example", "new@x.example"]
    assert card["tags"] == ("Later",)
    assert card["custom"] == {"Size": "XL"}
    assert card["locale"] == ""


def test_con5_the_chosen_owner_is_recorded_and_comes_back(session: Session) -> None:
    ada = _ada(session)
    ben = factories.user(session)
    kept, gone = _pair(session)
    service.set_owner(session, ROOT, kept, ada.user_id, rule="by_hand")
    service.set_owner(session, ROOT, gone, ben.id, rule="by_hand")
    (row,) = _merge(session, ada, kept, gone, owner_id=gone.id or 0)
    assert kept.owner_id == ben.id
    (latest, *_) = queries.owner_history(session, ROOT, kept.id or 0)
    assert latest.rule == "merge"
    assert _dump(session, _table(OwnerChange), contact_id=gone.id) == []
    merging.undo(session, ada, row.id or 0)
    assert (kept.owner_id, gone.owner_id) == (ada.user_id, ben.id)


def test_usr5_an_owner_who_left_is_no_obstacle(session: Session) -> None:
    ada = _ada(session)
    ben = factories.user(session)
    kept, gone = _pair(session)
    service.set_owner(session, ROOT, gone, ben.id, rule="by_hand")
    session.get_one(User, ben.id).active = False
    _merge(session, ada, kept, gone)
    assert kept.owner_id is None


def test_con3_both_histories_are_on_one_timeline(session: Session) -> None:
    ada = _ada(session)
    kept, gone = _pair(session)
    service.add_note(session, ada, kept, "Called.")
    service.add_note(session, ada, gone, "Wrote.")
    _merge(session, ada, kept, gone)
    lines = queries.timeline(session, ada, kept.id or 0).lines
    texts = [line.params.get("text") for line in lines]
    assert {"Called.", "Wrote."} <= set(texts)
    assert lines[0].params == {"name": "Anna Gone"}


def test_cam9_a_dead_address_stays_dead(session: Session) -> None:
    ada = _ada(session)
    kept, gone = _pair(session)
    emails = _table(ContactEmail)
    session.execute(emails.update().where(emails.c.contact_id == gone.id).values(bounced_at=NOW))
    _merge(session, ada, kept, gone)
    assert _card(session, kept)["bounced"] == ("anna@y.example",)


def test_con3_old_links_lead_to_the_kept_record(session: Session) -> None:
    ada = _ada(session)
    kept, gone = _pair(session)
    third = service.create(session, ROOT, name="Third")
    token = bound.bind("https://crm.example/cal/a", gone.id or 0).rpartition("=")[2]
    _merge(session, ada, kept, gone)
    _merge(session, ada, third, kept)
    assert merged.kept_id(session, gone.id or 0) == third.id
    found = bound.contact_of(session, token)
    assert found is not None
    assert found.id == third.id
    assert merged.present(session, 10**6) is None


def test_con3_three_become_one_and_come_apart_in_any_order(session: Session) -> None:
    ada = _ada(session)
    kept, gone = _pair(session)
    third = service.create(session, ROOT, name="Third", emails=[Email("third@x.example")])
    before = [_card(session, each) for each in (kept, gone, third)]
    first, second = _merge(session, ada, kept, gone, third)
    assert len(_card(session, kept)["emails"]) == 3
    assert [line.gone_name for line in merging.merges_of(session, ada, kept.id or 0)] == [
        "Third",
        "Anna Gone",
    ]
    merging.undo(session, ada, first.id or 0)
    assert [line.address for line in _card(session, kept)["emails"]] == [
        "anna@x.example",
        "third@x.example",
    ]
    merging.undo(session, ada, second.id or 0)
    assert [_card(session, each) for each in (kept, gone, third)] == before
    assert merging.merges_of(session, ada, kept.id or 0) == []


def test_con3_people_of_a_merged_company_follow_it(session: Session) -> None:
    ada = _ada(session)
    kept = service.create(session, ROOT, kind=ContactKind.COMPANY, name="Firm GmbH")
    gone = service.create(session, ROOT, kind=ContactKind.COMPANY, name="Firma")
    anna = service.create(session, ROOT, name="Anna", company_id=gone.id)
    (row,) = _merge(session, ada, kept, gone)
    session.refresh(anna)
    assert anna.company_id == kept.id
    assert [r.name for r in queries.search(session, ROOT, text="anna gmbh").rows] == ["Anna"]
    merging.undo(session, ada, row.id or 0)
    session.refresh(anna)
    assert anna.company_id == gone.id
    assert queries.search(session, ROOT, text="anna gmbh").rows == ()
    assert [r.name for r in queries.search(session, ROOT, text="anna firma").rows] == ["Anna"]


def test_con3_what_cannot_be_merged(session: Session) -> None:
    ada = _ada(session)
    ben = factories.actor(factories.user(session))
    kept, gone = _pair(session)
    firm = service.create(session, ROOT, kind=ContactKind.COMPANY, name="Firm")
    hers = service.create(session, ROOT, name="Hers", owner_id=ada.user_id)
    with pytest.raises(Invalid):
        _merge(session, ada, kept, firm)
    with pytest.raises(Invalid):
        _merge(session, ada, kept, kept)
    with pytest.raises(NotFound):
        _merge(session, ben, kept, hers)
    _meets(session, ben, hers)
    with pytest.raises(NotAllowed):
        _merge(session, ben, kept, hers)
    assert _dump(session, _table(ContactMerge)) == []
    assert gone.deleted_at is None


def _meets(session: Session, actor: Actor, contact: Contact) -> None:
    table = SQLModel.metadata.tables["appointment"]
    Rows(session).make(table, contact_id=contact.id, user_id=actor.user_id)


def test_con3_undo_refuses_what_it_cannot_do(session: Session) -> None:
    ada = _ada(session)
    ben = factories.actor(factories.user(session))
    kept, gone = _pair(session)
    third = service.create(session, ROOT, name="Third", owner_id=ada.user_id)
    (row,) = _merge(session, ada, kept, gone)
    with pytest.raises(Conflict):
        service.restore(session, ada, gone)
    assert queries.search(session, ada, deleted=True).rows == ()
    (later,) = _merge(session, ada, third, kept)
    with pytest.raises(Conflict):
        merging.undo(session, ada, row.id or 0)
    with pytest.raises(NotFound):
        merging.undo(session, ben, later.id or 0)
    merging.undo(session, ada, later.id or 0)
    with clock.held(clock.now() + timedelta(days=31)), pytest.raises(Conflict):
        merging.undo(session, ada, row.id or 0)
    merging.undo(session, ada, row.id or 0)
    with pytest.raises(Conflict):
        merging.undo(session, ada, row.id or 0)
    with pytest.raises(NotFound):
        merging.undo(session, ada, 10**6)


def test_con3_what_happened_after_the_merge_stays_with_the_kept_record(session: Session) -> None:
    ada = _ada(session)
    kept, gone = _pair(session)
    (row,) = _merge(session, ada, kept, gone)
    service.add_note(session, ada, kept, "After.")
    merging.undo(session, ada, row.id or 0)
    entries = _dump(session, _table(TimelineEntry), contact_id=kept.id)
    assert "After." in [entry["params"].get("text") for entry in entries]


def test_con5_the_other_records_change_of_owner_is_not_undone_by_mistake(session: Session) -> None:
    ada = _ada(session)
    ben = factories.user(session)
    kept, gone = _pair(session)
    service.set_owner(session, ROOT, kept, ada.user_id, rule="by_hand")
    change = service.set_owner(session, ROOT, gone, ben.id, rule="by_hand")
    assert change is not None
    _merge(session, ada, kept, gone)
    session.refresh(change)
    assert not any(line.can_undo for line in queries.owner_history(session, ada, kept.id or 0))
    with pytest.raises(Conflict):
        service.undo_owner_change(session, ada, change.id or 0)
    assert kept.owner_id == ada.user_id
