"""Making, changing, deleting and bringing back contacts (CON-1, Q-1, Q-2)."""

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from crm_app.contacts import jobs, queries, service, timeline
from crm_app.contacts.fields import Address, Email, Phone
from crm_app.core import access, clock, db, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.kinds import ContactKind
from crm_app.models import Appointment, AuditEntry, Contact, ContactEmail, Tag, TimelineEntry
from tests import factories


@pytest.fixture
def root(session: Session) -> Actor:
    factories.workspace(session)
    return factories.actor(factories.admin(session, name="Root"))


def test_con1_contact_has_all_its_fields(session: Session, root: Actor) -> None:
    owner = factories.user(session, name="Anna")
    firm = service.create(session, root, kind=ContactKind.COMPANY, name="Müller & Söhne GmbH")
    made = service.create(
        session,
        root,
        kind=ContactKind.CONTACT,
        name="Ludwig van Beethoven",
        emails=[Email("ludwig@x.example", "work"), Email("l@home.example")],
        phones=[Phone("030 123456", "work")],
        addresses=[Address(street="Weg 1", postal_code="10115", city="Berlin", country="DE")],
        tags=["VIP", "Music"],
        company_id=firm.id,
        owner_id=owner.id,
        time_zone="Europe/Vienna",
        locale="de",
        do_not_disturb=["sms"],
        note="Deaf\nbut listens",
        custom={"opus": 125},
        source="api",
    )
    card = queries.card(session, root, made.id or 0)
    assert (card.kind, card.first_name, card.last_name) == ("contact", "Ludwig", "van Beethoven")
    assert card.emails == (Email("ludwig@x.example", "work"), Email("l@home.example"))
    # A number without a country code belongs to the contact's own zone.
    assert card.phones == (Phone("030 123456", "work", "+4330123456"),)
    assert card.addresses[0].city == "Berlin"
    assert card.tags == ("Music", "VIP")
    assert (card.company_id, card.company) == (firm.id, "Müller & Söhne GmbH")
    assert (card.owner_id, card.owner_name) == (owner.id, "Anna")
    assert (card.time_zone, card.locale, card.do_not_disturb) == ("Europe/Vienna", "de", ("sms",))
    assert (card.note, card.custom, card.source) == ("Deaf\nbut listens", {"opus": 125}, "api")
    assert card.may_change


def test_con1_company_name_is_not_split(session: Session, root: Actor) -> None:
    firm = service.create(session, root, kind=ContactKind.COMPANY, name="Ek, Berg & Sons")
    assert (firm.name, firm.first_name, firm.last_name) == ("Ek, Berg & Sons", "", "")


def test_con1_address_serves_as_the_name_of_who_gave_none(session: Session, root: Actor) -> None:
    assert service.create(session, root, emails=[Email("a@x.example")]).name == "a@x.example"


def test_q1_a_contact_needs_a_name_or_an_address(session: Session, root: Actor) -> None:
    with pytest.raises(Invalid) as caught:
        service.create(session, root, name="  ")
    assert list(caught.value.fields) == ["name"]
    lead = factories.contact(session, name="Anna")
    with pytest.raises(Invalid) as caught:
        service.update(session, root, lead, name=" ")
    assert list(caught.value.fields) == ["name"]


def test_con1_update_changes_what_is_given_and_tells_what_differs(
    session: Session, root: Actor
) -> None:
    lead = service.create(
        session, root, name="Anna Ek", emails=[Email("a@x.example")], note="old", tags=["VIP"]
    )
    changed = service.update(
        session, root, lead, note="new", locale="", emails=[Email("a@x.example")]
    )
    assert changed == ("note",)
    line = queries.timeline(session, root, lead.id or 0).lines[0]
    assert timeline.sentence("en", line.message, line.params) == "Changed: Note"
    assert line.actor_label == "Root"
    card = queries.card(session, root, lead.id or 0)
    assert (card.name, card.note, card.tags) == ("Anna Ek", "new", ("VIP",))


def test_con1_nothing_is_told_when_nothing_differs(session: Session, root: Actor) -> None:
    lead = service.create(session, root, name="Anna Ek", tags=["VIP"])
    before = len(session.exec(select(facts.FactRow)).all())
    assert service.update(session, root, lead, name="Anna Ek", tags=["vip"]) == ()
    assert len(session.exec(select(facts.FactRow)).all()) == before


def test_con1_parts_of_the_name_can_be_changed_apart(session: Session, root: Actor) -> None:
    lead = service.create(session, root, name="Anna Ek")
    service.update(session, root, lead, last_name="Berg")
    assert (lead.name, lead.first_name, lead.last_name) == ("Anna Berg", "Anna", "Berg")
    service.update(session, root, lead, name="Ute Dahl")
    assert (lead.name, lead.first_name, lead.last_name) == ("Ute Dahl", "Ute", "Dahl")


def test_con1_addresses_are_replaced_in_their_new_order(session: Session, root: Actor) -> None:
    lead = service.create(session, root, emails=[Email("a@x.example"), Email("b@x.example")])
    service.update(session, root, lead, emails=[Email("b@x.example"), Email("c@x.example")])
    card = queries.card(session, root, lead.id or 0)
    assert [email.address for email in card.emails] == ["b@x.example", "c@x.example"]
    assert queries.search(session, root).rows[0].email == "b@x.example"
    assert service.match_by_email(session, "a@x.example") is None


def test_con1_tags_are_one_whatever_their_case(session: Session, root: Actor) -> None:
    first = service.create(session, root, name="A", tags=["VIP"])
    second = service.create(session, root, name="B", tags=["vip", "Café"])
    assert queries.list_tags(session, root) == ["Café", "VIP"]
    service.change_tags(session, root, second, add=["New"], remove=["CAFE"])
    assert queries.card(session, root, second.id or 0).tags == ("New", "VIP")
    assert queries.card(session, root, first.id or 0).tags == ("VIP",)
    told = [
        (line.message, line.params)
        for line in queries.timeline(session, root, second.id or 0).lines
    ]
    assert told[:2] == [
        (timeline.TAGS_REMOVED, {"tags": ["Café"]}),
        (timeline.TAGS_ADDED, {"tags": ["New"]}),
    ]
    assert len(session.exec(select(Tag)).all()) == 3


def test_con1_owner_given_by_hand_is_recorded_like_every_change(
    session: Session, root: Actor
) -> None:
    anna = factories.user(session, name="Anna")
    lead = service.create(session, root, name="A", owner_id=anna.id)
    service.update(session, root, lead, owner_id=None)
    rules = [line.rule for line in queries.owner_history(session, root, lead.id or 0)]
    assert rules == [timeline.BY_HAND, timeline.AT_CREATION]


def test_con1_company_must_be_one_that_can_be_seen(session: Session, root: Actor) -> None:
    person = factories.contact(session)
    anna = factories.user(session)
    hidden = factories.contact(session, kind=ContactKind.COMPANY, owner_id=root.user_id)
    firm = factories.contact(session, kind=ContactKind.COMPANY)
    for actor, wrong in (
        (root, person.id),
        (root, 10**9),
        (factories.actor(anna), hidden.id),
    ):
        with pytest.raises(Invalid) as caught:
            service.create(session, actor, name="X", company_id=wrong)
        assert list(caught.value.fields) == ["company_id"]
    with pytest.raises(Invalid):
        service.update(session, root, firm, company_id=firm.id)


def test_con1_company_with_people_stays_a_company(session: Session, root: Actor) -> None:
    firm = service.create(session, root, kind=ContactKind.COMPANY, name="Ek")
    person = service.create(session, root, name="Anna", company_id=firm.id)
    with pytest.raises(Invalid) as caught:
        service.update(session, root, firm, kind=ContactKind.LEAD)
    assert list(caught.value.fields) == ["kind"]
    service.update(session, root, person, company_id=None)
    service.update(session, root, firm, kind=ContactKind.LEAD)
    assert firm.kind is ContactKind.LEAD


def test_con3_people_are_found_by_the_new_name_of_their_company(
    session: Session, root: Actor
) -> None:
    firm = service.create(session, root, kind=ContactKind.COMPANY, name="Oldname")
    person = service.create(session, root, name="Anna", company_id=firm.id)
    service.update(session, root, firm, name="Newname")
    assert {row.id for row in queries.search(session, root, text="newname").rows} == {
        firm.id,
        person.id,
    }
    assert queries.count(session, root, text="oldname") == 0


def test_q1_nothing_is_written_when_a_field_is_wrong(session: Session, root: Actor) -> None:
    lead = service.create(session, root, name="Anna", emails=[Email("a@x.example")])
    with pytest.raises(Invalid) as caught:
        service.update(session, root, lead, note="new", emails=[Email("nonsense")])
    assert list(caught.value.fields) == ["emails.0"]
    assert queries.card(session, root, lead.id or 0).note == ""


def test_con1_writing_and_deleting_are_in_the_audit_log(session: Session, root: Actor) -> None:
    lead = service.create(session, root, name="Anna")
    service.update(session, root, lead, note="x")
    service.delete(session, root, lead)
    service.restore(session, root, lead)
    audited = session.exec(select(AuditEntry).order_by(AuditEntry.id))  # type: ignore[arg-type]
    assert [entry.action for entry in audited] == [
        "contact.created",
        "contact.changed",
        "contact.deleted",
        "contact.restored",
    ]


def test_q1_an_empty_note_is_refused(session: Session, root: Actor) -> None:
    lead = factories.contact(session)
    with pytest.raises(Invalid):
        service.add_note(session, root, lead, " \n ")


def test_q2_deleted_contacts_are_gone_from_lists_and_can_be_brought_back(
    session: Session, root: Actor
) -> None:
    lead = service.create(session, root, name="Anna", emails=[Email("a@x.example")])
    service.delete(session, root, lead)
    assert queries.count(session, root) == 0
    with pytest.raises(NotFound):
        queries.get_contact(session, root, lead.id or 0)
    assert [row.id for row in queries.search(session, root, deleted=True).rows] == [lead.id]
    card = queries.card(session, root, lead.id or 0)
    assert card.deleted_at is not None
    assert not card.may_change
    gone = queries.get_contact(session, root, lead.id or 0, deleted=True)
    service.restore(session, root, gone)
    assert queries.count(session, root) == 1
    assert service.match_by_email(session, "a@x.example") is lead
    assert [line.message for line in queries.timeline(session, root, lead.id or 0).lines] == [
        timeline.RESTORED,
        timeline.DELETED,
        timeline.CREATED,
    ]


def test_q2_after_30_days_a_contact_cannot_be_brought_back(session: Session, root: Actor) -> None:
    lead = service.create(session, root, name="Anna")
    service.delete(session, root, lead)
    deleted_at = clock.now()
    late, early = timedelta(days=30, seconds=1), timedelta(days=29)
    with time_machine.travel(deleted_at + late, tick=False), pytest.raises(Conflict):
        service.restore(session, root, lead)
    with time_machine.travel(deleted_at + early, tick=False):
        service.restore(session, root, lead)
    assert lead.deleted_at is None


def test_q2_after_30_days_everything_of_a_deleted_contact_goes(database: str) -> None:
    system = access.system("test")
    now = clock.now()
    with db.unit_of_work() as session:
        factories.workspace(session)
        user = factories.user(session)
        calendar = factories.calendar(session, user)
        firm = service.create(session, system, kind=ContactKind.COMPANY, name="Gone GmbH")
        lead = service.create(
            session,
            system,
            name="Anna",
            emails=[Email("a@x.example")],
            tags=["VIP"],
            owner_id=user.id,
            company_id=firm.id,
        )
        kept = service.create(session, system, name="Ben", company_id=firm.id)
        appointment = Appointment(
            public_id="p",
            calendar_id=calendar.id or 0,
            user_id=user.id or 0,
            contact_id=lead.id,
            title="Talk",
            starts_at=now,
            ends_at=now + timedelta(minutes=30),
            ical_uid="u",
            created_at=now,
            changed_at=now,
        )
        session.add(appointment)
        service.delete(session, system, lead)
        service.delete(session, system, firm)
        lead_id, kept_id, appointment_id = lead.id, kept.id, appointment.id
    with time_machine.travel(clock.now() + timedelta(days=29), tick=False):
        jobs.purge()
    with db.reading() as session:
        assert session.get(Contact, lead_id) is not None
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        jobs.purge()
        jobs.purge()
    with db.reading() as session:
        assert session.get(Contact, lead_id) is None
        assert session.exec(select(ContactEmail)).all() == []
        of_lead = select(TimelineEntry).where(TimelineEntry.contact_id == lead_id)
        assert session.exec(of_lead).all() == []
        assert session.get_one(Appointment, appointment_id).contact_id is None
        assert session.get_one(Contact, kept_id).company_id is None
