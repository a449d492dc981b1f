"""Holding a user's address books still while many of their cards are changed.

A run locks its address book before it writes cards. Whoever changes cards of several books does so
too, in the order of ids, so that nobody waits for anybody crosswise.
"""

from sqlmodel import Session, col, select

from crm_app.core.kinds import AccountPurpose
from crm_app.models import AddressBook, ConnectedAccount


def hold(session: Session, user_id: int, *, account_id: int | None = None) -> list[AddressBook]:
    """The address books of a user, of all accounts or of one, locked until the transaction ends."""
    query = (
        select(AddressBook)
        .join(ConnectedAccount, col(ConnectedAccount.id) == AddressBook.account_id)
        .where(
            ConnectedAccount.user_id == user_id,
            ConnectedAccount.purpose == AccountPurpose.CONTACTS,
        )
        .order_by(col(AddressBook.id))
        .with_for_update(of=AddressBook)
        .execution_options(populate_existing=True)
    )
    if account_id is not None:
        query = query.where(AddressBook.account_id == account_id)
    return list(session.exec(query))
