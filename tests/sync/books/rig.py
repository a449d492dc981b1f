"""A workspace with people whose address books lie in memory, and what tests do with them."""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

import crm_app.worker  # noqa: F401 - declares all handlers and what they listen to
from crm_app import models
from crm_app.contacts import service as contacts
from crm_app.contacts.fields import Address, Email, Phone
from crm_app.core import clock, db, facts, job_runner
from crm_app.core.access import Actor, system
from crm_app.core.kinds import AccountPurpose, CardLinkState, ContactKind
from crm_app.providers.address_book_port import (
    Card,
    CardAddress,
    CardEmail,
    CardPhone,
)
from crm_app.providers.memory_book_account import MemoryBookAccount
from crm_app.providers.memory_books import MemoryBooks
from crm_app.sync.books import links, runs
from crm_app.sync.reaching import book_access
from crm_app.sync.reaching.connecting import Login
from crm_app.sync.runs.framing import Ended
from tests import factories

ACTOR = system("test")
_services: dict[str, MemoryBookAccount] = {}


def _open(login: Login, _timeout: float) -> MemoryBooks:
    return MemoryBooks(_services[login.server_url])


book_access.offer_book("memory", _open)


@dataclass
class Holder:
    """A user, the service where his address books are, and the rows that stand for them."""

    user: models.User
    service: MemoryBookAccount
    account_id: int
    refs: list[str] = field(default_factory=list)
    book_ids: list[int] = field(default_factory=list)

    @property
    def actor(self) -> Actor:
        return factories.actor(self.user)

    @property
    def ref(self) -> str:
        return self.refs[0]

    @property
    def book_id(self) -> int:
        return self.book_ids[0]

    def run(self, which: int = 0, **values: Any) -> Ended:
        """One run for an address book, now."""
        return runs.run(self.book_ids[which], **values)

    def put(self, name: str, card: Card | str, which: int = 0, **values: Any) -> str:
        """Write an entry as the person's own phone does; its href."""
        return self.service.put(self.refs[which], name, card, **values)

    def cards(self, which: int = 0) -> dict[str, Card]:
        """What stands in the address book: href -> card."""
        return self.service.cards(self.refs[which])

    def entry(self, which: int = 0) -> Card:
        """The only entry."""
        (card,) = self.cards(which).values()
        return card

    def href(self, which: int = 0) -> str:
        """The only entry's."""
        (href,) = self.cards(which)
        return href

    def change(self, href: str, which: int = 0, **fields: Any) -> None:
        """Change an entry as the person's own phone does."""
        self.service.change(self.refs[which], href, **fields)


def connect(
    *,
    books: int = 1,
    writable: bool = True,
    service: MemoryBookAccount | None = None,
    user: models.User | None = None,
    **values: Any,
) -> Holder:
    """A user with a connected memory account whose first address book is his main one."""
    service = service or MemoryBookAccount()
    with db.unit_of_work() as session:
        if session.get(models.Workspace, 1) is None:
            factories.workspace(session)
        user = user or factories.user(session, **values)
        address = f"memory-books://{user.slug}"
        account = models.ConnectedAccount(
            user_id=user.id or 0,
            purpose=AccountPurpose.CONTACTS,
            provider="memory",
            label="Phone",
            server_url=address,
            username=user.email,
            secret="open sesame",
            created_at=clock.now(),
        )
        session.add(account)
        session.flush()
        made = Holder(user, service, account.id or 0)
        for number in range(books):
            ref = service.add_book(f"Book {number + 1}", writable=writable)
            row = models.AddressBook(
                account_id=account.id or 0,
                ref=ref,
                name=f"Book {number + 1}",
                writable=writable,
                main=number == 0,
            )
            session.add(row)
            session.flush()
            made.refs.append(ref)
            made.book_ids.append(row.id or 0)
    _services[address] = service
    return made


def person(name: str, *reached: str, **values: Any) -> Card:
    """A card of somebody with addresses and numbers."""
    first, _, last = name.partition(" ")
    return Card(
        name=name,
        first_name=first,
        last_name=last,
        emails=tuple(CardEmail(each) for each in reached if "@" in each),
        phones=tuple(CardPhone(each) for each in reached if "@" not in each),
        **values,
    )


def home(street: str, city: str = "Bonn", code: str = "53111") -> CardAddress:
    """A postal address."""
    return CardAddress(street, code, city, "", "Germany", "home")


def contact(name: str, *reached: str, **fields: Any) -> models.Contact:
    """A contact of the CRM with addresses and numbers."""
    with db.unit_of_work() as session:
        return contacts.create(
            session,
            ACTOR,
            **{
                "kind": ContactKind.CONTACT,
                "name": name,
                "emails": [Email(each) for each in reached if "@" in each],
                "phones": [Phone(each) for each in reached if "@" not in each],
                **fields,
            },
        )


def change(who: models.Contact, *reached: str, **fields: Any) -> None:
    """Change a contact; ``reached``, when given, are all its addresses and numbers."""
    given: dict[str, Any] = dict(fields)
    if reached:
        given["emails"] = [Email(each) for each in reached if "@" in each]
        given["phones"] = [Phone(each) for each in reached if "@" not in each]
    with db.unit_of_work() as session:
        row = session.get_one(models.Contact, who.id)
        contacts.update(session, ACTOR, row, **given)


def live_at(street: str, city: str = "Bonn", code: str = "53111") -> Address:
    """A postal address of a contact."""
    return Address(street, code, city, "", "Germany", "home")


def meet(holder: Holder, who: models.Contact) -> None:
    """Give the holder an appointment with a contact, so that he may see it, whoever owns it."""
    with db.unit_of_work() as session:
        now = clock.now()
        session.add(
            models.Appointment(
                public_id=f"met{who.id}",
                calendar_id=factories.calendar(session, holder.user).id or 0,
                user_id=holder.user.id or 0,
                contact_id=who.id,
                title="Talk",
                starts_at=now,
                ends_at=now,
                ical_uid=f"met{who.id}",
                created_at=now,
                changed_at=now,
            )
        )


def tick(holder: Holder, who: models.Contact, which: int = 0) -> models.CardLink:
    """Have a contact made in the address book; settles nothing yet."""
    with db.unit_of_work() as session:
        return links.start(
            session,
            session.get_one(models.Contact, who.id),
            session.get_one(models.AddressBook, holder.book_ids[which]),
            user_id=holder.user.id or 0,
            now=clock.now(),
        )


def link_to(holder: Holder, who: models.Contact, href: str) -> models.CardLink:
    """Have an entry that was read be a contact."""
    with db.unit_of_work() as session:
        (card,) = session.exec(
            select(models.ExternalCard).where(
                models.ExternalCard.address_book_id == holder.book_id,
                models.ExternalCard.href == href,
            )
        )
        return links.start(
            session,
            session.get_one(models.Contact, who.id),
            session.get_one(models.AddressBook, holder.book_id),
            user_id=holder.user.id or 0,
            now=clock.now(),
            card=card,
        )


def untick(holder: Holder, who: models.Contact) -> None:
    """Have the user's entries of a contact removed; settles nothing yet."""
    with db.unit_of_work() as session:
        for link in links.alive(session, who.id or 0, holder.user.id):
            links.untick(session, link, now=clock.now())


def settle() -> None:
    """Run all jobs that are due, and those that they make."""
    job_runner.drain()


def emails(who: models.Contact) -> list[str]:
    """The contact's addresses in their order."""
    return _column(models.ContactEmail, "address", who)


def phones(who: models.Contact) -> list[str]:
    """The contact's numbers in their order."""
    return _column(models.ContactPhone, "number", who)


def streets(who: models.Contact) -> list[str]:
    """The streets of the contact's addresses in their order."""
    return _column(models.ContactAddress, "street", who)


def _column(table: Any, name: str, who: models.Contact) -> list[str]:
    with db.reading() as session:
        query = select(table).where(table.contact_id == who.id).order_by(table.position)
        return [getattr(row, name) for row in session.exec(query)]


def reached(card: Card) -> list[str]:
    """A card's addresses and numbers in their order."""
    return [*(line.address for line in card.emails), *(line.number for line in card.phones)]


def all_links() -> list[models.CardLink]:
    """All links, ended ones too."""
    with db.reading() as session:
        return list(session.exec(select(models.CardLink).order_by(col(models.CardLink.id))))


def link_of(who: models.Contact) -> models.CardLink:
    """The contact's latest link."""
    return [link for link in all_links() if link.contact_id == who.id][-1]


def is_on(holder: Holder, who: models.Contact) -> bool:
    """Whether the user's flag of the contact is on."""
    return any(
        link.contact_id == who.id
        and link.user_id == holder.user.id
        and link.state in (CardLinkState.WANTED, CardLinkState.IN_STEP)
        for link in all_links()
    )


def rows(holder: Holder, which: int = 0) -> dict[str, models.ExternalCard]:
    """What was read of an address book, by href."""
    with db.reading() as session:
        query = select(models.ExternalCard).where(
            models.ExternalCard.address_book_id == holder.book_ids[which]
        )
        return {row.href: row for row in session.exec(query)}


def book(book_id: int) -> models.AddressBook:
    """The row of an address book as it is now."""
    with db.reading() as session:
        return session.get_one(models.AddressBook, book_id)


def account(account_id: int) -> models.ConnectedAccount:
    """The row of an account as it is now."""
    with db.reading() as session:
        return session.get_one(models.ConnectedAccount, account_id)


def row(who: models.Contact) -> models.Contact:
    """The contact as it is now."""
    with db.reading() as session:
        return session.get_one(models.Contact, who.id)


def timeline(who: models.Contact) -> list[str]:
    """The sentences of a contact's timeline, oldest first."""
    with db.reading() as session:
        query = select(models.TimelineEntry).where(models.TimelineEntry.contact_id == who.id)
        found = session.exec(query.order_by(col(models.TimelineEntry.id)))
        return [each.message.format(**each.params) for each in found]


def told(user: models.User) -> list[str]:
    """What stands behind a user's bell."""
    with db.reading() as session:
        query = select(models.Notification).where(models.Notification.user_id == user.id)
        return [each.message.format(**each.params) for each in session.exec(query)]


def recorded(kind: type[facts.Fact]) -> int:
    """How often a fact was recorded."""
    with db.reading() as session:
        query = select(facts.FactRow.id).where(facts.FactRow.kind == kind.__name__)
        return len(session.exec(query).all())


def in_session() -> Session:
    """A session to look with; the caller closes it."""
    return Session(db.engine())
