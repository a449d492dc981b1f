"""A file from its arrival to the contacts, and back (CON-3): on both databases."""

import pytest
from sqlmodel import Session, col, select

from crm_app.contacts import jobs as contact_jobs
from crm_app.contacts import queries as contacts
from crm_app.contacts import service as contact_service
from crm_app.contacts.fields import Email, Phone
from crm_app.contacts.importing import queries, service
from crm_app.core import clock, db, job_runner
from crm_app.core.access import Actor
from crm_app.core.errors import Conflict, Invalid, NotFound
from crm_app.core.kinds import ContactKind, RowOutcome, WorkState
from crm_app.models import Contact, ContactImport, ImportRow, OwnerChange, User
from tests import factories

TABLE = (
    "Vorname;Nachname;E-Mail;Handy;Firma;Ort;Betreuer;Schuhgröße\r\n"
    "Anna;Ek;anna@x.example;0170 1234567;Weber GmbH;Köln;;38\r\n"
    "Ben;Ode;BEN@x.example;;Weber GmbH;;;\r\n"
    ";;keine adresse;;;;;\r\n"
    "Cem;Ali;anna@X.example;+49 30 5550100;;Berlin;;\r\n"
    "Dora;Ott;dora@x.example;;;;Niemand;\r\n"
)


@pytest.fixture
def ada(database: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session, name="Ada Lovelace")


def _begun(by: User, content: str | bytes, **options: object) -> int:
    data = content if isinstance(content, bytes) else content.encode("cp1252")
    actor = factories.actor(by)
    with db.unit_of_work() as session:
        row = service.begin(session, actor, file_name="leads.csv", content=data)
        service.choose(session, actor, row, options)
        return row.id or 0


def _started(by: User, content: str | bytes, **options: object) -> int:
    import_id = _begun(by, content, **options)
    with db.unit_of_work() as session:
        actor = factories.actor(by)
        service.start(session, actor, queries.get_import(session, actor, import_id))
    return import_id


def _imported(by: User, content: str | bytes, **options: object) -> int:
    import_id = _started(by, content, **options)
    job_runner.drain()
    return import_id


def _row(import_id: int) -> ContactImport:
    with db.reading() as session:
        return session.get_one(ContactImport, import_id)


def _counts(import_id: int) -> tuple[int, int, int, int]:
    row = _row(import_id)
    return row.made, row.updated, row.skipped, row.refused


def _present(name: str) -> Contact:
    with db.reading() as session:
        query = select(Contact).where(Contact.name == name, col(Contact.deleted_at).is_(None))
        return session.exec(query).one()


def _names() -> list[str]:
    with db.reading() as session:
        query = select(Contact.name).where(col(Contact.deleted_at).is_(None))
        return sorted(session.exec(query))


def _reasons(import_id: int, outcome: RowOutcome) -> list[tuple[int, str]]:
    with db.reading() as session:
        row = session.get_one(ContactImport, import_id)
        return [(each.position, each.reason) for each in queries.rows_of(session, row, outcome)]


def test_con3_a_table_becomes_contacts(ada: User) -> None:
    import_id = _imported(ada, TABLE, tags=["Fair"], owner_id=ada.id)
    row = _row(import_id)
    assert (row.state, row.done, row.total) == (WorkState.DONE, 5, 5)
    assert _counts(import_id) == (2, 0, 1, 2)
    assert _names() == ["Anna Ek", "Ben Ode", "Weber GmbH"]
    anna, firm = _present("Anna Ek"), _present("Weber GmbH")
    assert anna.company_id == firm.id == _present("Ben Ode").company_id
    assert (anna.kind, anna.source, anna.owner_id) == (ContactKind.LEAD, "import", ada.id)
    with db.reading() as session:
        card = contacts.card(session, factories.actor(ada), anna.id or 0)
        rule = session.exec(select(OwnerChange.rule).where(OwnerChange.contact_id == anna.id)).one()
    assert rule == "import"
    assert card.tags == ("Fair",)
    assert card.phones[0].e164 == "+491701234567"
    assert card.phones[0].label == "mobile"
    assert card.addresses[0].city == "Köln"
    assert card.custom == {"Schuhgröße": "38"}


def test_con3_each_row_says_what_became_of_it(ada: User) -> None:
    import_id = _imported(ada, TABLE)
    (bad, owner) = _reasons(import_id, RowOutcome.REFUSED)
    assert bad[0] == 4
    assert "{column}" in bad[1]
    assert owner[0] == 6
    assert "Nobody here is called" in owner[1]
    ((position, reason),) = _reasons(import_id, RowOutcome.SKIPPED)
    assert position == 5
    assert "The same as row" in reason
    with db.reading() as session:
        told = queries.rows_of(session, _row(import_id), RowOutcome.SKIPPED)[0]
    assert told.params["row"] == "2"


KNOWN = (
    "Name,E-mail,Phone,City,Note,Tags\r\nAnna Ek,anna@x.example,+49 30 1,Bonn,From the fair,VIP\r\n"
)


def _anna(session: Session, **values: object) -> Contact:
    return contact_service.create(
        session,
        Actor(kind="system", label="test"),
        **{"name": "Anna", "emails": [Email("Anna@x.example")], "note": "Old", **values},  # type: ignore[typeddict-item]
    )


@pytest.mark.parametrize(
    ("known", "counts", "name", "note", "people"),
    [
        ("skip", (0, 0, 1, 0), "Anna", "Old", 1),
        ("fill", (0, 1, 0, 0), "Anna", "Old", 1),
        ("overwrite", (0, 1, 0, 0), "Anna Ek", "From the fair", 1),
        ("anyway", (1, 0, 0, 0), "Anna", "Old", 2),
    ],
)
def test_con3_known_contacts_are_met_as_chosen(
    ada: User,
    known: str,
    counts: tuple[int, int, int, int],
    name: str,
    note: str,
    people: int,
) -> None:
    with db.unit_of_work() as session:
        contact_id = _anna(session).id or 0
    import_id = _imported(ada, KNOWN.replace("+49 30 1", "+49 30 1234567"), known=known)
    assert _counts(import_id) == counts
    with db.reading() as session:
        card = contacts.card(session, factories.actor(ada), contact_id)
    assert (card.name, card.note) == (name, note)
    assert len(_names()) == people
    if known in ("fill", "overwrite"):
        assert card.phones[0].number == "+49 30 1234567"
        assert card.tags == ("VIP",)
        assert [email.address for email in card.emails] == (
            ["Anna@x.example"] if known == "fill" else ["anna@x.example"]
        )


def test_con3_nothing_is_thrown_away_by_overwriting(ada: User) -> None:
    with db.unit_of_work() as session:
        anna = _anna(
            session,
            emails=[Email("old@x.example", "home"), Email("anna@x.example")],
            phones=[Phone("+49 30 999999")],
        )
    _imported(ada, KNOWN.replace("+49 30 1", "+49 30 1234567"), known="overwrite")
    with db.reading() as session:
        card = contacts.card(session, factories.actor(ada), anna.id or 0)
    assert [each.address for each in card.emails] == ["anna@x.example", "old@x.example"]
    assert [each.number for each in card.phones] == ["+49 30 1234567", "+49 30 999999"]


def test_con2_the_oldest_contact_with_an_address_is_meant(ada: User) -> None:
    with db.unit_of_work() as session:
        old = factories.contact(session, name="Old", email="anna@x.example")
        factories.contact(session, name="New", email="anna@x.example", created_at=clock.now())
    _imported(ada, KNOWN.replace("+49 30 1", "+49 30 1234567"), known="fill")
    with db.reading() as session:
        assert contacts.card(session, factories.actor(ada), old.id or 0).tags == ("VIP",)


def test_con3_the_same_number_and_name_is_the_same_person(ada: User) -> None:
    with db.unit_of_work() as session:
        _anna(session, name="Anna Ek", emails=[], phones=[Phone("+49 30 1234567")])
        _anna(session, name="Her Mother", emails=[], phones=[Phone("+49 30 7654321")])
    table = "Name,Phone\r\nanna EK,0049 30 1234567\r\nSomebody Else,+49 30 7654321\r\n"
    assert _counts(_imported(ada, table)) == (1, 0, 1, 0)


def test_usr3_a_member_learns_nothing_of_others_contacts(ada: User) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session, name="Ben")
        _anna(session, owner_id=ada.id)
    import_id = _imported(ben, KNOWN.replace("+49 30 1", "+49 30 1234567"), known="overwrite")
    assert _counts(import_id) == (1, 0, 0, 0)
    assert _names() == ["Anna", "Anna Ek"]


def test_usr3_an_import_is_its_makers_and_the_administrators(ada: User) -> None:
    with db.unit_of_work() as session:
        ben, eve = factories.user(session, name="Ben"), factories.user(session, name="Eve")
    import_id = _begun(ben, KNOWN)
    with db.reading() as session:
        assert queries.get_import(session, factories.actor(ada), import_id).user_id == ben.id
        for stranger in (factories.actor(eve), Actor(kind="visitor")):
            with pytest.raises(NotFound):
                queries.get_import(session, stranger, import_id)
        assert queries.list_imports(session, factories.actor(eve)) == []


def test_trg4_imports_trigger_nothing_unless_somebody_wants_that(ada: User) -> None:
    from crm_app.core.facts import FactRow

    for wanted in (False, True):
        _imported(ada, f"Name,E-mail\r\nA,{wanted}@x.example\r\n", triggers=wanted)
        with db.reading() as session:
            made = session.exec(
                select(FactRow).where(FactRow.kind == "ContactCreated").order_by(col(FactRow.id))
            ).all()
        assert made[-1].data["triggers"] is wanted


def _many(count: int) -> str:
    lines = (f"Lead {number},lead{number}@x.example\r\n" for number in range(count))
    return "Name,E-mail\r\n" + "".join(lines)


def test_q2_a_stopped_import_goes_on_where_it_stood(ada: User) -> None:
    from crm_app.contacts.importing import running

    import_id = _started(ada, _many(50))
    assert running.run(import_id, seconds=-1) is True
    assert _row(import_id).done == running.AT_ONCE
    with db.unit_of_work() as session:
        service.stop(session, session.get_one(ContactImport, import_id))
    job_runner.drain()
    row = _row(import_id)
    assert (row.state, row.made) == (WorkState.STOPPED, running.AT_ONCE)
    with db.unit_of_work() as session:
        service.go_on(session, session.get_one(ContactImport, import_id))
    job_runner.drain()
    assert (_row(import_id).state, _row(import_id).made) == (WorkState.DONE, 50)
    assert len(set(_names())) == 50


def test_q2_two_runs_at_once_make_nothing_twice(ada: User) -> None:
    from crm_app.contacts.importing import running

    import_id = _started(ada, _many(45))
    with db.reading() as session:
        row = session.get_one(ContactImport, import_id)
    left = running.source.read(row, region=None)
    late = running.Run(import_id, 0)
    assert running.run(import_id, seconds=-1) is True
    # The other run still believes to be at the beginning.
    assert running._step(late, left) is False
    job_runner.drain()
    assert (_row(import_id).made, len(_names())) == (45, 45)


def test_con3_an_import_can_be_taken_back(ada: User) -> None:
    with db.unit_of_work() as session:
        known = _anna(session, tags=["Old"], custom={"size": "M"})
    table = (
        "Name,E-mail,Company,Note,size,Tags\r\n"
        "Anna Ek,anna@x.example,Weber,New,L,VIP\r\nBen,ben@x.example,Weber,,,\r\n"
        "Cem,cem@x.example,,,,\r\nCem Ali,cem@x.example,,A note,,\r\n"
    )
    import_id = _imported(ada, table, known="overwrite")
    assert _counts(import_id) == (2, 2, 0, 0)
    with db.unit_of_work() as session:
        ben = session.exec(select(Contact).where(Contact.name == "Ben")).one()
        contact_service.add_note(session, factories.actor(ada), ben, "Called him")
    with db.unit_of_work() as session:
        actor = factories.actor(ada)
        service.undo(session, actor, queries.get_import(session, actor, import_id))
    job_runner.drain()
    row = _row(import_id)
    assert (row.state, row.options["kept"], row.content) == (WorkState.UNDONE, 1, b"")
    # Ben was worked with, so he stays with his company.
    assert _names() == ["Anna", "Ben", "Weber"]
    with db.reading() as session:
        card = contacts.card(session, factories.actor(ada), known.id or 0)
        (stays,) = queries.stayed(session, row)
    assert stays.title == "Ben"
    assert (card.name, card.note, card.tags, card.custom, card.company) == (
        "Anna",
        "Old",
        ("Old",),
        {"size": "M"},
        "",
    )


def test_con3_taking_back_keeps_what_was_changed_since(ada: User) -> None:
    with db.unit_of_work() as session:
        anna = _anna(session, note="")
    import_id = _imported(ada, KNOWN.replace("+49 30 1", "+49 30 1234567"), known="fill")
    with db.unit_of_work() as session:
        actor = factories.actor(ada)
        contact = contacts.get_contact(session, actor, anna.id or 0)
        contact_service.update(
            session,
            actor,
            contact,
            note="Mine",
            phones=[Phone("+49 30 1234567"), Phone("+49 30 555555")],
        )
    with db.unit_of_work() as session:
        service.undo(session, actor, queries.get_import(session, actor, import_id))
    job_runner.drain()
    with db.reading() as session:
        card = contacts.card(session, actor, anna.id or 0)
    assert card.note == "Mine"
    assert [each.number for each in card.phones] == ["+49 30 555555"]
    assert card.tags == ()


def test_con3_an_import_starts_once_and_is_not_taken_back_twice(ada: User) -> None:
    import_id = _started(ada, KNOWN)
    actor = factories.actor(ada)
    with db.unit_of_work() as session:
        row = queries.get_import(session, actor, import_id)
        with pytest.raises(Conflict):
            service.start(session, actor, row)
        with pytest.raises(Conflict):
            service.undo(session, actor, row)


@pytest.mark.parametrize(
    ("table", "field"),
    [("Shoe,Colour\r\n38,red\r\n", "columns"), ("", "file"), ("Name,E-mail\r\n", "file")],
)
def test_q1_a_file_without_people_is_told_so(ada: User, table: str, field: str) -> None:
    with pytest.raises(Invalid) as told:
        _started(ada, table)
    assert list(told.value.fields) == [field]


def test_q1_two_columns_for_one_field_are_told_beside_the_second(ada: User) -> None:
    import_id = _begun(ada, "Name,E-mail,City,Town\r\nA,a@x.example,Bonn,Bonn\r\n")
    actor = factories.actor(ada)
    with db.unit_of_work() as session:
        row = queries.get_import(session, actor, import_id)
        service.set_column(session, row, 3, "city")
    with db.unit_of_work() as session, pytest.raises(Invalid) as told:
        service.start(session, actor, queries.get_import(session, actor, import_id))
    assert list(told.value.fields) == ["column.3"]


def test_con3_an_owner_can_be_given_by_name_or_address(ada: User) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session, name="Ben Ode", email="ben@team.example")
    table = (
        "Name,E-mail,Owner\r\nA,a@x.example,ben ode\r\nB,b@x.example,BEN@team.example\r\n"
        "C,c@x.example,\r\n"
    )
    _imported(ada, table, owner_id=ada.id)
    owners = [_present(name).owner_id for name in "ABC"]
    assert owners == [ben.id, ben.id, ada.id]


def test_con3_when_the_importer_leaves_the_import_ends(ada: User) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session)
    import_id = _started(ben, KNOWN)
    with db.unit_of_work() as session:
        session.merge(replace_active(ben))
    job_runner.drain()
    assert _row(import_id).state is WorkState.FAILED


def replace_active(user: User) -> User:
    user.active = False
    return user


def test_q2_files_are_forgotten_after_their_time(ada: User) -> None:
    import_id, looked_at = _imported(ada, KNOWN), _begun(ada, KNOWN)
    with db.unit_of_work() as session:
        for each in (import_id, looked_at):
            session.get_one(ContactImport, each).created_at = factories.LONG_AGO
    contact_jobs.purge()
    assert _row(import_id).content == b""
    with db.reading() as session:
        assert session.get(ContactImport, looked_at) is None
        rows = session.exec(select(ImportRow).where(ImportRow.import_id == import_id)).all()
    assert len(rows) == 1


def test_con3_vcards_come_in_too(ada: User) -> None:
    cards = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë Saldaña\r\nN:Saldaña;Zoë;;;\r\nORG:Weber\r\n"
        "EMAIL;TYPE=WORK:zoe@x.example\r\nTEL;TYPE=CELL:+49 170 1234567\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Weber\r\nORG:Weber\r\nX-ABSHOWAS:COMPANY\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cut off\r\n"
    )
    import_id = _imported(ada, cards.encode())
    assert _counts(import_id) == (1, 0, 1, 1)
    zoe, firm = _present("Zoë Saldaña"), _present("Weber")
    assert (zoe.company_id, firm.kind) == (firm.id, ContactKind.COMPANY)


def test_con3_a_companys_own_row_may_come_behind_those_of_its_people(ada: User) -> None:
    table = "Name,E-mail,Company,Kind,Phone\r\nAnna,a@x.example,Weber,,\r\nWeber,,,company,+49 221 123456\r\n"
    import_id = _imported(ada, table)
    assert _counts(import_id) == (1, 1, 0, 0)
    with db.reading() as session:
        card = contacts.card(session, factories.actor(ada), _present("Weber").id or 0)
    assert card.phones[0].number == "+49 221 123456"
    with db.unit_of_work() as session:
        actor = factories.actor(ada)
        service.undo(session, actor, queries.get_import(session, actor, import_id))
    job_runner.drain()
    assert _names() == []
