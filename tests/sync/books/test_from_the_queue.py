"""The whole way from a phone through the queue and back: SCT-2 to SCT-7; traps 72, 75, 77, 80, 85, 87."""

from dataclasses import replace

import pytest
from sqlmodel import select

from crm_app.core import clock, db
from crm_app.core.kinds import ContactKind
from crm_app.models import Contact
from crm_app.providers.address_book_port import UNREADABLE, Card, CardKind, CardPhone
from crm_app.sync.books import card_rules, flags, queries, queue
from crm_app.sync.books.queries import Show
from tests.sync.books import rig
from tests.sync.books.rig import Holder, home, person, reached

pytestmark = pytest.mark.usefixtures("database")
REST = {"X-SHOE-SIZE": "44", "photo": "R0lGODlhAQABAAAAACw="}


def waiting(holder: Holder, show: Show = Show.WAITING) -> list[str]:
    with db.reading() as session:
        return [row.name for row in queries.queue(session, holder.actor, show=show).rows]


def card_id(holder: Holder, name: str) -> int:
    with db.reading() as session:
        (row,) = queries.queue(session, holder.actor, text=name).rows
        return row.id


def contact(name: str) -> Contact:
    with db.reading() as session:
        return session.exec(select(Contact).where(Contact.name == name)).one()


def imported(holder: Holder, name: str, kind: ContactKind = ContactKind.CONTACT) -> Contact:
    wanted = card_id(holder, name)
    with db.unit_of_work() as session:
        queue.mark(session, holder.actor, wanted, kind)
        queue.request_import(session, holder.actor)
    rig.settle()
    return contact(name)


def switch(holder: Holder, who: Contact, on: bool) -> None:
    act = flags.tick if on else flags.untick
    with db.unit_of_work() as session:
        act(session, holder.actor, who.id or 0, now=clock.now())
    rig.settle()


def test_sct5_sct7_imported_it_follows_both_ways_and_keeps_what_we_do_not_know() -> None:
    ann = rig.connect()
    href = ann.put(
        "1", person("Zoe Zimmer", "zoe@x.example", addresses=(home("Weg 1"),)), rest=REST
    )
    ann.put("2", person("Not Wanted"))
    ann.run()
    zoe = imported(ann, "Zoe Zimmer")
    assert waiting(ann) == ["Not Wanted"]
    asked = len(ann.service.calls)
    rig.settle()
    assert len(ann.service.calls) == asked
    ann.change(href, phones=(CardPhone("+49 30 1234567"),))
    ann.run()
    assert rig.phones(zoe) == ["+49 30 1234567"]
    rig.change(zoe, "new@x.example", "+49 30 1234567")
    rig.settle()
    assert reached(ann.cards()[href]) == ["new@x.example", "+49 30 1234567"]
    assert ann.service.rest(ann.ref, href) == REST
    assert rig.streets(zoe) == ["Weg 1"]


def test_sct4_linked_to_one_who_is_known_both_get_what_they_lack() -> None:
    ann = rig.connect()
    known = rig.contact("Zoe", "zoe@work.example")
    href = ann.put("1", person("Zoe Zimmer", "zoe@x.example"), rest=REST)
    ann.run()
    found = card_id(ann, "zoe")
    with db.unit_of_work() as session:
        queue.link_to(session, ann.actor, found, known.id or 0, now=clock.now())
    rig.settle()
    assert rig.emails(known) == ["zoe@work.example", "zoe@x.example"]
    assert set(reached(ann.cards()[href])) == {"zoe@work.example", "zoe@x.example"}
    assert ann.cards()[href].name == "Zoe Zimmer"
    assert rig.row(known).name == "Zoe"
    assert ann.service.rest(ann.ref, href) == REST


def test_sct3_trap80_changed_and_deleted_in_the_cloud_while_it_waits() -> None:
    ann = rig.connect()
    hrefs = {name: ann.put(name, person(name)) for name in ("Marked", "Plain", "Renamed")}
    ann.run()
    marked = card_id(ann, "Marked")
    with db.unit_of_work() as session:
        queue.mark(session, ann.actor, marked, ContactKind.LEAD)
    ann.service.remove(ann.ref, hrefs["Marked"])
    ann.service.remove(ann.ref, hrefs["Plain"])
    ann.change(hrefs["Renamed"], name="Called Otherwise")
    ann.run()
    assert waiting(ann) == ["Called Otherwise"]
    assert waiting(ann, Show.GONE) == ["Marked"]
    with db.unit_of_work() as session:
        assert queue.dismiss_gone(session, ann.actor) == 1


def test_sct3_rules_mark_what_arrives() -> None:
    ann = rig.connect()
    with db.unit_of_work() as session:
        card_rules.add(
            session,
            ann.actor,
            field="kind",
            value="company",
            mark=ContactKind.COMPANY,
            now=clock.now(),
        )
    ann.put("1", Card("Sonne", CardKind.COMPANY))
    ann.put("2", person("Ann Lee"))
    ann.put("3", Card("Friends", CardKind.GROUP))
    ann.run()
    assert waiting(ann) == ["Ann Lee", "Sonne"]
    assert waiting(ann, Show.MARKED) == ["Sonne"]
    with db.unit_of_work() as session:
        assert queue.request_import(session, ann.actor) == 1
    rig.settle()
    assert contact("Sonne").kind is ContactKind.COMPANY


def test_sct5_trap75_trap77_switched_off_only_the_own_entry_goes_and_comes_back_whole() -> None:
    ann, bob = rig.connect(), rig.connect()
    ann.put("1", person("Zoe Zimmer", "zoe@x.example"), rest=REST)
    ann.run()
    zoe = imported(ann, "Zoe Zimmer")
    with db.unit_of_work() as session:
        session.get_one(Contact, zoe.id).owner_id = None
    switch(bob, zoe, True)
    assert reached(bob.entry()) == ["zoe@x.example"]
    switch(ann, zoe, False)
    assert ann.cards() == {}
    assert len(bob.cards()) == 1
    assert (rig.is_on(ann, zoe), rig.is_on(bob, zoe)) == (False, True)
    assert rig.row(zoe).deleted_at is None
    rig.change(zoe, "later@x.example")
    rig.settle()
    assert (ann.cards(), reached(bob.entry())) == ({}, ["later@x.example"])
    switch(ann, zoe, True)
    assert reached(ann.entry()) == ["later@x.example"]
    assert ann.service.rest(ann.ref, ann.href()) == REST


def test_sct7_trap80_deleted_in_the_cloud_the_flag_goes_off_and_the_contact_stays() -> None:
    ann = rig.connect()
    href = ann.put("1", person("Zoe Zimmer", "zoe@x.example"))
    ann.run()
    zoe = imported(ann, "Zoe Zimmer")
    ann.service.remove(ann.ref, href)
    ann.run()
    with db.reading() as session:
        assert not queries.flag(session, ann.actor, zoe.id or 0).on
    assert rig.emails(zoe) == ["zoe@x.example"]
    assert waiting(ann) == []
    switch(ann, zoe, True)
    assert ann.entry().name == "Zoe Zimmer"


def test_sct2_trap87_three_hundred_odd_cards_all_come_in() -> None:
    ann = rig.connect()
    ann.service.page_size = 40
    for number in range(300):
        card = person(f"Card {number:03}", f"c{number}@x.example")
        if number % 50 == 0:
            card = Card(f"Company {number:03}", CardKind.COMPANY)
        if number % 60 == 1:
            card = replace(card, kind=CardKind.GROUP)
        ann.put(f"{number:03}", card)
    ann.put("broken", "BEGIN:VCARD\nthis is nothing")
    ann.run()
    with db.unit_of_work() as session:
        (one,) = queries.accounts_of(session, ann.actor, now=clock.now())
        assert (one.books[0].cards, one.books[0].troubles) == (301, 1)
        assert queries.counts(session, ann.actor).waiting == 301 - 5
        assert queue.mark_many(session, ann.actor, ContactKind.LEAD) == 296
        assert queue.request_import(session, ann.actor) == 296
    rig.settle()
    with db.reading() as session:
        assert len(session.exec(select(Contact)).all()) == 295
        (left,) = queries.queue(session, ann.actor).rows
    assert (left.trouble, left.mark) == (UNREADABLE, ContactKind.LEAD)
