"""Acts on many contacts: rights, pieces, progress, stop, crash and undo (CON-3, Q-2)."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from crm_app.contacts import bulk, bulk_acts, queries, service
from crm_app.contacts.bulk import PIECE, Progress
from crm_app.contacts.filters import Filters
from crm_app.core import access, db
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotFound
from crm_app.core.job_runner import drain
from crm_app.core.kinds import ContactKind, WorkState
from crm_app.models import BulkChange, BulkRun, Contact, Enrolment, OwnerChange, User
from crm_app.worker import LISTENERS
from tests import factories
from tests.factories import campaigns

ROOT = access.system("test")


def _ada(session: Session) -> Actor:
    factories.workspace(session)
    return factories.actor(factories.admin(session))


def _lead(session: Session, name: str, **fields: Any) -> Contact:
    return service.create(session, ROOT, name=name, **fields)


def _run(
    session: Session, actor: Actor, act: str, params: dict[str, Any], *ids: int | None
) -> Progress:
    run = bulk.start(session, actor, act, params, ids=[i or 0 for i in ids])
    return bulk.progress(session, actor, run.id or 0)


def _state(session: Session, contact: Contact) -> dict[str, Any]:
    session.refresh(contact)
    card = queries.card(session, ROOT, contact.id or 0)
    return {
        "owner": card.owner_id,
        "tags": card.tags,
        "kind": card.kind,
        "quiet": card.do_not_disturb,
        "deleted": card.deleted_at is not None,
    }


@pytest.mark.parametrize(
    ("act", "params", "changes"),
    [
        ("owner", {"owner_id": 2}, {"owner": 2}),
        ("tag", {"tags": ["new", "VIP"]}, {"tags": ("new", "vip")}),
        ("untag", {"tags": ["VIP"]}, {"tags": ()}),
        ("kind", {"kind": "contact"}, {"kind": ContactKind.CONTACT}),
        ("quiet", {"channels": ["sms"], "quiet": True}, {"quiet": ("email", "sms")}),
        ("quiet", {"channels": ["email"], "quiet": False}, {"quiet": ()}),
        ("delete", {}, {"deleted": True}),
    ],
)
def test_con3_an_act_changes_all_and_undo_takes_it_back(
    session: Session, act: str, params: dict[str, Any], changes: dict[str, Any]
) -> None:
    ada = _ada(session)
    factories.user(session)
    both = [
        _lead(session, name, tags=["vip"], do_not_disturb=["email"], owner_id=ada.user_id)
        for name in ("Anna", "Ben")
    ]
    before = [_state(session, contact) for contact in both]
    done = _run(session, ada, act, params, *(contact.id for contact in both))
    assert (done.state, done.total, done.done, done.changed, done.refused) == (
        WorkState.DONE,
        2,
        2,
        2,
        0,
    )
    assert [_state(session, contact) for contact in both] == [{**was, **changes} for was in before]
    bulk.undo(session, ada, done.id)
    assert [_state(session, contact) for contact in both] == before
    after = bulk.progress(session, ada, done.id)
    assert (after.state, after.changed, after.refused) == (WorkState.UNDONE, 0, 0)


def test_con3_bringing_back_many_and_taking_that_back(session: Session) -> None:
    ada = _ada(session)
    lead = _lead(session, "Anna")
    service.delete(session, ROOT, lead)
    session.flush()
    run = bulk.start(session, ada, "restore", {}, filters={"deleted": True})
    assert (run.total, lead.deleted_at) == (1, None)
    bulk.undo(session, ada, run.id or 0)
    assert lead.deleted_at is not None


def test_con3_what_was_so_before_is_not_touched_by_undo(session: Session) -> None:
    ada = _ada(session)
    had, had_not = _lead(session, "Anna", tags=["vip"]), _lead(session, "Ben")
    done = _run(session, ada, "tag", {"tags": ["VIP"]}, had.id, had_not.id)
    assert (done.changed, done.refused) == (1, 0)
    bulk.undo(session, ada, done.id)
    assert _state(session, had)["tags"] == ("vip",)
    assert _state(session, had_not)["tags"] == ()


def test_con3_what_somebody_changed_since_is_left_alone(session: Session) -> None:
    ada = _ada(session)
    ben = factories.user(session)
    lead = _lead(session, "Anna", owner_id=ada.user_id)
    done = _run(session, ada, "owner", {"owner_id": ben.id}, lead.id)
    service.set_owner(session, ROOT, lead, None, rule="handover")
    bulk.undo(session, ada, done.id)
    assert lead.owner_id is None
    assert bulk.progress(session, ada, done.id).refused == 1


def test_usr3_what_one_may_not_change_is_refused_and_counted(session: Session) -> None:
    ada = _ada(session)
    ben = factories.actor(factories.user(session))
    hers = _lead(session, "Ada's", owner_id=ada.user_id)
    nobodys = _lead(session, "Nobody's")
    done = _run(session, ben, "delete", {}, hers.id, nobodys.id, 10**6)
    assert (done.total, done.changed, done.refused) == (3, 1, 2)
    assert hers.deleted_at is None
    with pytest.raises(NotFound):
        bulk.progress(session, ada, done.id)
    with pytest.raises(NotFound):
        bulk.undo(session, ada, done.id)


def test_con5_who_gave_contacts_away_by_mistake_gets_them_back(session: Session) -> None:
    ada = _ada(session)
    ben = factories.actor(factories.user(session))
    lead = _lead(session, "Anna")
    done = _run(session, ben, "owner", {"owner_id": ada.user_id}, lead.id)
    assert lead.owner_id == ada.user_id
    bulk.undo(session, ben, done.id)
    assert lead.owner_id is None
    rules = session.exec(select(OwnerChange.rule).order_by(col(OwnerChange.id))).all()
    assert list(rules) == ["by_hand", "undo"]


@pytest.mark.parametrize(
    ("act", "params"),
    [
        ("owner", {"owner_id": 99}),
        ("tag", {"tags": [" "]}),
        ("kind", {"kind": "robot"}),
        ("quiet", {"channels": ["pigeon"]}),
        ("campaign", {"choice": "7"}),
    ],
)
def test_q1_wrong_parameters_are_said_before_anything_happens(
    session: Session, act: str, params: dict[str, Any]
) -> None:
    ada = _ada(session)
    lead = _lead(session, "Anna")
    with pytest.raises(Invalid):
        _run(session, ada, act, params, lead.id)
    assert session.exec(select(BulkRun)).all() == []


def test_con3_a_company_with_people_stays_one(session: Session) -> None:
    ada = _ada(session)
    firm = _lead(session, "Firm", kind=ContactKind.COMPANY)
    _lead(session, "Anna", company_id=firm.id)
    done = _run(session, ada, "kind", {"kind": "lead"}, firm.id)
    assert (done.changed, done.refused, firm.kind) == (0, 1, ContactKind.COMPANY)


def test_con3_campaigns_add_an_act_of_their_own(session: Session) -> None:
    assert LISTENERS
    ada = _ada(session)
    campaign = campaigns.live(session, campaigns.wait(60))
    lead, gone = _lead(session, "Anna"), _lead(session, "Ben")
    service.delete(session, ROOT, gone)
    (act,) = [each for each in bulk_acts.offered_above() if each.key == "campaign"]
    assert act.choices is not None
    assert act.choices(session, ada) == [(str(campaign.id), campaign.name)]
    done = _run(session, ada, "campaign", {"choice": str(campaign.id)}, lead.id, gone.id)
    assert (done.changed, done.refused) == (1, 1)
    (enrolment,) = session.exec(select(Enrolment)).all()
    assert (enrolment.contact_id, enrolment.ended_at) == (lead.id, None)
    bulk.undo(session, ada, done.id)
    session.refresh(enrolment)
    assert enrolment.ended_at is not None


def _many(count: int) -> Actor:
    with db.unit_of_work() as session:
        ada = _ada(session)
        for number in range(count):
            factories.contact(session, name=f"Lead {number:04}")
        return ada


def _start(ada: Actor, filters: Filters) -> int:
    with db.unit_of_work() as session:
        return bulk.start(session, ada, "tag", {"tags": ["many"]}, filters=filters).id or 0


def _see(ada: Actor, run_id: int) -> Progress:
    with db.reading() as session:
        return bulk.progress(session, ada, run_id)


def test_q2_all_that_fit_are_done_piece_by_piece_with_progress(database: str) -> None:
    ada = _many(PIECE * 2 + 7)
    run_id = _start(ada, {"text": "lead"})
    begun = _see(ada, run_id)
    assert (begun.state, begun.done, begun.total) == (WorkState.RUNNING, PIECE, PIECE * 2 + 7)
    with db.reading() as session:
        assert bulk.latest(session, ada) == begun
    # Somebody who comes later is left alone.
    with db.unit_of_work() as session:
        late = factories.contact(session, name="Lead late")
    drain()
    over = _see(ada, run_id)
    assert (over.state, over.changed) == (WorkState.DONE, PIECE * 2 + 7)
    with db.reading() as session:
        assert bulk.latest(session, ada) is None
        assert queries.count(session, ROOT, tag="many") == PIECE * 2 + 7
        assert queries.card(session, ROOT, late.id or 0).tags == ()
    with db.unit_of_work() as session:
        bulk.undo(session, ada, run_id)
    assert _see(ada, run_id).state is WorkState.UNDOING
    drain()
    assert _see(ada, run_id).state is WorkState.UNDONE
    with db.reading() as session:
        assert queries.count(session, ROOT, tag="many") == 0


def test_q2_a_stopped_run_goes_no_further_and_can_be_undone(lite: str) -> None:
    ada = _many(PIECE * 2)
    run_id = _start(ada, {})
    with db.unit_of_work() as session:
        bulk.stop(session, ada, run_id)
    drain()
    stopped = _see(ada, run_id)
    assert (stopped.state, stopped.done, stopped.changed) == (WorkState.STOPPED, PIECE, PIECE)
    with db.unit_of_work() as session:
        bulk.undo(session, ada, run_id)
    drain()
    with db.reading() as session:
        assert session.exec(select(BulkChange)).all() == []
        assert queries.count(session, ROOT, tag="many") == 0


def test_q2_a_run_whose_job_runs_twice_does_everything_once(lite: str) -> None:
    ada = _many(PIECE * 3)
    run_id = _start(ada, {})
    for _ in range(2):
        with db.unit_of_work() as session:
            bulk.continued(session, run_id)
    drain()
    over = _see(ada, run_id)
    assert (over.done, over.changed, over.refused) == (PIECE * 3, PIECE * 3, 0)


def test_usr5_the_run_of_somebody_who_left_ends(lite: str) -> None:
    ada = _many(PIECE * 2)
    run_id = _start(ada, {})
    with db.unit_of_work() as session:
        run = session.get_one(BulkRun, run_id)
        user = session.get_one(User, run.user_id)
        user.active = False
        session.add(user)
    drain()
    assert _see(ada, run_id).state is WorkState.FAILED


def test_con3_what_was_deleted_is_only_brought_back(session: Session) -> None:
    ada = _ada(session)
    gone = _lead(session, "Anna", owner_id=ada.user_id)
    service.delete(session, ROOT, gone)
    told = _run(session, ada, "tag", {"tags": ["new"]}, gone.id)
    assert (told.done, told.refused) == (1, 1)
    assert _state(session, gone)["tags"] == ()
    _run(session, ada, bulk_acts.RESTORE, {}, gone.id)
    assert not _state(session, gone)["deleted"]
