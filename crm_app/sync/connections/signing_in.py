"""Connecting an account by signing in at the service itself (OAuth 2.0 with PKCE, RFC 9700).

Calendars and contacts are connected apart, each with its own consent; ``books.signing_in`` looks at
and stores an account for contacts.

The state that travels with the browser is a row that works once, for the user and for the very
session that began; what the service's module has to keep (the code verifier) lies encrypted beside
it and never in the browser. An account is known again by what the service calls it for good, so
that reconnecting renews it and never makes a second one. The network lies between the functions,
never inside one that has a session.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from crm_app.accounts import tokens
from crm_app.core import crypto
from crm_app.core.access import Actor
from crm_app.core.errors import NotFound, RemoteError
from crm_app.core.kinds import AccountPurpose
from crm_app.models import ConnectedAccount, OneTimeToken
from crm_app.providers.oauth_port import Granted, OAuthApp
from crm_app.sync import queries
from crm_app.sync.connections import accounts
from crm_app.sync.outgoing.outbox import in_words
from crm_app.sync.reaching import apps, connecting, presets
from crm_app.sync.reaching.connecting import Login, Seen
from crm_app.sync.reaching.typed_login import count_attempt

PURPOSE = "connect"
# As long as somebody may need to find his second factor.
LIFETIME = timedelta(minutes=15)


class OtherAccount(NotFound):
    """The account that let us in is not the one that was to be reconnected."""


@dataclass(frozen=True, slots=True)
class Start:
    """A beginning that is noted. ``state`` goes with the browser, ``row_id`` is its row."""

    row_id: int
    state: str = field(repr=False)
    app: OAuthApp
    login_hint: str


@dataclass(frozen=True, slots=True)
class Return:
    """What was noted at the beginning; ``account_id`` is 0 unless it is to be reconnected."""

    row_id: int
    app: OAuthApp
    keep: Mapping[str, Any] = field(repr=False)
    page: str
    account_id: int
    purpose: AccountPurpose


def begin(
    session: Session,
    actor: Actor,
    *,
    provider: str,
    browser: str,
    page: str,
    account_id: int,
    now: datetime,
    purpose: AccountPurpose = AccountPurpose.CALENDARS,
) -> Start:
    """Note who begins, in which ``browser`` (the session's cookie), and where he returns to.

    Raises NotFound (no such service; not his account), Rejected without an app, TooMany.
    """
    count_attempt(session, actor, now=now)
    app = apps.app_to_connect(session, provider, purpose)
    account = None
    if account_id:
        account = to_reconnect(session, actor, provider, account_id, purpose)
    row, state = tokens.issue(
        session,
        PURPOSE,
        user_id=actor.require_user(),
        lifetime=LIFETIME,
        now=now,
        data={
            "provider": provider,
            "browser": crypto.token_hash(browser),
            "page": page,
            "account_id": account_id,
            "purpose": purpose.value,
        },
    )
    return Start(row.id or 0, state, app, account.username if account else "")


def keep(session: Session, start: Start, kept: Mapping[str, Any]) -> None:
    """Note what the service's module needs to know when the browser is back."""
    row = session.get_one(OneTimeToken, start.row_id)
    row.data = {**row.data, "keep": crypto.encrypt(json.dumps(kept))}
    session.add(row)


def come_back(
    session: Session, actor: Actor, *, provider: str, state: str, browser: str, now: datetime
) -> Return:
    """What was noted under ``state``, which is used up now.

    NotFound unless this user began it in this session, with this service, and it is the first time.
    """
    row = tokens.use(session, PURPOSE, state, now)
    if (
        row.user_id != actor.user_id
        or row.data["provider"] != provider
        or "keep" not in row.data
        or not crypto.same(row.data["browser"], crypto.token_hash(browser))
    ):
        raise NotFound
    purpose = AccountPurpose(row.data.get("purpose", AccountPurpose.CALENDARS))
    return Return(
        row_id=row.id or 0,
        app=apps.app_to_connect(session, provider, purpose),
        keep=json.loads(crypto.decrypt(row.data["keep"])),
        page=row.data["page"],
        account_id=row.data["account_id"],
        purpose=purpose,
    )


def note_refusal(session: Session, returned: Return, error: RemoteError) -> None:
    """Keep what the service's refusal says, for the page that the person returns to."""
    row = session.get_one(OneTimeToken, returned.row_id)
    row.data = {"refusal": in_words(error)}
    session.add(row)


def told(session: Session, actor: Actor, row_id: int) -> str:
    """What was kept of an attempt of this user's; empty when there is nothing."""
    row = session.get(OneTimeToken, row_id) if row_id else None
    if row is None or row.purpose != PURPOSE or row.user_id != actor.user_id:
        return ""
    return str(row.data.get("refusal", ""))


def login_from(provider: str, app: OAuthApp, granted: Granted) -> Login:
    """How an account is opened that lets us in."""
    return Login(
        provider=provider,
        server_url="",
        username=granted.email,
        secret=granted.secret,
        subject=granted.subject,
        app=app,
    )


def look(provider: str, app: OAuthApp, granted: Granted) -> tuple[Login, Seen]:
    """List the calendars of an account that lets us in. Network."""
    login = login_from(provider, app, granted)
    seen = connecting.look(login)
    addresses = [*(each.lower() for each in granted.addresses), *seen.addresses]
    return login, Seen(seen.calendars, tuple(dict.fromkeys(addresses)), seen.secret)


def store(
    session: Session, actor: Actor, login: Login, seen: Seen, *, account_id: int, now: datetime
) -> ConnectedAccount:
    """Store the account, or renew the one that is to be reconnected.

    Raises OtherAccount when it is not that one, NotFound when that one is gone.
    """
    if account_id:
        account = to_reconnect(session, actor, login.provider, account_id, AccountPurpose.CALENDARS)
        if account.subject != login.subject:
            raise OtherAccount
        return accounts.renew(session, actor, account_id, login, seen)
    label = presets.preset(login.provider).name
    return accounts.add(session, actor, login, seen, label=label, now=now)


def to_reconnect(
    session: Session, actor: Actor, provider: str, account_id: int, purpose: AccountPurpose
) -> ConnectedAccount:
    """An own account: only its owner can sign in there, so administrators are no exception."""
    account = queries.get_account(session, actor, account_id, purpose)
    if account.user_id != actor.user_id or account.provider != provider:
        raise NotFound
    return account
