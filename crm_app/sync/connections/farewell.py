"""Taking leave of a service after somebody disconnected: entries that we made in his address books
go when he wants it, channels end, our access is given back.

The account is gone by then. Its secret waits, encrypted, in a row that is thrown away when it was
used or after a day, so that no job bears it. Nothing here stands in the way of disconnecting: what
a service that is away is not told, it finds out by itself.
"""

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from crm_app.accounts import tokens
from crm_app.core import clock, crypto, db, jobs
from crm_app.core.errors import PreconditionFailed, RateLimited, RemoteError, RemoteUnavailable
from crm_app.models import ConnectedAccount, ExternalCalendar, OneTimeToken, PushChannel
from crm_app.providers.calendar_port import Wakeable, Watch
from crm_app.sync.reaching import apps, book_access, connecting, presets
from crm_app.sync.reaching.connecting import Login
from crm_app.sync.reaching.presets import Way

log = logging.getLogger(__name__)
KIND = "sync.farewell"
_PURPOSE = "farewell"
_KEPT = timedelta(days=1)
_NOTED_EVERY = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that goes, unless it was changed there meanwhile."""

    book_ref: str
    href: str
    etag: str | None


def prepare(
    session: Session,
    account: ConnectedAccount,
    *,
    now: datetime,
    entries: Sequence[Entry] = (),
) -> None:
    """Have the service told once this transaction, which removes ``account``, is through."""
    if presets.preset(account.provider).way is not Way.SIGN_IN and not entries:
        return
    row, _ = tokens.issue(
        session,
        _PURPOSE,
        user_id=None,
        lifetime=_KEPT,
        now=now,
        data={
            "provider": account.provider,
            "server_url": account.server_url,
            "username": account.username,
            "subject": account.subject,
            "secret": crypto.encrypt(account.secret),
            "channels": _channels(session, account.id or 0),
            "entries": [asdict(entry) for entry in entries],
        },
    )
    jobs.enqueue(session, KIND, token_id=row.id)


def _channels(session: Session, account_id: int) -> list[dict[str, str]]:
    rows = session.exec(
        select(PushChannel)
        .join(ExternalCalendar, col(ExternalCalendar.id) == PushChannel.external_calendar_id)
        .where(ExternalCalendar.account_id == account_id)
    )
    return [
        {
            "channel_id": row.channel_id,
            "resource_id": row.resource_id,
            "expires_at": row.expires_at.isoformat(),
        }
        for row in rows
    ]


def say(token_id: int) -> None:
    """Tell the service; RemoteUnavailable and RateLimited when it is worth another try."""
    with db.reading() as session:
        row = session.get(OneTimeToken, token_id)
        app = apps.app_of(session, row.data["provider"]) if row else None
    if row is None or row.expires_at <= clock.now():
        return
    data = row.data
    login = Login(
        provider=data["provider"],
        server_url=data.get("server_url", ""),
        username=data.get("username", ""),
        secret=crypto.decrypt(data["secret"]),
        app=app,
    )
    try:
        _remove_entries(token_id, login, data.get("entries", []))
        if app is not None:
            _end_channels(login, data["channels"])
            _give_back(login, data["subject"])
    except (RemoteUnavailable, RateLimited):
        raise
    except RemoteError as error:
        log.info("%s did not take our farewell: %s", data["provider"], error.detail)
    with db.unit_of_work() as session:
        over = session.get(OneTimeToken, token_id)
        if over is not None:
            session.delete(over)


def _remove_entries(token_id: int, login: Login, entries: list[dict[str, Any]]) -> None:
    """One after the other; what is done is noted every now and then and when the service fails."""
    if not entries:
        return
    done = 0
    try:
        with book_access.opened_book(login) as provider:
            for entry in map(_entry, entries):
                with contextlib.suppress(PreconditionFailed):
                    provider.delete(entry.book_ref, entry.href, entry.etag)
                done += 1
                if done % _NOTED_EVERY == 0:
                    _note_rest(token_id, entries[done:])
    finally:
        _note_rest(token_id, entries[done:])


def _entry(kept: dict[str, Any]) -> Entry:
    return Entry(kept["book_ref"], kept["href"], kept["etag"])


def _note_rest(token_id: int, entries: list[dict[str, Any]]) -> None:
    with db.unit_of_work() as session:
        row = session.get(OneTimeToken, token_id)
        if row is not None:
            row.data = {**row.data, "entries": entries}
            session.add(row)


def _end_channels(login: Login, channels: list[dict[str, Any]]) -> None:
    if not channels:
        return
    with connecting.opened(login) as provider:
        if not isinstance(provider, Wakeable):
            return
        for one in channels:
            expires_at = datetime.fromisoformat(one["expires_at"])
            provider.unwatch(Watch(one["channel_id"], one["resource_id"], expires_at))


def _give_back(login: Login, subject: str) -> None:
    """Revoke our access, unless the same account is still, or again, connected by somebody: the
    services revoke all that was granted to the app, not one token."""
    with db.reading() as session:
        still = session.exec(
            select(ConnectedAccount.id).where(
                ConnectedAccount.provider == login.provider, ConnectedAccount.subject == subject
            )
        ).first()
    if still is None and login.app is not None:
        apps.service_of(login.provider).revoke(login.app, login.secret)
