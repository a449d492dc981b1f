"""What a sync of an address book with nothing new costs: `python -m benchmarks.idle_cards`.

As `benchmarks.idle_sync`: an address book of 5,000 contacts, 3,000 of which somebody's contacts follow,
is read once from Google's fake. Then runs that find nothing new alternate with the bare client: the
adapter, opened, asked once for what is new, closed. Time is processor time of this process.
"""

import os
from datetime import timedelta
from statistics import median, quantiles

from sqlalchemy import insert
from sqlmodel import select

from benchmarks.first_sync import empty_database
from benchmarks.idle_sync import timed
from crm_app.core import clock, db
from crm_app.core.kinds import CardLinkState, LinkOrigin
from crm_app.core.settings import get_settings
from crm_app.models import AddressBook, CardLink, ConnectedAccount, Contact, ExternalCard
from crm_app.sync.books import runs
from tests.scale import parts
from tests.scale.fetch_cards import opened
from tests.scale.parts import BOOK, Google

CONTACTS, FOLLOWED = 5_000, 3_000
WARMING, PAIRS = 10, 60
GOAL_REQUESTS = 1


def bare(service: Google, cursor: str, secret: str) -> None:
    """Ask once, with the token that the last run left, as a run does."""
    provider = opened({**service.about, "secret": secret})
    pages = list(provider.pull(BOOK, cursor))
    provider.close()
    if len(pages) != 1 or pages[0].changed:
        raise SystemExit("there was something new")


def kept(book_id: int) -> tuple[str, str]:
    """Cursor and secret as they are stored."""
    with db.reading() as session:
        book = session.get_one(AddressBook, book_id)
        return book.cursor or "", session.get_one(ConnectedAccount, book.account_id).secret


def follow(book_id: int) -> None:
    """Contacts that follow entries, in step."""
    now = clock.now() - timedelta(days=1)
    with db.unit_of_work() as session:
        book = session.get_one(AddressBook, book_id)
        user_id = session.get_one(ConnectedAccount, book.account_id).user_id
        cards = session.exec(select(ExternalCard).limit(FOLLOWED)).all()
        contact = Contact(name="", created_at=now, changed_at=now).model_dump(exclude={"id"})
        link = CardLink(
            contact_id=0,
            address_book_id=book_id,
            user_id=user_id,
            origin=LinkOrigin.OUTSIDE,
            state=CardLinkState.IN_STEP,
            key="",
            ours={"emails": []},
            theirs={"emails": []},
            changed_at=now,
        ).model_dump(exclude={"id"})
        session.execute(
            insert(Contact),
            [contact | {"id": n, "name": card.name} for n, card in enumerate(cards, 1)],
        )
        session.execute(
            insert(CardLink),
            [
                link | {"contact_id": n, "href": card.href, "content_hash": card.content_hash}
                for n, card in enumerate(cards, 1)
            ],
        )


def pair(service: Google, book_id: int, number: int) -> tuple[float, float]:
    """Milliseconds of the bare client, and of a run."""
    cursor, secret = kept(book_id)
    if number % 2:
        plain = timed(lambda: bare(service, cursor, secret))
        return plain, timed(lambda: runs.run(book_id))
    whole = timed(lambda: runs.run(book_id))
    return timed(lambda: bare(service, cursor, secret)), whole


def measure(service: Google, book_id: int) -> None:
    """Time pairs and print them."""
    for number in range(WARMING):
        pair(service, book_id, number)
    before = service.listed_cards()
    pairs = [pair(service, book_id, number) for number in range(PAIRS)]
    requests = (service.listed_cards() - before - PAIRS) / PAIRS
    beyond = [run - request for request, run in pairs]
    cuts = quantiles(beyond, n=4)
    print(f"nothing new in {CONTACTS:,} contacts, {PAIRS} runs (processor time)")
    print(f"  requests per run {requests:.2f} (goal at most {GOAL_REQUESTS})")
    plain, whole = (median(times) for times in zip(*pairs, strict=True))
    print(f"  bare client {plain:.1f} ms, run {whole:.1f} ms")
    print(f"  ours beyond it {median(beyond):.1f} ms, middle half {cuts[0]:.1f} to {cuts[2]:.1f}")


def main() -> None:
    with empty_database(), parts.google(0, contacts=CONTACTS) as service:
        os.environ.update(service.settings)
        get_settings.cache_clear()
        book_id = parts.connect_book(service)
        runs.run(book_id, seconds=3600)
        follow(book_id)
        measure(service, book_id)


if __name__ == "__main__":
    main()
