"""Links that work once: password reset, invitation, and the state of an OpenID Connect sign-in.

Only a token's hash finds its row. Where a mail has to carry the token, it is also kept encrypted
in ``data`` until it is used. Looking at a link does not use it, since mail scanners follow links;
``use`` does, and of two uses at the same moment one wins.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from crm_app.core import crypto, db
from crm_app.core.errors import NotFound
from crm_app.core.i18n import N_
from crm_app.models import OneTimeToken

RESET = "reset"
INVITE = "invite"
OPENID = "openid"

LINK_IS_OVER = N_("This link is no longer valid. Please ask for a new one.")
_READABLE = "token"


def issue(
    session: Session,
    purpose: str,
    *,
    user_id: int | None,
    lifetime: timedelta,
    now: datetime,
    data: dict[str, Any] | None = None,
    readable: bool = False,
) -> tuple[OneTimeToken, str]:
    """A new row and its token. ``readable`` keeps the token encrypted, for the mail that follows."""
    token = crypto.new_token()
    row = OneTimeToken(
        purpose=purpose,
        token_hash=crypto.token_hash(token),
        user_id=user_id,
        data=(data or {}) | ({_READABLE: crypto.encrypt(token)} if readable else {}),
        expires_at=now + lifetime,
    )
    session.add(row)
    session.flush()
    return row, token


def find(session: Session, purpose: str, token: str, now: datetime) -> OneTimeToken:
    """The row of a token that can still be used; NotFound otherwise."""
    row = session.exec(
        select(OneTimeToken).where(
            OneTimeToken.token_hash == crypto.token_hash(token),
            OneTimeToken.purpose == purpose,
            OneTimeToken.expires_at > now,
            col(OneTimeToken.used_at).is_(None),
        )
    ).first()
    if row is None:
        raise NotFound(LINK_IS_OVER)
    return row


def use(session: Session, purpose: str, token: str, now: datetime) -> OneTimeToken:
    """Use the token up and give back its row, with ``data`` as it was; NotFound the second time."""
    row = find(session, purpose, token, now)
    taken = session.execute(
        update(OneTimeToken)
        .where(col(OneTimeToken.id) == row.id, col(OneTimeToken.used_at).is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )
    if db.rows_changed(taken) == 0:
        raise NotFound(LINK_IS_OVER)
    return row


def readable(row: OneTimeToken, now: datetime) -> str | None:
    """The token itself, for the mail that carries it; None once it is used or over."""
    kept = row.data.get(_READABLE)
    if kept is None or row.used_at is not None or row.expires_at <= now:
        return None
    return crypto.decrypt(kept)


def void(session: Session, purpose: str, user_id: int) -> None:
    """Make all open links of that kind to the user worthless."""
    session.execute(
        delete(OneTimeToken).where(
            col(OneTimeToken.purpose) == purpose,
            col(OneTimeToken.user_id) == user_id,
        )
    )


def purge(session: Session, now: datetime) -> None:
    """Remove what has been over for a day."""
    session.execute(
        delete(OneTimeToken).where(col(OneTimeToken.expires_at) < now - timedelta(days=1))
    )
