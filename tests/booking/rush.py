"""A process that books, moves and cancels at once with others; run by ``test_never_twice``.

``python -m tests.booking.rush URL rush CALENDAR SLOT THREADS FIRST`` books the same slot from each
thread; ``... chaos CALENDAR MONDAY THREADS FIRST`` does random things. Prints one JSON line.
"""

import json
import random
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from crm_app.appointments import service as appointments
from crm_app.booking import service
from crm_app.core import clock, db
from crm_app.core.access import system
from crm_app.core.errors import Conflict
from crm_app.models import Appointment, Calendar


def _lead(number: int) -> service.Lead:
    return service.Lead(name=f"Lead {number}", email=f"lead{number}@guests.example")


def book_once(calendar_id: int, starts_at: datetime, number: int) -> dict[str, Any]:
    """Book; a loser is given the next free slots."""
    try:
        with db.unit_of_work() as session:
            calendar = session.get_one(Calendar, calendar_id)
            made = service.book(
                session,
                calendar=calendar,
                starts_at=starts_at,
                lead=_lead(number),
                now=clock.now(),
            )
            return {"member": made.user_id}
    except service.SlotTaken:
        with db.reading() as session:
            calendar = session.get_one(Calendar, calendar_id)
            others = service.find_slots(
                session,
                calendar,
                since=starts_at,
                until=starts_at + timedelta(days=3),
                now=clock.now(),
            )
        return {"others": len(others)}


def wreak(calendar_id: int, monday: datetime, number: int) -> dict[str, Any]:
    """One random booking, move or cancellation; polite refusals are fine."""
    dice = random.Random(number)
    starts_at = monday + timedelta(days=dice.randrange(2), hours=9, minutes=15 * dice.randrange(12))
    try:
        with db.unit_of_work() as session:
            calendar = session.get_one(Calendar, calendar_id)
            act = dice.choice(["book", "book", "move", "member", "cancel"])
            if act == "book":
                service.book(
                    session,
                    calendar=calendar,
                    starts_at=starts_at,
                    lead=_lead(number),
                    now=clock.now(),
                )
                return {"done": act}
            standing = session.exec(
                select(Appointment)
                .where(col(Appointment.status) == "confirmed")
                .order_by(col(Appointment.id))
            ).all()
            if not standing:
                return {"done": "nothing"}
            chosen = dice.choice(standing)
            if act == "move":
                service.move(session, appointment=chosen, starts_at=starts_at, now=clock.now())
            elif act == "member":
                appointments.change_member(
                    session, system("chaos"), chosen, dice.choice(standing).user_id
                )
            else:
                appointments.cancel(session, system("chaos"), chosen, by="user")
            return {"done": act}
    except Conflict:
        return {"done": "refused"}


def main() -> None:
    """Run the threads at once and print what each met."""
    url, kind, calendar_id, moment, threads, first = sys.argv[1:]
    db.use(url)
    act: Callable[[int, datetime, int], dict[str, Any]] = book_once if kind == "rush" else wreak
    results: list[dict[str, Any]] = []
    together = threading.Barrier(int(threads))

    def one(number: int) -> None:
        together.wait()
        try:
            results.append(act(int(calendar_id), datetime.fromisoformat(moment), number))
        except Exception as error:
            results.append({"error": f"{type(error).__name__}: {error}"})

    running = [threading.Thread(target=one, args=(int(first) + n,)) for n in range(int(threads))]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    print(json.dumps(results))


if __name__ == "__main__":
    main()
