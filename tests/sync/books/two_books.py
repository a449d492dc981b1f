"""Two users, their address books and the CRM, as a machine that Hypothesis drives.

It keeps in mind what each side said last, as a person would: each address and number is entered
once, so an older value that wins is seen as one that was taken away and is back.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import time_machine
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from sqlmodel import col, select

from crm_app import models
from crm_app.contacts import service as contacts
from crm_app.contacts.fields import ContactFields, Email, Phone
from crm_app.core import db
from crm_app.core.errors import LoginExpired, RateLimited, RemoteUnavailable
from crm_app.core.kinds import AccountState, CardLinkState, LinkOrigin, Role
from crm_app.providers.address_book_port import Card, CardEmail, CardPhone
from crm_app.providers.memory_book_account import MemoryBookAccount
from crm_app.sync.runs import outcome
from tests.sync.books import rig
from tests.sync.books.rig import Holder

WHO = st.integers(0, 1)
WHICH = st.integers(0, 9)
CALLS = st.sampled_from([None, "pull", "page", "fetch", "create", "update", "delete"])
BEFORE = st.sampled_from([RemoteUnavailable, RateLimited, LoginExpired, RuntimeError])
AFTER = st.sampled_from([RemoteUnavailable, RuntimeError])
STALE = 180
WRITES = {"create", "update", "delete"}


def reached(card: Card) -> list[str]:
    return rig.reached(card)


class TwoBooks(RuleBasedStateMachine):
    """Kate may change both contacts. Theo may change the first only, his service has room for two
    e-mail addresses, and its listings lag three minutes behind."""

    @initialize(linked=st.sampled_from([True, True, False]))
    def begin(self, linked: bool) -> None:
        self.clock = time_machine.travel(datetime.now(UTC), tick=True)
        self.traveller = self.clock.start()
        kate = rig.connect(name="Kate", role=Role.ADMIN)
        theo = rig.connect(
            name="Theo",
            role=Role.MEMBER,
            service=MemoryBookAccount(most_emails=2, stale=STALE),
        )
        self.holders = [kate, theo]
        self.people = [
            rig.contact("Ann Lee", self.value("email")),
            rig.contact("Bob Ray", self.value("email"), owner_id=kate.user.id),
        ]
        rig.meet(theo, self.people[1])
        self.entered |= {rig.emails(each)[0]: which for which, each in enumerate(self.people)}
        if linked:
            for holder in self.holders:
                for person in self.people:
                    rig.tick(holder, person)
            self.calm()

    # What is expected. ``entered``: the contact that a value belongs to; ``taken``: a person removed
    # it; ``own``: a number that belongs to an entry alone, whose user may not change the contact;
    # ``open``: either is right, as nobody can tell what came first.

    number = 0

    def __init__(self) -> None:
        super().__init__()
        self.entered: dict[str, int] = {}
        self.taken: set[str] = set()
        self.open: set[str] = set()
        self.own: dict[str, str] = {}
        self.foreign: set[str] = set()

    def value(self, kind: str, contact: int | None = None) -> str:
        self.number += 1
        made = f"x{self.number}@example.com"
        if kind == "phone":
            made = f"+49 30 {5_000_000 + self.number * 7919}"
        if contact is not None:
            self.entered[made] = contact
        return made

    # What is done in the CRM.

    @rule(which=WHO, kind=st.sampled_from(["email", "phone"]))
    def add_here(self, which: int, kind: str) -> None:
        emails, phones = self.lines(which)
        value = self.value(kind, which)
        (emails if kind == "email" else phones).append(value)
        self.write(which, emails, phones)

    @rule(which=WHO, line=WHICH)
    def remove_here(self, which: int, line: int) -> None:
        emails, phones = self.lines(which)
        found = [*emails, *phones]
        if found:
            gone = found[line % len(found)]
            self.taken.add(gone)
            keep = [[each for each in lines if each != gone] for lines in (emails, phones)]
            self.write(which, *keep)

    @rule(which=WHO, line=WHICH)
    def change_here(self, which: int, line: int) -> None:
        emails, phones = self.lines(which)
        if emails:
            gone = emails[line % len(emails)]
            self.taken.add(gone)
            emails[line % len(emails)] = self.value("email", which)
            self.write(which, emails, phones)

    @rule(which=WHO)
    def turn_round_here(self, which: int) -> None:
        emails, phones = self.lines(which)
        self.write(which, emails[::-1], phones)

    @rule(which=WHO, name=st.sampled_from(["Ann", "Anna", "Bob", "Bobby"]))
    def rename_here(self, which: int, name: str) -> None:
        self.change(which, first_name=name, last_name="Lee")

    @rule(which=WHO)
    def delete_or_restore_here(self, which: int) -> None:
        with db.unit_of_work() as session:
            row = session.get_one(models.Contact, self.people[which].id)
            act = contacts.restore if row.deleted_at else contacts.delete
            act(session, rig.ACTOR, row)

    @rule(who=WHO, which=WHO)
    def tick(self, who: int, which: int) -> None:
        if rig.row(self.people[which]).deleted_at is None:
            rig.tick(self.holders[who], self.people[which])

    @rule(who=WHO, which=WHO)
    def untick(self, who: int, which: int) -> None:
        rig.untick(self.holders[who], self.people[which])

    # What the users do in their phones.

    @rule(who=WHO, entry=WHICH, kind=st.sampled_from(["email", "phone"]))
    def add_there(self, who: int, entry: int, kind: str) -> None:
        found = self.pick(who, entry)
        if found is None:
            return
        self.write_there(who, found[2], found[0], kind)

    @rule(who=WHO, entry=WHICH, line=WHICH)
    def remove_there(self, who: int, entry: int, line: int) -> None:
        found = self.pick(who, entry)
        if found is None or not reached(found[1]):
            return
        href, card, which = found
        gone = reached(card)[line % len(reached(card))]
        self.removed_there(who, which, gone)
        self.put(who, href, self.without(card, gone))

    @rule(who=WHO, entry=WHICH, line=WHICH)
    def change_there(self, who: int, entry: int, line: int) -> None:
        found = self.pick(who, entry)
        if found is None or not found[1].emails:
            return
        href, card, which = found
        place = line % len(card.emails)
        value = self.value("email")
        self.removed_there(who, which, card.emails[place].address)
        emails = list(card.emails)
        emails[place] = CardEmail(value, "work")
        self.put(who, href, replace(card, emails=tuple(emails)))
        self.wrote_there(who, which, value)

    @rule(who=WHO, entry=WHICH)
    def delete_there(self, who: int, entry: int) -> None:
        found = self.pick(who, entry)
        if found is not None:
            # What only this entry said is gone with it, and so is what was removed in it only.
            said = {line for which in (0, 1) for lines in self.lines(which) for line in lines}
            self.open |= (set(reached(found[1])) - said) | (self.taken & said)
            self.holders[who].service.remove(self.holders[who].ref, found[0])

    @rule(who=WHO, which=WHO)
    def link_an_entry(self, who: int, which: int) -> None:
        holder, person = self.holders[who], self.people[which]
        has = [link for link in self.alive() if link.address_book_id == holder.book_id]
        if rig.row(person).deleted_at or any(link.contact_id == person.id for link in has):
            return
        value = self.value("email")
        href = holder.put(f"own-{self.number}", rig.person("Somebody", value))
        holder.run()
        if href not in rig.rows(holder):
            self.foreign.add(href)
            return
        rig.link_to(holder, person, href)
        self.wrote_there(who, which, value)

    # What goes wrong, and the work itself.

    @rule(who=WHO, error=BEFORE, call=CALLS)
    def fail(self, who: int, error: type[Exception], call: str | None) -> None:
        self.holders[who].service.fail(error(), call=call)

    @rule(who=WHO, error=AFTER, call=st.sampled_from(["create", "update", "delete"]))
    def lose_an_answer(self, who: int, error: type[Exception], call: str) -> None:
        self.holders[who].service.fail(error(), call=call, after=True)

    @rule(who=WHO)
    def lose_the_cursor(self, who: int) -> None:
        self.holders[who].service.expire_cursors(self.holders[who].ref)

    @rule(who=WHO)
    def run(self, who: int) -> None:
        self.holders[who].run()

    @rule()
    def work(self) -> None:
        rig.settle()

    @rule(minutes=st.integers(1, 4))
    def time_passes(self, minutes: int) -> None:
        self.traveller.shift(timedelta(minutes=minutes))
        self.all_due()

    def all_due(self) -> None:
        """What failed is tried again."""
        self.books_due()
        with db.unit_of_work() as session:
            for link in session.exec(select(models.CardLink)):
                if link.verify_at is None:
                    link.next_attempt_at = None

    def books_due(self) -> None:
        """The books are read again, though what failed of their entries waits still."""
        with db.unit_of_work() as session:
            for holder in self.holders:
                account = session.get_one(models.ConnectedAccount, holder.account_id)
                account.next_attempt_at = None
                if account.state == AccountState.NEEDS_RECONNECT:
                    outcome.reconnected(session, account)
                session.get_one(models.AddressBook, holder.book_id).next_attempt_at = None

    # How it is done and kept in mind.

    def lines(self, which: int) -> tuple[list[str], list[str]]:
        return rig.emails(self.people[which]), rig.phones(self.people[which])

    def write(self, which: int, emails: list[str], phones: list[str]) -> None:
        self.change(
            which, emails=[Email(each) for each in emails], phones=[Phone(each) for each in phones]
        )

    def change(self, which: int, **fields: object) -> None:
        given: ContactFields = fields  # type: ignore[assignment]
        with db.unit_of_work() as session:
            row = session.get_one(models.Contact, self.people[which].id)
            contacts.update(session, rig.ACTOR, row, **given)

    def alive(self) -> list[models.CardLink]:
        """The links of this story that are not ended."""
        with db.reading() as session:
            query = select(models.CardLink).where(
                models.CardLink.state != CardLinkState.ENDED,
                col(models.CardLink.contact_id) >= self.people[0].id,
            )
            return list(session.exec(query))

    def pick(self, who: int, entry: int) -> tuple[str, Card, int | None] | None:
        """An entry, and the contact that it follows: None when that is not for sure."""
        cards = self.holders[who].cards()
        hrefs = sorted(set(cards) - self.foreign)
        if not hrefs:
            return None
        href = hrefs[entry % len(hrefs)]
        return href, cards[href], self.follows(self.holders[who], href)

    def which(self, link: models.CardLink) -> int:
        return [person.id for person in self.people].index(link.contact_id)

    def follows(self, holder: Holder, href: str) -> int | None:
        for link in self.alive():
            if (link.address_book_id, link.href) == (holder.book_id, href):
                on = link.state is not CardLinkState.REMOVING
                ids = [person.id for person in self.people]
                return ids.index(link.contact_id) if on else None
        return None

    def put(self, who: int, href: str, card: Card) -> None:
        holder = self.holders[who]
        holder.service.put(holder.ref, href.removeprefix(holder.ref), card)

    def write_there(self, who: int, which: int | None, href: str, kind: str) -> None:
        value, card = self.value(kind), self.holders[who].cards()[href]
        if kind == "email":
            card = replace(card, emails=(*card.emails, CardEmail(value)))
        else:
            card = replace(card, phones=(*card.phones, CardPhone(value)))
        self.put(who, href, card)
        self.wrote_there(who, which, value, href)

    def wrote_there(self, who: int, which: int | None, value: str, href: str = "") -> None:
        """A value that reaches the contact only where it is kept and may come in."""
        if (who, which) == (1, 1) and "@" not in value and href:
            self.own[value] = href
        kept = any(value in reached(card) for card in self.holders[who].cards().values())
        if which is None or not kept or (who, which) == (1, 1):
            self.open.add(value)
        else:
            self.entered[value] = which

    def removed_there(self, who: int, which: int | None, value: str) -> None:
        holder = self.holders[who]
        unsure = any(
            link.unanswered for link in self.alive() if link.address_book_id == holder.book_id
        )
        self.own.pop(value, None)
        if which is None or unsure or (who, which) == (1, 1):
            self.open.add(value)
        else:
            self.taken.add(value)

    def without(self, card: Card, value: str) -> Card:
        return replace(
            card,
            emails=tuple(line for line in card.emails if line.address != value),
            phones=tuple(line for line in card.phones if line.number != value),
        )

    # What always holds, and what holds once it is quiet.

    @invariant()
    def nothing_stands_twice(self) -> None:
        if not hasattr(self, "people"):
            return
        for holder in self.holders:
            for card in holder.cards().values():
                assert len(reached(card)) == len(set(reached(card))), card
        for person in self.people:
            said = [*rig.emails(person), *rig.phones(person)]
            assert len(said) == len(set(said)), said

    def teardown(self) -> None:
        if not hasattr(self, "people"):
            return
        try:
            self.come_to_rest()
            self.nothing_stands_twice()
            for which in (0, 1):
                self.agree(which)
            self.nothing_came_to_be()
            self.nobody_writes_any_more()
        finally:
            self.clock.stop()

    def calm(self) -> None:
        """What waits is done, and the listings show what is there."""
        for _ in range(2):
            self.traveller.shift(timedelta(seconds=STALE + 1))
            self.all_due()
            rig.settle()
            for holder in self.holders:
                holder.run()

    def come_to_rest(self) -> None:
        for holder in self.holders:
            holder.service._faults.clear()
        for which in (0, 1):
            if rig.row(self.people[which]).deleted_at is not None:
                self.delete_or_restore_here(which)
        for _ in range(2):
            self.calm()
        rig.settle()

    def agree(self, which: int) -> None:
        person = self.people[which]
        said = set(rig.emails(person)) | set(rig.phones(person))
        must = {v for v, where in self.entered.items() if where == which} - self.taken - self.open
        assert must <= said, ("lost", must - said)
        assert not said & (self.taken - self.open), ("back", said & self.taken)
        for link in self.alive():
            if link.contact_id == person.id:
                self.agrees(link, said)

    def agrees(self, link: models.CardLink, said: set[str]) -> None:
        assert link.state is CardLinkState.IN_STEP, (link.state, link.last_error)
        who = [holder.book_id for holder in self.holders].index(link.address_book_id)
        entry = set(reached(self.holders[who].cards()[link.href]))
        assert not entry & (self.taken - self.open), ("back there", entry & self.taken)
        card = self.holders[who].cards()[link.href]
        own = {value for value, href in self.own.items() if href == link.href}
        assert own <= entry, ("overwritten there", own - entry)
        if link.origin is LinkOrigin.HERE:
            assert card.first_name == rig.row(self.people[self.which(link)]).first_name
        if who == 0:
            assert entry - self.open == said - self.open, (entry, said)
        else:
            assert entry - self.open <= said, (entry, said)

    def nothing_came_to_be(self) -> None:
        """No contact but those two, and no entry that no contact follows but those of his own."""
        with db.reading() as session:
            found = session.exec(
                select(models.Contact.id).where(col(models.Contact.id) >= self.people[0].id)
            )
            assert found.all() == [person.id for person in self.people]
        for holder in self.holders:
            followed = [
                link.href for link in self.alive() if link.address_book_id == holder.book_id
            ]
            assert len(followed) == len(set(followed))
            assert set(holder.cards()) - self.foreign == set(followed), "an entry too many"

    def nobody_writes_any_more(self) -> None:
        before = [self.writes(holder) for holder in self.holders]
        for _ in range(2):
            self.traveller.shift(timedelta(minutes=5))
            for holder in self.holders:
                holder.run()
            rig.settle()
        assert [self.writes(holder) for holder in self.holders] == before, "it never settles"

    def writes(self, holder: Holder) -> int:
        return sum(call in WRITES for call in holder.service.calls)
