"""The contact's card as an open tab sees it (CON-1, CON-5, Q-1, Q-2, USR-3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import select

from crm_app.contacts import queries, service
from crm_app.contacts.fields import Address, Email, Phone
from crm_app.contacts.ui.card_acts import CardActs
from crm_app.contacts.ui.card_state import ContactCard, contact_in
from crm_app.contacts.ui.contacts_state import Contacts
from crm_app.contacts.views import Card
from crm_app.core import access, db
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact, OwnerChange, User
from tests import factories
from tests.ui.tabs import Tab

Open = Callable[..., Tab]
SYSTEM = access.system("test")


@dataclass
class House:
    """Ada is an administrator, Ben and Kate are members; the lead is Ben's."""

    ada: User
    ben: User
    kate: User
    lead: int
    path: str


@pytest.fixture
def house(lite: str) -> House:
    with db.unit_of_work() as session:
        factories.workspace(session)
        ada = factories.admin(session, name="Ada Lovelace")
        ben = factories.user(session, name="Ben Berg")
        kate = factories.user(session, name="Kate Kraus")
        lead = service.create(
            session,
            SYSTEM,
            name="Anna Ek",
            emails=[Email("anna@x.example", "work"), Email("a@home.example")],
            phones=[Phone("030 123456")],
            tags=["VIP"],
            owner_id=ben.id,
            note="old",
            custom={"size": 42, "colour": "red"},
        )
        return House(ada, ben, kate, lead.id or 0, f"/contacts/{lead.id}")


def _stored(contact_id: int) -> Card:
    with db.reading() as session:
        return queries.card(session, SYSTEM, contact_id)


def _form(tab: Tab, **changes: Any) -> dict[str, Any]:
    """What a browser sends for the card as it is shown, with some inputs changed."""
    seen = tab.see(ContactCard)
    form: dict[str, Any] = {
        "kind": seen.head.kind,
        "first_name": seen.head.first_name,
        "last_name": seen.head.last_name,
        "company": seen.head.company,
        "locale": seen.head.locale,
        "time_zone": seen.head.time_zone,
        "note": seen.head.note,
    }
    for kind, lines in (("email", seen.emails), ("phone", seen.phones), ("custom", seen.custom)):
        for line in lines:
            form |= {f"{kind}-{line.key}": line.value, f"{kind}-{line.key}-label": line.label}
    form |= {f"quiet-{channel}": "on" for channel in seen.quiet}
    return {**form, **changes}


@pytest.mark.parametrize(
    ("path", "contact_id"),
    [
        ("/contacts/7", 7),
        ("/contacts/7/", 7),
        ("/contacts", 0),
        ("/contacts/", 0),
        ("/contacts/seven", 0),
        ("/contacts/-7", 0),
        ("/contacts/²", 0),
        ("/other/7", 0),
    ],
)
def test_con1_the_address_names_the_contact(path: str, contact_id: int) -> None:
    assert contact_in(path) == contact_id


def test_con1_the_card_shows_the_contact(house: House, open_tab: Open) -> None:
    seen = open_tab(house.ben, house.path).fire(ContactCard.load).see(ContactCard)
    assert seen.opened
    assert (seen.head.name, seen.head.owner, seen.head.tags) == ("Anna Ek", "Ben Berg", ["VIP"])
    assert [(line.value, line.label) for line in seen.emails] == [
        ("anna@x.example", "work"),
        ("a@home.example", ""),
    ]
    assert (seen.head.phone, seen.head.may_change) == ("+4930123456", True)
    assert {line.label: line.value for line in seen.custom} == {"size": "42", "colour": "red"}
    assert [line.text for line in seen.happenings][-1] == "Created"
    assert seen.changes[0].reason == "Chosen when the contact was made"


def test_usr3_strangers_and_others_get_nothing_of_a_card(house: House, open_tab: Open) -> None:
    assert vars(open_tab(None, house.path).fire(ContactCard.load).see(ContactCard)) == {}
    other = open_tab(house.kate, house.path).fire(ContactCard.load)
    assert not other.see(ContactCard).opened
    assert "anna@x.example" not in str(other.held)
    assert "Ek" not in str(other.see(ContactCard))
    assert "/contacts" in other.said


def test_con1_leaving_the_address_closes_the_card(house: House, open_tab: Open) -> None:
    tab = open_tab(house.ben, house.path).fire(ContactCard.load)
    tab.path = "/contacts"
    assert not tab.fire(ContactCard.load).see(ContactCard).opened


def test_con1_only_what_was_changed_is_written(house: House, open_tab: Open) -> None:
    tab = open_tab(house.ben, house.path).fire(ContactCard.load).fire(ContactCard.touch)
    assert tab.see(ContactCard).dirty
    with db.unit_of_work() as session:
        contact = queries.get_contact(session, SYSTEM, house.lead)
        service.update(session, SYSTEM, contact, phones=[Phone("+48 601 234 567")])
    tab.fire(ContactCard.save, form=_form(tab, note="new", last_name="Ekdahl"))
    stored = _stored(house.lead)
    assert (stored.note, stored.name) == ("new", "Anna Ekdahl")
    assert stored.phones[0].number == "+48 601 234 567"
    assert stored.custom == {"size": 42, "colour": "red"}
    seen = tab.see(ContactCard)
    assert (seen.dirty, seen.head.name) == (False, "Anna Ekdahl")
    assert seen.phones[0].value == "+48 601 234 567"
    assert seen.happenings[0].text == "Changed: Name, Note"
    assert seen.happenings[0].who == "Ben Berg"


def test_con1_lines_come_and_go(house: House, open_tab: Open) -> None:
    tab = open_tab(house.ben, house.path).fire(ContactCard.load)
    tab.fire(ContactCard.remove_line, kind="email", key=tab.see(ContactCard).emails[0].key)
    for kind in ("email", "place", "custom", "phone", "robot"):
        tab.fire(ContactCard.add_line, kind=kind)
    seen = tab.see(ContactCard)
    mail, place = seen.emails[-1].key, seen.places[-1].key
    own, phone = seen.custom[-1].key, seen.phones[-1].key
    form = _form(
        tab,
        **{
            f"email-{mail}": "anna@new.example",
            f"email-{mail}-label": "new",
            f"place-{place}-city": "Berlin",
            f"place-{place}-street": "Weg 1",
            f"custom-{own}-label": "shoe",
            f"custom-{own}": "43",
            f"phone-{phone}": "",
            "quiet-sms": "on",
            "locale": "de",
            "time_zone": "Europe/Berlin",
        },
    )
    tab.fire(ContactCard.save, form=form)
    stored = _stored(house.lead)
    assert stored.emails == (Email("a@home.example"), Email("anna@new.example", "new"))
    assert stored.addresses == (Address(street="Weg 1", city="Berlin"),)
    assert stored.custom == {"size": 42, "colour": "red", "shoe": "43"}
    assert len(stored.phones) == 1
    assert (stored.do_not_disturb, stored.locale) == (("sms",), "de")


def test_q1_a_wrong_line_is_named_and_nothing_is_lost(house: House, open_tab: Open) -> None:
    tab = open_tab(house.ben, house.path).fire(ContactCard.load).fire(ContactCard.touch)
    version = tab.see(ContactCard).version
    key = tab.see(ContactCard).emails[1].key
    tab.fire(ContactCard.save, form=_form(tab, note="new", **{f"email-{key}": "nonsense"}))
    seen = tab.see(ContactCard)
    assert list(seen.errors) == ["emails.1"]
    assert "not an e-mail address" in seen.errors["emails.1"]
    assert (seen.dirty, seen.version) == (True, version)
    assert _stored(house.lead).note == "old"


def test_q1_what_is_typed_survives_changes_by_others(house: House, open_tab: Open) -> None:
    tab = open_tab(house.ben, house.path).fire(ContactCard.load).fire(ContactCard.touch)
    version = tab.see(ContactCard).version
    with db.unit_of_work() as session:
        contact = queries.get_contact(session, SYSTEM, house.lead)
        service.update(session, SYSTEM, contact, note="by another")
    tab.fire(ContactCard.follow_contacts)
    seen = tab.see(ContactCard)
    assert (seen.dirty, seen.version) == (True, version)
    assert seen.happenings[0].text == "Changed: Note"
    tab.fire(ContactCard.discard)
    assert tab.see(ContactCard).head.note == "by another"
    assert tab.see(ContactCard).version > version


def test_con1_an_open_card_follows_what_others_change(house: House, open_tab: Open) -> None:
    tab = open_tab(house.ben, house.path).fire(ContactCard.load).fire(Contacts.load)
    with db.unit_of_work() as session:
        contact = queries.get_contact(session, SYSTEM, house.lead)
        service.update(session, SYSTEM, contact, name="Anna Other")
    tab.fire(ContactCard.follow_contacts)
    assert tab.see(ContactCard).head.name == "Anna Other"
    assert tab.see(Contacts).rows[0].name == "Anna Other"


def test_q1_leaving_with_unsaved_text_asks_first(house: House, open_tab: Open) -> None:
    tab = open_tab(house.ben, house.path).fire(ContactCard.load).fire(ContactCard.touch)
    tab.fire(ContactCard.close)
    assert tab.see(ContactCard).asking
    assert "redirect" not in tab.said
    tab.fire(ContactCard.keep_editing)
    assert not tab.see(ContactCard).asking
    assert "/contacts" in tab.fire(ContactCard.leave).said


def test_con1_a_typed_company_is_found_or_made(house: House, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        firm = factories.contact(session, name="Müller & Söhne", kind=ContactKind.COMPANY)
    tab = open_tab(house.ben, house.path).fire(ContactCard.load)
    tab.fire(ContactCard.look_for_company, name="mull")
    assert tab.see(ContactCard).companies == ["Müller & Söhne"]
    tab.fire(ContactCard.save, form=_form(tab, company="MÜLLER & söhne"))
    assert _stored(house.lead).company_id == firm.id
    tab.fire(ContactCard.save, form=_form(tab, company="New GmbH"))
    assert _stored(house.lead).company == "New GmbH"
    tab.fire(ContactCard.save, form=_form(tab, company=""))
    assert _stored(house.lead).company_id is None


def test_con1_tags_are_written_at_once(house: House, open_tab: Open) -> None:
    tab = open_tab(house.ben, house.path).fire(ContactCard.load).fire(ContactCard.touch)
    tab.fire(CardActs.add_tag, form={"tag": " Music "})
    assert tab.see(ContactCard).head.tags == ["Music", "VIP"]
    tab.fire(CardActs.remove_tag, name="VIP")
    assert _stored(house.lead).tags == ("Music",)
    assert tab.see(ContactCard).dirty
    assert set(tab.see(ContactCard).known_tags) == {"Music", "VIP"}


def test_con5_owner_is_changed_and_taken_back(house: House, open_tab: Open) -> None:
    tab = open_tab(house.ada, house.path).fire(ContactCard.load)
    tab.fire(CardActs.set_owner, user_id=str(house.kate.id))
    assert tab.see(ContactCard).head.owner == "Kate Kraus"
    assert "Undo" in tab.said
    line = tab.see(ContactCard).changes[0]
    assert (line.text, line.reason, line.who, line.can_undo) == (
        "The owner changed from Ben Berg to Kate Kraus",
        "Changed by hand",
        "Ada Lovelace",
        True,
    )
    tab.fire(CardActs.undo_owner, change_id=line.id)
    assert tab.see(ContactCard).head.owner == "Ben Berg"
    assert tab.see(ContactCard).changes[1].undone


def test_con5_giving_a_contact_away_closes_a_card_that_may_no_longer_be_seen(
    house: House, open_tab: Open
) -> None:
    tab = open_tab(house.ben, house.path).fire(ContactCard.load)
    tab.fire(CardActs.set_owner, user_id=str(house.kate.id))
    assert not tab.see(ContactCard).opened
    assert _stored(house.lead).owner_id == house.kate.id
    assert "/contacts" in tab.said


def test_con5_the_rule_that_changed_the_owner_is_told_in_words(
    house: House, open_tab: Open
) -> None:
    with db.unit_of_work() as session:
        contact = session.get_one(Contact, house.lead)
        service.set_owner(session, access.visitor(), contact, house.kate.id, rule="replaced")
    seen = open_tab(house.ada, house.path).fire(ContactCard.load).see(ContactCard)
    assert seen.happenings[0].reason.startswith("Rule: the calendar's member was assigned")
    assert seen.happenings[0].who == ""


def test_con1_notes_are_written_and_empty_ones_refused(house: House, open_tab: Open) -> None:
    tab = open_tab(house.ben, house.path).fire(ContactCard.load)
    tab.fire(CardActs.add_note, form={"timeline-note": "Called.\nWants {more}."})
    seen = tab.see(ContactCard)
    assert (seen.happenings[0].text, seen.note_version) == ("Called.\nWants {more}.", 1)
    tab.fire(CardActs.add_note, form={"timeline-note": "  "})
    assert "note" in tab.see(ContactCard).errors
    assert tab.see(ContactCard).note_version == 1


def test_con1_earlier_entries_come_below(house: House, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        contact = session.get_one(Contact, house.lead)
        for number in range(40):
            service.add_note(session, SYSTEM, contact, f"note {number}")
    tab = open_tab(house.ben, house.path).fire(ContactCard.load)
    assert len(tab.see(ContactCard).happenings) == 30
    tab.fire(CardActs.show_earlier)
    assert len(tab.see(ContactCard).happenings) == 43
    assert tab.see(ContactCard).earlier == 0


def test_q2_deleting_is_undone_from_the_toast_and_from_the_card(
    house: House, open_tab: Open
) -> None:
    tab = open_tab(house.ben, house.path).fire(ContactCard.load)
    tab.fire(CardActs.delete)
    assert not tab.see(ContactCard).opened
    assert "Anna Ek was deleted" in tab.said
    assert "restore" in tab.said
    assert _stored(house.lead).deleted_at is not None
    seen = tab.fire(ContactCard.load).see(ContactCard)
    assert seen.head.deleted
    assert not seen.head.may_change
    tab.fire(CardActs.restore)
    assert _stored(house.lead).deleted_at is None
    assert tab.see(ContactCard).head.may_change


WRITES: dict[str, tuple[Any, dict[str, Any]]] = {
    "save": (ContactCard.save, {"form": {"note": "hacked", "company": ""}}),
    "tag": (CardActs.add_tag, {"form": {"tag": "hacked"}}),
    "untag": (CardActs.remove_tag, {"name": "VIP"}),
    "owner": (CardActs.set_owner, {"user_id": ""}),
    "delete": (CardActs.delete, {}),
}


@pytest.mark.parametrize("write", WRITES)
def test_usr3_who_may_only_see_a_contact_cannot_write_it(
    house: House, open_tab: Open, write: str
) -> None:
    with db.unit_of_work() as session:
        calendar = factories.calendar(session, house.kate)
        _meet(session, calendar, house)
    before = _stored(house.lead)
    tab = open_tab(house.kate, house.path).fire(ContactCard.load)
    assert tab.see(ContactCard).opened
    assert not tab.see(ContactCard).head.may_change
    handler, payload = WRITES[write]
    tab.fire(handler, **payload)
    assert "not allowed" in tab.said
    assert _stored(house.lead) == before


@pytest.mark.parametrize("write", WRITES)
def test_usr3_who_may_not_see_a_contact_cannot_write_it(
    house: House, open_tab: Open, write: str
) -> None:
    before = _stored(house.lead)
    handler, payload = WRITES[write]
    for who in (house.kate, None):
        open_tab(who, house.path).fire(ContactCard.load).fire(handler, **payload)
    assert _stored(house.lead) == before


def test_usr3_an_owner_change_of_another_contact_cannot_be_undone(
    house: House, open_tab: Open
) -> None:
    with db.reading() as session:
        change = session.exec(select(OwnerChange)).one()
    tab = open_tab(house.kate, "/contacts").fire(CardActs.undo_owner, change_id=change.id)
    assert "does not exist" in tab.said
    assert _stored(house.lead).owner_id == house.ben.id


def test_con1_appointments_are_on_the_card(house: House, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        calendar = factories.calendar(session, house.ben, name="Sales")
        _meet(session, calendar, house)
    tab = open_tab(house.ben, house.path).fire(ContactCard.load)
    (line,) = tab.see(ContactCard).meetings
    assert (line.title, line.calendar, line.member, line.status) == (
        "Talk",
        "Sales",
        "Kate Kraus",
        "Confirmed",
    )
    assert (line.day, line.time) == ("Mon, Nov 23, 2026", "10:00\u202fAM–10:30\u202fAM")


def _meet(session: Any, calendar: Any, house: House) -> None:
    from datetime import UTC, datetime

    from crm_app.models import Appointment

    starts_at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    session.add(
        Appointment(
            public_id="p",
            calendar_id=calendar.id,
            user_id=house.kate.id or 0,
            contact_id=house.lead,
            title="Talk",
            starts_at=starts_at,
            ends_at=starts_at.replace(minute=30),
            ical_uid="u",
            created_at=starts_at,
            changed_at=starts_at,
        )
    )
