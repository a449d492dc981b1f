"""What the filters of the list mean in the database (CON-3)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, and_, cast, false, func, or_, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col, select

from crm_app.contacts.fields import CHANNELS
from crm_app.contacts.filters import NOBODY, CustomTerm, Filters
from crm_app.contacts.names import cleaned, folded
from crm_app.contacts.search_words import words_of
from crm_app.contacts.visibility import listed_contacts
from crm_app.core import clock
from crm_app.core.access import Actor
from crm_app.core.ids import is_id
from crm_app.models import Contact, ContactEmail, ContactMerge, ContactPhone, ContactTag, Tag

Condition = ColumnElement[bool]


class Unindexed(FunctionElement[Any]):
    """A column whose index SQLite is not to use: its unary plus. PostgreSQL decides by itself."""

    inherit_cache = True


@compiles(Unindexed)
def _plain_column(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(Unindexed, "sqlite")
def _plus_column(element: Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses, **options)}"


def conditions(actor: Actor, filters: Filters) -> list[Condition]:
    """All that must hold of a contact in the list; what ``actor`` may not see is left out."""
    return [*narrowing(actor, filters), listed_contacts(actor)]


def narrowing(actor: Actor, filters: Filters) -> list[Condition]:
    """The filters alone. The cheap ones come first: SQLite asks in the order that is written."""
    return [
        _present(filters),
        *_own_columns(filters),
        *_days(actor, filters),
        *_words(filters),
        *_tags(filters),
        *_addresses(filters),
        *_custom(filters),
    ]


def in_one_pass(filters: Filters) -> bool:
    """Whether the page is found sooner by one pass over the table than along the order's index.

    Along the index SQLite fetches the rows one by one, so that a word that hardly anybody has costs
    ten times as long as a pass; without such a filter the first rows of the index are the page.
    """
    return any(filters.get(name) not in (None, "", []) for name in set(filters) - _BY_INDEX)


_BY_INDEX = frozenset({"deleted", "owner_id", "owners"})


def _present(filters: Filters) -> Condition:
    gone = col(Contact.deleted_at)
    if filters.get("deleted", False):
        # What was merged comes back by undoing the merge.
        merged = select(ContactMerge.gone_id).where(col(ContactMerge.undone_at).is_(None))
        return and_(gone.is_not(None), col(Contact.id).not_in(merged))
    return Unindexed(gone).is_(None) if in_one_pass(filters) else gone.is_(None)


def _own_columns(filters: Filters) -> Iterator[Condition]:
    if (kind := filters.get("kind")) is not None:
        yield col(Contact.kind) == kind
    if kinds := filters.get("kinds"):
        yield col(Contact.kind).in_(kinds)
    if (owner_id := filters.get("owner_id")) is not None:
        yield _owned_by([owner_id])
    if owners := filters.get("owners"):
        yield _owned_by(owners)
    if (company_id := filters.get("company_id")) is not None:
        yield col(Contact.company_id) == company_id if is_id(company_id) else false()
    if locales := filters.get("locales"):
        yield col(Contact.locale).in_(locales)
    if sources := filters.get("sources"):
        yield or_(*(_from(source) for source in sources))
    quiet = cast(col(Contact.do_not_disturb), String)
    if channels := filters.get("quiet"):
        yield or_(*(quiet.contains(f'"{channel}"') for channel in channels if channel in CHANNELS))
    if filters.get("reachable"):
        yield and_(*(~quiet.contains(f'"{channel}"') for channel in CHANNELS))


def _owned_by(owners: list[int]) -> Condition:
    owner = col(Contact.owner_id)
    ids = [owner_id for owner_id in owners if is_id(owner_id)]
    if NOBODY not in owners:
        return (owner == ids[0] if len(ids) == 1 else owner.in_(ids)) if ids else false()
    return or_(owner.is_(None), owner.in_(ids)) if ids else owner.is_(None)


def _from(source: str) -> Condition:
    # "form:newsletter" came from a form, and what came from nowhere was typed in.
    column = col(Contact.source)
    if source == "user":
        return column.in_(("", source))
    return or_(column == source, column.startswith(source + ":", autoescape=True))


def _words(filters: Filters) -> Iterator[Condition]:
    for word in words_of(filters.get("text", "")):
        yield col(Contact.search_text).contains(word, autoescape=True)


def _days(actor: Actor, filters: Filters) -> Iterator[Condition]:
    zone = ZoneInfo(actor.time_zone)
    created, changed = col(Contact.created_at), col(Contact.changed_at)
    yield from _between(
        created, zone, filters.get("created_from", ""), filters.get("created_to", "")
    )
    yield from _between(
        changed, zone, filters.get("changed_from", ""), filters.get("changed_to", "")
    )
    if days := filters.get("created_days"):
        yield created >= _days_ago(zone, days - 1)
    if days := filters.get("changed_days"):
        yield changed >= _days_ago(zone, days - 1)
    if days := filters.get("still_days"):
        yield changed < _days_ago(zone, days - 1)


def _between(column: Mapped[Any], zone: ZoneInfo, first: str, last: str) -> Iterator[Condition]:
    if first:
        yield column >= _begin(zone, date.fromisoformat(first))
    if last and last < date.max.isoformat():
        yield column < _begin(zone, date.fromisoformat(last) + timedelta(days=1))


def _days_ago(zone: ZoneInfo, days: int) -> datetime:
    """When the day began that is so many days before today."""
    return _begin(zone, clock.now().astimezone(zone).date() - timedelta(days=days))


def _begin(zone: ZoneInfo, day: date) -> datetime:
    if day <= date.min + timedelta(days=1) or day >= date.max - timedelta(days=1):
        return datetime.combine(day, time(), UTC)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _tags(filters: Filters) -> Iterator[Condition]:
    if tag := filters.get("tag", ""):
        yield _bears([tag])
    if names := filters.get("tags_any"):
        yield _bears(names)
    for name in filters.get("tags_all", []):
        yield _bears([name])
    if names := filters.get("tags_none"):
        yield ~_bears(names)


def _bears(names: list[str]) -> Condition:
    keys = [folded(cleaned(name)) for name in names]
    bearers = (
        select(ContactTag.contact_id)
        .join(Tag, col(Tag.id) == ContactTag.tag_id)
        .where(col(Tag.key).in_(keys))
    )
    return col(Contact.id).in_(bearers)


def _addresses(filters: Filters) -> Iterator[Condition]:
    tables = ((filters.get("email"), ContactEmail), (filters.get("phone"), ContactPhone))
    for wanted, table in tables:
        if wanted is not None:
            having = select(table.contact_id).where(col(table.contact_id) == Contact.id).exists()
            yield having if wanted else ~having


def _custom(filters: Filters) -> Iterator[Condition]:
    for term in filters.get("custom", []):
        yield _own_field(term)


def _own_field(term: CustomTerm) -> Condition:
    value = func.coalesce(col(Contact.custom)[term["key"]].as_string(), "")
    compared: dict[str, Condition] = {
        "is": func.lower(value) == term["value"].lower(),
        "has": func.lower(value).contains(term["value"].lower(), autoescape=True),
        "filled": value != "",
        "empty": value == "",
    }
    return compared.get(term["how"], true())
