"""Guest filters as the page shows them."""

from typing import Any

from sqlmodel import Session, select

from crm_app.accounts import queries as accounts
from crm_app.core.access import Actor
from crm_app.models import ConnectedAccount
from crm_app.sync.choices import filters
from crm_app.sync.choices.filters import FilterRow

_YES = "yes"


def of(session: Session, actor: Actor, user_id: int) -> dict[str, Any]:
    """The filters that count for a user, what an administrator is offered, and his own addresses."""
    user = accounts.get_user_to_manage(session, actor, user_id)
    found = filters.filters_of(session, actor, user_id=user_id)
    rows = [_row(one, actor) for one in found]
    connected = session.exec(
        select(ConnectedAccount.username, ConnectedAccount.aliases).where(
            ConnectedAccount.user_id == user_id
        )
    )
    addresses = [user.email, *(each for name, others in connected for each in (name, *others))]
    return {
        "own": [row for row in rows if row["own"]],
        "ignored": [row for row in rows if not row["own"]],
        "suggested": filters.suggested_domains(session, actor) if actor.is_admin else [],
        "addresses": list(dict.fromkeys(each.lower() for each in addresses if "@" in each)),
    }


def _row(one: FilterRow, actor: Actor) -> dict[str, str]:
    return {
        "id": str(one.id),
        "pattern": one.pattern,
        # "@team.example" is how it is stored; people write "team.example".
        "name": one.pattern.removeprefix("@"),
        "domain": _YES if one.pattern.startswith("@") else "",
        "own": _YES if one.own else "",
        "everybody": _YES if one.everybody else "",
        "may": _YES if actor.is_admin or not one.everybody else "",
    }
