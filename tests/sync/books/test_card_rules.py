"""The rules of somebody's queue: SCT-3."""

import pytest
from sqlmodel import Session

from crm_app.core import clock, db
from crm_app.core.errors import Invalid, NotFound
from crm_app.core.kinds import ContactKind
from crm_app.models import ExternalCard
from crm_app.sync.books import card_rules, queries, queue, queue_jobs
from tests import factories
from tests.sync import rig
from tests.sync.books.queue_rig import Reader, cards, company, connected, person, put

LEAD, COMPANY, CONTACT = ContactKind.LEAD, ContactKind.COMPANY, ContactKind.CONTACT


def rule(session: Session, ann: Reader, field: str, value: str, mark: ContactKind | None) -> int:
    made = card_rules.add(session, ann.actor, field=field, value=value, mark=mark, now=clock.now())
    return made.id or 0


def marks() -> dict[str, ContactKind | None]:
    return {name: row.mark for name, row in cards().items()}


@pytest.mark.usefixtures("database")
def test_sct3_rules_mark_what_waits_and_leave_out_what_nobody_wants() -> None:
    with db.unit_of_work() as session:
        ann = connected(session)
        put(session, ann.book_id, person("Ann Lee", "ann@sun.example"))
        put(session, ann.book_id, company("Sonne"))
        put(session, ann.book_id, person("Nobody"))
        rule(session, ann, "kind", "company", COMPANY)
        rule(session, ann, "without", "email_or_phone", None)
        rule(session, ann, "email", "sun.example", CONTACT)
    rig.settle()
    assert marks() == {"Ann Lee": CONTACT, "Sonne": COMPANY, "Nobody": None}
    assert cards()["Nobody"].ignored
    with db.reading() as session:
        assert queries.counts(session, ann.actor) == queries.Counts(waiting=2, marked=2, ignored=1)
        assert [row.by_rule for row in queries.queue(session, ann.actor).rows] == [True, True]
        rows = card_rules.rules_of(session, ann.actor)
    assert [(row.field, row.position, row.marked) for row in rows] == [
        ("kind", 0, 1),
        ("without", 1, 1),
        ("email", 2, 1),
    ]


@pytest.mark.usefixtures("database")
def test_sct3_what_a_person_said_outweighs_every_rule() -> None:
    with db.unit_of_work() as session:
        ann = connected(session)
        ids = [put(session, ann.book_id, person(f"Card {number}")) for number in range(3)]
        queue.mark(session, ann.actor, ids[0], LEAD)
        queue.ignore(session, ann.actor, [ids[1]])
        rule(session, ann, "any", "", CONTACT)
    rig.settle()
    assert marks() == {"Card 0": LEAD, "Card 1": None, "Card 2": CONTACT}
    with db.unit_of_work() as session:
        queue.mark(session, ann.actor, ids[2], COMPANY)
        (only,) = card_rules.rules_of(session, ann.actor)
        card_rules.remove(session, ann.actor, only.id)
    rig.settle()
    assert marks() == {"Card 0": LEAD, "Card 1": None, "Card 2": COMPANY}


@pytest.mark.usefixtures("lite")
def test_sct3_the_first_that_fits_decides_and_the_order_can_be_changed() -> None:
    with db.unit_of_work() as session:
        ann = connected(session)
        put(session, ann.book_id, person("Ann Lee"))
        rule(session, ann, "any", "", CONTACT)
        second = rule(session, ann, "name", "ann", LEAD)
    rig.settle()
    assert marks() == {"Ann Lee": CONTACT}
    with db.unit_of_work() as session:
        card_rules.move(session, ann.actor, second, 0)
    rig.settle()
    assert marks() == {"Ann Lee": LEAD}
    with db.unit_of_work() as session:
        card_rules.change(session, ann.actor, second, field="name", value="bob", mark=LEAD)
    rig.settle()
    assert marks() == {"Ann Lee": CONTACT}
    with db.unit_of_work() as session:
        for row in card_rules.rules_of(session, ann.actor):
            card_rules.remove(session, ann.actor, row.id)
    assert marks() == {"Ann Lee": None}


@pytest.mark.usefixtures("lite")
def test_sct3_many_cards_are_judged_piece_by_piece() -> None:
    with db.unit_of_work() as session:
        ann = connected(session)
        put(session, ann.book_id, person("Card 0"))
        first = cards_like(session, ann, 1100)
        rule(session, ann, "any", "", LEAD)
    with db.unit_of_work() as session:
        after = card_rules.apply_some(session, ann.user.id or 0, after=0)
    assert after is not None
    assert first < after
    assert 0 < sum(mark is LEAD for mark in marks().values()) < 1101
    queue_jobs.apply_rules(ann.user.id or 0)
    assert set(marks().values()) == {LEAD}
    assert len(marks()) == 1101


def cards_like(session: Session, ann: Reader, count: int) -> int:
    """So many more cards like the first one; its id."""
    (card,) = queries.queue(session, ann.actor).rows
    like = session.get_one(ExternalCard, card.id)
    session.add_all(
        ExternalCard(
            **like.model_dump(exclude={"id", "href", "name"}), href=f"x{n}", name=f"Card {n}"
        )
        for n in range(1, count + 1)
    )
    session.flush()
    return card.id


def test_sct3_a_preview_says_how_many_fit(session: Session) -> None:
    ann, bob = connected(session), connected(session)
    for number in range(7):
        put(session, ann.book_id, person(f"Dr. {number}"))
    put(session, ann.book_id, person("Somebody"))
    put(session, bob.book_id, person("Dr. Other"))
    assert card_rules.preview(session, ann.actor, field="name", value="DR", show=2) == (
        7,
        ("Dr. 0", "Dr. 1"),
    )


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("shoe size", "44", "field"),
        ("kind", "group", "value"),
        ("name", "  ", "value"),
        ("email", "nothing", "value"),
    ],
)
def test_q1_what_is_wrong_with_a_rule_is_said_beside_it(
    session: Session, field: str, value: str, wrong: str
) -> None:
    ann = connected(session)
    with pytest.raises(Invalid) as caught:
        rule(session, ann, field, value, LEAD)
    assert list(caught.value.fields) == [wrong]


def test_usr3_rules_are_ones_own(session: Session) -> None:
    ann, bob = connected(session), connected(session)
    boss = factories.actor(factories.admin(session))
    his = rule(session, ann, "any", "", LEAD)
    for actor in (bob.actor, boss):
        assert card_rules.rules_of(session, actor) == []
        with pytest.raises(NotFound):
            card_rules.remove(session, actor, his)
        with pytest.raises(NotFound):
            card_rules.move(session, actor, his, 0)
        with pytest.raises(NotFound):
            card_rules.change(session, actor, his, field="any", value="", mark=None)
    put(session, bob.book_id, person("Bob's"))
    card_rules.apply_some(session, bob.user.id or 0, after=0)
    assert queries.queue(session, bob.actor).rows[0].mark is None
