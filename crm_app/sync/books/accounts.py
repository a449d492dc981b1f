"""Connecting accounts for contacts, and taking leave of them (SCT-1).

As for calendars: ``check`` what was typed or sign in at the service (``signing_in``), look outside of
any transaction (``book_access.look_at_books``), then ``add`` or ``renew``. Secrets are stored
encrypted and never given back (SYN-13). An account for contacts is not the one for calendars, even
at the same service: each has its own consent and its own health.

Disconnecting forgets the login, the queue and the flags. What becomes of the entries is the user's
choice: they stay, or those that we made go. What he had switched off before goes in any case.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from crm_app.accounts import audit
from crm_app.accounts import queries as people
from crm_app.core import facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountPurpose, CardLinkState, LinkOrigin
from crm_app.models import AddressBook, CardLink, ConnectedAccount, User
from crm_app.providers.address_book_port import RemoteBook
from crm_app.sync.books import holding, links, queries
from crm_app.sync.connections import farewell
from crm_app.sync.connections.accounts import made, same_account
from crm_app.sync.connections.farewell import Entry
from crm_app.sync.reaching import lanes, typed_login
from crm_app.sync.reaching.book_access import SeenBooks
from crm_app.sync.reaching.connecting import Login
from crm_app.sync.runs import outcome

__all__ = [
    "add",
    "check",
    "choose_some_main",
    "disconnect",
    "login_again",
    "note",
    "rename",
    "renew",
]


def check(
    session: Session,
    actor: Actor,
    *,
    kind: str,
    server_url: str,
    username: str,
    password: str,
    now: datetime,
    user_id: int | None = None,
) -> Login:
    """What to sign in with, from what was typed; ``kind`` is a preset's key.

    Counts the attempt, so commit it before looking. Raises Invalid by field, TooMany, NotFound.
    """
    return typed_login.check(
        session,
        actor,
        AccountPurpose.CONTACTS,
        kind=kind,
        server_url=server_url,
        username=username,
        password=password,
        now=now,
        user_id=user_id,
    )


def login_again(
    session: Session, actor: Actor, account_id: int, password: str, *, now: datetime
) -> Login:
    """The account's login with a new password, to look with before ``renew``. Commit it first."""
    purpose = AccountPurpose.CONTACTS
    return typed_login.login_again(session, actor, account_id, password, now=now, purpose=purpose)


def add(
    session: Session,
    actor: Actor,
    login: Login,
    seen: SeenBooks,
    *,
    label: str,
    now: datetime,
    user_id: int | None = None,
) -> ConnectedAccount:
    """Store an account that was looked at; its address books are read from now on (SCT-2).

    Those that cannot be written to, such as a directory of a whole company, are not used unless
    somebody wants them. An account that is connected already gets the new secret instead of a
    second row.
    """
    whose = user_id if user_id is not None else actor.require_user()
    people.get_user_to_manage(session, actor, whose)
    # Two browsers that come back at once shall not make two rows of one account.
    session.exec(select(User.id).where(User.id == whose).with_for_update()).one()
    present = session.exec(same_account(whose, login, AccountPurpose.CONTACTS)).first()
    if present is not None:
        return renew(session, actor, present.id or 0, login, seen)
    account = made(whose, login, seen, AccountPurpose.CONTACTS, label=label, now=now)
    session.add(account)
    session.flush()
    _take_books(session, account, seen.books)
    note(session, actor, account, "connection.added")
    return account


def renew(
    session: Session, actor: Actor, account_id: int, login: Login, seen: SeenBooks
) -> ConnectedAccount:
    """Store a new secret that was tried; what waited goes on at once."""
    account = queries.get_account(session, actor, account_id)
    lanes.hold_back(session, account_id)
    account.secret, account.aliases = seen.secret or login.secret, list(seen.addresses)
    account.server_url, account.username = login.server_url, login.username
    account.subject = login.subject
    session.add(account)
    _take_books(session, account, seen.books)
    outcome.reconnected(session, account)
    note(session, actor, account, "connection.renewed")
    return account


def rename(session: Session, actor: Actor, account_id: int, label: str) -> ConnectedAccount:
    """Give the account another name."""
    account = queries.get_account(session, actor, account_id)
    label = " ".join(label.split())
    if not label or len(label) > 100:
        raise Invalid(fields={"label": N_("Enter a name of at most 100 characters.")})
    account.label = label
    session.add(account)
    note(session, actor, account, "connection.renamed")
    return account


def disconnect(
    session: Session, actor: Actor, account_id: int, *, remove_ours: bool, now: datetime
) -> None:
    """Forget the account with its queue; all flags that stand for it go off, the contacts stay.

    ``remove_ours``: the entries that we made in its address books are removed there, unless they
    were changed there since; without it they stay. Imported and linked entries always stay.
    """
    account = queries.get_account(session, actor, account_id)
    holding.hold(session, account.user_id, account_id=account_id)
    followed = session.exec(
        select(CardLink, AddressBook.ref)
        .join(AddressBook, col(AddressBook.id) == CardLink.address_book_id)
        .where(AddressBook.account_id == account_id, CardLink.state != CardLinkState.ENDED)
        .order_by(col(CardLink.id))
    ).all()
    farewell.prepare(
        session,
        account,
        now=now,
        entries=[
            Entry(ref, link.href, link.etag)
            for link, ref in followed
            if link.href and _goes(link, remove_ours)
        ],
    )
    note(session, actor, account, "connection.removed")
    facts.record_all(
        session,
        [facts.CardLinkChanged(link.contact_id, user_id=link.user_id) for link, _ in followed],
    )
    session.delete(account)
    session.flush()
    choose_some_main(session, account.user_id)


def _goes(link: CardLink, remove_ours: bool) -> bool:
    if link.state is CardLinkState.REMOVING:
        return True
    return remove_ours and link.origin is LinkOrigin.HERE


def choose_some_main(session: Session, user_id: int) -> None:
    """Where there is no main address book any more, the next one that can be written to is it."""
    mine = holding.hold(session, user_id)
    possible = [book for book in mine if book.used and book.writable and book.gone_at is None]
    if possible and not any(book.main for book in possible):
        for book in mine:
            book.main = book is possible[0]
            session.add(book)
        session.flush()


def _take_books(session: Session, account: ConnectedAccount, seen: Collection[RemoteBook]) -> None:
    """Note what the account offers. A used address book that it no longer names is kept: the next
    run finds out whether it is gone."""
    found = session.exec(select(AddressBook).where(AddressBook.account_id == account.id)).all()
    present = {row.ref: row for row in found}
    for remote in sorted(seen, key=lambda book: not book.default):
        row = present.pop(remote.ref, None) or AddressBook(
            account_id=account.id or 0, ref=remote.ref, name="", used=remote.writable
        )
        row.name = " ".join(remote.name.split())[:200] or remote.ref[-40:]
        row.writable = remote.writable
        session.add(row)
        session.flush()
        if row.used:
            jobs.enqueue(session, links.RUN, book_id=row.id)
    for row in present.values():
        if not row.used:
            session.delete(row)
    session.flush()
    choose_some_main(session, account.user_id)


def note(session: Session, actor: Actor, account: ConnectedAccount, action: str) -> None:
    """Write down who did what to an account, and tell open tabs."""
    audit.record(
        session,
        actor,
        action,
        subject_kind="account",
        subject_id=account.id,
        label=account.label,
        user_id=account.user_id,
    )
    facts.record(session, facts.AddressBooksChanged(account.user_id))
