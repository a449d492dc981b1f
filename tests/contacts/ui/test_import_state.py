"""The import page as an open tab sees it (CON-3, Q-1, USR-3), through the whole pipeline."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from crm_app.contacts.importing import service
from crm_app.contacts.ui import import_page
from crm_app.contacts.ui.import_reading import choice_of, import_in
from crm_app.contacts.ui.import_state import Imports
from crm_app.core import db, job_runner
from crm_app.core.kinds import WorkState
from crm_app.models import Contact, ContactImport, User
from tests import factories
from tests.ui.tabs import Tab

Open = Callable[..., Tab]
TABLE = (
    b"Vorname;Nachname;E-Mail;Ort;Wohnort\nAnna;Ek;anna@x.example;Bonn;\nBen;Ode;nonsense;;Ulm\n"
)
CARDS = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoe\r\nEMAIL:zoe@x.example\r\nEND:VCARD\r\n"


@pytest.fixture
def ada(lite: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session, name="Ada Lovelace")


def _file(by: User, content: bytes = TABLE) -> int:
    with db.unit_of_work() as session:
        actor = factories.actor(by)
        return service.begin(session, actor, file_name="l.csv", content=content).id or 0


def _opened(open_tab: Open, by: User, import_id: int) -> Tab:
    return open_tab(by, f"/import/{import_id}").fire(Imports.load)


def test_con3_the_page_begins_with_a_place_for_a_file(ada: User, open_tab: Open) -> None:
    _file(ada)
    seen = open_tab(ada, "/import").fire(Imports.load).see(Imports)
    assert (seen.step, seen.loading, seen.import_id) == ("file", False, 0)
    (past,) = seen.history
    assert (past.name, past.numbers, past.state) == ("l.csv", "2 rows", "Not begun")


def test_con3_a_file_that_arrived_is_opened(ada: User, open_tab: Open) -> None:
    tab = open_tab(ada, "/import").fire(Imports.load)
    tab.fire(Imports.sent, result={"id": 7})
    assert "/import/7" in tab.said
    tab.fire(Imports.sent, result={"error": "This file is empty."})
    assert tab.see(Imports).errors == {"file": "This file is empty."}
    tab.fire(Imports.sent, result={})
    assert "could not be sent" in tab.see(Imports).errors["file"]


def test_con3_columns_are_shown_with_samples_and_a_guess(ada: User, open_tab: Open) -> None:
    seen = _opened(open_tab, ada, _file(ada)).see(Imports)
    assert seen.step == "columns"
    assert [(c.letter, c.heading, c.target, c.mark) for c in seen.columns[:3]] == [
        ("A", "Vorname", "first_name", "known"),
        ("B", "Nachname", "last_name", "known"),
        ("C", "E-Mail", "email", "known"),
    ]
    assert seen.columns[0].samples == ["Anna", "Ben"]
    assert (seen.delimiter, seen.encoding, seen.header) == (";", "utf-8", True)
    assert (seen.preview.title, seen.preview.number, seen.preview_count) == ("Anna Ek", 2, 2)
    assert {line.label: line.value for line in seen.preview.lines}["E-mail"] == "anna@x.example"


def test_con3_the_preview_turns_and_tells_what_is_wrong(ada: User, open_tab: Open) -> None:
    tab = _opened(open_tab, ada, _file(ada)).fire(Imports.turn_preview, by=1)
    seen = tab.see(Imports)
    assert "nonsense" in seen.preview.trouble
    assert tab.fire(Imports.turn_preview, by=1).see(Imports).preview_place == 1
    assert tab.fire(Imports.turn_preview, by=-1).see(Imports).preview_place == 0


def test_con3_a_column_can_be_corrected(ada: User, open_tab: Open) -> None:
    import_id = _file(ada)
    tab = _opened(open_tab, ada, import_id)
    assert tab.see(Imports).columns[4].target == "city/2"
    tab.fire(Imports.set_target, place=4, target="city")
    seen = tab.see(Imports)
    assert seen.columns[4].target == "city"
    assert "leads here already" in seen.columns[4].error
    tab.fire(Imports.check_columns)
    assert tab.see(Imports).step == "columns"
    assert "column.4" in tab.see(Imports).errors
    tab.fire(Imports.set_target, place=4, target="custom/Wohnort").fire(Imports.check_columns)
    assert tab.see(Imports).step == "check"
    with db.reading() as session:
        kept = session.get_one(ContactImport, import_id).mapping["columns"]
    assert kept[4] == "custom/Wohnort"


@pytest.mark.parametrize("target", ["owner_id", "email/mars", "custom/", "__proto__"])
def test_q1_made_up_fields_are_not_taken(ada: User, open_tab: Open, target: str) -> None:
    tab = _opened(open_tab, ada, _file(ada)).fire(Imports.set_target, place=0, target=target)
    assert "column.0" in tab.see(Imports).errors
    tab.fire(Imports.set_target, place=99, target="city")
    assert "column.99" in tab.see(Imports).errors


def test_con3_the_file_can_be_read_in_another_way(ada: User, open_tab: Open) -> None:
    tab = _opened(open_tab, ada, _file(ada))
    seen = tab.fire(Imports.read_as, name="delimiter", value=",").see(Imports)
    assert (len(seen.columns), seen.delimiter) == (1, ",")
    tab.fire(Imports.read_as, name="delimiter", value=";")
    seen = tab.fire(Imports.read_as, name="header", value="no").see(Imports)
    assert (seen.file_rows, seen.columns[0].heading) == ("3 rows", "")
    assert seen.columns[2].samples == ["E-Mail", "anna@x.example", "nonsense"]
    assert tab.fire(Imports.read_as, name="content", value="x").see(Imports).delimiter == ";"


def test_con3_the_dry_run_is_shown_and_begins_anew(ada: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        factories.contact(session, name="Anna", email="anna@x.example")
    tab = _opened(open_tab, ada, _file(ada)).fire(Imports.check_columns)
    seen = tab.see(Imports)
    assert (seen.foreseen.skipped, seen.foreseen.refused, seen.looking) == ("1", "1", False)
    assert seen.foreseen_button == ""
    seen = tab.fire(Imports.choose, name="known", value="fill").see(Imports)
    assert (seen.known, seen.foreseen.updated) == ("fill", "1")
    assert seen.foreseen_button == "Import 1 contact"
    assert [row.number for row in seen.foreseen_rows] == [2, 3]
    tab.fire(Imports.show_outcome, outcome="refused")
    assert tab.see(Imports).shown_outcome == "refused"


def test_q1_a_tab_whose_line_was_cut_stays_where_it_was(ada: User, open_tab: Open) -> None:
    tab = _opened(open_tab, ada, _file(ada)).fire(Imports.check_columns)
    seen = tab.fire(Imports.load).see(Imports)
    assert (seen.step, seen.foreseen.made, seen.looking) == ("check", "1", False)
    tab.fire(Imports.start)
    job_runner.drain()
    tab.fire(Imports.follow).fire(Imports.ask)
    assert tab.fire(Imports.load).see(Imports).asking
    tab.path = f"/import/{_file(ada)}"
    seen = tab.fire(Imports.load).see(Imports)
    assert (seen.step, seen.asking) == ("columns", False)


def test_con3_choices_are_kept_with_the_import(ada: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        ben = factories.user(session, name="Ben")
    import_id = _file(ada)
    tab = _opened(open_tab, ada, import_id)
    for name, value in (("kind", "contact"), ("owner", str(ben.id)), ("tags", "Fair, VIP")):
        tab.fire(Imports.choose, name=name, value=value)
    tab.fire(Imports.switch, name="triggers", on=True)
    seen = _opened(open_tab, ada, import_id).see(Imports)
    assert (seen.kind, seen.owner, seen.tags, seen.triggers) == (
        "contact",
        str(ben.id),
        "Fair, VIP",
        True,
    )


def test_con3_from_the_file_to_the_contacts_and_back(ada: User, open_tab: Open) -> None:
    import_id = _file(ada)
    tab = _opened(open_tab, ada, import_id).fire(Imports.check_columns).fire(Imports.start)
    assert tab.see(Imports).step == "running"
    job_runner.drain()
    seen = tab.fire(Imports.follow).see(Imports)
    assert (seen.step, seen.state, seen.numbers.made) == ("result", WorkState.DONE.value, "1")
    (refused,) = seen.refused
    assert (refused.number, seen.can_undo, seen.more_refused) == (3, True, False)
    assert "nonsense" in refused.note
    assert tab.fire(Imports.ask).see(Imports).asking
    tab.fire(Imports.undo)
    job_runner.drain()
    seen = tab.fire(Imports.follow).see(Imports)
    assert (seen.state_word, seen.can_undo, seen.asking) == ("Taken back", False, False)
    with db.reading() as session:
        assert all(session.exec(select(Contact.deleted_at)).all())


def test_q2_an_import_can_be_stopped_and_goes_on(ada: User, open_tab: Open) -> None:
    tab = _opened(open_tab, ada, _file(ada)).fire(Imports.start).fire(Imports.stop)
    seen = tab.see(Imports)
    assert (seen.step, seen.state_word, seen.can_go_on) == ("result", "Stopped", True)
    tab.fire(Imports.go_on)
    job_runner.drain()
    assert tab.fire(Imports.follow).see(Imports).numbers.done == "2"


def test_con3_an_address_book_needs_no_columns(ada: User, open_tab: Open) -> None:
    seen = _opened(open_tab, ada, _file(ada, CARDS)).see(Imports)
    assert (seen.step, seen.is_table, seen.foreseen.made) == ("check", False, "1")


def test_con3_a_file_can_be_put_away(ada: User, open_tab: Open) -> None:
    import_id = _file(ada)
    tab = _opened(open_tab, ada, import_id).fire(Imports.discard)
    assert "put away" in tab.said
    with db.reading() as session:
        assert session.get(ContactImport, import_id) is None
    tab = _opened(open_tab, ada, import_id)
    assert "does not exist" in tab.said
    assert tab.see(Imports).step == "file"


def test_usr3_others_and_strangers_see_nothing(ada: User, open_tab: Open) -> None:
    import_id = _file(ada)
    with db.unit_of_work() as session:
        eve = factories.user(session)
    tab = _opened(open_tab, eve, import_id)
    assert "does not exist" in tab.said
    assert tab.see(Imports).file_name == ""
    calls: list[tuple[Any, dict[str, Any]]] = [
        (Imports.load, {}),
        (Imports.start, {}),
        (Imports.undo, {}),
        (Imports.rehearse, {}),
        (Imports.set_target, {"place": 0, "target": "name"}),
        (Imports.choose, {"name": "known", "value": "fill"}),
    ]
    for handler, payload in calls:
        assert (
            vars(open_tab(None, f"/import/{import_id}").fire(handler, **payload).see(Imports)) == {}
        )
    with db.reading() as session:
        assert session.get_one(ContactImport, import_id).state is WorkState.PREPARING


@pytest.mark.parametrize(
    ("name", "value"),
    [("known", "eat"), ("kind", "robot"), ("owner", "1 OR 1"), ("owner", "²"), ("content", "x")],
)
def test_q1_made_up_choices_are_none(name: str, value: str) -> None:
    assert choice_of(name, value) == {}


def test_q1_an_owner_who_left_is_not_taken(ada: User, open_tab: Open) -> None:
    with db.unit_of_work() as session:
        gone = factories.user(session, active=False)
    tab = _opened(open_tab, ada, _file(ada)).fire(Imports.choose, name="owner", value=str(gone.id))
    assert "works here" in tab.see(Imports).errors["owner"]


@pytest.mark.parametrize(
    ("path", "found"), [("/import/7", 7), ("/import/7/", 7), ("/import", 0), ("/import/x", 0)]
)
def test_con3_the_address_names_the_import(path: str, found: int) -> None:
    assert import_in(path) == found


def test_con3_the_page_can_be_made() -> None:
    assert import_page.page().render()
