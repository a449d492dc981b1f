"""What people type to connect an account: checked, counted and made into a login.

Nothing is stored here and nobody is asked; ``connecting.look`` tries the login afterwards. A feed's
address is the secret itself: of it only the host is kept readable, and a keyed hash by which the
same feed is known again.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session

from crm_app.accounts import queries as accounts
from crm_app.accounts import rate
from crm_app.core.access import Actor
from crm_app.core.crypto import derived_key
from crm_app.core.errors import Invalid
from crm_app.core.i18n import N_
from crm_app.core.kinds import AccountPurpose
from crm_app.sync import queries
from crm_app.sync.reaching import presets
from crm_app.sync.reaching.connecting import ICS, Login
from crm_app.sync.reaching.presets import Way

_ATTEMPTS, _PER = 20, timedelta(hours=1)
_LONGEST, _LONGEST_FEED = 500, 2000
_NO_ADDRESS = N_("Enter the server's address, such as https://example.com.")
_NO_FEED = N_("Enter the address of the calendar, such as https://example.com/calendar.ics.")
_SIGN_IN = N_("Sign in at the service itself to connect this account.")


def count_attempt(session: Session, actor: Actor, *, now: datetime) -> None:
    """One more attempt to connect something; TooMany. Commit it before trying."""
    rate.allow(session, f"connect:{actor.user_id}", _ATTEMPTS, _PER, now)


def check(
    session: Session,
    actor: Actor,
    purpose: AccountPurpose = AccountPurpose.CALENDARS,
    /,
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
    whose = user_id if user_id is not None else actor.require_user()
    accounts.get_user_to_manage(session, actor, whose)
    chosen = presets.preset(kind, purpose)
    if chosen.way is Way.SIGN_IN:
        raise Invalid(_SIGN_IN)
    if chosen.way is Way.ADDRESS:
        login = feed(server_url)
    else:
        address = chosen.address or _web_address(server_url)
        login = _with_password(presets.general(purpose).key, address, username, password)
    count_attempt(session, actor, now=now)
    return login


def _with_password(provider: str, address: str, username: str, password: str) -> Login:
    missing = {
        name: message
        for name, value, message in (
            ("server_url", address, _NO_ADDRESS),
            ("username", username.strip(), N_("Enter the user name.")),
            ("password", password, N_("Enter the app password.")),
        )
        if not value or len(value) > _LONGEST
    }
    if missing:
        raise Invalid(fields=missing)
    return Login(provider, address, username.strip(), password)


def feed(typed: str) -> Login:
    """The login of a feed's address (``webcal:`` is https by another name); Invalid."""
    address = typed.strip()
    for scheme in ("webcal://", "webcals://"):
        if address.lower().startswith(scheme):
            address = "https://" + address[len(scheme) :]
    address = _web_address(address)
    host = _host(address)
    if not host or len(address) > _LONGEST_FEED:
        raise Invalid(fields={"server_url": _NO_FEED})
    subject = hmac.new(derived_key("feed"), address.encode(), hashlib.sha256).hexdigest()
    return Login(ICS, f"https://{host}", "", address, subject=subject)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def login_again(
    session: Session,
    actor: Actor,
    account_id: int,
    password: str,
    *,
    now: datetime,
    purpose: AccountPurpose = AccountPurpose.CALENDARS,
) -> Login:
    """The account's login with a new password, to look with before ``accounts.renew``.

    For a feed, ``password`` is its new address. Commit it first: the attempt is counted.
    """
    account = queries.get_account(session, actor, account_id, purpose)
    if account.provider == ICS:
        login = _feed_again(password)
    elif presets.preset(account.provider, purpose).way is Way.SIGN_IN:
        raise Invalid(_SIGN_IN)
    elif not password or len(password) > _LONGEST:
        raise Invalid(fields={"password": N_("Enter the app password.")})
    else:
        login = Login(account.provider, account.server_url, account.username, password)
    count_attempt(session, actor, now=now)
    return login


def _feed_again(address: str) -> Login:
    try:
        return feed(address)
    except Invalid as error:
        raise Invalid(fields={"password": _NO_FEED}) from error


def _web_address(typed: str) -> str:
    """``typed`` with a scheme; empty when it cannot be a web address."""
    address = typed.strip()
    if not address or any(letter.isspace() for letter in address):
        return ""
    if "://" not in address:
        return f"https://{address}"
    return address if address.startswith(("https://", "http://")) else ""
