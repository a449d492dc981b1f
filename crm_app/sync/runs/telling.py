"""Telling open tabs how a connection is doing, each kind on its own page."""

from sqlmodel import Session

from crm_app.core import facts
from crm_app.core.kinds import AccountPurpose
from crm_app.models import AddressBook, ConnectedAccount, ExternalCalendar


def tell(session: Session, account: ConnectedAccount, *, state: str) -> None:
    """Something about the account, or what is read of it, changed."""
    if account.purpose is AccountPurpose.CONTACTS:
        facts.record(session, facts.AddressBooksChanged(account.user_id))
    else:
        facts.record(session, facts.ConnectionChanged(account.id or 0, state=state))


def tell_of(session: Session, followed: ExternalCalendar | AddressBook, *, state: str) -> None:
    """The same, from a calendar or an address book."""
    if isinstance(followed, ExternalCalendar):
        facts.record(session, facts.ConnectionChanged(followed.account_id, state=state))
    else:
        tell(session, session.get_one(ConnectedAccount, followed.account_id), state=state)
