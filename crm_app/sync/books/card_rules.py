"""The rules by which cards of a user's queue are marked or left out (SCT-3).

They are his own and for his own address books. Cards that arrive are judged at once; when rules
change, those that nobody decided by hand are judged anew, piece by piece in the background. What a
person said of a card stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, or_, update
from sqlmodel import Session, col, func, select

from crm_app.accounts import queries as accounts
from crm_app.core import db, facts, jobs
from crm_app.core.access import Actor
from crm_app.core.errors import Invalid, NotFound
from crm_app.core.i18n import N_
from crm_app.core.kinds import ContactKind
from crm_app.models import CardRule, ExternalCard, User
from crm_app.providers.address_book_port import from_json
from crm_app.sync.books import holding, queue_rows
from crm_app.sync.books.queue_rows import Show
from crm_app.sync.rules import card_marks
from crm_app.sync.rules.card_marks import Rule, Verdict

APPLY = "sync.card_rules"
_MOST = 200
_BATCH = 500
_cards: Table = ExternalCard.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule in its order. ``marked``: how many cards of the queue it speaks for."""

    id: int
    field: str
    value: str
    mark: ContactKind | None
    position: int
    marked: int


def asked(session: Session, user_id: int) -> tuple[Rule, ...]:
    """The rules of a user, in the order in which they are asked."""
    rows = session.exec(
        select(CardRule)
        .where(CardRule.user_id == user_id)
        .order_by(col(CardRule.position), col(CardRule.id))
    )
    return tuple(Rule(row.id or 0, row.field, row.value, row.mark) for row in rows)


def rules_of(session: Session, actor: Actor) -> list[RuleRow]:
    """The own rules as a page lists them."""
    marked = dict(
        session.exec(
            select(ExternalCard.rule_id, func.count())
            .where(
                *queue_rows.queued(actor),
                col(ExternalCard.rule_id).is_not(None),
                or_(col(ExternalCard.mark).is_not(None), col(ExternalCard.ignored).is_(True)),
            )
            .group_by(col(ExternalCard.rule_id))
        ).all()
    )
    return [
        RuleRow(row.id, row.field, row.value, row.mark, place, marked.get(row.id, 0))
        for place, row in enumerate(asked(session, actor.require_user()))
    ]


def preview(
    session: Session, actor: Actor, *, field: str, value: str, show: int = 5
) -> tuple[int, tuple[str, ...]]:
    """How many waiting cards fit a condition, and the names of the first of them; Invalid."""
    actor.require_user()
    value = _checked(field, value)
    rows = session.exec(
        select(ExternalCard.name, ExternalCard.fields)
        .where(*queue_rows.queued(actor), *queue_rows.showing(Show.WAITING))
        .order_by(col(ExternalCard.sort_key), col(ExternalCard.id))
    )
    names = [name for name, fields in rows if card_marks.fits(from_json(fields), field, value)]
    return len(names), tuple(names[:show])


def add(
    session: Session,
    actor: Actor,
    *,
    field: str,
    value: str,
    mark: ContactKind | None,
    now: datetime,
) -> CardRule:
    """Ask one more thing, after the others; without ``mark`` such cards are left out. Invalid."""
    user_id = actor.require_user()
    value = _checked(field, value)
    places = [rule.position for rule in _rows(session, user_id)]
    if len(places) >= _MOST:
        raise Invalid(fields={"field": N_("These are too many rules. Remove some first.")})
    rule = CardRule(
        user_id=user_id,
        field=field,
        value=value,
        mark=mark,
        position=max(places, default=-1) + 1,
        created_at=now,
    )
    session.add(rule)
    _changed(session, user_id)
    return rule


def change(
    session: Session,
    actor: Actor,
    rule_id: int,
    *,
    field: str,
    value: str,
    mark: ContactKind | None,
) -> CardRule:
    """Have a rule ask something else, or say something else. Invalid, NotFound."""
    rule = get_rule(session, actor, rule_id)
    rule.value, rule.field, rule.mark = _checked(field, value), field, mark
    session.add(rule)
    _changed(session, rule.user_id)
    return rule


def move(session: Session, actor: Actor, rule_id: int, to: int) -> None:
    """Give a rule another place among the own ones, counted from 0."""
    moved = get_rule(session, actor, rule_id)
    rows = [row for row in _rows(session, moved.user_id) if row.id != moved.id]
    rows.insert(max(0, min(to, len(rows))), moved)
    for position, row in enumerate(rows):
        row.position = position
        session.add(row)
    _changed(session, moved.user_id)


def remove(session: Session, actor: Actor, rule_id: int) -> None:
    """Ask it no more; what it alone said of cards is not said any more."""
    rule = get_rule(session, actor, rule_id)
    holding.hold(session, rule.user_id)
    session.execute(
        update(ExternalCard)
        .where(col(ExternalCard.rule_id) == rule.id)
        .values(mark=None, ignored=False, rule_id=None)
        .execution_options(synchronize_session="fetch")
    )
    session.delete(rule)
    _changed(session, rule.user_id)


def get_rule(session: Session, actor: Actor, rule_id: int) -> CardRule:
    """An own rule; NotFound."""
    rule = accounts.by_id(session, CardRule, rule_id)
    if rule is None or rule.user_id != actor.user_id:
        raise NotFound
    return rule


def apply_some(session: Session, user_id: int, *, after: int) -> int | None:
    """Judge some of the user's cards anew, beyond the id ``after``; where to go on, None at the end.

    Called again with the same ``after`` it changes nothing more.
    """
    user = session.get(User, user_id)
    if user is None:
        return None
    holding.hold(session, user_id)
    rows = session.exec(
        select(ExternalCard)
        .where(
            col(ExternalCard.id) > after,
            col(ExternalCard.missing_since).is_(None),
            *queue_rows.queued(accounts.actor_of(user)),
            or_(
                col(ExternalCard.rule_id).is_not(None),
                and_(col(ExternalCard.mark).is_(None), col(ExternalCard.ignored).is_(False)),
            ),
        )
        .order_by(col(ExternalCard.id))
        .limit(_BATCH)
    ).all()
    last = rows[-1].id if len(rows) == _BATCH else None
    _judge(session, rows, asked(session, user_id))
    if rows:
        facts.record(session, facts.AddressBooksChanged(user_id))
    return last


def _values(verdict: Verdict | None) -> dict[str, Any]:
    if verdict is None:
        return {"mark": None, "ignored": False, "rule_id": None}
    return {"mark": verdict.mark, "ignored": verdict.ignored, "rule_id": verdict.rule_id}


def _judge(session: Session, rows: Sequence[ExternalCard], rules: Sequence[Rule]) -> None:
    changed = []
    for row in rows:
        values = _values(card_marks.verdict(from_json(row.fields), rules))
        if values != {"mark": row.mark, "ignored": row.ignored, "rule_id": row.rule_id}:
            changed.append({"id": row.id, **values})
            session.expire(row)
    db.update_many(session, _cards, changed)


def _checked(field: str, value: str) -> str:
    known = next((each for each in card_marks.FIELDS if each.key == field), None)
    if known is None:
        raise Invalid(fields={"field": N_("Choose what the rule asks for.")})
    checked = card_marks.checked_value(field, value)
    if checked is None:
        raise Invalid(
            fields={
                "value": N_("Choose one from the list.")
                if known.choices
                else N_("Enter what it is to be compared with.")
            }
        )
    return checked


def _rows(session: Session, user_id: int) -> list[CardRule]:
    """The rules of a user in their order, locked."""
    session.exec(select(User.id).where(User.id == user_id).with_for_update()).one()
    return list(
        session.exec(
            select(CardRule)
            .where(CardRule.user_id == user_id)
            .order_by(col(CardRule.position), col(CardRule.id))
        )
    )


def _changed(session: Session, user_id: int) -> None:
    session.flush()
    jobs.enqueue(session, APPLY, user_id=user_id)
    facts.record(session, facts.AddressBooksChanged(user_id))
