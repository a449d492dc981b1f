"""The queue: who reads it, marking, leaving out, likely matches, joining. SCT-3, SCT-4; traps 72, 80, 87."""

import pytest
from sqlmodel import Session, select

from crm_app import models
from crm_app.core import clock, facts
from crm_app.core.access import visitor
from crm_app.core.errors import Conflict, NotAllowed, NotFound
from crm_app.core.kinds import CardLinkState, ContactKind, LinkEnd, LinkOrigin
from crm_app.models import ContactPhone, ExternalCard
from crm_app.providers.address_book_port import Card, CardAddress, CardKind
from crm_app.sync.books import flags, links, queries, queue
from crm_app.sync.books.queries import Likeness, Show
from tests import factories
from tests.sync.books.queue_rig import book, company, connected, person, put


def names(session: Session, reader: object, **asked: object) -> list[str]:
    page = queries.queue(session, reader.actor, **asked)  # type: ignore[attr-defined,arg-type]  # a Reader, and keywords of queue
    return [row.name for row in page.rows]


def test_sct3_all_that_came_waits_by_name_with_what_it_is(session: Session) -> None:
    ann = connected(session)
    put(session, ann.book_id, person("Zoe Zimmer", "zoe@x.example", "+49 30 123456"))
    put(
        session,
        ann.book_id,
        company("Ärztehaus", addresses=(CardAddress("Weg 1\n2. Hof", "10115", "Berlin"),)),
    )
    put(session, ann.book_id, person("Bo Berg", organization="Bäckerei", labels=("Friends",)))
    page = queries.queue(session, ann.actor)
    assert [row.name for row in page.rows] == ["Ärztehaus", "Bo Berg", "Zoe Zimmer"]
    house, bo, zoe = page.rows
    assert (house.kind, house.addresses) == (CardKind.COMPANY, ("Weg 1, 2. Hof, 10115 Berlin",))
    assert (bo.organization, bo.labels, bo.book_name) == ("Bäckerei", ("Friends",), "Contacts")
    assert (zoe.emails, zoe.phones, zoe.mark) == (("zoe@x.example",), ("+49 30 123456",), None)
    assert page.next is None


def test_sct3_only_what_still_waits_is_in_the_queue(session: Session) -> None:
    ann = connected(session)
    put(session, ann.book_id, person("Ann Lee"))
    put(session, ann.book_id, Card("Friends", CardKind.GROUP))
    followed = put(session, ann.book_id, person("Is Linked"))
    unused = book(session, ann.account_id, ref="2", used=False)
    put(session, unused, person("Not Used"))
    queue.link_to(session, ann.actor, followed, factories.contact(session).id or 0, now=clock.now())
    assert names(session, ann) == ["Ann Lee"]
    (link,) = links.alive(session, 1)
    links.end(session, link, LinkEnd.LEFT, now=clock.now())
    assert names(session, ann) == ["Ann Lee", "Is Linked"]


def test_sct3_pages_and_search(session: Session) -> None:
    ann = connected(session)
    for number in range(7):
        put(session, ann.book_id, person(f"Card {number}", f"c{number}@x.example"))
    first = queries.queue(session, ann.actor, limit=3)
    second = queries.queue(session, ann.actor, limit=3, after=first.next)
    third = queries.queue(session, ann.actor, limit=3, after=second.next)
    found = [row.name for page in (first, second, third) for row in page.rows]
    assert found == [f"Card {number}" for number in range(7)]
    assert third.next is None
    assert names(session, ann, text="C5@X") == ["Card 5"]
    assert names(session, ann, text="card 9") == []
    assert names(session, ann, text="%") == []


def test_usr3_a_queue_is_read_by_its_owner_alone(session: Session) -> None:
    ann, bob = connected(session), connected(session)
    boss = factories.actor(factories.admin(session))
    card_id = put(session, ann.book_id, person("Secret Friend"))
    assert names(session, bob) == []
    for actor in (bob.actor, boss):
        assert queries.queue(session, actor).rows == ()
        assert queries.counts(session, actor).waiting == 0
        with pytest.raises(NotFound):
            queries.get_card(session, actor, card_id)
        with pytest.raises(NotFound):
            queries.queue(session, actor, account_id=ann.account_id)
        with pytest.raises(NotFound):
            queries.counts(session, actor, account_id=ann.account_id)
        with pytest.raises(NotFound):
            queue.mark(session, actor, card_id, ContactKind.LEAD)
        with pytest.raises(NotFound):
            queue.link_to(session, actor, card_id, 1, now=clock.now())
        assert queue.mark_many(session, actor, ContactKind.LEAD, card_ids=[card_id]) == 0
        assert queue.ignore(session, actor, [card_id]) == 0
        assert queue.dismiss_gone(session, actor, [card_id]) == 0
        with pytest.raises(NotFound):
            queue.request_import(session, actor, ann.account_id)
        with pytest.raises(NotFound):
            queue.stop_import(session, actor, ann.account_id)
    with pytest.raises(NotAllowed):
        queries.queue(session, visitor())
    row = session.get_one(ExternalCard, card_id)
    assert (row.mark, row.ignored) == (None, False)


def test_sct3_trap72_marked_one_by_one_and_only_marked_ones_are_imported(session: Session) -> None:
    ann = connected(session)
    ids = [put(session, ann.book_id, person(f"Card {number}")) for number in range(3)]
    with pytest.raises(Conflict):
        queue.request_import(session, ann.actor)
    queue.mark(session, ann.actor, ids[0], ContactKind.CONTACT)
    queue.mark(session, ann.actor, ids[2], ContactKind.COMPANY)
    assert queries.counts(session, ann.actor).marked == 2
    assert names(session, ann, show=Show.MARKED) == ["Card 0", "Card 2"]
    assert queue.request_import(session, ann.actor) == 2
    assert queries.counts(session, ann.actor).importing == 2
    queue.mark(session, ann.actor, ids[0], None)
    assert queries.counts(session, ann.actor) == queries.Counts(waiting=3, marked=1, importing=1)
    assert queue.stop_import(session, ann.actor) == 1
    assert queries.counts(session, ann.actor) == queries.Counts(waiting=3, marked=1)


def test_sct3_many_are_marked_at_once(session: Session) -> None:
    ann = connected(session)
    other = book(session, ann.account_id, ref="2", name="Work")
    for number in range(4):
        put(session, ann.book_id, person(f"Private {number}"))
        put(session, other, person(f"Work {number}"))
    assert queue.mark_many(session, ann.actor, ContactKind.LEAD, text="work") == 4
    assert names(session, ann, show=Show.MARKED) == [f"Work {number}" for number in range(4)]
    chosen = [row.id for row in queries.queue(session, ann.actor, text="private").rows][:2]
    assert queue.mark_many(session, ann.actor, ContactKind.CONTACT, card_ids=chosen) == 2
    assert queue.mark_many(session, ann.actor, None, show=Show.MARKED) == 6
    assert queries.counts(session, ann.actor).marked == 0


def test_sct3_left_out_and_taken_back(session: Session) -> None:
    ann = connected(session)
    ids = [put(session, ann.book_id, person(f"Card {number}")) for number in range(2)]
    queue.mark(session, ann.actor, ids[0], ContactKind.LEAD)
    assert queue.ignore(session, ann.actor, [ids[0]]) == 1
    assert names(session, ann) == ["Card 1"]
    assert names(session, ann, show="ignored") == ["Card 0"]
    assert queries.counts(session, ann.actor) == queries.Counts(waiting=1, ignored=1)
    assert queue.unignore(session, ann.actor, ids) == 1
    assert names(session, ann) == ["Card 0", "Card 1"]
    with pytest.raises(NotFound):
        queries.queue(session, ann.actor, show="all the world")


def test_sct3_what_is_gone_in_the_cloud_stays_only_while_marked(session: Session) -> None:
    ann = connected(session)
    gone = {"missing_since": clock.now(), "mark": ContactKind.LEAD}
    ids = [put(session, ann.book_id, person(f"Gone {number}"), **gone) for number in range(4)]
    put(session, ann.book_id, person("Still There"))
    assert names(session, ann) == ["Still There"]
    assert names(session, ann, show=Show.GONE) == [f"Gone {number}" for number in range(4)]
    assert all(row.gone for row in queries.queue(session, ann.actor, show=Show.GONE).rows)
    with pytest.raises(Conflict):
        queue.request_import(session, ann.actor)
    queue.mark(session, ann.actor, ids[0], None)
    assert session.get(ExternalCard, ids[0]) is None
    assert queue.mark_many(session, ann.actor, None, card_ids=[ids[1]], show=Show.GONE) == 1
    assert queue.dismiss_gone(session, ann.actor, [ids[2]]) == 1
    assert queue.dismiss_gone(session, ann.actor) == 1
    assert queries.counts(session, ann.actor) == queries.Counts(waiting=1)


def test_sct4_likely_matches_stand_beside_each_row_strongest_first(session: Session) -> None:
    ann = connected(session)
    named = factories.contact(session, name="Zoe Zimmer", email="other@x.example")
    mailed = factories.contact(session, name="Z. Z.", email="Zoe@X.example")
    called = factories.contact(session, name="Call Me")
    session.add(ContactPhone(contact_id=called.id or 0, number="030 123456", e164="+4930123456"))
    deleted = factories.contact(session, email="zoe@x.example", deleted_at=clock.now())
    put(session, ann.book_id, person("Zoé Zimmer", "zoe@x.example", "030/123456"))
    put(session, ann.book_id, person("Nobody Known", "n@x.example"))
    zoe = next(row for row in queries.queue(session, ann.actor).rows if row.name == "Zoé Zimmer")
    found = [(match.contact_id, match.why, match.shared) for match in zoe.matches]
    assert found == [
        (mailed.id, Likeness.EMAIL, "Zoe@X.example"),
        (called.id, Likeness.PHONE, "030 123456"),
        (named.id, Likeness.NAME, "Zoe Zimmer"),
    ]
    assert deleted.id not in {contact_id for contact_id, _, _ in found}
    (nobody,) = queries.queue(session, ann.actor, text="nobody").rows
    assert nobody.matches == ()


def test_sct4_usr3_a_match_is_one_that_he_may_see(session: Session) -> None:
    ann = connected(session)
    other = factories.user(session)
    hidden = factories.contact(session, email="zoe@x.example", owner_id=other.id)
    card_id = put(session, ann.book_id, person("Zoe Zimmer", "zoe@x.example"))
    assert queries.queue(session, ann.actor).rows[0].matches == ()
    with pytest.raises(NotFound):
        queue.link_to(session, ann.actor, card_id, hidden.id or 0, now=clock.now())


def test_sct4_link_to_this_one_makes_no_second_record(session: Session) -> None:
    ann = connected(session)
    known = factories.contact(session, name="Zoe", email="zoe@x.example")
    card_id = put(
        session, ann.book_id, person("Zoe Zimmer", "zoe@x.example"), mark=ContactKind.LEAD
    )
    link = queue.link_to(session, ann.actor, card_id, known.id or 0, now=clock.now())
    assert link.state is not CardLinkState.ENDED
    assert link.origin is LinkOrigin.OUTSIDE
    assert (link.href, link.user_id) == (session.get_one(ExternalCard, card_id).href, ann.user.id)
    assert queries.flag(session, ann.actor, known.id or 0).on
    assert len(session.exec(select(models.Contact)).all()) == 1
    assert queries.counts(session, ann.actor) == queries.Counts()
    with pytest.raises(Conflict):
        queue.link_to(session, ann.actor, card_id, known.id or 0, now=clock.now())
    with pytest.raises(Conflict):
        queue.mark(session, ann.actor, card_id, ContactKind.LEAD)


def test_sct4_two_entries_of_a_book_are_not_one_contact(session: Session) -> None:
    ann = connected(session)
    known = factories.contact(session, email="zoe@x.example")
    first = put(session, ann.book_id, person("Zoe", "zoe@x.example"))
    put(session, ann.book_id, person("Zoe again", "zoe@x.example"))
    queue.link_to(session, ann.actor, first, known.id or 0, now=clock.now())
    (again,) = queries.queue(session, ann.actor).rows
    assert [(match.contact_id, match.taken) for match in again.matches] == [(known.id, True)]
    with pytest.raises(Conflict):
        queue.link_to(session, ann.actor, again.id, known.id or 0, now=clock.now())


def test_sct4_neither_a_group_nor_what_is_gone_is_joined(session: Session) -> None:
    ann = connected(session)
    known = factories.contact(session)
    group = put(session, ann.book_id, Card("Friends", CardKind.GROUP))
    gone = put(session, ann.book_id, person("Gone"), missing_since=clock.now())
    with pytest.raises(NotFound):
        queue.link_to(session, ann.actor, group, known.id or 0, now=clock.now())
    with pytest.raises(Conflict):
        queue.link_to(session, ann.actor, gone, known.id or 0, now=clock.now())


def test_sct3_open_tabs_hear_of_it(session: Session) -> None:
    ann = connected(session)
    card_id = put(session, ann.book_id, person("Ann Lee"))
    queue.mark(session, ann.actor, card_id, ContactKind.LEAD)
    (row,) = session.exec(select(facts.FactRow).where(facts.FactRow.kind == "AddressBooksChanged"))
    assert row.data == {"user_id": ann.user.id}


def test_sct5_both_ticked_and_linked_it_is_one_flag(session: Session) -> None:
    ann = connected(session)
    known = factories.contact(session)
    second = book(session, ann.account_id, ref="2", name="Work")
    card_id = put(session, second, person("Zoe"))
    flags.tick(session, ann.actor, known.id or 0, now=clock.now())
    queue.link_to(session, ann.actor, card_id, known.id or 0, now=clock.now())
    flag = queries.flag(session, ann.actor, known.id or 0)
    assert (flag.on, flag.entries, flag.where) == (True, 2, ("Phone: Contacts", "Phone: Work"))
