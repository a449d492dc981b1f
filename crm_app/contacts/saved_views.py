"""Saved views of the contact list: own ones, and those shared with the team (CON-3).

A view remembers filters and order, never contacts: each reader sees what he may see. Its maker and
administrators change a shared one; an own one is nobody else's.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from crm_app.contacts.filters import ViewSpec
from crm_app.contacts.names import cleaned
from crm_app.core import clock, facts
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotAllowed, NotFound
from crm_app.core.i18n import N_
from crm_app.core.ids import is_id
from crm_app.models import SavedView, User

MOST_VIEWS = 50


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as ``actor`` sees it. ``maker`` is empty for his own."""

    id: int
    name: str
    spec: ViewSpec
    shared: bool
    maker: str
    may_change: bool


def views_of(session: Session, actor: Actor) -> list[View]:
    """The views that ``actor`` may use: his own in his order, then the shared ones by name."""
    if not actor.is_user:
        return []
    rows = session.exec(
        select(SavedView, User.name)
        .join(User, col(User.id) == SavedView.user_id)
        .where(or_(col(SavedView.user_id) == actor.user_id, col(SavedView.shared)))
        .order_by(col(SavedView.position), col(SavedView.id))
    ).all()
    views = [_seen(actor, row, maker) for row, maker in rows]
    own = [view for view in views if not view.maker]
    return own + sorted((v for v in views if v.maker), key=lambda v: (v.name.casefold(), v.id))


def get_view(session: Session, actor: Actor, view_id: int) -> SavedView:
    """The view, if ``actor`` may use it; NotFound otherwise."""
    found = session.get(SavedView, view_id) if is_id(view_id) else None
    if found is None or not actor.is_user or not (found.shared or found.user_id == actor.user_id):
        raise NotFound
    return found


def add(
    session: Session, actor: Actor, *, name: str, spec: ViewSpec, shared: bool = False
) -> SavedView:
    """Keep ``spec`` under ``name``, behind the others. Invalid names the field to correct."""
    user_id = actor.require_user()
    count, last = session.exec(
        select(func.count(), func.max(SavedView.position)).where(SavedView.user_id == user_id)
    ).one()
    if count >= MOST_VIEWS:
        raise Invalid(fields={"view_name": N_("You have very many views. Remove one first.")})
    view = SavedView(
        user_id=user_id,
        name=_checked_name(session, user_id, name),
        shared=shared,
        wanted=spec.as_json(),
        position=(last or 0) + 1,
        created_at=clock.now(),
    )
    session.add(view)
    session.flush()
    _tell(session, view)
    return view


def change(
    session: Session,
    actor: Actor,
    view: SavedView,
    *,
    name: str | None = None,
    shared: bool | None = None,
    spec: ViewSpec | None = None,
) -> None:
    """Give the view another name, share it or not, or have it remember ``spec``."""
    _require_change(actor, view)
    if name is not None:
        view.name = _checked_name(session, view.user_id, name, besides=view.id)
    if shared is not None:
        view.shared = shared
    if spec is not None:
        view.wanted = spec.as_json()
    session.add(view)
    _tell(session, view)


def remove(session: Session, actor: Actor, view: SavedView) -> None:
    """Forget the view; the contacts stay as they are."""
    _require_change(actor, view)
    _tell(session, view)
    session.delete(view)


def bring_back(session: Session, actor: Actor, view: View) -> SavedView:
    """Make a removed view of ``actor`` again: the undo of ``remove``."""
    return add(session, actor, name=view.name, spec=view.spec, shared=view.shared)


def arrange(session: Session, actor: Actor, ids: Sequence[int]) -> None:
    """Put ``actor``'s own views into the order of ``ids``; those not named come last."""
    own = session.exec(select(SavedView).where(SavedView.user_id == actor.require_user())).all()
    place = {view_id: position for position, view_id in enumerate(ids, start=1)}
    for view in own:
        view.position = place.get(view.id or 0, len(ids) + view.position)
        session.add(view)
        _tell(session, view)


def seen_view(session: Session, actor: Actor, view: SavedView) -> View:
    """The view as ``actor`` sees it."""
    maker = session.get_one(User, view.user_id).name
    return _seen(actor, view, maker)


def _seen(actor: Actor, row: SavedView, maker: str) -> View:
    own = row.user_id == actor.user_id
    return View(
        id=row.id or 0,
        name=row.name,
        spec=ViewSpec.from_json(row.wanted),
        shared=row.shared,
        maker="" if own else maker,
        may_change=own or actor.is_admin,
    )


def _require_change(actor: Actor, view: SavedView) -> None:
    if view.user_id != actor.user_id and not (view.shared and actor.is_admin):
        raise NotAllowed


def _checked_name(session: Session, user_id: int, name: str, *, besides: int | None = None) -> str:
    clean = cleaned(name, longest=60)
    if not clean:
        raise Invalid(fields={"view_name": N_("Give the view a name.")})
    query = select(SavedView.id).where(SavedView.user_id == user_id, SavedView.name == clean)
    if session.exec(query.where(col(SavedView.id) != (besides or 0))).first() is not None:
        raise Invalid(fields={"view_name": N_("You have a view with this name already.")})
    return clean


def _tell(session: Session, view: SavedView) -> None:
    facts.record(session, facts.SavedViewsChanged(view.id or 0))
