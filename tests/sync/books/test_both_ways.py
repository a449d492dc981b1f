"""SCT-5, SCT-7: a ticked contact gets an entry, and what changes on one side changes on the other."""

import pytest

from crm_app import models
from crm_app.contacts import service as contacts
from crm_app.core import clock, db
from crm_app.core.kinds import CardLinkState, ContactKind, LinkEnd, Role
from crm_app.providers.address_book_port import CardEmail, CardKind, CardPhone
from tests.sync.books import rig
from tests.sync.books.rig import change, connect, contact, emails, person, phones, reached

pytestmark = pytest.mark.usefixtures("database")


def test_sct5_a_ticked_contact_is_written_to_the_main_address_book() -> None:
    kate = connect()
    ann = contact(
        "Ann Lee", "ann@example.com", "+49 228 1234567", addresses=[rig.live_at("Hauptstr. 1")]
    )
    rig.tick(kate, ann)
    rig.settle()
    card = kate.entry()
    assert (card.name, card.first_name, card.last_name) == ("Ann Lee", "Ann", "Lee")
    assert reached(card) == ["ann@example.com", "+49 228 1234567"]
    assert [line.street for line in card.addresses] == ["Hauptstr. 1"]
    assert card.kind is CardKind.PERSON
    link = rig.link_of(ann)
    assert (link.state, link.attempts, link.unanswered) == (CardLinkState.IN_STEP, 0, [])
    # What we wrote comes back as a page, and is nobody's news.
    before = rig.row(ann).changed_at
    kate.run()
    assert rig.row(ann).changed_at == before
    assert list(rig.rows(kate)) == [kate.href()]


def test_sct5_a_change_here_reaches_the_entry_and_only_that() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    kate.change(kate.href(), note="plays the cello", labels=("Orchestra",))
    change(ann, "ann@work.example", "ann@example.com", "+49 228 1234567")
    rig.settle()
    card = kate.entry()
    assert reached(card) == ["ann@work.example", "ann@example.com", "+49 228 1234567"]
    assert (card.note, card.labels) == ("plays the cello", ("Orchestra",))


def test_sct5_a_change_there_reaches_the_contact() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com", "+49 228 1234567")
    rig.tick(kate, ann)
    rig.settle()
    kate.change(
        kate.href(),
        emails=(CardEmail("ann@new.example", "work"),),
        addresses=(rig.home("Am Ufer 3"),),
        note="not for the CRM",
    )
    rig.settle()
    kate.run()
    assert emails(ann) == ["ann@new.example"]
    assert rig.streets(ann) == ["Am Ufer 3"]
    assert phones(ann) == ["+49 228 1234567"]
    assert rig.row(ann).note == ""
    assert rig.link_of(ann).state is CardLinkState.IN_STEP


def test_sct7_both_sides_change_different_fields() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com", "+49 228 1234567")
    rig.tick(kate, ann)
    rig.settle()
    kate.change(kate.href(), phones=(CardPhone("+49 30 7654321"),))
    change(ann, "ann@new.example", "+49 228 1234567")
    rig.settle()
    assert (emails(ann), phones(ann)) == (["ann@new.example"], ["+49 30 7654321"])
    assert reached(kate.entry()) == ["ann@new.example", "+49 30 7654321"]


def test_sct7_both_sides_change_the_same_line_and_both_values_are_kept() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    kate.change(kate.href(), emails=(CardEmail("ann@there.example"),))
    change(ann, "ann@here.example")
    rig.settle()
    assert sorted(emails(ann)) == ["ann@here.example", "ann@there.example"]
    assert sorted(reached(kate.entry())) == ["ann@here.example", "ann@there.example"]


def test_sct7_a_name_goes_out_and_never_comes_in() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    change(ann, first_name="Ann", last_name="Lee-Berg")
    rig.settle()
    assert kate.entry().name == "Ann Lee-Berg"
    kate.change(kate.href(), name="Annie from the choir", first_name="Annie", last_name="")
    rig.settle()
    kate.run()
    change(ann, first_name="Anna", last_name="Lee-Berg")
    rig.settle()
    assert rig.row(ann).name == "Anna Lee-Berg"
    assert kate.entry().name == "Annie from the choir"


def test_sct7_what_the_service_has_no_room_for_stays_here() -> None:
    kate = connect()
    kate.service.most_emails = 1
    ann = contact("Ann Lee", "ann@one.example", "ann@two.example")
    rig.tick(kate, ann)
    rig.settle()
    kate.run()
    assert reached(kate.entry()) == ["ann@one.example"]
    kate.change(kate.href(), phones=(CardPhone("+49 30 7654321"),))
    kate.run()
    assert emails(ann) == ["ann@one.example", "ann@two.example"]
    assert phones(ann) == ["+49 30 7654321"]


def test_sct5_trap75_another_user_s_book_gets_what_one_wrote_and_keeps_his_own() -> None:
    kate, theo = connect(name="Kate"), connect(name="Theo")
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.tick(theo, ann)
    rig.settle()
    kate.change(kate.href(), emails=(CardEmail("ann@new.example"),))
    kate.run()
    rig.settle()
    assert reached(theo.entry()) == ["ann@new.example"]
    rig.untick(kate, ann)
    rig.settle()
    assert kate.cards() == {}
    assert reached(theo.entry()) == ["ann@new.example"]
    assert not rig.is_on(kate, ann)
    assert rig.is_on(theo, ann)
    assert emails(ann) == ["ann@new.example"]


def test_sct5_trap77_unticked_and_ticked_again_the_entry_comes_back_with_all_it_held() -> None:
    kate = connect()
    href = kate.put("own", person("Ann Lee", "ann@example.com"), rest={"photo": "smile"})
    kate.run()
    ann = contact("Ann Lee", "ann@example.com")
    rig.link_to(kate, ann, href)
    rig.untick(kate, ann)
    rig.settle()
    assert kate.cards() == {}
    assert rig.link_of(ann).why_ended is LinkEnd.UNTICKED
    rig.tick(kate, ann)
    rig.settle()
    assert kate.service.rest(kate.ref, kate.href()) == {"photo": "smile"}
    assert reached(kate.entry()) == ["ann@example.com"]


def test_sct5_ticked_again_before_its_run_came() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    href = kate.href()
    rig.untick(kate, ann)
    rig.tick(kate, ann)
    rig.settle()
    assert kate.href() == href
    assert "delete" not in kate.service.calls


def test_sct5_what_was_changed_there_before_it_was_unticked_comes_in() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    kate.change(kate.href(), phones=(CardPhone("+49 30 7654321"),))
    rig.untick(kate, ann)
    rig.settle()
    assert phones(ann) == ["+49 30 7654321"]
    assert kate.cards() == {}


def test_sct7_trap80_deleted_outside_the_contact_stays_and_the_flag_goes_off() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    kate.service.remove(kate.ref, kate.href())
    kate.run()
    assert rig.link_of(ann).why_ended is LinkEnd.DELETED_OUTSIDE
    assert emails(ann) == ["ann@example.com"]
    assert any("was deleted there" in line for line in rig.timeline(ann))
    assert any("Ann Lee was deleted" in line for line in rig.told(kate.user))
    kate.run()
    assert kate.cards() == {}


def test_sct7_deleted_outside_while_a_change_was_on_its_way() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    kate.service.remove(kate.ref, kate.href())
    change(ann, "ann@new.example")
    rig.settle()
    assert kate.cards() == {}
    assert not rig.is_on(kate, ann)
    assert emails(ann) == ["ann@new.example"]
    assert any("before the latest change" in line for line in rig.timeline(ann))


def test_sct5_what_somebody_may_not_change_does_not_come_in() -> None:
    kate, theo = connect(name="Kate"), connect(name="Theo", role=Role.MEMBER)
    ann = contact("Ann Lee", "ann@example.com", owner_id=kate.user.id)
    rig.meet(theo, ann)
    rig.tick(theo, ann)
    rig.settle()
    theo.change(theo.href(), emails=(CardEmail("ann@example.com"), CardEmail("x@there.example")))
    theo.run()
    assert emails(ann) == ["ann@example.com"]
    assert reached(theo.entry()) == ["ann@example.com", "x@there.example"]
    change(ann, "ann@new.example")
    rig.settle()
    assert sorted(reached(theo.entry())) == ["ann@new.example", "x@there.example"]


def test_sct3_an_entry_that_is_linked_to_a_contact_is_made_one_with_it() -> None:
    kate = connect()
    href = kate.put("own", person("Annie", "ann@there.example", "+49 30 7654321"))
    kate.run()
    ann = contact("Ann Lee", "ann@here.example")
    rig.link_to(kate, ann, href)
    rig.settle()
    assert emails(ann) == ["ann@here.example", "ann@there.example"]
    assert phones(ann) == ["+49 30 7654321"]
    assert sorted(line.address for line in kate.entry().emails) == [
        "ann@here.example",
        "ann@there.example",
    ]
    assert kate.entry().name == "Annie"


def test_sct3_an_import_is_in_step_at_once() -> None:
    kate = connect()
    href = kate.put("own", person("Ann Lee", "ann@example.com"))
    kate.run()
    ann = contact("Ann Lee", "ann@example.com")
    assert rig.link_to(kate, ann, href).state is CardLinkState.IN_STEP
    calls = len(kate.service.calls)
    rig.settle()
    assert len(kate.service.calls) == calls


def test_sct5_a_deleted_contact_freezes_and_goes_on_when_it_is_back() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    with db.unit_of_work() as session:
        contacts.delete(session, rig.ACTOR, session.get_one(models.Contact, ann.id))
    rig.settle()
    kate.change(kate.href(), phones=(CardPhone("+49 30 7654321"),))
    kate.run()
    assert phones(ann) == []
    assert len(kate.cards()) == 1
    with db.unit_of_work() as session:
        contacts.restore(session, rig.ACTOR, session.get_one(models.Contact, ann.id))
    rig.settle()
    assert phones(ann) == ["+49 30 7654321"]


def test_sct5_a_purged_contact_leaves_the_entry() -> None:
    kate = connect()
    ann = contact("Ann Lee", "ann@example.com")
    rig.tick(kate, ann)
    rig.settle()
    with db.unit_of_work() as session:
        session.delete(session.get_one(models.Contact, ann.id))
    kate.run()
    assert len(kate.cards()) == 1
    assert rig.all_links() == []


def test_sct5_the_company_of_a_person_goes_out_and_is_renamed() -> None:
    kate = connect()
    firm = contact("Baker & Sons", kind=ContactKind.COMPANY)
    ann = contact("Ann Lee", "ann@example.com", company_id=firm.id)
    rig.tick(kate, ann)
    rig.tick(kate, firm)
    rig.settle()
    by_name = {card.name: card for card in kate.cards().values()}
    assert by_name["Ann Lee"].organization == "Baker & Sons"
    assert by_name["Baker & Sons"].kind is CardKind.COMPANY
    change(firm, name="Baker & Daughters")
    rig.settle()
    by_name = {card.name: card for card in kate.cards().values()}
    assert by_name["Ann Lee"].organization == "Baker & Daughters"
    assert "Baker & Daughters" in by_name


def test_sct5_a_book_that_may_only_be_read_says_so_and_is_read() -> None:
    kate = connect(writable=False)
    href = kate.put("own", person("Ann Lee", "ann@example.com"))
    kate.run()
    ann = contact("Ann Lee", "ann@example.com")
    rig.link_to(kate, ann, href)
    change(ann, "ann@new.example")
    rig.settle()
    assert "read-only" in rig.link_of(ann).last_error
    kate.change(href, phones=(CardPhone("+49 30 7654321"),))
    kate.run()
    assert phones(ann) == ["+49 30 7654321"]
    assert reached(kate.entry()) == ["ann@example.com", "+49 30 7654321"]
    assert clock.now() >= rig.link_of(ann).changed_at
