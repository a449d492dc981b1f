"""What others' ids, crafted requests and bad moments do to lists, files and merges: nothing (CON-3, USR-3)."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlmodel import Session, col, select

from crm_app.appointments import service as appointments
from crm_app.contacts import (
    bulk,
    duplicates,
    exporting,
    merging,
    queries,
    saved_views,
    service,
)
from crm_app.contacts import jobs as contact_jobs
from crm_app.contacts.fields import Email
from crm_app.contacts.filters import ViewSpec
from crm_app.contacts.importing import queries as imports
from crm_app.contacts.importing import running
from crm_app.contacts.importing import service as importing
from crm_app.core import access, clock, db, job_runner
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, CrmError, NotAllowed, NotFound
from crm_app.core.kinds import AppointmentSource, WorkState
from crm_app.models import BulkRun, Contact, ContactMerge, SavedView, User
from tests import factories

ROOT = access.system("test")


def _make(session: Session, name: str, **fields: Any) -> Contact:
    return service.create(session, ROOT, name=name, **fields)


def _team(session: Session) -> tuple[Actor, Actor, Actor]:
    """An administrator and two members."""
    factories.workspace(session)
    made = (factories.admin(session), factories.user(session), factories.user(session))
    ada, ben, cleo = map(factories.actor, made)
    return ada, ben, cleo


def _refused(*acts: Callable[[], object], error: type[CrmError] = NotFound) -> None:
    for act in acts:
        with pytest.raises(error):
            act()


# What is somebody else's


def test_usr3_a_member_merges_nothing_that_he_may_not_change(session: Session) -> None:
    _, ben, cleo = _team(session)
    mine = _make(session, "Ann Lee", owner_id=ben.user_id).id or 0
    hidden = _make(session, "Ann Lee", owner_id=cleo.user_id).id or 0
    for kept, gone in ((mine, hidden), (hidden, mine)):
        _refused(partial(merging.merge, session, ben, kept_id=kept, gone_ids=[gone]))
    _refused(
        lambda: duplicates.keep_apart(session, ben, [mine, hidden]),
        lambda: merging.merges_of(session, ben, hidden),
    )
    (row,) = merging.merge(session, ROOT, kept_id=hidden, gone_ids=[_make(session, "Ann").id or 0])
    session.flush()
    _refused(lambda: merging.undo(session, ben, row.id or 0))
    for number in (0, -1, 2**31, 2**70):
        _refused(partial(merging.undo, session, ben, number))


def test_usr3_runs_views_and_imports_of_others_are_not_there(session: Session) -> None:
    ada, ben, cleo = _team(session)
    ann = _make(session, "Ann")
    run = bulk.start(session, cleo, "tag", {"tags": ["x"]}, ids=[ann.id or 0]).id or 0
    view = saved_views.add(session, cleo, name="Mine", spec=ViewSpec()).id or 0
    row = importing.begin(session, cleo, file_name="a.csv", content=b"Name\nAnna\n").id or 0
    session.flush()
    for number in (0, -1, 2**31, 2**70, run):
        _refused(
            partial(bulk.progress, session, ada, number),
            partial(bulk.stop, session, ada, number),
            partial(bulk.undo, session, ada, number),
        )
    for actor in (ada, ben):
        _refused(partial(saved_views.get_view, session, actor, view))
        kept = session.get_one(SavedView, view)
        _refused(
            partial(saved_views.change, session, actor, kept, name="Taken"),
            partial(saved_views.remove, session, actor, kept),
            error=NotAllowed,
        )
    for number in (0, -1, 2**31, 2**70, row):
        _refused(partial(imports.get_import, session, ben, number))
    assert imports.list_imports(session, ben) == []


def test_usr3_many_at_once_may_do_no_more_than_one(session: Session) -> None:
    _, ben, cleo = _team(session)
    hidden = _make(session, "Hidden", owner_id=cleo.user_id)
    numbers = [hidden.id or 0, 2**31, 2**70, -5]
    for act, params in (
        ("tag", {"tags": ["taken"]}),
        ("owner", {"owner_id": ben.user_id}),
        ("kind", {"kind": "contact"}),
        ("quiet", {"channels": ["email"], "quiet": True}),
        ("delete", {}),
    ):
        run = bulk.start(session, ben, act, params, ids=numbers)
        told = bulk.progress(session, ben, run.id or 0)
        assert (told.changed, told.refused) == (0, 1)
    session.refresh(hidden)
    assert (hidden.owner_id, hidden.deleted_at) == (cleo.user_id, None)
    assert queries.card(session, ROOT, hidden.id or 0).tags == ()


def test_usr3_a_file_tells_and_changes_nothing_of_hidden_contacts(database: str) -> None:
    with db.unit_of_work() as session:
        _, ben, cleo = _team(session)
        hidden = _make(
            session, "Hidden", owner_id=cleo.user_id, emails=[Email("h@x.example")], note="Old"
        )
    import_id = _imported(ben, b"Name,E-mail,Note\nTaken,h@x.example,New\n", known="overwrite")
    with db.reading() as session:
        assert session.get_one(Contact, hidden.id).note == "Old"
        row = imports.get_import(session, ben, import_id)
        # As if it were not there: another is made.
        assert (row.made, row.updated, row.skipped, row.refused) == (1, 0, 0, 0)


def test_usr3_a_file_that_leaves_holds_what_its_reader_may_see(session: Session) -> None:
    _, ben, cleo = _team(session)
    mine = _make(session, "Mine", owner_id=ben.user_id).id or 0
    hidden = _make(session, "Hidden", owner_id=cleo.user_id, custom={"Secret": "1"}).id or 0
    session.commit()
    for asked in ({"ids": [mine, hidden, 2**70]}, {"filters": {"owner_id": cleo.user_id}}, {}):
        address = exporting.address(ben, asked)
        wanted = exporting.asked_for(address.partition("of=")[2])
        text = b"".join(exporting.table(db.reading, ben, wanted, locale="en")).decode()
        assert "Hidden" not in text
        assert "Secret" not in text
        assert "Hidden" not in b"".join(exporting.cards(db.reading, ben, wanted)).decode()


# Merging at bad moments


def test_con3_nobody_is_merged_into_himself(session: Session) -> None:
    ada, _, _ = _team(session)
    ann, ben = _make(session, "Ann").id or 0, _make(session, "Ben").id or 0
    rows = merging.merge(session, ada, kept_id=ann, gone_ids=[ann, ben, ben])
    assert [(row.kept_id, row.gone_id) for row in rows] == [(ann, ben)]
    assert session.get_one(Contact, ann).deleted_at is None


def test_con3_merges_are_undone_from_the_last_one(session: Session) -> None:
    ada, _, _ = _team(session)
    ids = [_make(session, n, emails=[Email(f"{n}@x.example")]).id or 0 for n in ("a", "b", "c")]
    first, second, third = ids
    (one,) = merging.merge(session, ada, kept_id=first, gone_ids=[second])
    (two,) = merging.merge(session, ada, kept_id=third, gone_ids=[first])
    session.flush()
    _refused(lambda: merging.undo(session, ada, one.id or 0), error=Conflict)
    with pytest.raises(Conflict):
        service.restore(session, ada, session.get_one(Contact, first))
    merging.undo(session, ada, two.id or 0)
    merging.undo(session, ada, one.id or 0)
    _refused(lambda: merging.undo(session, ada, one.id or 0), error=Conflict)
    for name, number in zip("abc", ids, strict=True):
        card = queries.card(session, ada, number)
        assert [line.address for line in card.emails] == [f"{name}@x.example"]
        assert card.deleted_at is None


def test_con3_a_purged_kept_record_takes_no_other_with_it(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.unit_of_work() as session:
        ada, _, _ = _team(session)
        kept, gone = _make(session, "Kept").id or 0, _make(session, "Gone").id or 0
        (row,) = merging.merge(session, ada, kept_id=kept, gone_ids=[gone])
        session.flush()
        merge_id = row.id or 0
        # As if everything had been long ago.
        session.get_one(Contact, gone).deleted_at = clock.now() - timedelta(days=31)
    contact_jobs.purge()
    with db.unit_of_work() as session:
        assert session.get(Contact, gone) is None
        assert session.get(ContactMerge, merge_id) is None
        assert queries.card(session, ada, kept).deleted_at is None
        _refused(lambda: merging.undo(session, ada, merge_id))


# Imports at bad moments


def _imported(actor: Actor, content: bytes, **options: Any) -> int:
    with db.unit_of_work() as session:
        row = importing.begin(session, actor, file_name="<b>x</b>\r\n.csv", content=content)
        importing.choose(session, actor, row, options)
        importing.start(session, actor, row)
        number = row.id or 0
    job_runner.drain()
    return number


def _undone(actor: Actor, import_id: int) -> list[imports.Told]:
    with db.unit_of_work() as session:
        importing.undo(session, actor, imports.get_import(session, actor, import_id))
    job_runner.drain()
    with db.reading() as session:
        row = imports.get_import(session, actor, import_id)
        assert row.state is WorkState.UNDONE
        return imports.stayed(session, row)


def _named(name: str) -> int:
    with db.reading() as session:
        return session.exec(select(Contact.id).where(Contact.name == name)).one() or 0


def test_con3_what_was_merged_since_an_import_is_not_said_to_be_taken_back(database: str) -> None:
    with db.unit_of_work() as session:
        ada, _, _ = _team(session)
        old = _make(session, "Old Anna").id or 0
    import_id = _imported(ada, b"Name,E-mail\nAnna,anna@x.example\nBen,ben@x.example\n")
    with db.unit_of_work() as session:
        merging.merge(session, ada, kept_id=old, gone_ids=[_named("Anna")])
    job_runner.drain()
    assert [told.title for told in _undone(ada, import_id)] == ["Anna"]
    with db.reading() as session:
        assert [e.address for e in queries.card(session, ada, old).emails] == ["anna@x.example"]
        assert session.get_one(Contact, _named("Ben")).deleted_at is not None


def test_con3_who_was_booked_since_an_import_stays(database: str) -> None:
    with db.unit_of_work() as session:
        ada, _, _ = _team(session)
    import_id = _imported(ada, b"Name,E-mail\nAnna,anna@x.example\nBen,ben@x.example\n")
    anna = _named("Anna")
    with db.unit_of_work() as session:
        user = session.get_one(User, ada.user_id)
        calendar = factories.calendar(session, user)
        now = clock.now().replace(microsecond=0) + timedelta(days=1)
        appointments.create(
            session,
            ada,
            calendar=calendar,
            user_id=user.id or 0,
            starts_at=now,
            ends_at=now + timedelta(hours=1),
            source=AppointmentSource.USER,
            contact=session.get_one(Contact, anna),
        )
    assert [told.title for told in _undone(ada, import_id)] == ["Anna"]


def test_con3_a_stop_and_an_undo_in_the_midst_lose_nothing(database: str) -> None:
    with db.unit_of_work() as session:
        ada, _, _ = _team(session)
        known = _make(session, "Known", emails=[Email("r3@x.example")], note="")
    rows = b"".join(b"R%d,r%d@x.example,N\n" % (n, n) for n in range(running.AT_ONCE * 2))
    with db.unit_of_work() as session:
        row = importing.begin(session, ada, file_name="a.csv", content=b"Name,E-mail,Note\n" + rows)
        importing.choose(session, ada, row, {"known": "fill"})
        importing.start(session, ada, row)
        number = row.id or 0
    # One piece only, as if the process had died behind it.
    assert running.run(number, seconds=-1)
    with db.unit_of_work() as session:
        importing.stop(session, imports.get_import(session, ada, number))
    job_runner.drain()
    assert _undone(ada, number) == []
    with db.reading() as session:
        left = session.exec(select(Contact.name).where(col(Contact.deleted_at).is_(None))).all()
        assert left == ["Known"]
        assert session.get_one(Contact, known.id).note == ""


# Many at once, at bad moments


def test_con3_undoing_many_leaves_what_was_changed_and_purged_since(database: str) -> None:
    with db.unit_of_work() as session:
        ada, ben, cleo = _team(session)
        ids = [_make(session, f"C{n}").id or 0 for n in range(4)]
        run = bulk.start(session, ada, "owner", {"owner_id": ben.user_id}, ids=ids).id or 0
        service.set_owner(
            session, ROOT, session.get_one(Contact, ids[0]), cleo.user_id, rule="test"
        )
        service.delete(session, ROOT, session.get_one(Contact, ids[1]))
        session.delete(session.get_one(Contact, ids[2]))
    with db.unit_of_work() as session:
        bulk.undo(session, ada, run)
    job_runner.drain()
    with db.reading() as session:
        assert session.get_one(Contact, ids[0]).owner_id == cleo.user_id
        assert session.get(Contact, ids[2]) is None
        assert session.get_one(Contact, ids[3]).owner_id is None
        assert session.get_one(BulkRun, run).state is WorkState.UNDONE


# What spreadsheets make of it


@pytest.mark.parametrize(
    "evil", ['=HYPERLINK("http://x")', "@SUM(1)", "+1+cmd|' /C calc'!A0", "-2+3", " =1"]
)
def test_con3_nothing_that_leaves_is_a_formula(session: Session, evil: str) -> None:
    ada, _, _ = _team(session)
    _make(session, evil, tags=[evil], note=f"{evil}\n{evil}", custom={evil: evil})
    session.commit()
    text = b"".join(exporting.table(db.reading, ada, exporting.wanted_of({}), locale="de")).decode(
        "utf-8-sig"
    )
    cells = [cell for row in csv.reader(io.StringIO(text), delimiter=";") for cell in row]
    assert any("SUM" in cell or "1" in cell for cell in cells)
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "@", "+1+", "-"))]
