"""Storing an account whose owner signed in at the service to connect his contacts (SCT-1).

The way there and back is that of calendars (``connections.signing_in``); the consent is another one.
"""

from datetime import datetime

from sqlmodel import Session

from crm_app.core.access import Actor
from crm_app.core.kinds import AccountPurpose
from crm_app.models import ConnectedAccount
from crm_app.providers.oauth_port import Granted, OAuthApp
from crm_app.sync.books import accounts
from crm_app.sync.connections.signing_in import OtherAccount, login_from, to_reconnect
from crm_app.sync.reaching import book_access, presets
from crm_app.sync.reaching.book_access import SeenBooks
from crm_app.sync.reaching.connecting import Login


def look(provider: str, app: OAuthApp, granted: Granted) -> tuple[Login, SeenBooks]:
    """List the address books of an account that lets us in. Network."""
    login = login_from(provider, app, granted)
    seen = book_access.look_at_books(login)
    addresses = [*(each.lower() for each in granted.addresses), *seen.addresses]
    return login, SeenBooks(seen.books, tuple(dict.fromkeys(addresses)), seen.secret)


def store(
    session: Session,
    actor: Actor,
    login: Login,
    seen: SeenBooks,
    *,
    account_id: int,
    now: datetime,
) -> ConnectedAccount:
    """Store the account, or renew the one that is to be reconnected.

    Raises OtherAccount when it is not that one, NotFound when that one is gone.
    """
    if not account_id:
        label = presets.preset(login.provider, AccountPurpose.CONTACTS).name
        return accounts.add(session, actor, login, seen, label=label, now=now)
    account = to_reconnect(session, actor, login.provider, account_id, AccountPurpose.CONTACTS)
    if account.subject != login.subject:
        raise OtherAccount
    return accounts.renew(session, actor, account_id, login, seen)
