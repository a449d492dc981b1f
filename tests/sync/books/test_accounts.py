"""Accounts for contacts: connecting, choosing, pausing, stopping, leaving. SCT-1, SCT-2, SCT-8; SYN-13; trap 91."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text
from sqlmodel import Session, col, select

from crm_app.accounts import service as people
from crm_app.core import db, facts
from crm_app.core.access import system
from crm_app.core.errors import (
    AddressRefused,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    RemoteUnavailable,
    TooMany,
)
from crm_app.core.jobs import Job
from crm_app.core.kinds import (
    AccountPurpose,
    AccountState,
    CardLinkState,
    ContactKind,
    LinkEnd,
)
from crm_app.models import (
    AddressBook,
    AuditEntry,
    CardLink,
    ConnectedAccount,
    Contact,
    ExternalCard,
    OneTimeToken,
    User,
)
from crm_app.providers.address_book_port import RemoteBook
from crm_app.sync import queries as calendar_queries
from crm_app.sync.books import accounts, flags, managing, queries, queue
from crm_app.sync.connections import accounts as calendar_accounts
from crm_app.sync.reaching import apps, book_access, presets
from crm_app.sync.reaching.book_access import SeenBooks
from crm_app.sync.reaching.connecting import Login, Seen
from crm_app.sync.rules.health import BOOK_ADVICE, Condition
from tests import factories
from tests.sync.books import rig
from tests.sync.books.queue_rig import connected

# Behind whatever the clock says, so that work which was asked for is due.
NOW = datetime(2090, 11, 22, 12, tzinfo=UTC)
TYPED = {
    "kind": "carddav",
    "server_url": "contacts.example.com/dav",
    "username": " kate ",
    "password": "open sesame",
}
SEEN = SeenBooks(
    (
        RemoteBook("/company/", "Everybody at work", writable=False),
        RemoteBook("/second/", " Second  one "),
        RemoteBook("/first/", "", default=True),
    ),
    ("kate@c.example",),
)


def made(session: Session, user: User | None = None, **values: str) -> ConnectedAccount:
    """An account with three address books."""
    actor = factories.actor(user or factories.user(session))
    login = accounts.check(session, actor, **{**TYPED, **values}, now=NOW)
    return accounts.add(session, actor, login, SEEN, label="", now=NOW)


def books(session: Session, account: ConnectedAccount) -> dict[str, AddressBook]:
    rows = session.exec(select(AddressBook).where(AddressBook.account_id == account.id))
    return {row.ref: row for row in rows}


def owner(session: Session, account: ConnectedAccount) -> User:
    return session.get_one(User, account.user_id)


def runs(session: Session) -> list[int]:
    """The address books for which a run is asked for."""
    found = session.exec(select(Job).where(Job.kind == "sync.book").order_by(col(Job.id)))
    return [job.args["book_id"] for job in found]


# Connecting.


def test_sct1_an_account_is_connected_and_read_at_once(session: Session) -> None:
    account = made(session)
    assert account.purpose is AccountPurpose.CONTACTS
    assert (account.provider, account.server_url) == ("carddav", "https://contacts.example.com/dav")
    assert (account.username, account.label) == ("kate", "kate")
    found = books(session, account)
    assert {ref: (row.used, row.writable, row.main) for ref, row in found.items()} == {
        "/first/": (True, True, True),
        "/second/": (True, True, False),
        "/company/": (False, False, False),
    }
    assert (found["/second/"].name, found["/first/"].name) == ("Second one", "/first/")
    assert runs(session) == [found["/first/"].id, found["/second/"].id]


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("icloud", "https://contacts.icloud.com/"),
        ("fastmail", "https://carddav.fastmail.com/"),
        ("carddav", "https://contacts.example.com/dav"),
        ("nextcloud", "https://contacts.example.com/dav"),
        ("something else", "https://contacts.example.com/dav"),
    ],
)
def test_sct1_every_service_with_a_password_speaks_carddav(
    session: Session, kind: str, address: str
) -> None:
    actor = factories.actor(factories.user(session))
    login = accounts.check(session, actor, **{**TYPED, "kind": kind}, now=NOW)
    assert (login.provider, login.server_url) == (book_access.CARDDAV, address)
    shown = presets.preset_of(login.server_url, login.provider, AccountPurpose.CONTACTS)
    assert shown.key == (kind if kind in ("icloud", "fastmail") else "carddav")


def test_sct1_a_feed_is_no_address_book() -> None:
    keys = [each.key for each in presets.FOR_CONTACTS]
    assert keys == ["google", "icloud", "microsoft", "nextcloud", "fastmail", "carddav"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"server_url": ""}, "server_url"),
        ({"server_url": "memory://kate"}, "server_url"),
        ({"username": " "}, "username"),
        ({"password": ""}, "password"),
    ],
)
def test_q1_each_mistake_is_said_beside_its_field(
    session: Session, changed: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        made(session, **changed)
    assert list(caught.value.fields) == [field]


def test_usr2_connecting_is_rate_limited(session: Session) -> None:
    actor = factories.actor(factories.user(session))
    for _ in range(20):
        accounts.check(session, actor, **TYPED, now=NOW)
    with pytest.raises(TooMany):
        accounts.check(session, actor, **TYPED, now=NOW)


@pytest.mark.usefixtures("lite")
@pytest.mark.parametrize("address", ["http://127.0.0.1:1/", "http://10.0.0.1/", "http://[::1]/"])
def test_trap91_private_networks_are_refused(address: str) -> None:
    with pytest.raises(AddressRefused) as caught:
        book_access.look_at_books(Login("carddav", address, "kate", "open sesame"))
    assert "CRM_ALLOW_PRIVATE_ADDRESSES" in caught.value.user_message


def test_syn13_the_secret_is_encrypted_and_in_no_log(session: Session) -> None:
    made(session)
    stored = session.execute(text("SELECT secret FROM connected_account")).scalar_one()
    assert "open sesame" not in stored
    assert "open sesame" not in repr([row.detail for row in session.exec(select(AuditEntry))])


def test_sct1_the_same_account_again_gets_the_new_password(session: Session) -> None:
    account = made(session)
    again = made(session, owner(session, account), password="newer")
    assert (again.id, again.secret) == (account.id, "newer")
    assert len(books(session, account)) == 3


def test_sct1_what_the_account_offers_may_change(session: Session) -> None:
    account = made(session)
    actor = factories.actor(owner(session, account))
    login = accounts.login_again(session, actor, account.id or 0, "newer", now=NOW)
    seen = SeenBooks((RemoteBook("/first/", "Renamed", writable=False), RemoteBook("/new/", "New")))
    accounts.renew(session, actor, account.id or 0, login, seen)
    found = books(session, account)
    # What was used and is not named any more is left to the next run; the directory is forgotten.
    assert set(found) == {"/first/", "/second/", "/new/"}
    assert (found["/first/"].name, found["/first/"].writable) == ("Renamed", False)
    assert not found["/first/"].main
    assert found["/second/"].main


def test_sct1_for_calendars_and_for_contacts_it_is_two_accounts(session: Session) -> None:
    user = factories.user(session)
    actor = factories.actor(user)
    typed = {**TYPED, "kind": "caldav"}
    login = calendar_accounts.check(session, actor, **typed, now=NOW)
    calendars = calendar_accounts.add(session, actor, login, Seen(()), label="", now=NOW)
    contacts = made(session, user)
    assert calendars.id != contacts.id
    shown = calendar_queries.connections(session, actor, now=NOW)
    assert [one.id for one in shown] == [calendars.id]
    assert [one.id for one in queries.accounts_of(session, actor, now=NOW)] == [contacts.id]
    with pytest.raises(NotFound):
        calendar_queries.get_account(session, actor, contacts.id or 0)
    with pytest.raises(NotFound):
        calendar_accounts.disconnect(session, actor, contacts.id or 0)
    with pytest.raises(NotFound):
        queries.get_account(session, actor, calendars.id or 0)
    boss = factories.actor(factories.admin(session))
    assert [one.id for one in calendar_queries.all_connections(session, boss, now=NOW)] == [
        calendars.id
    ]
    assert [one.id for one in queries.all_accounts(session, boss, now=NOW)] == [contacts.id]


def test_usr3_others_accounts_are_managed_by_administrators_alone(session: Session) -> None:
    account = made(session)
    (book, *_) = books(session, account).values()
    stranger = factories.actor(factories.user(session))
    boss = factories.actor(factories.admin(session))
    account_id, book_id = account.id or 0, book.id or 0
    for act in (
        lambda actor: managing.pause(session, actor, account_id),
        lambda actor: managing.resume(session, actor, account_id),
        lambda actor: managing.stop(session, actor, book_id, now=NOW),
        lambda actor: managing.go_on(session, actor, book_id),
        lambda actor: managing.use_book(session, actor, book_id, True, now=NOW),
        lambda actor: managing.sync_now(session, actor, account_id),
        lambda actor: managing.list_again(session, actor, book_id),
        lambda actor: managing.delete_missing(session, actor, book_id, now=NOW),
        lambda actor: accounts.rename(session, actor, account_id, "Mine"),
        lambda actor: queries.get_book(session, actor, book_id),
        lambda actor: queries.accounts_of(session, actor, now=NOW, user_id=account.user_id),
    ):
        with pytest.raises(NotFound):
            act(stranger)
        act(boss)
    with pytest.raises(NotFound):
        managing.choose_main(session, stranger, book_id)
    with pytest.raises(NotFound):
        accounts.disconnect(session, stranger, account_id, remove_ours=False, now=NOW)
    with pytest.raises(NotAllowed):
        queries.all_accounts(session, stranger, now=NOW)
    accounts.disconnect(session, boss, account_id, remove_ours=False, now=NOW)
    assert session.get(ConnectedAccount, account_id) is None


def test_q1_a_name_is_needed(session: Session) -> None:
    account = made(session)
    actor = factories.actor(owner(session, account))
    accounts.rename(session, actor, account.id or 0, "  My  phone ")
    assert account.label == "My phone"
    for wrong in (" ", "x" * 101):
        with pytest.raises(Invalid):
            accounts.rename(session, actor, account.id or 0, wrong)


# What an administrator allows.


def test_sct1_office_365_is_offered_once_an_administrator_allowed_it(session: Session) -> None:
    boss = factories.actor(factories.admin(session))
    member = factories.actor(factories.user(session))

    def why(key: str) -> str:
        offers = apps.offered(session, AccountPurpose.CONTACTS)
        return next(each.why for each in offers if each.preset.key == key)

    assert "Office 365 – Contacts" in why("microsoft")
    assert why("icloud") == why("carddav") == ""
    with pytest.raises(Conflict):
        apps.allow_contacts(session, boss, "microsoft", True)
    people.set_sign_in_provider(
        session,
        system("test"),
        provider="microsoft",
        client_id="id",
        client_secret="secret",
        for_calendars=True,
    )
    assert [(each.provider, each.entered, each.on) for each in apps.switches(session, boss)] == [
        ("google", False, False),
        ("microsoft", True, False),
    ]
    assert "Office 365 – Contacts" in why("microsoft")
    with pytest.raises(NotAllowed):
        apps.allow_contacts(session, member, "microsoft", True)
    with pytest.raises(NotAllowed):
        apps.switches(session, member)
    with pytest.raises(NotFound):
        apps.allow_contacts(session, boss, "icloud", True)
    apps.allow_contacts(session, boss, "microsoft", True)
    assert why("microsoft") == ""
    assert apps.app_to_connect(session, "microsoft", AccountPurpose.CONTACTS).client_id == "id"
    told = session.exec(select(facts.FactRow).where(facts.FactRow.kind == "AppChanged")).all()
    apps.allow_contacts(session, boss, "microsoft", True)
    again = session.exec(select(facts.FactRow).where(facts.FactRow.kind == "AppChanged")).all()
    assert len(told) == len(again) == 2
    apps.allow_contacts(session, boss, "microsoft", False)
    assert "Office 365 – Contacts" in why("microsoft")


# Looking after it.


def state(session: Session, account: ConnectedAccount) -> queries.BookAccount:
    (one,) = queries.accounts_of(session, system("test"), now=NOW, user_id=account.user_id)
    return one


def test_sct2_progress_and_health_are_told(session: Session) -> None:
    account = made(session)
    first = books(session, account)["/first/"]
    first.events_seen = 1200
    session.add(first)
    session.flush()
    one = state(session, account)
    assert one.condition is Condition.LISTING
    assert [line.name for line in one.books] == ["/first/", "Everybody at work", "Second one"]
    top = one.books[0]
    assert (top.seen, top.fresh, top.condition) == (1200, True, Condition.LISTING)
    assert one.books[1].condition is Condition.UNUSED
    for book in books(session, account).values():
        book.complete, book.last_success_at = True, NOW
        session.add(book)
    session.flush()
    assert state(session, account).condition is Condition.IN_STEP
    assert set(BOOK_ADVICE) == set(Condition)


def test_sct2_stopped_and_gone_on_with(session: Session) -> None:
    account = made(session)
    actor = factories.actor(owner(session, account))
    first = books(session, account)["/first/"]
    first.cursor, first.lease_token = "page 7", 3
    session.add(first)
    session.flush()
    managing.stop(session, actor, first.id or 0, now=NOW)
    assert (first.stopped_at, first.cursor) == (NOW, "page 7")
    assert first.lease_token == 4
    assert state(session, account).books[0].condition is Condition.STOPPED
    before = len(runs(session))
    managing.go_on(session, actor, first.id or 0)
    assert (first.stopped_at, first.cursor) == (None, "page 7")
    assert len(runs(session)) == before + 1


def test_sct1_paused_and_resumed(session: Session) -> None:
    account = made(session)
    actor = factories.actor(owner(session, account))
    managing.pause(session, actor, account.id or 0)
    assert account.state is AccountState.PAUSED
    one = state(session, account)
    assert (one.condition, one.paused) == (Condition.PAUSED, True)
    with pytest.raises(Conflict):
        managing.sync_now(session, actor, account.id or 0)
    managing.resume(session, actor, account.id or 0)
    assert account.state is AccountState.ACTIVE
    assert managing.sync_now(session, actor, account.id or 0) == 2
    account.state = AccountState.NEEDS_RECONNECT
    session.add(account)
    session.flush()
    managing.resume(session, actor, account.id or 0)
    assert account.state is AccountState.NEEDS_RECONNECT
    assert state(session, account).condition is Condition.LOCKED_OUT
    with pytest.raises(Conflict):
        managing.sync_now(session, actor, account.id or 0)


def test_sct5_there_is_one_main_address_book(session: Session) -> None:
    account = made(session)
    user = owner(session, account)
    actor = factories.actor(user)
    other = made(session, user, server_url="https://other.example")
    assert not any(book.main for book in books(session, other).values())
    second = books(session, other)["/second/"]
    managing.choose_main(session, actor, second.id or 0)
    mine = [*books(session, account).values(), *books(session, other).values()]
    assert [book.id for book in mine if book.main] == [second.id]
    directory = books(session, account)["/company/"]
    with pytest.raises(Invalid):
        managing.choose_main(session, actor, directory.id or 0)
    managing.use_book(session, actor, second.id or 0, False, now=NOW)
    assert [book.ref for book in mine if book.main] == ["/first/"]
    accounts.disconnect(session, actor, account.id or 0, remove_ours=False, now=NOW)
    assert books(session, other)["/first/"].main


def test_sct1_used_no_longer_its_flags_go_off_and_its_entries_stay(session: Session) -> None:
    ann = connected(session)
    contact = factories.contact(session)
    (link,) = flags.tick(session, ann.actor, contact.id or 0, now=NOW)
    link.href, link.state = "1.vcf", CardLinkState.IN_STEP
    book = session.get_one(AddressBook, ann.book_id)
    book.cursor, book.last_success_at = "seven", NOW
    session.add(link)
    session.add(book)
    managing.use_book(session, ann.actor, ann.book_id, False, now=NOW)
    assert (link.state, link.why_ended) == (CardLinkState.ENDED, LinkEnd.LEFT)
    assert (book.used, book.main, book.cursor, book.complete) == (False, False, None, False)
    assert not queries.flag(session, ann.actor, contact.id or 0).on
    managing.use_book(session, ann.actor, ann.book_id, True, now=NOW)
    assert book.main
    assert runs(session)[-1] == ann.book_id


def test_sct5_what_was_switched_off_is_removed_before_a_book_is_let_go(session: Session) -> None:
    ann = connected(session)
    contact = factories.contact(session)
    (link,) = flags.tick(session, ann.actor, contact.id or 0, now=NOW)
    link.href, link.state = "1.vcf", CardLinkState.IN_STEP
    session.add(link)
    session.flush()
    flags.untick(session, ann.actor, contact.id or 0, now=NOW)
    with pytest.raises(Conflict):
        managing.use_book(session, ann.actor, ann.book_id, False, now=NOW)


# On a service.


@pytest.mark.usefixtures("database")
def test_sct8_many_deletions_wait_for_a_yes() -> None:
    ann = rig.connect()
    for number in range(30):
        ann.put(f"{number:02}", rig.person(f"Card {number:02}"))
    ann.run()
    ann.service.clear(ann.ref)
    ann.run()
    with db.unit_of_work() as session:
        (one,) = queries.accounts_of(session, ann.actor, now=NOW)
        assert one.books[0].deletions_waiting == 30
        assert one.condition is Condition.WAITING
        assert managing.delete_missing(session, ann.actor, ann.book_id, now=NOW) == 30
        assert session.exec(select(ExternalCard)).all() == []
        (one,) = queries.accounts_of(session, ann.actor, now=NOW)
    assert one.books[0].deletions_waiting == 0


@pytest.mark.usefixtures("database")
def test_sct8_listed_again_instead_nothing_is_doubled() -> None:
    ann = rig.connect()
    for number in range(5):
        ann.put(f"{number:02}", rig.person(f"Card {number:02}"))
    ann.run()
    with db.unit_of_work() as session:
        managing.list_again(session, ann.actor, ann.book_id)
    rig.settle()
    with db.reading() as session:
        assert len(session.exec(select(ExternalCard)).all()) == 5
        assert queries.counts(session, ann.actor).waiting == 5


@pytest.mark.usefixtures("database")
def test_sct1_paused_nothing_is_asked_there() -> None:
    ann = rig.connect()
    with db.unit_of_work() as session:
        managing.pause(session, ann.actor, ann.account_id)
    ann.run()
    assert ann.service.calls == []
    with db.unit_of_work() as session:
        managing.resume(session, ann.actor, ann.account_id)
    rig.settle()
    assert ann.service.calls != []


def three_entries() -> rig.Holder:
    """One entry that we made, one that was imported, one that is to be removed."""
    ann = rig.connect()
    ann.put("imported", rig.person("Imported One", "i@x.example"))
    ann.put("other", rig.person("Never Touched"))
    ann.run()
    with db.unit_of_work() as session:
        queue.mark_many(session, ann.actor, ContactKind.CONTACT, text="imported")
        queue.request_import(session, ann.actor)
    made, off = rig.contact("Made Here", "m@x.example"), rig.contact("Switched Off")
    for contact in (made, off):
        with db.unit_of_work() as session:
            flags.tick(session, ann.actor, contact.id or 0, now=NOW)
    rig.settle()
    with db.unit_of_work() as session:
        flags.untick(session, ann.actor, off.id or 0, now=NOW)
    return ann


def shown(ann: rig.Holder) -> set[str]:
    return {card.name for card in ann.cards().values()}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("remove", [True, False])
def test_sct1_disconnected_the_user_says_what_becomes_of_the_entries(remove: bool) -> None:
    ann = three_entries()
    everything = {"Imported One", "Never Touched", "Made Here", "Switched Off"}
    assert shown(ann) == everything
    with db.unit_of_work() as session:
        (one,) = queries.accounts_of(session, ann.actor, now=NOW)
        assert one.made == 2
        accounts.disconnect(session, ann.actor, ann.account_id, remove_ours=remove, now=NOW)
    with db.reading() as session:
        assert session.exec(select(CardLink)).all() == []
        assert session.exec(select(ExternalCard)).all() == []
        assert len(session.exec(select(Contact)).all()) == 3
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        rig.settle()
    gone = {"Switched Off", "Made Here"} if remove else {"Switched Off"}
    assert shown(ann) == everything - gone
    with db.reading() as session:
        assert (
            session.exec(select(OneTimeToken).where(OneTimeToken.purpose == "farewell")).all() == []
        )


@pytest.mark.usefixtures("database")
def test_sct1_what_was_changed_there_meanwhile_is_not_removed() -> None:
    ann = three_entries()
    (href,) = [href for href, card in ann.cards().items() if card.name == "Made Here"]
    ann.change(href, note="call her back")
    with db.unit_of_work() as session:
        accounts.disconnect(session, ann.actor, ann.account_id, remove_ours=True, now=NOW)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        rig.settle()
    assert shown(ann) == {"Imported One", "Never Touched", "Made Here"}


@pytest.mark.usefixtures("database")
def test_sct1_a_service_that_is_away_is_asked_again_for_the_rest() -> None:
    ann = three_entries()
    ann.service.fail(RemoteUnavailable(), call="delete", after=True)
    with db.unit_of_work() as session:
        accounts.disconnect(session, ann.actor, ann.account_id, remove_ours=True, now=NOW)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        rig.settle()
    assert len(shown(ann)) == 3
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        rig.settle()
    assert shown(ann) == {"Imported One", "Never Touched"}
    with db.reading() as session:
        assert "open sesame" not in repr([row.data for row in session.exec(select(OneTimeToken))])


@pytest.mark.usefixtures("database")
def test_sct1_disconnecting_leaves_other_peoples_flags_alone() -> None:
    ann, bob = three_entries(), rig.connect()
    with db.reading() as session:
        contact = session.exec(select(Contact).where(Contact.name == "Made Here")).one()
    with db.unit_of_work() as session:
        flags.tick(session, bob.actor, contact.id or 0, now=NOW)
    rig.settle()
    with db.unit_of_work() as session:
        accounts.disconnect(session, ann.actor, ann.account_id, remove_ours=True, now=NOW)
    rig.settle()
    assert shown(bob) == {"Made Here"}
    with db.reading() as session:
        assert queries.flag(session, bob.actor, contact.id or 0).on
        assert not queries.flag(session, ann.actor, contact.id or 0).on
