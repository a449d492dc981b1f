"""Who may see and change a contact: one rule for every way in (USR-3)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from crm_app.contacts import queries, service
from crm_app.core import access
from crm_app.core.access import Actor
from crm_app.core.errors import NotAllowed, NotFound
from crm_app.models import Appointment, Calendar, CalendarRight, Contact, OwnerChange, User
from tests import factories

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


@dataclass
class House:
    """Anna and Ben are members, Root is an administrator; each contact is named for its case."""

    anna: User
    ben: User
    root: User
    shared: Calendar
    contacts: dict[str, Contact]


def _appointment(session: Session, calendar: Calendar, user: User, contact: Contact) -> Appointment:
    number = contact.id or 0
    row = Appointment(
        public_id=f"p{number}",
        calendar_id=calendar.id or 0,
        user_id=user.id or 0,
        contact_id=contact.id,
        title="Talk",
        starts_at=MONDAY,
        ends_at=MONDAY + timedelta(minutes=30),
        ical_uid=f"u{number}",
        created_at=MONDAY,
        changed_at=MONDAY,
    )
    session.add(row)
    session.flush()
    return row


@pytest.fixture
def house(session: Session) -> House:
    anna, ben = factories.user(session, name="Anna"), factories.user(session, name="Ben")
    root = factories.admin(session, name="Root")
    both = factories.calendar(session, anna, ben)
    bens = factories.calendar(session, ben)
    shared, bookable, hidden = (factories.calendar(session, ben) for _ in range(3))
    for calendar, see, book in ((shared, True, False), (bookable, False, True)):
        session.add(
            CalendarRight(
                calendar_id=calendar.id or 0, user_id=anna.id or 0, may_see=see, may_book=book
            )
        )
    session.add(
        CalendarRight(
            calendar_id=hidden.id or 0, user_id=anna.id or 0, may_see=False, may_book=False
        )
    )

    def owned(by: User | None, name: str) -> Contact:
        return factories.contact(session, name=name, owner_id=by.id if by else None)

    contacts = {
        "anna's": owned(anna, "anna's"),
        "nobody's": owned(None, "nobody's"),
        "ben's": owned(ben, "ben's"),
        "ben's, meets anna": owned(ben, "ben's, meets anna"),
        "ben's, on a calendar of both": owned(ben, "ben's, on a calendar of both"),
        "ben's, on a calendar of ben": owned(ben, "ben's, on a calendar of ben"),
        "ben's, on a calendar that anna may see": owned(ben, "ben's, may see"),
        "ben's, on a calendar that anna may book": owned(ben, "ben's, may book"),
        "ben's, on a calendar with no right left": owned(ben, "ben's, no right"),
    }
    _appointment(session, bens, anna, contacts["ben's, meets anna"])
    _appointment(session, both, ben, contacts["ben's, on a calendar of both"])
    _appointment(session, bens, ben, contacts["ben's, on a calendar of ben"])
    _appointment(session, shared, ben, contacts["ben's, on a calendar that anna may see"])
    _appointment(session, bookable, ben, contacts["ben's, on a calendar that anna may book"])
    _appointment(session, hidden, ben, contacts["ben's, on a calendar with no right left"])
    return House(anna, ben, root, shared, contacts)


SEEN_BY_ANNA = {
    "anna's",
    "nobody's",
    "ben's, meets anna",
    "ben's, on a calendar of both",
    "ben's, on a calendar that anna may see",
    "ben's, on a calendar that anna may book",
}
CHANGED_BY_ANNA = {"anna's", "nobody's"}

Read = Callable[[Session, Actor, int], Any]
READS: dict[str, Read] = {
    "get_contact": queries.get_contact,
    "card": queries.card,
    "timeline": queries.timeline,
    "owner_history": queries.owner_history,
    "appointments_of": queries.appointments_of,
}


@pytest.mark.parametrize("read", READS)
def test_usr3_every_way_to_read_asks_the_same_rule(
    session: Session, house: House, read: str
) -> None:
    for name, contact in house.contacts.items():
        if name in SEEN_BY_ANNA:
            READS[read](session, factories.actor(house.anna), contact.id or 0)
        else:
            with pytest.raises(NotFound):
                READS[read](session, factories.actor(house.anna), contact.id or 0)
        READS[read](session, factories.actor(house.root), contact.id or 0)
        READS[read](session, access.system("job"), contact.id or 0)
        with pytest.raises(NotFound):
            READS[read](session, access.visitor(), contact.id or 0)


def test_usr3_list_and_count_show_what_may_be_seen(session: Session, house: House) -> None:
    ids = {name: contact.id for name, contact in house.contacts.items()}

    def shown(actor: Actor) -> set[int | None]:
        rows = queries.search(session, actor).rows
        assert queries.count(session, actor) == len(rows)
        return {row.id for row in rows}

    assert shown(factories.actor(house.anna)) == {ids[name] for name in SEEN_BY_ANNA}
    assert shown(factories.actor(house.root)) == set(ids.values())
    assert shown(access.visitor()) == set()


def test_usr3_search_words_do_not_reveal_what_is_hidden(session: Session, house: House) -> None:
    assert queries.count(session, factories.actor(house.anna), text="no right") == 0
    assert queries.count(session, factories.actor(house.ben), text="no right") == 1


Write = Callable[[Session, Actor, Contact], Any]
WRITES: dict[str, Write] = {
    "update": lambda s, a, c: service.update(s, a, c, note="x"),
    "tags": lambda s, a, c: service.change_tags(s, a, c, add=["x"]),
    "owner": lambda s, a, c: service.set_owner(s, a, c, a.user_id, rule="by_hand"),
    "delete": service.delete,
    "restore": service.restore,
}


@pytest.mark.parametrize("write", WRITES)
def test_usr3_changing_needs_the_right_to_change(
    session: Session, house: House, write: str
) -> None:
    for name, contact in house.contacts.items():
        act = lambda: WRITES[write](session, factories.actor(house.anna), contact)  # noqa: B023, E731
        if name in CHANGED_BY_ANNA:
            act()
        else:
            with pytest.raises(NotAllowed):
                act()
        with pytest.raises(NotAllowed):
            WRITES[write](session, access.visitor(), contact)
        WRITES[write](session, factories.actor(house.root), contact)


def test_usr3_changeable_contact_tells_forbidden_from_hidden(
    session: Session, house: House
) -> None:
    anna = factories.actor(house.anna)
    own, seen = house.contacts["anna's"], house.contacts["ben's, meets anna"]
    assert queries.changeable_contact(session, anna, own.id or 0) is own
    with pytest.raises(NotAllowed):
        queries.changeable_contact(session, anna, seen.id or 0)
    with pytest.raises(NotFound):
        queries.changeable_contact(session, anna, house.contacts["ben's"].id or 0)


def test_usr3_whoever_sees_a_contact_may_write_a_note(session: Session, house: House) -> None:
    seen = house.contacts["ben's, meets anna"]
    service.add_note(session, factories.actor(house.anna), seen, "Wants a demo")
    line = queries.timeline(session, factories.actor(house.ben), seen.id or 0).lines[0]
    assert (line.params, line.actor_label) == ({"text": "Wants a demo"}, "Anna")


def test_usr3_visitors_make_no_contacts_by_name(session: Session, house: House) -> None:
    with pytest.raises(NotAllowed):
        service.create(session, access.visitor(), name="Mallory")


def test_usr3_owner_changes_of_hidden_contacts_cannot_be_undone(
    session: Session, house: House
) -> None:
    hidden = house.contacts["ben's"]
    change = service.set_owner(session, access.system("x"), hidden, house.root.id, rule="handover")
    assert isinstance(change, OwnerChange)
    with pytest.raises(NotFound):
        service.undo_owner_change(session, factories.actor(house.anna), change.id or 0)


def test_usr3_appointments_on_a_card_are_those_that_may_be_seen(
    session: Session, house: House
) -> None:
    shared = house.contacts["nobody's"]
    hidden_calendar = factories.calendar(session, house.ben)
    _appointment(session, hidden_calendar, house.ben, shared)
    anna, ben = factories.actor(house.anna), factories.actor(house.ben)
    assert queries.appointments_of(session, anna, shared.id or 0) == ()
    (line,) = queries.appointments_of(session, ben, shared.id or 0)
    assert (line.title, line.calendar_name, line.user_name) == ("Talk", hidden_calendar.name, "Ben")


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63, 10**30])
def test_usr3_numbers_that_are_no_ids_are_not_found(session: Session, number: int) -> None:
    root = access.system("x")
    for read in READS.values():
        with pytest.raises(NotFound):
            read(session, root, number)
    with pytest.raises(NotFound):
        queries.get_owner_change(session, root, number)
