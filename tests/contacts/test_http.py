"""Files of contacts at the door: who may send and fetch them, and how large they may be (CON-3, Q-1)."""

import csv
import io
from collections.abc import Iterator

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from crm_app.accounts import sessions
from crm_app.contacts import http, service
from crm_app.contacts.importing import queries, running
from crm_app.contacts.importing import service as importing
from crm_app.core import access, db
from crm_app.models import AuditEntry, ContactImport, User
from crm_app.ui.door import Door, Keys
from tests import factories
from tests.ui.tabs import cookie_of

OURS = {"origin": "https://crm.example"}
ROOT = access.system("test", silent=True)
TABLE = b"Name;E-mail;Phone\nAnna;anna@x.example;\nBen;nonsense;=1+1\n;;+49 30 1\n"


@pytest.fixture
def ada(lite: str) -> User:
    with db.unit_of_work() as session:
        factories.workspace(session)
        return factories.admin(session, name="Ada")


@pytest.fixture
def client(ada: User) -> Iterator[TestClient]:
    keys = Keys(
        resolve=sessions.resolve_actor,
        has_users=lambda: True,
        public_url=lambda: "https://crm.example",
    )
    door = Door(Starlette(routes=http.routes), keys)
    with TestClient(door, base_url="https://crm.example", follow_redirects=False) as made:
        yield made


def _as(user: User) -> dict[str, str]:
    return OURS | {"cookie": cookie_of(user)}


def _sent(client: TestClient, user: User, content: bytes = TABLE) -> int:
    answer = client.post("/import/upload?name=leads.csv", content=content, headers=_as(user))
    assert answer.status_code == 200
    number: int = answer.json()["id"]
    return number


def _rows(content: bytes, between: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=between))


def test_con3_a_file_is_taken_in(client: TestClient, ada: User) -> None:
    import_id = _sent(client, ada)
    with db.reading() as session:
        row = session.get_one(ContactImport, import_id)
    assert (row.user_id, row.file_name, row.format, row.total) == (ada.id, "leads.csv", "csv", 3)
    assert row.content == TABLE


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\x\\y.csv", "a\x00b\u202e.csv", "x" * 500, "", "<script>"]
)
def test_con3_the_name_of_a_file_is_only_shown(client: TestClient, ada: User, name: str) -> None:
    answer = client.post("/import/upload", params={"name": name}, content=TABLE, headers=_as(ada))
    with db.reading() as session:
        row = session.get_one(ContactImport, answer.json()["id"])
    assert len(row.file_name) <= 120
    assert row.file_name.isprintable()


def test_usr3_strangers_send_nothing(client: TestClient, ada: User) -> None:
    assert client.post("/import/upload", content=TABLE, headers=OURS).status_code == 401
    elsewhere = _as(ada) | {"origin": "https://evil.example"}
    assert client.post("/import/upload", content=TABLE, headers=elsewhere).status_code == 403
    missing = {"cookie": cookie_of(ada)}
    assert client.post("/import/upload", content=TABLE, headers=missing).status_code == 403
    with db.reading() as session:
        assert session.exec(select(ContactImport)).all() == []


def test_q1_a_file_that_is_too_large_is_refused_while_it_arrives(
    client: TestClient, ada: User
) -> None:
    seen = []

    def pieces() -> Iterator[bytes]:
        for _ in range(importing.LARGEST_FILE // 1_000_000 + 2):
            seen.append(1)
            yield b"x" * 1_000_000

    answer = client.post("/import/upload", content=pieces(), headers=_as(ada))
    assert answer.status_code == 422
    assert "32 MB" in answer.json()["error"]
    with db.reading() as session:
        assert session.exec(select(ContactImport)).all() == []


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"PK\x03\x04xl/", "workbook"), (b"A,B\n", "no contacts")],
)
def test_q1_other_files_are_told_what_they_are(
    client: TestClient, ada: User, content: bytes, words: str
) -> None:
    answer = client.post("/import/upload?name=x.csv", content=content, headers=_as(ada))
    assert (answer.status_code, list(answer.json())) == (422, ["error"])
    assert words in answer.json()["error"]


def test_con3_of_files_only_looked_at_the_last_few_are_kept(client: TestClient, ada: User) -> None:
    numbers = [_sent(client, ada) for _ in range(importing.MOST_BEGUN + 2)]
    with db.reading() as session:
        kept = session.exec(select(ContactImport.id).order_by(ContactImport.id)).all()
    assert kept == numbers[-importing.MOST_BEGUN :]


def _refused(client: TestClient, user: User) -> int:
    import_id = _sent(client, user)
    with db.unit_of_work() as session:
        actor = factories.actor(user)
        importing.start(session, actor, queries.get_import(session, actor, import_id))
    running.run(import_id, seconds=100)
    return import_id


def test_con3_refused_rows_come_as_a_file_with_reasons(client: TestClient, ada: User) -> None:
    import_id = _refused(client, ada)
    answer = client.get(f"/import/{import_id}/refused.csv", headers=_as(ada))
    assert (
        answer.headers["content-disposition"] == f'attachment; filename="refused-{import_id}.csv"'
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    head, ben, number = _rows(answer.content)
    assert head == ["Row", "Reason", "Name", "E-mail", "Phone"]
    assert ben == [
        "3",
        "E-mail: “nonsense”. This is not an e-mail address. Write it like name@example.com.",
        "Ben",
        "nonsense",
        "'=1+1",
    ]
    assert number == ["4", "There is neither a name nor an e-mail address.", "", "", "+49 30 1"]


def test_con3_mended_rows_can_be_brought_again(client: TestClient, ada: User) -> None:
    import_id = _refused(client, ada)
    again = client.get(f"/import/{import_id}/refused.csv", headers=_as(ada)).content
    mended = again.replace(b"nonsense\xe2\x80\x9d", b"").replace(b"nonsense", b"ben@x.example")
    mended = mended.replace(b"'=1+1", b"")
    second = _sent(client, ada, mended)
    with db.reading() as session:
        columns = session.get_one(ContactImport, second).mapping["columns"]
    assert columns[:4] == ["", "", "name", "email"]


def test_usr3_refused_rows_are_their_importers(client: TestClient, ada: User) -> None:
    import_id = _refused(client, ada)
    with db.unit_of_work() as session:
        eve = factories.user(session)
    address = f"/import/{import_id}/refused.csv"
    assert client.get(address, headers=_as(eve)).status_code == 404
    assert client.get(address).status_code == 401
    assert client.get("/import/999/refused.csv", headers=_as(ada)).status_code == 404


def test_con3_an_example_shows_how_a_table_looks(client: TestClient, ada: User) -> None:
    content = client.get("/import/example.csv", headers=_as(ada)).content
    head, anna, _ = _rows(content)
    assert head[:4] == ["First name", "Last name", "Company", "E-mail"]
    assert anna[0] == "Anna"
    import_id = _sent(client, ada, content)
    with db.reading() as session:
        columns = session.get_one(ContactImport, import_id).mapping["columns"]
    assert "" not in columns


def test_con3_contacts_leave_as_a_file(client: TestClient, ada: User) -> None:
    with db.unit_of_work() as session:
        service.create(session, ROOT, name="Zoë")
    answer = client.get("/contacts/export.csv", headers=_as(ada))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="contacts-20')
    assert _rows(answer.content)[1][0] == "Zoë"
    card = client.get("/contacts/export.vcf", headers=_as(ada))
    assert card.headers["content-type"].startswith("text/vcard")
    assert "FN:Zoë" in card.text
    with db.reading() as session:
        told = session.exec(
            select(AuditEntry).where(AuditEntry.action == "contacts.exported")
        ).all()
    assert [entry.detail["form"] for entry in told] == ["csv", "vcf"]


def test_usr3_strangers_take_nothing_along(client: TestClient, ada: User) -> None:
    assert client.get("/contacts/export.csv").status_code == 401
    elsewhere = _as(ada) | {"sec-fetch-site": "cross-site"}
    assert client.get("/contacts/export.csv", headers=elsewhere).status_code == 404
    assert client.get("/contacts/export.exe", headers=_as(ada)).status_code == 404
    assert client.get("/contacts/export.csv?of=nonsense", headers=_as(ada)).status_code == 404
